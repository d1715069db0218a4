#!/usr/bin/env bats
# Input that is wrong: one clear line, the rest of the boot as far as it can go, the exit code that fits.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# assert_refused NAME PATTERN: the service is named once and failed, the other one is up, no marker, the container can be stopped
assert_refused() {
  start --read-only --run exec
  wait_log 'the boot is not complete'
  assert_log "service $1"
  assert_log "^rc: warning: service $1.*$2"
  refute_log '^\[.*\] done\.$'
  [ "$(service_status "$1")" = failed ]
  [ "$(service_status keeper)" = up ]
  [ "$(report .result)" = failed ]
  assert_running
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "a service directory without run" {
  mkdir "$ROOT/etc/services.d/empty"
  assert_refused empty 'run'
}

@test "a run that is not executable" {
  service nox <<<'#!/bin/sh'
  chmod -x "$ROOT/etc/services.d/nox/run"
  assert_refused nox 'not executable.*chmod'
}

@test "a run with CRLF line ends" {
  service crlf <<<$'#!/bin/sh\r\nexec sleep 1000000\r'
  assert_refused crlf 'CRLF'
}

@test "a run whose interpreter does not exist" {
  service noint <<<'#!/usr/bin/nothing-here'
  assert_refused noint 'interpreter'
}

@test "a run that is neither script nor program" {
  service junk <<<'neither script nor program'
  assert_refused junk 'cannot be executed'
}

@test "a notification-fd that is no number, too small, or empty" {
  local value
  for value in two 1 '' -3 '3 4'; do
    service garbage notification-fd="$value" <<<$'#!/bin/sh\nexec sleep 1000000'
    assert_refused garbage 'notification-fd'
  done
}

@test "a file beside the service directories is no service" {
  echo 'read me' >"$ROOT/etc/services.d/README"
  boot --read-only --run exec
  [ "$(report '.services | length')" = 1 ]
}

@test "a service directory that cannot be opened: named, no marker, the others are up" {
  ln -s loop "$ROOT/etc/services.d/loop"
  start
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: unable to open service loop: '
  refute_log '^\[.*\] done\.$'
  [ "$(service_status keeper)" = up ]
}

@test "a CMD that does not exist: 127, with a message; the services are stopped" {
  start --read-only --run exec /no/such/program
  [ "$(exit_code)" = 127 ]
  assert_log '^rc: fatal: unable to exec /no/such/program: No such file or directory'
  start --read-only --run exec no-such-program
  [ "$(exit_code)" = 127 ]
  assert_log '^rc: fatal: unable to exec no-such-program'
}

@test "a CMD that is not executable: 126, with a message" {
  start --read-only --run exec /etc/passwd
  [ "$(exit_code)" = 126 ]
  assert_log '^rc: fatal: unable to exec /etc/passwd: Permission denied'
}

@test "/config missing: one line, the rest boots, read-only and writable" {
  rmdir "$ROOT/config"
  boot --read-only --run exec --config none
  assert_boot ro '^rc: warning: /config does not exist'
  assert_log '^rc: warning: /config does not exist'
  stop_container
  boot --config none
  assert_boot rw '^rc: warning: /config does not exist'
}

@test "an environment directory that with-contenv cannot read: 111, the directory is named" {
  boot --read-only --run exec
  run in_container_as 1000:1000 with-contenv true
  [ "$status" = 111 ]
  [[ $output == *'with-contenv: fatal: '*/run/s6/container_environment*'Permission denied'* ]]
}

@test "init-bake refuses an image whose uid 911 is someone else's, and one without s6" {
  sed -i 's/^abc:/other:/' "$ROOT/etc/passwd"
  run "$REPO/build/stillroot" init-bake "$ROOT"
  [ "$status" = 100 ]
  [[ $output == *'fatal: '*911*other* ]]
  sed -i 's/^other:/abc:/' "$ROOT/etc/passwd"
  rm "$ROOT/usr/bin/s6-svscan"
  run "$REPO/build/stillroot" init-bake "$ROOT"
  [ "$status" = 100 ]
  [[ $output == *'fatal: '*s6-svscan* ]]
}

@test "init-bake a second time changes nothing" {
  cp -a "$ROOT/etc" "$DIR/etc"
  run "$REPO/build/stillroot" init-bake "$ROOT"
  [ "$status" = 0 ]
  diff -r --no-dereference "$DIR/etc" "$ROOT/etc"
}
