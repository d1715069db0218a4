#!/usr/bin/env bats
# Runtimes that refuse, leave out or pass on what one does not expect of them.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# What programs of ours, s6 and the C library call, and have something else for where an old seccomp profile or kernel refuses it; then what
# they may come to call.
FALLBACKS='statx faccessat2 clone3 memfd_create getrandom renameat2 rseq sched_getaffinity inotify_init1 flistxattr prlimit64 mount umount2'
OTHERS='openat2 close_range pidfd_open pidfd_send_signal copy_file_range fchmodat2 open_tree move_mount fsopen fsmount mount_setattr
  landlock_create_ruleset landlock_restrict_self membarrier epoll_pwait2 io_uring_setup process_madvise setns unshare'

# Something for each of the stages that call them to do.
give_work() {
  mkdir -p "$CONFIG/tree"/{1..40}/{1..4} "$ROOT/defaults/crontabs" "$ROOT/etc/fix-attrs.d" "$ROOT/custom-cont-init.d"
  mknod "$DIR/card" c 1 3
  chown 0:44 "$DIR/card"
  chmod 0660 "$DIR/card"
  echo '0 0 1 1 * true' >"$ROOT/defaults/crontabs/abc"
  echo '/app true abc 0644 0755' >"$ROOT/etc/fix-attrs.d/app"
  echo 'echo custom script' >"$ROOT/custom-cont-init.d/script"
  chmod 0755 "$ROOT/custom-cont-init.d/script"
}

# assert_works UID:GID OPTION...: boots, does its work, says nothing of trouble, stops with 0
assert_works() {
  local -a options=("${@:2}")
  rm -rf "$CONFIG/crontabs"
  chown -R 0:0 "$CONFIG"
  start "${options[@]}" -e ATTACHED_DEVICES_PERMS='/dev/card' --mount "$DIR/card:/dev/card" sh -c \
    'lsiown -R abc:abc /config/tree && s6-setuidgid abc sh -c "echo the command runs as \$(id -u):\$(id -g)"; exec sleep 1000000'
  wait_log '^\[ls\.io-init\] done\.$'
  assert_log "^the command runs as $1\$"
  assert_log '^custom script$'
  ! grep -E 'fatal|unable|denied|not (permitted|implemented|executable)' "$LOG" || return 1
  [ -s "$CONFIG/crontabs/abc" ]
  [ "$(find "$CONFIG/tree" -printf '%U:%G\n' | sort -u)" = "$1" ]
  stop_container
  [ "$(exit_code)" = 0 ]
}

# assert_works_without ERRNO UID:GID OPTION...: each refused alone, then all of them
assert_works_without() {
  local call
  local -a all=()
  give_work
  for call in $FALLBACKS; do
    echo "without $call"
    assert_works "$2" "${@:3}" --refuse "$1:$call"
  done
  for call in $FALLBACKS $OTHERS; do all+=(--refuse "$1:$call"); done
  assert_works "$2" "${@:3}" "${all[@]}"
}

# bats test_tags=slow
@test "U14 newer system calls fail with EPERM, a writable root with PUID: all works" {
  assert_works_without EPERM 1000:1001 -e PUID=1000 -e PGID=1001 -e UMASK=002
}

# bats test_tags=slow
@test "U14 newer system calls fail with ENOSYS, a writable root with PUID: all works" {
  assert_works_without ENOSYS 1000:1001 -e PUID=1000 -e PGID=1001 -e UMASK=002
}

# bats test_tags=slow
@test "U14 newer system calls fail with EPERM, a read-only root: all works" {
  assert_works_without EPERM 911:911 --read-only --run noexec
}

# bats test_tags=slow
@test "U14 newer system calls fail with ENOSYS, a read-only root: all works" {
  assert_works_without ENOSYS 911:911 --read-only --run noexec
}

@test "U14 newer system calls fail, a read-only root without a tmpfs on /run, which the capability to mount one does not help: all works" {
  local errno call
  local -a refused
  give_work
  for errno in EPERM ENOSYS; do
    refused=()
    for call in $FALLBACKS $OTHERS; do refused+=(--refuse "$errno:$call"); done
    assert_works 911:911 --read-only --cap-add SYS_ADMIN "${refused[@]}"
  done
}

@test "U14 without faccessat2, whether abc can write a /config that cannot be chowned is still told" {
  chmod 0777 "$CONFIG"
  boot --cap-drop CHOWN --refuse EPERM:faccessat2
  refute_log 'unable to give /config'
  stop_container
  chmod 0755 "$CONFIG"
  boot --cap-drop CHOWN --refuse EPERM:faccessat2
  assert_log '^rc: warning: unable to give /config to user abc: Operation not permitted; chown it on the host'
}

