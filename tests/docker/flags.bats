#!/usr/bin/env bats
# The documented docker flags, on a real engine, with a real service: nginx, which serves /config/www as abc.

bats_require_minimum_version 1.5.0

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.." || return 1
  # shellcheck source=tests/docker/engine.bash
  source tests/docker/engine.bash
  engine_start
  export IMAGE=stillroot-test
  engine_image "$(base_root)" "$IMAGE"
}

teardown_file() {
  # shellcheck source=tests/docker/engine.bash
  source "$BATS_TEST_DIRNAME/engine.bash"
  # the default engine may hold other people's
  docker image rm -f "$IMAGE" stillroot-base >"$ENGINE_DIR/removed" 2>&1 || true
  engine_stop
}

setup() {
  NAME="stillroot-test-$BATS_TEST_NUMBER-$$"
  CONFIG="$BATS_TEST_TMPDIR/config"
  mkdir -p "$CONFIG/www"
  echo "page $NAME" >"$CONFIG/www/index.html"
}

teardown() {
  # shown by bats only when the test failed
  docker logs "$NAME" 2>&1 || true
  docker rm -f -v "$NAME" "$NAME-other" >"$BATS_TEST_TMPDIR/rm" 2>&1 || true
}

base_root() {
  tests/image/debian build/docker/base >&2
  echo build/docker/base
}

# boot ARG... [IMAGE CMD...]: docker run -d ARG... IMAGE CMD..., until the boot says that all services held
boot() {
  [[ " $* " == *" $IMAGE "* ]] || set -- "$@" "$IMAGE"
  docker run -d --name "$NAME" "$@"
  wait_done 1
}

# wait_log LINE [N]: until the log has the line N times, by default once, or the container ends
wait_log() {
  # no pipeline: it would wait for a next line of the log
  [ "$(grep -cFxm "${2:-1}" -- "$1" < <(timeout 60 docker logs -f "$NAME" 2>&1 3>&-))" = "${2:-1}" ]
}

wait_done() { wait_log '[ls.io-init] done.' "$1"; } # N times

# in the container's network namespace: the engine may have no bridge; nginx may be about to listen
fetch() {
  nsenter -n -t "$(docker inspect -f '{{.State.Pid}}' "$NAME")" curl -sS --max-time 60 --retry 60 --retry-delay 1 --retry-connrefused http://127.0.0.1:8080/
}

contenv() { docker exec "$NAME" cat "/run/s6/container_environment/$1"; }

# the line is not there, and grep did work
refute_log() { ! docker logs "$NAME" 2>&1 | grep -E -- "$1"; }

nginx_uids() { docker top "$NAME" -eo pid,uid,comm | awk '$3 == "nginx" { print $2 }' | sort -u; }

assert_served() { # [UID]: by that user's processes
  [ "$(fetch)" = "page $NAME" ]
  [ "$(nginx_uids)" = "${1:-911}" ]
}

assert_stops() {
  docker stop -t 60 "$NAME"
  [ "$(docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' "$NAME")" = '0 false' ]
}

@test "docker run --read-only --tmpfs /run:exec -e PUID -e PGID -v /config: served by 911, /config 911:911" {
  boot --read-only --tmpfs /run:exec -e PUID=1000 -e PGID=1000 -v "$CONFIG:/config"
  assert_served
  [ "$(stat -c %u:%g "$CONFIG")" = 911:911 ]
  [ "$(contenv LSIO_READ_ONLY_FS)" = 1 ]
  [ "$(contenv PUID)" = 1000 ]
  docker logs "$NAME" 2>&1 | grep -E '^rc: info: .* skipped: .*PUID'
  refute_log 'fatal:|Read-only file system'
  [ "$(docker exec "$NAME" init-status --json | grep -c '"mode":"ro"')" = 1 ]
  assert_stops
}

