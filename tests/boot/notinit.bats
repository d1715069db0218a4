#!/usr/bin/env bats
# Not process 1: under a small init of the runtime's, or of a wrapper's, and in a PID namespace that others share.

load lib.bash
load definition.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() {
  boot_teardown
  end_strangers
}

PATIENT=(-e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=600000)

# docker run --init: docker-init is tini
use_tini() {
  install -m 0755 "$(command -v docker-init)" "$ROOT/usr/bin/docker-init"
  UNDER=(--under /usr/bin/docker-init --under --)
}

# A process 1 that outlives init: it passes TERM on, says how init has ended and how many are left then.
use_wrapper() {
  # shellcheck disable=SC2016
  UNDER=(--under /bin/sh --under -c --under '
    trap "kill -TERM \$child" TERM
    "$@" &
    child=$!
    while :; do wait $child; code=$?; [ -e /proc/$child ] || break; done
    set -- /proc/[0-9]*
    echo "ended with $code, left: $#"
    exit $code' --under sh)
}

# A PID namespace with its process 1 and another one, neither of them ours. Whoever says "all" there ends them.
start_strangers() {
  unshare --pid --fork sleep 1000000 2>/dev/null 3>&- &
  STRANGER=$!
  retry pgrep -P "$STRANGER" -x sleep
  FIRST=$(pgrep -P "$STRANGER" -x sleep)
  nsenter --pid="/proc/$FIRST/ns/pid" sleep 1000000 3>&- &
  SECOND=$!
  JOINED=(--join "pid:/proc/$FIRST/ns/pid")
}

assert_strangers() {
  local pid
  pid=$(pgrep -P "$SECOND" -x sleep)
  [[ $(cat "/proc/$FIRST/stat" "/proc/$pid/stat" | cut -d ' ' -f 3 | tr -d '\n') = SS ]]
}

end_strangers() {
  [ -n "${FIRST-}" ] || return 0
  # and with it all that is in there
  kill -KILL "$FIRST"
  wait "$STRANGER" "$SECOND" || true
}

# The container can be gone before halt is, which is then killed with it.
halt_container() { in_container /run/s6/basedir/bin/halt || [ "$?" = 137 ]; }

# whoever has the container's mounts: noted while it runs, to be looked for when it has ended; held open, as another container could get the number
note_mounts() {
  exec 8<"/proc/$(init_pid)/ns/mnt"
  MOUNTS=$(readlink /proc/self/fd/8)
}
left_of_ours() {
  local ns
  for ns in /proc/[0-9]*/ns/mnt; do
    [ "$(readlink "$ns" 2>/dev/null)" != "$MOUNTS" ] || tr '\0' ' ' <"${ns%ns/mnt}cmdline"
  done
}
assert_none_left() {
  local left
  left=$(left_of_ours)
  exec 8<&-
  [ -z "$left" ] || { echo "left: $left"; return 1; }
}

# Daemons, two forks and a session away: one is told, one is deaf, one is stopped, one has a child that has one.
leavers() {
  service leaver <<'RUN'
#!/bin/sh
(setsid sh -c 'trap "echo >/config/told; exit 0" TERM; while :; do sleep 1000000 & wait; done' &)
(setsid sh -c "trap '' TERM; exec sleep 1000000" &)
(setsid sh -c 'trap "echo >/config/continued; exit 0" TERM; kill -STOP $$; while :; do sleep 1000000 & wait; done' &)
(setsid sh -c "trap '' TERM; (sleep 1000000; :) & wait; wait" &)
exec s6-setuidgid abc sleep 1000000
RUN
}

leavers_are_there() { [ "$(left_of_ours | grep -o 'sleep 1000000 *' | wc -l)" -ge 5 ] && stopped; }
stopped() { cat "$(inside /proc)"/[0-9]*/stat 2>/dev/null | grep -qE '^[0-9]+ \(sh\) T '; }

@test "L11 under tini: boots; orphans are s6-svscan's, which reaps them; a stop is 0, and halt too" {
  use_tini
  service parent <<'RUN'
#!/bin/sh
(setsid sh -c 'until [ -e /config/end ]; do sleep 0.05; done' &)
exec sleep 1000000
RUN
  local how
  for how in stop_container halt_container; do
    rm -f "$CONFIG/end"
    boot --read-only --run exec "${PATIENT[@]}" "${UNDER[@]}"
    [ "$(in_container cat /proc/1/comm)" = docker-init ]
    report '.evidence[] | select(.what == "process") | .found != "1"'
    # tini's only child is s6-svscan; the orphan is not tini's
    [ "$(in_container sh -c 'cat /proc/[0-9]*/stat | grep -c ") [A-Z] 1 "')" = 1 ]
    : >"$CONFIG/end"
    assert_processes 'docker-init s6-supervise s6-supervise s6-svscan sleep sleep'
    $how
    [ "$(exit_code)" = 0 ]
    refute_log 'killed|warning|fatal'
  done
}