# descriptor_calls LIMIT: how many calls about descriptors all programs of a container make that may have so many, from its start to its stop
descriptor_calls() {
  rm -rf "${CONFIG:?}"/*
  mkdir -p "$CONFIG/tree"/{1..20}
  (
    runc() { if [ "$3" = run ]; then strace -f -Y -e trace=close,close_range,fcntl,dup,dup2,dup3 -o "$DIR/trace" runc "$@"; else command runc "$@"; fi; }
    start --nofile "$1:$1" sh -c 'echo "limit $(ulimit -n)"; lsiown -R abc:abc /config && exec with-contenv true'
    exit_code
  ) >"$DIR/code"
  [ "$(cat "$DIR/code")" = 0 ]
  grep -qx "limit $1" "$LOG"
  grep -vE '^[0-9]+<(runc|exe)' "$DIR/trace" | grep -cE '^[0-9]+<[^>]*> (close|fcntl|dup)'
}

@test "U15 a limit of open files in the millions costs nothing: as many calls as with 1024, from init to lsiown" {
  local largest few many
  largest=$(cat /proc/sys/fs/nr_open)
  # without the capability SYS_RESOURCE it is the limit of who runs the test
  prlimit --nofile="$largest:$largest" true || largest=$(ulimit -Hn)
  [ "$largest" -ge 10000 ]
  few=$(descriptor_calls 1024)
  for program in init s6-svscan s6-supervise lsiown; do grep -qE "^[0-9]+<$program> close" "$DIR/trace"; done
  many=$(descriptor_calls "$largest")
  echo "calls with 1024: $few, with $largest: $many"
  # events come in lots of any size
  [ "$many" -lt $((few + 200)) ]
}

# root_options MODE: rw or ro
root_options() { OPTIONS=(); [ "$1" = rw ] || OPTIONS=(--read-only --run noexec); }

# assert_boots_under SCRIPT [EXPECTED]: on a writable and on a read-only root, and a stop is obeyed; EXPECTED: as assert_boot's
assert_boots_under() {
  local mode
  under "$1"
  for mode in rw ro; do
    root_options "$mode"
    boot "${OPTIONS[@]}" "${UNDER[@]}"
    assert_boot "$mode" "${2-}"
    stop_container
    [ "$(exit_code)" = 0 ]
  done
}

# of a /run that is a mount of its own; without /dev/null, the runtime can execute nothing in the container
boot_is_done() { [ "$(jq -r .result "$(inside /run/s6/boot-report.json)" 2>/dev/null)" = "done" ]; }
running_sleeps() { [ "$(grep -lx sleep "$(inside /proc)"/[0-9]*/comm 2>/dev/null | wc -l)" = "$1" ]; }

# assert_standard_streams: all processes have all three, and none is a file of ours
assert_standard_streams() {
  local process fd target n=0
  for process in "$(inside /proc)"/[0-9]*; do
    for fd in 0 1 2; do
      target=$(readlink "$process/fd/$fd") || { echo "$(cat "$process/comm") has no descriptor $fd"; return 1; }
      case "$target" in
        /dev/null | / | pipe:*) n=$((n + 1)) ;;
        *) echo "$(cat "$process/comm") has $target as descriptor $fd"; return 1 ;;
      esac
    done
  done
  # s6-svscan, a supervisor, a service, the boot and its command
  [ "$n" -ge 15 ]
}

@test "U16 standard streams that are closed, each and all: boots, and no file of ours takes their place, with /dev/null and without" {
  local closed
  for closed in '0<&-' '1>&-' '2>&-' '0<&- 1>&- 2>&-'; do
    for prepare in : 'rm /dev/null'; do
      under "$prepare; exec \"\$@\" $closed"
      echo "$prepare, $closed"
      start --read-only --run exec "${UNDER[@]}" sleep 1000000
      retry boot_is_done
      # the service and the command are what they are to be
      retry running_sleeps 2
      assert_standard_streams
      signal_container
      [ "$(exit_code)" = 143 ] || [ "$(exit_code)" = 0 ]
    done
  done
}

# assert_boots_without_null SCRIPT: with the warning, and nothing else of that kind
assert_boots_without_null() {
  local mode
  under "$1"
  for mode in rw ro; do
    root_options "$mode"
    boot "${OPTIONS[@]}" "${UNDER[@]}"
    assert_log '^init: warning: the runtime has made no device /dev/null: '
    assert_log 'fatal|warning|unable' 1
    stop_container
    [ "$(exit_code)" = 0 ]
  done
}