@test "docker run --read-only --tmpfs /run: noexec does not matter, every executable entry in /run is a link" {
  boot --read-only --tmpfs /run -v "$CONFIG:/config"
  assert_served
  docker exec "$NAME" grep -E ' /run tmpfs [^ ]*noexec' /proc/mounts
  docker logs "$NAME" 2>&1 | grep -E '^init: info: .*noexec'
  [ -z "$(docker exec "$NAME" find /run -type f -perm /111)" ]
  [ -n "$(docker exec "$NAME" find /run/s6/legacy-services/nginx/run -type l)" ]
  assert_stops
}

@test "docker run --read-only, no tmpfs at all: served by 911, through /dev; a restart and docker kill change nothing" {
  boot --read-only -e PASSWORD=secret -v "$CONFIG:/config"
  assert_served
  [ "$(docker exec "$NAME" readlink -f /run/service)" = /dev/stillroot/service ]
  [ "$(contenv PASSWORD)" = secret ]
  docker restart -t 60 "$NAME"
  wait_done 2
  docker kill -s KILL "$NAME"
  docker start "$NAME"
  wait_done 3
  assert_served
  assert_stops
}

@test "docker run --read-only --user 1000:1000 --cap-drop ALL --security-opt no-new-privileges, no tmpfs at all: served, through /dev/shm" {
  chown -R 1000 "$CONFIG"
  boot --read-only --user 1000:1000 --cap-drop ALL --security-opt no-new-privileges -v "$CONFIG:/config"
  assert_served 1000
  [ "$(docker exec "$NAME" readlink -f /run/service)" = /dev/shm/stillroot/service ]
  [ "$(docker exec "$NAME" stat -Lc %u:%a /run/s6)" = 1000:755 ]
  docker restart -t 60 "$NAME"
  wait_done 2
  assert_served 1000
  assert_stops
}

@test "docker run --ipc=container: as another user on one /dev/shm, the second ends with 100 and names what mends it, the first goes on" {
  chown -R 1000 "$CONFIG"
  boot --read-only --user 1000:1000 --ipc=shareable -v "$CONFIG:/config"
  run -100 docker run --rm --read-only --user 1000:1000 --ipc="container:$NAME" "$IMAGE"
  [[ $output == *'fatal: /run is not writable '*'another container uses it'*'--tmpfs /run:exec'*'emptyDir mounted on /run'* ]]
  run -7 docker run --rm --read-only --user 1000:1000 --ipc="container:$NAME" --tmpfs /run:uid=1000 "$IMAGE" sh -c 'exit 7'
  assert_served 1000
  assert_stops
}

@test "docker diff of a container with a writable root: no file of ours in it, while it runs and after the stop" {
  boot -e PASSWORD=s3cr3t -v "$CONFIG:/config"
  assert_stops
  docker diff "$NAME" >"$BATS_TEST_TMPDIR/diff"
  run ! grep -E '^. /run/[^s]|^. /run/s[^t]' "$BATS_TEST_TMPDIR/diff"
  docker export "$NAME" >"$BATS_TEST_TMPDIR/export"
  run ! grep -a s3cr3t "$BATS_TEST_TMPDIR/export"
}

@test "plain docker run: writable root, abc is 911, no read-only flag" {
  boot -v "$CONFIG:/config"
  assert_served
  run docker exec "$NAME" test -e /run/s6/container_environment/LSIO_READ_ONLY_FS
  [ "$status" -eq 1 ]
  [ "$(docker exec "$NAME" id -u abc)" = 911 ]
  docker exec "$NAME" init-status --json | grep -F '"mode":"rw"'
  assert_stops
}

@test "docker run -e PUID -e PGID -e UMASK --group-add: served by 1000, which has the group; a restart changes nothing" {
  boot -e PUID=1000 -e PGID=1001 -e UMASK=002 --group-add 4242 -v "$CONFIG:/config"
  assert_served 1000
  [ "$(stat -c %u:%g "$CONFIG")" = 1000:1001 ]
  # made by nginx' run
  [ "$(stat -c %a "$CONFIG/nginx")" = 775 ]
  docker exec "$NAME" id -G abc | grep -w 4242
  [ "$(docker exec "$NAME" stat -c '%u %a' /etc/passwd)" = '0 644' ]
  docker restart -t 60 "$NAME"
  wait_done 2
  assert_served 1000
  assert_stops
}

