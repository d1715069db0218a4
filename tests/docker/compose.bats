#!/usr/bin/env bats
# examples/compose.yaml by docker-compose, examples/stack.yaml in a swarm of one node, word for word, on a real engine, with a real service.

bats_require_minimum_version 1.5.0

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.." || return 1
  # shellcheck source=tests/docker/engine.bash
  source tests/docker/engine.bash
  export APP_IMAGE
  APP_IMAGE=$(sed -n 's/^ *image: //p' examples/compose.yaml)
  # a swarm is a matter of the whole engine
  engine_start own
  tests/image/debian build/docker/base >&2
  engine_image build/docker/base "$APP_IMAGE"
}

teardown_file() {
  # shellcheck source=tests/docker/engine.bash
  source "$BATS_TEST_DIRNAME/engine.bash"
  engine_stop
}

setup() {
  cd "$BATS_TEST_DIRNAME/../.." || return 1
  PROJECT=stillroot-test
  ID=''
}

teardown() {
  # shown by bats only when the test failed
  [ -z "$ID" ] || docker logs "$ID" 2>&1 || true
  # whichever of them the test has begun
  docker-compose -p "$PROJECT" -f examples/compose.yaml down -v -t 60 || true
  docker swarm leave --force || true
}

# retry COMMAND...: until it succeeds; fails when it never does
retry() {
  local end=$((SECONDS + 60))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || { echo "never so: $*"; return 1; }
    sleep 0.1
  done
}

# the container with this label becomes $ID, once there is one
has_label() { ID=$(docker ps -q --no-trunc --filter "label=$1") && [ -n "$ID" ]; }

log_has() { grep -qE -- "$1" < <(docker logs "$ID" 2>&1); }

# assert_booted: all of it, on a read-only root, and the service serves, as 911
assert_booted() {
  retry log_has '^\[ls\.io-init\] done\.$'
  [ "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}}' "$ID")" = true ]
  docker exec "$ID" init-status --json | grep -F '"mode":"ro"'
  docker exec "$ID" grep -E ' /run tmpfs ' /proc/mounts
  [ -z "$(docker exec "$ID" find -L /run/s6 /run/service -maxdepth 0 -perm /022)" ]
  [ "$(docker top "$ID" -eo pid,uid,comm | awk '$3 == "nginx" { print $2 }' | sort -u)" = 911 ]
  nsenter -n -t "$(docker inspect -f '{{.State.Pid}}' "$ID")" curl -sS --max-time 60 --retry 60 --retry-delay 1 --retry-connrefused \
    http://127.0.0.1:8080/ | grep 'It works'
  ! docker logs "$ID" 2>&1 | grep -iE 'fatal|warning|unable|denied|Read-only file system'
}

# ended_with CODE: of a container that is gone
ended_with() {
  [ "$(docker events --since 0 --until "$(date +%s.%N)" --filter "container=$ID" --filter event=die --format '{{.Actor.Attributes.exitCode}}')" = "$1" ]
}

no_container() { [ -z "$(docker ps -a -q)" ]; }

# of one node, on loopback: the engine has no other address
swarm() { docker swarm init --advertise-addr 127.0.0.1 --listen-addr 127.0.0.1; }

@test "compose.yaml: docker-compose up boots, stop ends with 0, down leaves no container and no network" {
  docker-compose -p "$PROJECT" -f examples/compose.yaml up -d
  has_label "com.docker.compose.project=$PROJECT"
  assert_booted
  docker exec "$ID" grep -E ' /run tmpfs ' /proc/mounts | grep -v noexec
  docker-compose -p "$PROJECT" -f examples/compose.yaml stop -t 60
  [ "$(docker inspect -f '{{.State.ExitCode}}' "$ID")" = 0 ]
  docker-compose -p "$PROJECT" -f examples/compose.yaml down -v
  no_container
  [ "$(docker network ls --format '{{.Name}}' | sort | tr '\n' ' ')" = 'host none ' ]
}

@test "stack.yaml: docker stack deploy, in a swarm; /run cannot be exec there" {
  swarm
  docker stack deploy -c examples/stack.yaml "$PROJECT"
  retry has_label "com.docker.stack.namespace=$PROJECT"
  assert_booted
  docker exec "$ID" grep -E ' /run tmpfs [^ ]*noexec' /proc/mounts
  docker stack rm "$PROJECT"
  retry no_container
  ended_with 0
}

@test "docker service create --read-only --mount type=tmpfs,destination=/run, in a swarm" {
  swarm
  docker service create --detach --name app --read-only --mount type=tmpfs,destination=/run \
    --mount type=volume,source=app-config,destination=/config "$APP_IMAGE"
  retry has_label com.docker.swarm.service.name=app
  assert_booted
  docker service rm app
  retry no_container
  ended_with 0
}