@test "U16 /dev without the null device: boots with one warning, no service takes the command's input" {
  assert_boots_without_null 'rm /dev/null; exec "$@"'
  service thief <<<$'#!/bin/sh\ncat 2>/dev/zero\nexec sleep 1000000'
  echo 'echo not stolen' >"$DIR/input"
  under 'rm /dev/null; exec "$@"'
  INPUT=$DIR/input start "${UNDER[@]}" sh
  [ "$(exit_code)" = 0 ]
  assert_log '^not stolen$'
  # something else of its name would keep what is written to it
  rm -r "$ROOT/etc/services.d/thief"
  assert_boots_without_null 'rm /dev/null; echo text >/dev/null; exec "$@"'
}

@test "U16 /dev with nothing in it but the null device, no shm, no sys: boots" {
  local mode
  for mode in rw ro; do
    root_options "$mode"
    under 'for name in /dev/*; do [ "$name" = /dev/null ] || rm -rf "$name"; done; [ "$(echo /dev/*)" = /dev/null ] && exec "$@"'
    boot "${OPTIONS[@]}" --no-mount /dev/shm --no-mount /dev/pts --no-mount /dev/mqueue --no-mount /sys "${UNDER[@]}"
    assert_boot "$mode"
    stop_container
  done
}

@test "U16 without /proc: boots, the command runs, halt works; a device's mode is changed, or one line says what that needs" {
  local mode
  mknod "$DIR/card" c 1 3
  under 'busybox umount -l /proc && exec "$@"'
  for mode in rw ro; do
    root_options "$mode"
    chown 0:44 "$DIR/card"
    chmod 0600 "$DIR/card"
    start "${OPTIONS[@]}" --cap-add SYS_ADMIN -e ATTACHED_DEVICES_PERMS=/dev/card --mount "$DIR/card:/dev/card" "${UNDER[@]}" sh -c \
      'lsiown -R abc:abc /config && echo the command runs; exec sleep 1000000'
    wait_log '^\[ls\.io-init\] done\.$'
    assert_log '^the command runs$'
    if [ "$(stat -c %a "$DIR/card")" = 660 ]; then refute_log 'warning|fatal'
    else assert_log '^rc: warning: unable to let the group of /dev/card .*: this needs /proc, which is not mounted; '; fi
    stop_container
    [ "$(exit_code)" = 0 ] || [ "$(exit_code)" = 143 ]
  done
  start --cap-add SYS_ADMIN "${UNDER[@]}" sh -c 'exec /run/s6/basedir/bin/halt'
  [ "$(exit_code)" = 0 ]
}

@test "U16 signals that are ignored or blocked on entry, SIGCHLD, SIGPIPE and all: boots, and services obey a stop" {
  # coreutils' env; busybox has no other program that can
  cp "$(command -v env)" "$ROOT/usr/bin/signal-env"
  service who <<'RUN'
#!/bin/sh
grep -E '^Sig(Blk|Ign)' /proc/self/status
exec sleep 1000000
RUN
  for option in --ignore-signal=CHLD --ignore-signal=PIPE --ignore-signal --block-signal; do
    assert_boots_under "exec signal-env $option \"\$@\""
    # of the last boot's shell, which has none of its own; 32 and 33 are the C library's, whose posix_spawn() leaves them ignored
    [ "$(lines_of '^Sig(Blk|Ign):[[:blank:]]*0*1?[08]0{7}$')" = 2 ]
    refute_log 'killed'
  done
}

@test "U16 a umask of 0777, a working directory that is gone: boots, what the boot makes is as ever" {
  assert_boots_under 'umask 0777; mkdir -m 0700 /dev/gone; cd /dev/gone; rmdir /dev/gone; exec "$@"'
  boot --run exec "${UNDER[@]}"
  [ "$(stat -c %a "$(inside /run/s6)" "$(inside /run/service)" "$(inside /run/s6/boot-report.json)" | tr '\n' ' ')" = '755 755 644 ' ]
}

@test "U16 an empty argv[0], a low score of the OOM killer, no core files: boots" {
  under 'exec -a "" /init'
  boot "${UNDER[@]}"
  assert_boot rw
  stop_container
  assert_boots_under 'echo 1000 >/proc/self/oom_score_adj; ulimit -c 0; exec "$@"'
}

# environment N VALUE: the bundle has N variables more, VARIABLE_0 and so on
environment() {
  MORE=$1 VALUE=$2
  eval "$(declare -f bundle | sed '1s/bundle/plain_bundle/')"
  bundle() {
    plain_bundle "$@"
    jq --argjson n "$MORE" --rawfile v <(printf %s "$VALUE") '.process.env += [range($n) | "VARIABLE_\(.)=\($v)"]' "$DIR/config.json" >"$DIR/config.json.new"
    mv "$DIR/config.json.new" "$DIR/config.json"
  }
}

