#!/usr/bin/env bats
# Whom the applications run as.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

assert_911() {
  assert_log '^User UID: +911$'
  assert_log '^User GID: +911$'
  [ "$(in_container id abc)" = 'uid=911(abc) gid=911(abc) groups=911(abc)' ]
  # the keeper's process itself
  [ "$(stat -c %u:%g "$(inside "/proc/$(in_container s6-svstat -o pid /run/service/keeper)")")" = 911:911 ]
}

@test "U1 PUID and PGID unset: abc and its services are 911:911, writable root" {
  boot
  assert_boot rw
  assert_911
}

@test "U1 PUID and PGID unset: abc and its services are 911:911, read-only root" {
  boot --read-only --run exec
  assert_boot ro
  assert_911
}

@test "U1 PUID=911 PGID=911 ask for what is there already" {
  boot -e PUID=911 -e PGID=911
  assert_boot rw
  assert_911
}

@test "a remap on a writable root, which this version cannot do, is never skipped in silence: 100, PUID named" {
  start -e PUID=1000
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: .*PUID=1000'
  refute_log '^\[.*\] done\.$'
}

@test "an image without abc: said, no marker, the rest boots" {
  sed -i '/^abc:/d' "$ROOT/etc/passwd"
  start --read-only --run exec
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: .*abc.*init-bake'
  refute_log '^\[.*\] done\.$'
  assert_running
}
