#!/usr/bin/env bats
# dockerd --userns-remap: root of the container is another user of the host.

bats_require_minimum_version 1.5.0

HOST=100000 # root of the container

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.." || return 1
  # it is given other content for the engine alone; where there is none, nothing can be put in its place
  [ -e /etc/subuid ] && [ -e /etc/subgid ] || skip 'the machine has no /etc/subuid and /etc/subgid'
  # shellcheck source=tests/docker/engine.bash
  source tests/docker/engine.bash
  export IMAGE=stillroot-test-userns ENGINE_SUBIDS="$BATS_FILE_TMPDIR/subids"
  printf "%s:$HOST:65536\n" nobody nogroup >"$ENGINE_SUBIDS"
  engine_start --userns-remap=nobody:nogroup
  # on the way to the volumes
  chmod 0711 "$BATS_RUN_TMPDIR"
  tests/image/busybox build/docker/busybox >&2
  make --no-print-directory -s image ROOT=build/docker/busybox >&2
  tar -C build/docker/busybox --one-file-system -c . | docker import -c 'ENTRYPOINT ["/init"]' - "$IMAGE" >"$ENGINE_DIR/import"
}

teardown_file() {
  # shellcheck source=tests/docker/engine.bash
  source "$BATS_TEST_DIRNAME/engine.bash"
  [ -z "${ENGINE_DIR-}" ] || engine_stop
}

setup() {
  NAME="stillroot-test-$BATS_TEST_NUMBER-$$"
  CONFIG="$BATS_TEST_TMPDIR/config"
  mkdir "$CONFIG"
  chown "$HOST:$HOST" "$CONFIG"
}

teardown() {
  # shown by bats only when the test failed
  docker logs "$NAME" 2>&1 || true
  docker rm -f -v "$NAME" >"$BATS_TEST_TMPDIR/rm" 2>&1 || true
}

# boot ARG...: docker run -d ARG... IMAGE, until the boot says that all services held, or the container ends
boot() {
  docker run -d --name "$NAME" -v "$CONFIG:/config" "$@" "$IMAGE"
  # no pipeline: it would wait for a next line of the log
  [ "$(grep -cFxm 1 '[ls.io-init] done.' < <(timeout 60 docker logs -f "$NAME" 2>&1 3>&-))" = 1 ]
}

httpd_ids() { docker top "$NAME" -eo pid,uid,gid,comm | awk '$4 == "httpd" { print $2 ":" $3 }'; }

# assert_ids ID: the service has it, /config has, nothing was complained about, and the container stops as it should
assert_ids() {
  [ "$(httpd_ids)" = "$1:$1" ]
  [ "$(stat -c %u:%g "$CONFIG")" = "$1:$1" ]
  ! docker logs "$NAME" 2>&1 | grep -E 'warning|fatal' || return 1
  docker exec "$NAME" init-status --json | grep -F '{"what":"uids that are mapped","found":"0-65535"}'
  docker stop -t 60 "$NAME"
  [ "$(docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' "$NAME")" = '0 false' ]
}

@test "userns-remap, plain: boots, 911 is the map's" {
  boot
  assert_ids $((HOST + 911))
}

@test "userns-remap, PUID and PGID: boots as them" {
  boot -e PUID=1000 -e PGID=1000
  assert_ids $((HOST + 1000))
}

@test "userns-remap, --read-only: boots as 911:911" {
  boot --read-only --tmpfs /run
  assert_ids $((HOST + 911))
}

@test "userns-remap, PUID outside the map: 100, with the remedy" {
  run ! boot -e PUID=70000
  [ "$(docker wait "$NAME")" = 100 ]
  docker logs "$NAME" 2>&1 | grep -E '^rc: fatal: user-namespace: PUID 70000 is not mapped .*; choose .*userns-remap'
}
