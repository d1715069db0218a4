#!/usr/bin/env bats
# Some of the trees in images of a real Docker engine: a layer each on the root with the daemons.

bats_require_minimum_version 1.5.0

load lib.bash

TREES='web db ssh syslog full-base'

setup_file() {
  boot_setup_file
  # shellcheck source=tests/docker/engine.bash
  source "$REPO/tests/docker/engine.bash"
  engine_start
  tar -C "$BASE" --one-file-system -c . | docker import -c 'ENTRYPOINT ["/init"]' - stillroot-daemons >"$ENGINE_DIR/import"
  for tree in $TREES; do image "$tree"; done
}

image() { # TREE
  local context="$ENGINE_DIR/context-$1"
  mkdir "$context"
  cp -R "$REPO/tests/definitions/$1" "$context/tree"
  {
    echo 'FROM stillroot-daemons'
    echo 'COPY tree/ /'
    # abc may log in
    [ "$1" != ssh ] || echo 'RUN sed -i -e "/^abc:/s|/bin/false|/bin/bash|" -e "s|^abc:!:|abc:*:|" /etc/passwd /etc/shadow'
  } >"$context/Dockerfile"
  docker build --network none -t "stillroot-$1" "$context" >"$ENGINE_DIR/build" 2>&1 || { cat "$ENGINE_DIR/build" >&2; return 1; }
}

teardown_file() {
  # shellcheck source=tests/docker/engine.bash
  source "$REPO/tests/docker/engine.bash"
  # the default engine may hold other people's
  # shellcheck disable=SC2046
  docker image rm -f $(printf 'stillroot-%s ' $TREES daemons) >"$ENGINE_DIR/removed" 2>&1 || true
  engine_stop
}

setup() {
  NAME="stillroot-images-$BATS_TEST_NUMBER-$$"
  CONFIG="$BATS_TEST_TMPDIR/config"
  mkdir -p "$CONFIG"
}

teardown() {
  # shown by bats only when the test failed
  docker logs "$NAME" 2>&1 || true
  docker rm -f -v "$NAME" >"$BATS_TEST_TMPDIR/rm" 2>&1 || true
}

# lib.bash's questions, asked of Docker
init_pid() { docker inspect -f '{{.State.Pid}}' "$NAME"; }
in_container() { docker exec "$NAME" "$@"; }
logged() { docker logs "$NAME" 2>&1 | grep -cE -- "$1"; }
logged_times() { [ "$(logged "$1")" = "$2" ]; } # PATTERN N
ended() { [ "$(docker inspect -f '{{.State.Running}}' "$NAME")" = false ]; }
ends_with() { retry ended && [ "$(docker inspect -f '{{.State.ExitCode}}' "$NAME")" = "$1" ]; }

# boot TREE OPTION...: until all has held, as CI waits for it
boot() {
  docker run -d --name "$NAME" -v "$CONFIG:/config" "${@:2}" "stillroot-$1"
  retry logged_times '^\[ls\.io-init\] done\.$' 1
}

stops() {
  docker stop -t 60 "$NAME"
  ends_with 0
}

served() { [ "$(fetch https://localhost:8443/index.php)" = 'hello from docker, uid 911' ]; }

@test "docker run --read-only --tmpfs /run: a PHP page through nginx, again after docker restart" {
  boot web --read-only --tmpfs /run -e WEB_NAME=docker
  served
  docker restart -t 60 "$NAME"
  retry served
  stops
}

boots() { in_container mariadb --defaults-file=/config/my.cnf -u root -N -e 'SELECT COUNT(*) FROM app.boots'; }

@test "docker run: a database, its rows after docker stop and docker start" {
  boot db
  [ "$(boots)" = 1 ]
  stops
  grep -q 'Shutdown complete' "$CONFIG/log/mariadb.log"
  docker start "$NAME"
  retry logged_times '^\[ls\.io-init\] done\.$' 2
  [ "$(boots)" = 2 ]
  stops
}

@test "docker run --read-only --tmpfs /run:exec: a login by ssh, logged through the pipe" {
  ssh-keygen -q -t ed25519 -N '' -f "$CONFIG/key"
  boot ssh --read-only --tmpfs /run:exec -e "PUBLIC_KEY=$(cat "$CONFIG/key.pub")"
  [ "$(in_container ssh -p 2222 -i /config/key -o BatchMode=yes -o UserKnownHostsFile=/config/known_hosts -o StrictHostKeyChecking=accept-new \
    abc@localhost id -u)" = 911 ]
  retry grep -q 'Accepted publickey for abc' "$CONFIG/logs/openssh/current"
  stops
}

sent_and_received() {
  in_container logger --server 127.0.0.1 --port 6601 --tcp "$1" && grep -qF "$1" "$CONFIG/log/messages"
}

@test "docker run: a service that crashes ends the container by its finish script" {
  docker run -d --name "$NAME" -v "$CONFIG:/config" stillroot-syslog
  retry sent_and_received 'a line by syslog'
  kill -9 "$(docker top "$NAME" -eo pid,comm | awk '$2 == "syslog-ng" { print $1 }')"
  ends_with 137
}

@test "docker run -e PUID -e PGID -e FILE__X: a base with stages of its own alone" {
  echo -n 'a secret' >"$BATS_TEST_TMPDIR/secret"
  boot full-base -e PUID=1000 -e PGID=1001 -e FILE__SECRET=/run/secrets/secret -v "$BATS_TEST_TMPDIR/secret:/run/secrets/secret:ro"
  logged_times '^base: 1000:1001$' 1
  logged_times '^image: config, a secret$' 1
  retry logged_times '^image: service, uid 1000$' 1
  logged_times '^\[ls\.io-init\] done\.$' 1
  stops
}
