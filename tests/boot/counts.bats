#!/usr/bin/env bats
# What a boot with one service does, from the exec of /init to the end, stop included: programs it executes, processes it forks, system calls.
# These are counted, never times. A number that has become smaller is written down here; one that has grown needs a reason.

load lib.bash
load counts.bash
setup_file() { boot_setup_file; }
setup() {
  # the other builds and images execute the same programs; the sanitizer makes calls of its own
  { [ "$IMAGE" = busybox ] && [ "$BUILD" = build ]; } || skip 'the same programs'
  boot_setup
  counted_service
}
teardown() { [ ! -d "$DIR" ] || boot_teardown; }

# Each exec, as one follows from the other: init; it becomes s6-svscan, process 1; that starts s6-supervise for the service, and this the
# service's run, which is with-contenv by its first line; that executes the interpreter that the line names, and this what the service is.
# At the stop s6-svscan executes its handler of SIGTERM, and becomes its finish, in which the container ends.
EXECS='init s6-svscan s6-supervise run sh sleep SIGTERM finish'

# Stage 2, s6-supervise, run, the handler; and one of s6-supervise, which finds no finish of the service to execute.
FORKS=5

# System calls: of all, of init before it is s6-svscan, of stage 2. The most of many boots; how often somebody who waits is woken differs.
CALLS='
writable root|1420|247|272
writable root, PUID, UMASK|1582|256|403
read-only root, /run exec|1183|204|256
read-only root, /run noexec|1185|204|256
read-only root, no /run|1417|252|256
not root|1397|245|239
'
TOLERANCE=5 # percent: for that, and for what another kernel or libc does

# assert_calls WHO EXPECTED
assert_calls() {
  local n
  n=$(calls_of "$1")
  echo "$1: $n system calls, expected $2"
  [ "$n" -gt 0 ] && [ $((n * 100)) -le $(($2 * (100 + TOLERANCE))) ]
}

# assert_counts MODE
assert_counts() {
  local mode calls init stage2
  traced_boot "$1"
  echo "execs: $(calls_of execs); forks: $(calls_of forks)"
  [ "$(calls_of execs)" = "$EXECS" ]
  [ "$(calls_of forks)" = "$FORKS" ]
  IFS='|' read -r mode calls init stage2 < <(grep -F "$1|" <<<"$CALLS")
  [ "$mode" = "$1" ]
  sed -n 's/^call //p' "$DIR/calls"
  assert_calls calls "$calls"
  assert_calls init "$init"
  assert_calls stage2 "$stage2"
}

@test "a writable root: each exec and fork has its reason, system calls do not grow" {
  assert_counts 'writable root'
}

@test "a writable root with PUID, PGID and UMASK: no exec and no fork more" {
  assert_counts 'writable root, PUID, UMASK'
}

@test "a read-only root with a tmpfs on /run: no exec and no fork more" {
  assert_counts 'read-only root, /run exec'
}

@test "a read-only root with a noexec tmpfs on /run: no exec and no fork more" {
  assert_counts 'read-only root, /run noexec'
}

@test "a read-only root without a tmpfs on /run: no exec and no fork more" {
  assert_counts 'read-only root, no /run'
}

@test "not root: no exec and no fork more" {
  assert_counts 'not root'
}
