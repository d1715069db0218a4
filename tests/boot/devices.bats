#!/usr/bin/env bats
# ATTACHED_DEVICES_PERMS: the devices that it finds get group permissions, abc gets their groups, and nothing else is touched.

load lib.bash
setup_file() { boot_setup_file; }
setup() {
  boot_setup
  DEVICES=$DIR/dri
  mkdir -p "$DEVICES"
}
teardown() { boot_teardown; }

# device NAME GID MODE [UID]: in what becomes /dev/dri
device() {
  mknod "$DEVICES/$1" c 1 3
  chown "${4:-0}:$2" "$DEVICES/$1"
  chmod "$3" "$DEVICES/$1"
}

boot_devices() { # EXPRESSION [OPTION...]
  boot --mount "$DEVICES:/dev/dri" -e "ATTACHED_DEVICES_PERMS=$1" "${@:2}"
}

node() { stat -c %u:%g:%a "$DEVICES/$1"; }

# assert_groups GID...: the supplementary ones of abc, besides its own
assert_groups() {
  [ "$(in_container id -G abc | tr ' ' '\n' | grep -vx 911 | sort -n | xargs)" = "$*" ]
}

@test "groups are made where there are none, abc joins them, permissions are added" {
  echo 'gpu:x:4444:root' >>"$ROOT/etc/group"
  device card0 4444 660
  device card1 5555 600
  device mine 6666 600 911
  device good 911 660
  boot_devices '/dev/dri -type c'
  assert_boot rw
  assert_log '^\*\*\*\* adding /dev/dri/card0 to group gpu with id 4444 \*\*\*\*$'
  assert_log '^\*\*\*\* creating group group5555 with id 5555 \*\*\*\*$'
  assert_log '^\*\*\*\* adding /dev/dri/card1 to group group5555 with id 5555 \*\*\*\*$'
  assert_log '^\*\*\*\* /dev/dri/card1 lacks '
  assert_log 'lacks' 1
  assert_log '^\*\*\*\* permissions for /dev/dri/mine are good \*\*\*\*$'
  assert_log '^\*\*\*\* permissions for /dev/dri/good are good \*\*\*\*$'
  [ "$(grep -E '^(gpu|group5555):' "$ROOT/etc/group")" = $'gpu:x:4444:root,abc\ngroup5555:x:5555:abc' ]
  assert_groups 4444 5555
  [ "$(node card0 && node card1 && node mine && node good)" = $'0:4444:660\n0:5555:660\n911:6666:600\n0:911:660' ]
  # the services have them too
  grep -E '^Groups:' "$(service_process keeper)/status" | grep -w 4444 | grep -qw 5555
  stop_container
  boot_devices '/dev/dri -type c'
  assert_boot rw
  assert_log 'permissions for .* are good' 4
  refute_log 'adding|creating|lacks'
}

@test "the words are split and expanded as by a shell" {
  device card0 4444 600
  device card1 4444 600
  device render 4444 600
  boot_devices $'  /dev/dri/card*\t-type c  -name *1'
  assert_boot rw
  [ "$(node card0 && node card1 && node render)" = $'0:4444:600\n0:4444:660\n0:4444:600' ]
  # one group, one member
  grep -qx 'group4444:x:4444:abc' "$ROOT/etc/group"
}

@test "the name of a new group is made unique" {
  echo 'group4444:x:7777:' >>"$ROOT/etc/group"
  device card0 4444 660
  boot_devices /dev/dri
  assert_boot rw
  assert_log 'creating group group4444_ with id 4444'
  grep -qx 'group4444:x:7777:' "$ROOT/etc/group"
  assert_groups 4444
}

@test "what is no device, or not in /dev, is not touched: one warning" {
  device card0 4444 660
  touch "$DEVICES/file" "$ROOT/etc/shadow"
  chmod 600 "$DEVICES/file" "$ROOT/etc/shadow"
  mknod "$ROOT/srv-device" c 1 3
  chmod 600 "$ROOT/srv-device"
  ln -s ../../etc/shadow "$DEVICES/link"
  before=$(stat -c %u:%g:%a:%Z "$ROOT/etc/shadow")
  boot_devices '/dev/dri/link /dev/dri/file /dev/dri/../../etc/shadow /etc/shadow /srv-device /dev/dri/card0'
  assert_boot rw 'finds what is no device'
  assert_log '^rc: warning: ATTACHED_DEVICES_PERMS finds what is no device in /dev \(5 of them, the first is /dev/dri/link\)'
  [ "$(stat -c %u:%g:%a:%Z "$ROOT/etc/shadow")" = "$before" ]
  [ "$(stat -c %a "$ROOT/srv-device")" = 600 ]
  [ "$(stat -c %a "$DEVICES/file")" = 600 ]
  assert_groups 4444
}

@test "a find that fails: a warning, what it has found is treated, the boot goes on" {
  device card0 4444 600
  boot_devices '/dev/dvb /dev/dri -type c'
  assert_boot rw '^rc: warning: find exited 1|^find: .*No such file'
  assert_log '^rc: warning: find exited 1 for ATTACHED_DEVICES_PERMS'
  [ "$(node card0)" = 0:4444:660 ]
  assert_groups 4444
  stop_container
  boot_devices '/dev/dri -no-such-test'
  assert_log '^rc: warning: find exited 1 for ATTACHED_DEVICES_PERMS'
  [ "$(report .result)" = 'done' ]
}

@test "read-only root: permissions are added, the membership is skipped with one line" {
  device card0 4444 600
  device card1 5555 660
  device card2 4444 660
  boot_devices /dev/dri/card0\ /dev/dri/card1\ /dev/dri/card2 --read-only --run noexec
  assert_boot ro
  assert_log '^rc: info: device-groups skipped: the root file system is read-only: abc in group 4444 of /dev/dri/card0, abc in group 5555 of /dev/dri/card1$'
  assert_log skipped 1
  [ "$(node card0)" = 0:4444:660 ]
  assert_groups ''
}

@test "a device of the group root: abc joins it, with a warning" {
  device card0 0 660
  boot_devices /dev/dri
  assert_boot rw 'is of the group root'
  assert_log '^rc: warning: /dev/dri/card0 is of the group root'
  assert_groups 0
}

@test "unset, empty or blank: nothing is run" {
  device card0 4444 600
  for value in '' ' '; do
    boot_devices "$value"
    assert_boot rw
    refute_log '\*\*\*\*'
    [ "$(node card0)" = 0:4444:600 ]
    stop_container
  done
}