@test "docker run -e FILE__X with a secret, custom scripts and custom services in volumes" {
  local dir="$BATS_TEST_TMPDIR"
  mkdir "$dir/scripts" "$dir/services"
  printf secret >"$dir/password"
  printf 1234 >"$dir/puid"
  printf 'echo "script has $PASSWORD"\n' >"$dir/scripts/10-script"
  chmod +x "$dir/scripts/10-script"
  printf '#!/usr/bin/with-contenv bash\necho "service has $PASSWORD"\nexec sleep infinity\n' >"$dir/services/mine"
  boot -e FILE__PASSWORD=/run/secrets/password -e FILE__PUID=/run/secrets/puid -v "$dir/password:/run/secrets/password:ro" \
    -v "$dir/puid:/run/secrets/puid:ro" -v "$dir/scripts:/custom-cont-init.d:ro" -v "$dir/services:/custom-services.d:ro" -v "$CONFIG:/config"
  assert_served 1234
  wait_log 'script has secret'
  wait_log 'service has secret'
  docker exec "$NAME" init-status | grep -E 'custom-svc-mine +up'
  assert_stops
}

@test "docker run --cap-drop ALL -e PUID=1000: 100, with one line that names the capabilities and --user" {
  run -100 docker run --name "$NAME" --cap-drop ALL -e PUID=1000 "$IMAGE"
  [ "$(grep -c 'fatal:' <<<"$output")" = 1 ]
  [[ "$output" == *'SETUID and SETGID'*'--user'* ]]
}

@test "docker stop: exit code 0, PID 1 was s6-svscan, no service was killed" {
  boot -v "$CONFIG:/config"
  [ "$(docker exec "$NAME" cat /proc/1/comm)" = s6-svscan ]
  assert_stops
  refute_log 'KILL|killed'
}

@test "the exit code of the command is the container's: sh -c 'exit 7'" {
  run docker run --name "$NAME" -v "$CONFIG:/config" "$IMAGE" sh -c 'exit 7'
  [ "$status" -eq 7 ]
}

@test "a command that does not exist: 127, with a message" {
  run -127 docker run --name "$NAME" --read-only --tmpfs /run:exec -v "$CONFIG:/config" "$IMAGE" no-such-command
  [[ "$output" == *no-such-command* ]]
}

@test "echo id | docker run -i IMAGE sh: stdin reaches the command" {
  run bash -c 'echo id | docker run -i --name "$1" --read-only --tmpfs /run:exec -v "$2:/config" "$3" sh' - "$NAME" "$CONFIG" "$IMAGE"
  [ "$status" -eq 0 ]
  [[ "$output" == *'uid=0(root)'* ]]
}