@test "L11 under tini: the exit code is the CMD's, 7, 139, 127; that of what has failed; 100 before the boot" {
  use_tini
  start "${UNDER[@]}" sh -c 'exit 7'
  [ "$(exit_code)" = 7 ]
  start "${UNDER[@]}" sh -c 'kill -SEGV $$'
  [ "$(exit_code)" = 139 ]
  start "${UNDER[@]}" no-such-command
  [ "$(exit_code)" = 127 ]
  start "${UNDER[@]}" -e PUID=no-number
  [ "$(exit_code)" = 100 ]
  assert_log 'fatal: .*PUID'
  service judge finish=$'#!/bin/sh\nexit 125' <<<$'#!/bin/sh\nexit 3'
  chmod 0755 "$ROOT/etc/services.d/judge/finish"
  start "${UNDER[@]}" -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" = 3 ]
}

@test "L11 under tini: S6_CMD_RECEIVE_SIGNALS; a CMD that SIGTERM ends gives 143" {
  use_tini
  # shellcheck disable=SC2016
  start "${UNDER[@]}" "${PATIENT[@]}" -e S6_CMD_RECEIVE_SIGNALS=1 sh -c 'trap "echo got" USR1; echo listening; while :; do sleep 1000000 & wait $!; done'
  diverted() { test -e "$(inside /run/s6/cmdpid)"; }
  wait_log '^listening$'
  retry diverted
  signal_container USR1
  wait_log '^got$'
  stop_container TERM
  [ "$(exit_code)" = 143 ]
}

@test "L11 under tini, on a terminal: job control, Ctrl-C is the CMD's" {
  use_tini
  mkfifo "$DIR/input"
  exec 7<>"$DIR/input"
  INPUT=$DIR/input start --tty "${UNDER[@]}" --read-only --run exec sh -i
  echo 'echo "mark$((1 + 1))"' >&7
  wait_log 'mark2'
  echo 'sleep 1000000 & kill -KILL %1; wait %1; echo "waited$?"' >&7
  wait_log 'waited137'
  echo 'sh -c "trap \"echo caught\$((1 + 1)); exit 0\" INT; echo armed\$((1 + 1)); while :; do sleep 1000000; done"' >&7
  wait_log 'armed2'
  printf '\003' >&7
  wait_log 'caught2'
  echo 'exit 5' >&7
  [ "$(exit_code)" = 5 ]
  exec 7>&-
  refute_log "can't access tty|job control turned off|cannot set terminal"
}

@test "L11 below a process 1 that goes on: a stop ends every descendant, with TERM, then KILL, and leaves nobody" {
  use_wrapper
  leavers
  boot --read-only --run exec "${UNDER[@]}" -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=300
  note_mounts
  retry leavers_are_there
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^ended with 0, left: 1$'
  [ -e "$CONFIG/told" ]
  [ -e "$CONFIG/continued" ]
  refute_log 'warning|fatal'
}

@test "L11 below a process 1 that goes on, not root: the same" {
  use_wrapper
  service leaver <<'RUN'
#!/bin/sh
(setsid sh -c "trap '' TERM; echo left; exec sleep 1000000" &)
exec sleep 1000000
RUN
  rm -r "$ROOT/etc/services.d/keeper"
  mkdir "$DIR/run"
  mount -t tmpfs -o mode=0755,uid=1000,gid=1000 run "$DIR/run"
  boot --read-only --mount "$DIR/run:/run" --user 1000:1000 "${UNDER[@]}" -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=300
  wait_log '^left$'
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^ended with 0, left: 1$'
}

