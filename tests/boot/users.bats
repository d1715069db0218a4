#!/usr/bin/env bats
# Whom the applications run as.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# assert_abc UID GID: what the log says, what passwd says, whom the service's own process runs as, who reads the environment
assert_abc() {
  assert_log "^User UID: +$1\$"
  assert_log "^User GID: +$2\$"
  [ "$(in_container id -u abc):$(in_container id -g abc)" = "$1:$2" ]
  [ "$(service_ids keeper)" = "$1:$2" ]
  [ "$(stat -c %g "$(inside /run/s6/container_environment)" "$(inside /run/s6/container_environment/PATH)" | sort -u)" = "$2" ]
}

assert_911() {
  assert_abc 911 911
}

service_ids() {
  stat -c %u:%g "$(service_process "$1")"
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

@test "U1 PUID=1000 PGID=1001: abc, its services and /config are so; a restart changes nothing" {
  boot -e PUID=1000 -e PGID=1001
  assert_boot rw
  assert_abc 1000 1001
  [ "$(stat -c %u:%g "$CONFIG" "$(inside /app)" "$(inside /defaults)" | sort -u)" = 1000:1001 ]
  stop_container
  inode=$(stat -c %i "$ROOT/etc/passwd" "$ROOT/etc/group")
  boot -e PUID=1000 -e PGID=1001
  assert_boot rw
  assert_abc 1000 1001
  [ "$(stat -c %i "$ROOT/etc/passwd" "$ROOT/etc/group")" = "$inode" ]
}

@test "U1 PUID alone, PGID alone: the other is 911" {
  boot -e PUID=1000
  assert_abc 1000 911
  stop_container
  boot -e PGID=1000
  assert_boot rw
  assert_abc 911 1000
}

@test "U1 PUID=0 PGID=0: works, with one warning" {
  boot -e PUID=0 -e PGID=0
  assert_boot rw '^rc: warning: PUID is 0: '
  assert_log '^rc: warning: PUID is 0: '
  assert_abc 0 0
}

@test "U1 the group abc has another gid than the user: mended, and reported" {
  sed -i 's/^abc:x:911:/abc:x:5555:/' "$ROOT/etc/group"
  boot
  assert_boot rw
  assert_911
  [ "$(grep -c '^abc:x:911:' "$ROOT/etc/group")" = 1 ]
  [ "$(report '.stages[] | select(.name == "user-remap") | .reason')" = 'PGID unset: 911' ]
}

@test "the image's banner is printed, once, before the ids" {
  local root
  mkdir -p "$ROOT/etc/s6-overlay/s6-rc.d/init-adduser"
  printf '  banner of\n\tan image  \n\n' >"$ROOT/etc/s6-overlay/s6-rc.d/init-adduser/branding"
  for root in '' '--read-only --run exec'; do
    # shellcheck disable=SC2086
    boot $root
    [ "$(grep -A 4 -m 1 -n 'banner of' "$LOG" | sed 's/^[0-9]*[:-]//' | cat -A)" = $'  banner of$\n^Ian image  $\n$\nUser UID:    911$\nUser GID:    911$' ]
    assert_log 'banner of'
    stop_container
  done
}

@test "U2 PUID with blanks around it, an empty one, a large one" {
  boot -e 'PUID=1000 ' -e PGID=
  assert_boot rw
  assert_abc 1000 911
  stop_container
  boot -e PUID=2246052396 -e PGID=4294967294
  assert_boot rw
  assert_abc 2246052396 4294967294
}

@test "U3 PUID and PGID that are no ids: 100, one line, nothing touched" {
  local value
  cp -a "$ROOT/etc/passwd" "$DIR/passwd"
  for value in abc -1 0x3e8 4294967295 1e3 '10 00' 1,000; do
    start -e "PUID=$value"
    [ "$(exit_code)" = 100 ]
    assert_log '^rc: fatal: '
    assert_log "^rc: fatal: settings: PUID is not a number from 0 to 4294967294: \"$value\"; correct or unset the variable \(docker run -e, compose environment, Kubernetes env\)\$"
    start -e "PGID=$value"
    [ "$(exit_code)" = 100 ]
    assert_log "^rc: fatal: settings: PGID is not .*$value"
    refute_log '^\[(services|ls).*\] done\.$'
    [ "$(stat -c %u:%g "$CONFIG")" = 0:0 ]
  done
  cmp "$DIR/passwd" "$ROOT/etc/passwd"
}

@test "U3 a value with line ends writes no line of its own" {
  start -e PUID=$'x\n[ls.io-init] done.'
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: settings: PUID is not .*: "x\?\[ls\.io-init\] done\."'
  refute_log '^\[ls\.io-init\] done\.$'
  start --read-only --run exec -e PUID=$'x\n[ls.io-init] done.'
  wait_log '^\[ls\.io-init\] done\.$'
  assert_log '^\[ls\.io-init\] done\.$'
}

@test "U3 not as root PUID, PGID and UMASK are skipped with what they are, the given user counts" {
  service keeper <<<$'#!/usr/bin/with-contenv sh\necho "mask $(umask)"\nexec sleep 1000000'
  boot --user 1000:1001 -e PUID=abc -e PGID=5 -e UMASK=077 -e ATTACHED_DEVICES_PERMS=/dev/null
  assert_boot nonroot-rw
  assert_log '^rc: info: user-remap skipped: not running as root: PUID=abc PGID=5$'
  assert_log '^rc: info: umask skipped: not running as root: UMASK=077$'
  assert_log '^rc: info: init-device-perms skipped: not running as root: ATTACHED_DEVICES_PERMS=/dev/null$'
  assert_log '^mask 0?022$'
  assert_log '^User UID: +1000$'
  assert_log '^User GID: +1001$'
  [ "$(service_ids keeper)" = 1000:1001 ]
  # as they were
  [ "$(stat -c %u:%g "$CONFIG" "$(inside /app)")" = $'0:0\n911:911' ]
  for stage in user-remap own-config own-app umask init-device-perms; do [ "$(stage_status "$stage")" = skipped ]; done
}

@test "U3 on a read-only root PUID=abc is skipped with what it is" {
  boot --read-only --run exec -e PUID=abc
  assert_boot ro
  assert_log '^rc: info: user-remap skipped: the root file system is read-only: PUID=abc$'
  assert_911
}

@test "U4 the image has a user 1000 and a user abcd before abc: only abc's entries change" {
  local file
  # no newline at the end, lines that are none, and neighbours by name and by number
  { echo 'abcd:x:1234:911:the one before:/home/abcd:/bin/sh'; echo 'xabc:x:911:1::/:'; cat "$ROOT/etc/passwd"; echo '# abc:x:1:1'; echo '+::::::'
    printf 'someone:x:1000:1000::/home/someone:/bin/sh'; } >"$DIR/passwd"
  { echo 'abcd:x:911:abc'; cat "$ROOT/etc/group"; printf 'someone:x:1000:abc,root'; } >"$DIR/group"
  for file in passwd group; do cat "$DIR/$file" >"$ROOT/etc/$file"; done
  chmod 0640 "$ROOT/etc/group"
  chown 0:42 "$ROOT/etc/group"
  boot -e PUID=1000 -e PGID=1000
  sed 's/^abc:x:911:911:/abc:x:1000:1000:/' "$DIR/passwd" | cmp - "$ROOT/etc/passwd"
  sed 's/^abc:x:911:/abc:x:1000:/' "$DIR/group" | cmp - "$ROOT/etc/group"
  [ "$(stat -c %a:%u:%g "$ROOT/etc/group")" = 640:0:42 ]
  [ "$(service_ids keeper)" = 1000:1000 ]
}

@test "a passwd that cannot be edited, and a PUID: 100, one line that says why, nothing lost" {
  local passwd=$ROOT/etc/passwd
  cp -a "$passwd" "$DIR/passwd"
  refused() { # PATTERN: and passwd is what it was
    cp -a "$passwd" "$DIR/before"
    start -e PUID=1000
    [ "$(exit_code)" = 100 ]
    assert_log '^rc: fatal: '
    assert_log "^rc: fatal: user-remap: unable to change /etc/passwd: .*$1"
    cmp "$DIR/before" "$passwd"
    # nothing is left beside it; the backups that Debian's tools make are the image's
    [ -z "$(find "$ROOT/etc" -maxdepth 1 -name 'passwd.*' -o -name 'group.*')" ]
    rm -rf "$passwd"
    cp -a "$DIR/passwd" "$passwd"
  }
  sed -i '/^abc:/d' "$passwd"
  refused 'init-bake'
  echo 'abc:x:5:5::/:' >>"$passwd"
  refused 'mend the file'
  printf 'nul:x:5:5:\0:/:\n' >>"$passwd"
  refused 'mend the file'
  sed -i 's/^abc:.*/abc:x:911/' "$passwd"
  refused 'mend the file'
  mv "$passwd" "$ROOT/etc/passwd.elsewhere"
  ln -s passwd.elsewhere "$passwd"
  start -e PUID=1000
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: user-remap: unable to change /etc/passwd: .*link'
  cmp "$DIR/passwd" "$ROOT/etc/passwd.elsewhere"
}

@test "a passwd of 100,000 entries, without a final newline: remapped, the rest as it was" {
  { cat "$ROOT/etc/passwd"; seq 20000 120000 | sed 's|.*|user&:x:&:5::/:|'; printf 'last:x:5:5::/:'; } >"$DIR/passwd"
  cat "$DIR/passwd" >"$ROOT/etc/passwd"
  boot -e PUID=1000
  assert_boot rw
  sed 's/^abc:x:911:911:/abc:x:1000:911:/' "$DIR/passwd" | cmp - "$ROOT/etc/passwd"
}

@test "U6 --group-add: services keep the group, root's own by the image's group file are not given to abc" {
  echo 'rooters:x:77:root' >>"$ROOT/etc/group"
  grep -q '^[^:]*:[^:]*:44:' "$ROOT/etc/group" || echo 'video:x:44:' >>"$ROOT/etc/group"
  boot --group-add 77 --group-add 44 --group-add 4242
  assert_boot rw
  [ "$(in_container id -G abc | tr ' ' '\n' | sort -n | xargs)" = '44 911 4242' ]
  [ "$(grep -c '^group4242:x:4242:abc$' "$ROOT/etc/group")" = 1 ]
  grep -qE '^Groups:.*\<44\>' "$(service_process keeper)/status"
  stop_container
  inode=$(stat -c %i "$ROOT/etc/group")
  boot --group-add 77 --group-add 44 --group-add 4242
  assert_boot rw
  [ "$(stat -c %i "$ROOT/etc/group")" = "$inode" ]
}

@test "U6 --group-add on a read-only root: skipped, with one line that names the group" {
  boot --read-only --run exec --group-add 44
  assert_boot ro
  assert_log '^rc: info: user-groups skipped: .*: group 44$'
}

@test "U7 SETUID, SETGID and CHOWN are enough; one line names the capabilities that are missing" {
  boot --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add CHOWN -e PUID=1000
  assert_boot rw
  assert_log '^rc: info: optional capabilities that are missing: DAC_OVERRIDE, FOWNER, KILL$'
  [ "$(service_ids keeper)" = 1000:911 ]
  [ "$(stat -c %u:%g "$CONFIG")" = 1000:911 ]
}

@test "U7 without the capability FSETID applications read the environment, and what is added to it, on both roots" {
  local root options
  service reader <<<$'#!/bin/sh\nexec s6-setuidgid abc with-contenv sh -c \'echo "$GIVEN $ADDED"; exec sleep 1000000\''
  printf added >"$CONFIG/added"
  for root in rw ro; do
    options=(--cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add CHOWN -e GIVEN=given -e FILE__ADDED=/config/added)
    [ $root = rw ] || options+=(--read-only)
    boot "${options[@]}"
    assert_boot $root '^init: info'
    assert_log '^given added$'
    [ "$(stat -c %a:%g "$(inside /run/s6)/container_environment")" = 2750:911 ]
    stop_container
  done
}

@test "U7 a /config that only its owner can open is owned without DAC_OVERRIDE too" {
  local owner
  chmod 0700 "$CONFIG"
  for owner in 1000:911 1234:1234; do
    chown "$owner" "$CONFIG"
    boot --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add CHOWN -e PUID=1000
    assert_boot rw
    [ "$(stat -c %u:%g "$CONFIG")" = 1000:911 ]
    stop_container
  done
}

@test "U7 without the capability KILL, services and what they leave behind still end" {
  service daemon <<<$'#!/bin/sh\ns6-setuidgid abc sh -c \'trap "" TERM; echo left; sleep 1000000\' &\nexec s6-setuidgid abc sleep 1000000'
  service deaf notification-fd=3 <<<$'#!/bin/sh\nexec s6-setuidgid abc sh -c \'trap "" TERM; echo >&3; sleep 1000000\''
  boot --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add CHOWN -e PUID=1000 -e S6_SERVICES_GRACETIME=2000 -e S6_KILL_GRACETIME=100
  wait_log '^left$'
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log 'service deaf .* killed'
  assert_log 'killed' 1
}

@test "U8 all capabilities dropped, and a PUID: 100, SETUID, SETGID and --user are named, on both roots" {
  local root
  for root in '' '--read-only --run exec'; do
    # shellcheck disable=SC2086
    start $root --cap-drop ALL -e PUID=1000
    [ "$(exit_code)" = 100 ]
    assert_log '^rc: fatal: '
    assert_log '^rc: fatal: capabilities: .*SETUID and SETGID; .*--user'
    refute_log '^\[(services|ls).*\] done\.$'
  done
}

@test "U8 all capabilities dropped: PGID alone is a wish too; without a wish, root's services boot with one warning" {
  start --cap-drop ALL -e PGID=1000
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: capabilities: .*SETUID and SETGID; .*--user'
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
  chown 911:911 "$CONFIG"
  boot --cap-drop ALL
  assert_log '^rc: warning: applications cannot be run as the user abc: the capabilities SETUID and SETGID are missing; .*--user'
  [ "$(service_status keeper)" = up ]
}

@test "R14 a full root, and a PUID: 100, one line that says so, nothing lost" {
  dd if=/dev/zero of="$DIR/layer/filler" bs=64k status=none 2>"$DIR/full" || true
  dd if=/dev/zero of="$DIR/layer/filler" bs=4k oflag=append conv=notrunc status=none 2>"$DIR/full" || true
  grep 'No space left' "$DIR/full"
  cp "$ROOT/etc/passwd" "$DIR/passwd"
  start --run exec -e PUID=1000
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: user-remap: unable to change /etc/.*: No space left on device; free some space'
  cmp "$DIR/passwd" "$ROOT/etc/passwd"
  # a group that cannot be had is no reason to run nothing
  start --run exec --group-add 4242
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: user-groups: unable to change /etc/.*: No space left on device; free some space'
  [ "$(service_status keeper)" = up ]
}

@test "R10 a writable root with a read-only /etc: the remap is skipped for that reason alone" {
  cp -a "$ROOT/etc" "$DIR/etc"
  boot --mount "$DIR/etc:/etc:ro" -e PUID=1000 -e UMASK=027 --group-add 4242
  assert_boot rw '^rc: info: user-(remap|groups) skipped'
  assert_log '^rc: info: user-remap skipped: /etc is not writable \(Read-only file system\): PUID=1000$'
  assert_log '^rc: info: user-groups skipped: /etc is not writable \(Read-only file system\): group 4242$'
  assert_log '^rc: info: .* skipped' 2
  [ "$(report '.stages[] | select(.name == "umask") | .reason')" = UMASK=027 ]
  assert_911
  [ "$(stage_status umask)" = 'done' ]
  [ "$(stat -c %u:%g "$(inside /app)")" = 911:911 ]
}

@test "an image without abc: said, no marker, the rest boots; not as root nobody needs it" {
  local root
  sed -i '/^abc:/d' "$ROOT/etc/passwd"
  for root in '' '--read-only --run exec'; do
    # shellcheck disable=SC2086
    start $root
    wait_log 'the boot is not complete'
    # of /config, and of /app and /defaults where they are anybody's business
    assert_log '^rc: warning: own-(config|app): .*abc.*init-bake' "$([ -n "$root" ] && echo 1 || echo 2)"
    refute_log '^\[.*\] done\.$'
    assert_running
    stop_container
  done
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
  # as the image has it: root has led it to its own place
  ln -sfn ../dev/shm/stillroot "$ROOT/run/stillroot"
  boot --user 1000:1001
  assert_boot nonroot-rw
}