@test "docker run -it with a shell: a terminal of its own, with job control" {
  # a file, as script(1) takes its command as one string
  printf 'exec docker run -it --name %q -v %q:/config %q bash --norc\n' "$NAME" "$CONFIG" "$IMAGE" >"$BATS_TEST_TMPDIR/run"
  run bash -c 'printf "%s\n" "tty" "sleep 300 &" "kill %1; wait %1; echo waited \$?" "exit 5" |
    timeout 60 script -qec "bash $1" "$2"' - "$BATS_TEST_TMPDIR/run" "$BATS_TEST_TMPDIR/typescript"
  [ "$status" -eq 5 ]
  [[ "$output" == */dev/pts/* ]]
  [[ "$output" == *'waited 143'* ]]
  [[ "$output" != *'cannot set terminal process group'* ]]
  [[ "$output" != *'no job control'* ]]
}

@test "docker run -it: Ctrl-C reaches the command, and not PID 1" {
  local try
  printf 'exec docker run -it --name %q -v %q:/config %q sleep 1000000\n' "$NAME" "$CONFIG" "$IMAGE" >"$BATS_TEST_TMPDIR/run"
  mkfifo "$BATS_TEST_TMPDIR/keys"
  # both ends, so that neither opening waits
  exec 7<>"$BATS_TEST_TMPDIR/keys"
  timeout 60 script -qec "bash $BATS_TEST_TMPDIR/run" "$BATS_TEST_TMPDIR/typescript" \
    <"$BATS_TEST_TMPDIR/keys" >"$BATS_TEST_TMPDIR/screen" 2>&1 3>&- &
  for ((try = 0; try < 600; try++)); do
    ! docker top "$NAME" -eo pid,comm 2>/dev/null | grep -qw sleep || break
    sleep 0.1
  done
  printf '\003' >&7
  wait "$!" || true
  exec 7>&-
  # stopped by way of PID 1, it would be 0
  [ "$(docker inspect -f '{{.State.ExitCode}}' "$NAME")" = 130 ]
}

@test "services as 1000 and 911 can open /dev/stdout" {
  mkdir -p "$BATS_TEST_TMPDIR/by-1000" "$BATS_TEST_TMPDIR/by-911"
  for uid in 1000 911; do
    printf '#!/bin/sh\ns6-applyuidgid -u %d -g %d -G "" sh -c "echo stdout opened by %d >/dev/stdout"\nexec sleep infinity\n' \
      "$uid" "$uid" "$uid" >"$BATS_TEST_TMPDIR/by-$uid/run"
    chmod +x "$BATS_TEST_TMPDIR/by-$uid/run"
  done
  boot --read-only --tmpfs /run:exec -v "$CONFIG:/config" \
    -v "$BATS_TEST_TMPDIR/by-1000:/etc/services.d/by-1000:ro" -v "$BATS_TEST_TMPDIR/by-911:/etc/services.d/by-911:ro"
  wait_log 'stdout opened by 1000'
  wait_log 'stdout opened by 911'
}

@test "docker restart: boots again over the /run it left, and after SIGKILL" {
  boot -v "$CONFIG:/config"
  docker restart -t 60 "$NAME"
  wait_done 2
  assert_served
  docker kill -s KILL "$NAME"
  docker start "$NAME"
  wait_done 3
  assert_served
  assert_stops
}

@test "docker restart with --read-only --tmpfs /run" {
  boot --read-only --tmpfs /run -v "$CONFIG:/config"
  docker restart -t 60 "$NAME"
  wait_done 2
  assert_served
  assert_stops
}

@test "docker run --init: docker-init is process 1; boots, orphans are reaped, docker stop is 0, the exit code is passed on" {
  local try
  boot --init -v "$CONFIG:/config" "$IMAGE" sh -c '(true &); exec sleep 1000000'
  [ "$(docker exec "$NAME" cat /proc/1/comm)" = docker-init ]
  assert_served
  for ((try = 0; try < 600; try++)); do
    docker exec "$NAME" sh -c 'cat /proc/[0-9]*/stat' | grep -q ') Z ' || break
    sleep 0.1
  done
  [ "$try" -lt 600 ]
  assert_stops
  refute_log 'KILL|killed'
  docker rm "$NAME"
  run docker run --init --name "$NAME" -v "$CONFIG:/config" "$IMAGE" sh -c 'exit 7'
  [ "$status" -eq 7 ]
  docker rm "$NAME"
  run docker run --init --name "$NAME" -e PUID=none "$IMAGE"
  [ "$status" -eq 100 ]
}

@test "docker run --pid=container:OTHER: boots beside it, stops, leaves nobody there, and the other one goes on" {
  docker run -d --name "$NAME-other" --entrypoint sleep "$IMAGE" 1000000
  boot --pid="container:$NAME-other" -v "$CONFIG:/config"
  assert_served
  assert_stops
  [ "$(docker inspect -f '{{.State.Running}}' "$NAME-other")" = true ]
  # with the shell that looks
  [ "$(docker exec "$NAME-other" sh -c 'for p in /proc/[0-9]*; do cat "$p/comm"; done' | sort | tr '\n' ' ')" = 'sh sleep ' ]
}