@test "L11 in a PID namespace that others share: boots, stops, leaves nobody, and no stranger gets a signal" {
  local refuse
  start_strangers
  leavers
  # Docker's filters of some years ago do not know the call, and kernels before 5.3 neither
  for refuse in '' --refuse=EPERM:pidfd_open --refuse=ENOSYS:pidfd_open; do
    rm -f "$CONFIG"/*
    # shellcheck disable=SC2086
    boot --read-only --run exec "${JOINED[@]}" ${refuse/=/ } -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=500
    note_mounts
    retry leavers_are_there
    stop_container
    [ "$(exit_code)" = 0 ]
    assert_none_left
    assert_strangers
    [ -e "$CONFIG/told" ]
    [ -e "$CONFIG/continued" ]
    refute_log 'warning|fatal'
  done
}

@test "L11 in a shared PID namespace, with a CMD: its code, and signals, with and without descriptors of processes" {
  local refuse
  start_strangers
  for refuse in '' --refuse=ENOSYS:pidfd_open; do
    # shellcheck disable=SC2086
    start --read-only --run exec "${JOINED[@]}" ${refuse/=/ } "${PATIENT[@]}" sh -c 'exit 7'
    [ "$(exit_code)" = 7 ]
    # shellcheck disable=SC2086
    start --read-only --run exec "${JOINED[@]}" ${refuse/=/ } "${PATIENT[@]}" sh -c 'echo running; exec sleep 1000000'
    wait_log '^running$'
    stop_container
    [ "$(exit_code)" = 0 ]
    # shellcheck disable=SC2086
    start --read-only --run exec "${JOINED[@]}" ${refuse/=/ } "${PATIENT[@]}" -e S6_CMD_RECEIVE_SIGNALS=1 sh -c 'exec sleep 1000000'
    diverted() { test -e "$(inside /run/s6/cmdpid)"; }
    retry diverted
    # it is no relative of ours
    stop_container
    [ "$(exit_code)" = 143 ]
    # shellcheck disable=SC2086
    start --read-only --run exec "${JOINED[@]}" ${refuse/=/ } "${PATIENT[@]}" -e S6_CMD_RECEIVE_SIGNALS=1 sh -c 'exec sleep 1000000'
    retry diverted
    halt_container
    [ "$(exit_code)" = 0 ]
    assert_strangers
  done
}

@test "L11 in a shared PID namespace: another SIGTERM while the last program ends what is left does not keep it from that" {
  start_strangers
  leavers
  boot --read-only --run exec "${JOINED[@]}" -e S6_KILL_GRACETIME=2000
  note_mounts
  retry leavers_are_there
  signal_container
  ending() { [ "$(cat "/proc/$(init_pid)/comm")" = finish ] && [ $((16#$(sed -n 's/^SigIgn:[[:blank:]]*//p' "/proc/$(init_pid)/status") & 0x4000)) -ne 0 ]; }
  retry ending
  signal_container
  signal_container INT
  [ "$(exit_code)" = 0 ]
  assert_none_left
  assert_strangers
}

@test "L11 in a shared PID namespace: an s6-svscan that ends before it is ready leaves nobody behind" {
  start_strangers
  rm "$ROOT/command/s6-svscan"
  cat >"$ROOT/command/s6-svscan" <<'RUN'
#!/bin/sh
read -r x </config/end
exit 3
RUN
  chmod 0755 "$ROOT/command/s6-svscan"
  mkfifo "$CONFIG/end"
  mkdir -p "$ROOT/etc/cont-init.d"
  printf '#!/bin/sh\necho blocks\nexec sleep 1000000\n' >"$ROOT/etc/cont-init.d/blocks"
  chmod 0755 "$ROOT/etc/cont-init.d/blocks"
  start --read-only --run exec "${JOINED[@]}"
  note_mounts
  wait_log '^blocks$'
  echo >"$CONFIG/end"
  [ "$(exit_code)" = 3 ]
  retry assert_none_left
  assert_strangers
}

@test "L11 in a shared PID namespace: s6-svscan that fails ends what is below it, and no stranger" {
  start_strangers
  leavers
  boot --read-only --run exec "${JOINED[@]}" -e S6_KILL_GRACETIME=500
  note_mounts
  retry leavers_are_there
  # what it cannot execute at its end makes it fail, with all its supervisors there
  in_container sh -c 'rm /run/service/.s6-svscan/finish && mkdir /run/service/.s6-svscan/finish'
  signal_container ABRT
  [ "$(exit_code)" = 111 ]
  assert_log 'crash: fatal: s6-svscan has failed'
  assert_none_left
  assert_strangers
}