@test "U16 5000 variables, and an environment of nearly two megabytes: boots, services have all of it" {
  service counter <<'RUN'
#!/usr/bin/with-contenv sh
echo "variables: $(env | grep -c ^VARIABLE_), bytes: $(env | wc -c)"
exec sleep 1000000
RUN
  environment 5000 value
  boot
  assert_boot rw
  assert_log '^variables: 5000, '
  stop_container
  MORE=18 VALUE=$(head -c 100000 /dev/zero | tr '\0' x)
  boot --read-only --run exec
  assert_boot ro
  assert_log '^variables: 18, bytes: 18[0-9]{5}$'
}

@test "U16 limits of memory and of the stack that are low: boots" {
  assert_boots_under 'ulimit -s 1024; ulimit -v 16000; exec "$@"'
}

# assert_limit SCRIPT PATTERN: 100, one line, nothing was begun
assert_limit() {
  under "$1"
  start "${UNDER[@]}"
  [ "$(exit_code)" = 100 ]
  assert_log "$2"
  [ "$(wc -l <"$LOG")" = 1 ]
}

@test "U16 limits of a file's size and of open files that are too low: 100, one line with the remedy; low ones that do: boots" {
  assert_limit 'ulimit -f 0; exec "$@"' "^init: fatal: the limit of a file's size is too low: 0; raise it \(docker run --ulimit fsize=-1"
  assert_limit 'ulimit -f 127; exec "$@"' "^init: fatal: the limit of a file's size is too low: 65024; "
  assert_limit 'ulimit -n 15; exec "$@"' '^init: fatal: the limit of open files is too low: 15; raise it \(docker run --ulimit nofile=1024'
  assert_boots_under 'ulimit -f 128; ulimit -n 16; exec "$@"'
}

@test "U16 what is written beyond the limit of a file's size is said, and ends no boot" {
  service full <<'RUN'
#!/bin/sh
dd if=/dev/zero of=/tmp/large bs=65536 count=2 2>/dev/null
echo $(($? - 128)) >/config/signal
exec sleep 1000000
RUN
  # what goes to standard output is beyond the limit
  truncate -s 65536 "$CONFIG/output"
  under 'ulimit -f 128; exec "$@" >>/config/output'
  boot "${UNDER[@]}" sh -c 'dd if=/dev/zero of=/tmp/larger bs=65536 count=2 2>/dev/null; echo $(($? - 128)) >/config/command-signal; exec sleep 1000000'
  assert_boot rw
  # services and the command have the signal as ever
  retry grep -qx 25 "$CONFIG/signal"
  retry grep -qx 25 "$CONFIG/command-signal"
}

@test "U17 a /run of 64 KiB: boots with a service; with more than fits, 100 at once, one line names the space" {
  boot --tmpfs /run:exec,size=64k
  assert_boot rw
  stop_container
  environment 12 value
  start --tmpfs /run:exec,size=64k
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: unable to (boot in|write the environment to) /run.*: No space left on device; give /run more space'
  [ "$(wc -l <"$LOG")" = 1 ]
}

@test "U17 a /run with 16 files, one without any space, on both roots: 100, one line" {
  local mode options
  for mode in rw ro; do
    root_options "$mode"
    for options in nr_inodes=16 nr_inodes=2 size=4k; do
      start "${OPTIONS[@]}" --tmpfs "/run:exec,$options"
      [ "$(exit_code)" = 100 ]
      assert_log '^init: fatal: .*No space left on device; give /run more space'
      [ "$(wc -l <"$LOG")" = 1 ]
    done
  done
}

# bats test_tags=slow
@test "U17 however many files /run has: boots without a warning, or 100 and one line" {
  local files
  # from what init itself takes to what is enough
  for ((files = 26; files <= 60; files++)); do
    echo "files: $files"
    start --tmpfs "/run:exec,nr_inodes=$files"
    wait_log '^\[ls\.io-init\] done\.$' || { ended && assert_log '^(init|rc): fatal: .*No space left on device; give /run more space' && [ "$(exit_code)" = 100 ]; }
    assert_log 'fatal|warning|unable' "$(if ended; then echo 1; else echo 0; fi)"
    ended || stop_container
  done
  [ "$(exit_code)" = 0 ]
}

@test "U17 /run that a hook has filled: fatal before any service is made, the container ends" {
  start --tmpfs /run:exec,size=1m -e 'S6_STAGE2_HOOK=dd if=/dev/zero of=/run/filled bs=4096'
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: unable to make the services in /run: No space left on device; give /run more space'
  refute_log '^\[(services|ls)'
}