@test "L11 in a shared PID namespace: what a supervisor that was killed has left names a stranger by now, who is not killed" {
  local stranger number byte
  start_strangers
  # where all services are killed by the pids in their status, which are their supervisors' children
  service leaver <<'RUN'
#!/bin/sh
setsid sh -c 'trap "" TERM; echo left behind; while :; do sleep 1000000 & wait; done' &
exec sleep 1000000
RUN
  boot --read-only --run exec "${JOINED[@]}" --refuse ENOSYS:pidfd_open -e S6_LOGGING=1 -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=300
  note_mounts
  stranger=$(pgrep -P "$SECOND" -x sleep)
  number=$(awk '$1 == "NSpid:" { print $NF }' "/proc/$stranger/status")
  mkdir -p "$(inside /run)/service/gone/supervise" "$(inside /run)/service/gone/event"
  cp "$(inside /run)/service/keeper/supervise/status" "$DIR/status"
  # the pid: eight bytes, the highest first, behind two time stamps of twelve
  for byte in 0 1 2 3 4 5 6 7; do
    printf '%b' "\\x$(printf %x $((number >> (8 * (7 - byte)) & 255)))" | dd of="$DIR/status" bs=1 seek=$((24 + byte)) conv=notrunc status=none
  done
  cp "$DIR/status" "$(inside /run)/service/gone/supervise/status"
  : >"$(inside /run)/service/gone/supervise/lock"
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log 'killing what is left'
  assert_none_left
  assert_strangers
}

@test "L11 in a shared PID namespace: who changes services from beside us, as docker exec does, gets no signal, but its time" {
  start_strangers
  # it would pass a signal on to its script
  printf '#!/bin/sh\ntrap "echo >/config/told; exit 1" TERM\necho slow\nwhile :; do sleep 1000000 & wait; done\n' >"$ROOT/usr/bin/slow"
  chmod 0755 "$ROOT/usr/bin/slow"
  definition slow oneshot up=/usr/bin/slow
  boot --read-only --run exec "${JOINED[@]}" -e S6_SERVICES_GRACETIME=100 -e S6_KILL_GRACETIME=100
  in_container s6-rc -u change slow >"$DIR/beside" 2>&1 3>&- &
  retry grep -qx slow "$DIR/beside"
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^stop: warning: s6-rc does not end, and is no process of ours: going on without it$'
  [ ! -e "$CONFIG/told" ]
  assert_strangers
}

@test "L11 in a shared PID namespace: a daemon that holds the log open is told to end, a deaf one is killed, no stranger is" {
  local answer refuse
  start_strangers
  for refuse in '' --refuse=ENOSYS:pidfd_open; do
    for answer in 'exit 0' ''; do
      service leaver <<RUN
#!/bin/sh
setsid sh -c 'trap "$answer" TERM; echo left behind; while :; do sleep 1000000 & wait; done' &
exec sleep 1000000
RUN
      # shellcheck disable=SC2086
      boot --read-only --run exec "${JOINED[@]}" ${refuse/=/ } -e S6_LOGGING=1 -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=500
      note_mounts
      has_caught() { grep -q 'left behind' "$(inside /run/uncaught-logs/current)"; }
      retry has_caught
      stop_container
      [ "$(exit_code)" = 0 ]
      assert_none_left
      assert_strangers
      rm -r "$ROOT/etc/services.d/leaver"
    done
  done
}

@test "L11 in a shared PID namespace without /proc: boots and stops; what is left behind is said to be" {
  start_strangers
  service leaver <<'RUN'
#!/bin/sh
(setsid sh -c "echo left; exec sleep 1000000" &)
exec sleep 1000000
RUN
  install -m 0755 "$(command -v busybox)" "$ROOT/busybox"
  boot --read-only --run exec "${JOINED[@]}" "${PATIENT[@]}"
  wait_log '^left$'
  # the runtime cannot do without
  nsenter --mount --target "$(init_pid)" /busybox mount -t tmpfs none /proc
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^finish: warning: unable to end all processes that are left: No such file or directory$'
  assert_strangers
}
