#!/usr/bin/env bats
# How a container ends, and with which exit code. Nothing here measures time: where something must not wait, its limit is set to
# ten minutes, and the test gives up long before.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

PATIENT=(-e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=600000)
# ms to hold, where a service ends at once: on a busy machine too it must have ended by then. Its supervisor's pauses last as long.
LIFE=2000

@test "L1 SIGTERM: services that obey end the container at once, with 0" {
  boot --read-only --run exec "${PATIENT[@]}"
  stop_container TERM
  [ "$(exit_code)" = 0 ]
  refute_log 'killed|warning|fatal'
}

@test "L1 SIGINT, SIGQUIT, SIGUSR1, SIGUSR2 and SIGPWR are stops too" {
  # only our handler ends it: s6-svscan's own would wait for it for ever
  deaf_service deaf
  for signal in INT QUIT USR1 USR2 PWR; do
    boot -e S6_SERVICES_GRACETIME=100 -e S6_SERVICES_READYTIME=1
    stop_container "$signal"
    [ "$(exit_code)" = 0 ]
    assert_log 'service deaf .* killed'
  done
}

@test "L1 halt, on a noexec /run, is a stop too, and so are poweroff and reboot" {
  for command in halt poweroff reboot; do
    boot --read-only --run noexec "${PATIENT[@]}"
    in_container "/run/s6/basedir/bin/$command"
    [ "$(exit_code)" = 0 ]
    refute_log 'killed|warning|fatal'
  done
}

@test "L1 a stop in the middle of the boot ends it: no marker, no waiting for the service to become ready" {
  service never notification-fd=3 <<'RUN'
#!/usr/bin/with-contenv sh
echo 'started, never ready'
exec sleep 1000000
RUN
  for signal in TERM INT QUIT USR1 USR2 PWR; do
    start --read-only --run exec "${PATIENT[@]}"
    wait_log '^started, never ready$'
    stop_container "$signal"
    [ "$(exit_code)" = 0 ]
    refute_log '^\[.*\] done\.$'
  done
  # where /run is a volume, the report stays
  mkdir "$DIR/run"
  start "${PATIENT[@]}" --mount "$DIR/run:/run"
  wait_log '^started, never ready$'
  stop_container
  [ "$(jq -r .result "$DIR/run/s6/boot-report.json")" = stopped ]
}

@test "L1 a stop while supervisors start does not wait for services that then never start, twenty times" {
  for service in a b c d; do service "$service" <<<$'#!/bin/sh\nexec sleep 1000000'; done
  printf '#!/bin/sh\nsleep 0.05\nkill 1\n' >"$ROOT/hook"
  chmod 0755 "$ROOT/hook"
  for _ in $(seq 20); do
    start -e S6_STAGE2_HOOK=/hook "${PATIENT[@]}"
    [ "$(exit_code)" = 0 ]
    refute_log 'killed'
  done
}

@test "L1 a boot that is over before s6-svscan is there still ends the container, thirty times" {
  local i
  rm -r "$ROOT/etc/services.d"
  for i in {1..30}; do
    start --read-only --run exec "${PATIENT[@]}" sh -c 'exit 4'
    [ "$(exit_code)" = 4 ] || { echo "boot $i"; return 1; }
  done
}

@test "L1 SIGTERM as early as it can be held is not lost, thirty times" {
  local held=0 pid name
  while [ "$held" -lt 30 ]; do
    rm -f "$DIR/state/$ID/state.json"
    start --read-only --run exec "${PATIENT[@]}"
    retry test -s "$DIR/state/$ID/state.json"
    pid=$(jq -e .init_process_pid "$DIR/state/$ID/state.json")
    # no longer runc's own program, and blocking or catching SIGTERM
    until read -r name <"/proc/$pid/comm" && [[ $name != runc* ]] && holds_term "$pid"; do if ended; then return 1; fi; done
    # it may be further when we have seen that: what it is when it is stopped, it is until it goes on
    kill -STOP "$pid"
    retry is_stopped "$pid"
    if holds_term "$pid"; then
      held=$((held + 1))
      kill -TERM "$pid"
      kill -CONT "$pid"
    else
      # between the two: s6-svscan is about to catch it
      kill -CONT "$pid"
      wait_log '^\[ls\.io-init\] done\.$'
      stop_container
    fi
    [ "$(exit_code)" = 0 ] || { echo "boot $held"; return 1; }
  done
}

is_stopped() { [[ $(cat "/proc/$1/stat") == *') T '* ]]; }


# SIGTERM, 15, is in the mask of blocked or of caught signals
holds_term() {
  local key mask
  while read -r key mask; do
    case $key in SigBlk: | SigCgt:) ((!(0x$mask & 0x4000))) || return 0 ;; esac
  done <"/proc/$1/status"
  return 1
}

@test "L1 the signals of a stop are blocked when s6-svscan begins: none is lost before it has its handlers" {
  rm "$ROOT/command/s6-svscan"
  printf '#!/command/execlineb -P\ncat /proc/self/status\n' >"$ROOT/command/s6-svscan"
  chmod 0755 "$ROOT/command/s6-svscan"
  start
  ended_with_status() { log_has '^SigBlk:' && ended; }
  retry ended_with_status
  # INT, QUIT, USR1, USR2, TERM, PWR
  assert_log '^SigBlk:.*20004a06$'
}

@test "L2 a service that ignores SIGTERM is killed when its grace is over, and the exit code is 0" {
  deaf_service deaf
  # its own grace alone counts; the keeper, which obeys, must be down before it is over
  boot --read-only --run exec -e S6_SERVICES_GRACETIME=2000 -e S6_KILL_GRACETIME=600000
  stop_container TERM
  [ "$(exit_code)" = 0 ]
  assert_log '^[a-z-]+: warning: service deaf .*2000 ms.* killed'
  refute_log 'service keeper'
}

@test "L2 a service that needs its time after SIGTERM is not killed before its grace is over" {
  mkfifo "$CONFIG/go"
  service slow <<'RUN'
#!/usr/bin/with-contenv sh
trap 'echo saving; read x </config/go; echo saved; exit 0' TERM
echo waiting
while :; do sleep 1000000 & wait; done
RUN
  boot --read-only --run exec "${PATIENT[@]}"
  wait_log '^waiting$'
  signal_container TERM
  wait_log '^saving$'
  assert_running
  echo >"$CONFIG/go"
  [ "$(exit_code)" = 0 ]
  assert_log '^saved$'
  refute_log 'killed'
}

@test "L2 what a service leaves behind, deaf to SIGTERM, is killed after S6_KILL_GRACETIME" {
  service leaver <<'RUN'
#!/usr/bin/with-contenv sh
# a session of its own, as a daemon
setsid sh -c "trap '' TERM; echo left; exec sleep 1000000" &
exec sleep 1000000
RUN
  boot --read-only --run exec -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=300
  wait_log '^left$'
  stop_container TERM
  [ "$(exit_code)" = 0 ]
}

@test "L2 what a service leaves behind has its SIGTERM, stopped or not, and its time" {
  service leaver <<'RUN'
#!/usr/bin/with-contenv sh
setsid sh -c 'trap "echo >/config/asked; exit 0" TERM; echo left; while :; do sleep 1000000 & wait; done' &
setsid sh -c 'trap "echo >/config/continued; exit 0" TERM; kill -STOP $$; while :; do sleep 1000000 & wait; done' &
exec sleep 1000000
RUN
  boot --read-only --run exec "${PATIENT[@]}"
  wait_log '^left$'
  stopped() { cat "$(inside /proc)"/[0-9]*/stat 2>/dev/null | grep -qE '^[0-9]+ \(sh\) T '; }
  retry stopped
  stop_container TERM
  [ "$(exit_code)" = 0 ]
  [ -e "$CONFIG/asked" ]
  [ -e "$CONFIG/continued" ]
}

@test "L2 a service is killed with its process group: a deaf child does not outlast it" {
  service family notification-fd=3 <<'RUN'
#!/usr/bin/with-contenv sh
trap '' TERM
sleep 1000000 &
echo >&3
wait
RUN
  boot -e S6_SERVICES_GRACETIME=300 -e S6_KILL_GRACETIME=600000
  stop_container TERM
  [ "$(exit_code)" = 0 ]
}

@test "L2 a daemon that keeps a logger's pipe open does not keep the container" {
  service logged <<'RUN'
#!/usr/bin/with-contenv sh
setsid sh -c "trap '' TERM; echo left; exec sleep 1000000" &
exec sleep 1000000
RUN
  mkdir "$ROOT/etc/services.d/logged/log"
  printf '#!/bin/sh\nexec cat\n' >"$ROOT/etc/services.d/logged/log/run"
  chmod 0755 "$ROOT/etc/services.d/logged/log/run"
  boot -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=300
  wait_log '^left$'
  stop_container TERM
  [ "$(exit_code)" = 0 ]
  assert_log '^stop: warning: s6-svscan still waits .*killing what is left'
}

@test "L4 what a service wrote into the results file outlives a CMD that ends well on the stop" {
  service judge <<'RUN'
#!/usr/bin/with-contenv sh
read x </config/go
echo 3 >/run/s6-linux-init-container-results/exitcode
/run/s6/basedir/bin/halt
exec sleep 1000000
RUN
  mkfifo "$CONFIG/go"
  start "${PATIENT[@]}" sh -c 'trap "exit 0" TERM; echo >/config/go; while :; do sleep 1000000 & wait; done'
  [ "$(exit_code)" = 3 ]
}

@test "L6 S6_BEHAVIOUR_IF_STAGE2_FAILS=2 with a CMD: the code is the failing service's" {
  service flappy <<'RUN'
#!/usr/bin/with-contenv sh
exit 42
RUN
  READYTIME=$LIFE start "${PATIENT[@]}" -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2 sh -c 'trap "exit 0" TERM; while :; do sleep 1000000 & wait; done'
  [ "$(exit_code)" = 42 ]
}

@test "L3 the exit code of the CMD is the container's: 7" {
  start --read-only --run exec "${PATIENT[@]}" sh -c 'exit 7'
  [ "$(exit_code)" = 7 ]
}

@test "L3 a CMD that dies of SIGSEGV: 139" {
  start "${PATIENT[@]}" sh -c 'kill -SEGV $$'
  [ "$(exit_code)" = 139 ]
}

# A service that is up at once, and ready when it is let.
gate() {
  service gate notification-fd=3 <<'RUN'
#!/usr/bin/with-contenv sh
mkfifo /config/gate
read -r _ </config/gate
echo gate ready
echo >&3
exec 3>&-
exec sleep 1000000
RUN
}

@test "L3 S6_CMD_WAIT_FOR_SERVICES: the CMD starts when all services are up or ready, with the services' environment" {
  gate
  start --read-only --run exec -e GREETING=hello -e S6_CMD_WAIT_FOR_SERVICES=1 \
    sh -c 'init-status; echo "$GREETING $LSIO_READ_ONLY_FS"; exit 0'
  retry test -p "$CONFIG/gate"
  refute_log '^hello'
  echo >"$CONFIG/gate"
  [ "$(exit_code)" = 0 ]
  assert_log '^hello 1$'
  assert_log '^ +gate +ready '
  assert_log '^ +keeper +up '
  [ "$(grep -nE '^gate ready$' "$LOG" | cut -d: -f1)" -lt "$(grep -nE '^hello 1$' "$LOG" | cut -d: -f1)" ]
}

@test "L3 without S6_CMD_WAIT_FOR_SERVICES the CMD starts when all services are up, ready or not" {
  gate
  start --read-only --run exec sh -c 'init-status; exit 6'
  [ "$(exit_code)" = 6 ]
  assert_log '^ +gate +up '
  assert_log '^ +keeper +up '
}

@test "S6_CMD_WAIT_FOR_SERVICES_MAXTIME: what is not ready by then has failed; the CMD starts, or the container stops" {
  gate
  start --read-only --run exec -e S6_CMD_WAIT_FOR_SERVICES=1 -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=500 sh -c 'init-status; exit 6'
  [ "$(exit_code)" = 6 ]
  assert_log '^rc: warning: service gate is not ready within S6_CMD_WAIT_FOR_SERVICES_MAXTIME$'
  assert_log '^ +gate +failed '
  refute_log '^\[.*\] done\.$'
  rm "$CONFIG/gate"
  start --read-only --run exec -e S6_CMD_WAIT_FOR_SERVICES=1 -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=500 \
    -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2 sh -c 'echo started; exit 6'
  [ "$(exit_code)" = 1 ]
  refute_log '^started$'
}

@test "S6_CMD_WAIT_FOR_SERVICES_MAXTIME: what is up by then has not failed" {
  start --read-only --run exec "${PATIENT[@]}" -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=2000 \
    sh -c 'sleep 2.2; init-status; exit 6'
  [ "$(exit_code)" = 6 ]
  assert_log '^ +keeper +up '
  refute_log 'MAXTIME'
}

@test "L3 without a CMD the container stays up, and nothing of the boot stays in memory" {
  boot --read-only --run exec
  assert_running
  gone() { ! grep -lE '^/init' /proc/"$(init_pid)"/root/proc/[0-9]*/cmdline 2>/dev/null; }
  retry gone
  # s6-svscan, a supervisor and the service
  assert_processes 's6-supervise s6-svscan sleep'
}

@test "L3 SIGTERM while a CMD runs ends it, and the container" {
  start --read-only --run exec "${PATIENT[@]}" sh -c 'trap "echo asked; exit 5" TERM; echo running; while :; do sleep 1000000 & wait; done'
  wait_log '^running$'
  stop_container TERM
  assert_log '^asked$'
  [ "$(exit_code)" = 5 ]
}

@test "L3 SIGTERM while the CMD is stopped: it goes on, and ends" {
  start --read-only --run exec "${PATIENT[@]}" sh -c 'trap "exit 5" TERM; echo stopping; kill -STOP $$; exit 6'
  wait_log '^stopping$'
  stopped() { cat "$(inside /proc)"/[0-9]*/stat 2>/dev/null | grep -qE '^[0-9]+ \(sh\) T '; }
  retry stopped
  stop_container TERM
  [ "$(exit_code)" = 5 ]
}

@test "L3 a CMD that ignores SIGTERM is killed after S6_KILL_GRACETIME" {
  start -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=300 sh -c 'trap "" TERM; echo deaf; exec sleep 1000000'
  wait_log '^deaf$'
  stop_container TERM
  [ "$(exit_code)" = 0 ]
  assert_log 'warning: the command does not end: killed'
  refute_log 'stage 2 does not end'
}

@test "L4 a service writes 3 to the results file and runs halt: the container exits 3" {
  service judge <<'RUN'
#!/usr/bin/with-contenv sh
echo 3 >/run/s6-linux-init-container-results/exitcode
/run/s6/basedir/bin/halt
exec sleep 1000000
RUN
  start --read-only --run exec "${PATIENT[@]}"
  [ "$(exit_code)" = 3 ]
}

@test "L4 the same from a finish script, on a writable root" {
  service judge <<'RUN'
#!/usr/bin/with-contenv sh
exit 9
RUN
  cat >"$ROOT/etc/services.d/judge/finish" <<'FINISH'
#!/usr/bin/with-contenv sh
echo "$1" >/run/s6-linux-init-container-results/exitcode
exec /run/s6/basedir/bin/halt
FINISH
  chmod 0755 "$ROOT/etc/services.d/judge/finish"
  start "${PATIENT[@]}"
  [ "$(exit_code)" = 9 ]
}

@test "L4 s6-svscanctl -t ends the container with the code in the results file" {
  boot --read-only --run exec "${PATIENT[@]}"
  echo 5 >"$(inside /run/s6-linux-init-container-results/exitcode)"
  in_container s6-svscanctl -t /run/service
  [ "$(exit_code)" = 5 ]
}

@test "what stage 2 cannot go on without ends the container, also when s6-svscan is late" {
  # the kernel counts a user's processes in all containers
  local uid=$((1000000 + BASHPID))
  # init and stage 2
  limit_processes 2
  mkdir -m 0777 "$DIR/run"
  rm -r "$ROOT/etc/services.d" "$ROOT/command/s6-svscan"
  # slow without a process of its own
  printf '#!/bin/sh\ni=0\nwhile [ $i -lt 200000 ]; do i=$((i + 1)); done\nexec /usr/bin/s6-svscan "$@"\n' >"$ROOT/command/s6-svscan"
  chmod 0755 "$ROOT/command/s6-svscan"
  start --user "$uid:$uid" --mount "$DIR/run:/run" sh -c 'exit 7'
  [ "$(exit_code)" = 111 ]
  assert_log '^rc: fatal: unable to start the command: .*; the container is stopped$'
}

@test "a /run without room for what init puts there: 100, the remedy is more space" {
  local inodes
  mkdir "$DIR/small"
  for inodes in 4 10 16; do
    mount -t tmpfs -o "nr_inodes=$inodes,mode=0755" stillroot-test "$DIR/small"
    start --mount "$DIR/small:/run"
    [ "$(exit_code)" = 100 ]
    assert_log '^init: fatal: .*: No space left on device; give /run more space: docker run --tmpfs /run:exec,size=64m, compose .*, Kubernetes .*$'
    umount "$DIR/small"
  done
}

@test "L3 on a full /run the exit code is the CMD's all the same" {
  mkdir "$DIR/small"
  mount -t tmpfs -o size=200k,mode=0755 stillroot-test "$DIR/small"
  start --mount "$DIR/small:/run" sh -c 'cat /dev/zero >/run/full; exit 137'
  [ "$(exit_code)" = 137 ]
}

@test "L6 a service that dies at once, again and again: named once with its code, no marker, the others stay up" {
  service flappy <<'RUN'
#!/usr/bin/with-contenv sh
exit 42
RUN
  READYTIME=$LIFE start --read-only --run exec
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: service flappy .*exit code 42'
  refute_log '^\[.*\] done\.$'
  [ "$(service_status flappy)" = failed ]
  [ "$(service_status keeper)" = up ]
  [ "$(report .result)" = failed ]
  assert_running
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "L6 by default, a service must stay up for a second to have held" {
  # each of its lives is longer than the 100 ms that the other tests ask for, and shorter than the default
  service short <<'RUN'
#!/usr/bin/with-contenv sh
sleep 0.2
exit 42
RUN
  READYTIME='' start --read-only --run exec
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: service short dies again and again: exit code 42'
  refute_log '^\[.*\] done\.$'
  stop_container
  start --read-only --run exec
  wait_log '^\[ls\.io-init\] done\.$'
  refute_log 'again and again'
}

@test "the report has the time at which a service came up, not that until which it was watched" {
  gate
  service early <<<$'#!/usr/bin/with-contenv sh\n: >/config/early\nexec s6-setuidgid abc sleep 1000000'
  READYTIME='' start --read-only --run exec
  retry test -e "$CONFIG/early"
  retry test -p "$CONFIG/gate"
  echo >"$CONFIG/gate"
  wait_log '^\[ls\.io-init\] done\.$'
  [ "$(report '([.services[] | {(.name): .ms}] | add) as $ms | $ms.early <= $ms.gate')" = true ]
}

@test "L6 a service that stays down after a clean exit has not held either" {
  service once <<'RUN'
#!/usr/bin/with-contenv sh
exit 0
RUN
  READYTIME=$LIFE start
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: service once .*exit code 0'
  refute_log '^\[.*\] done\.$'
}

@test "L6 a service that was ready and dies before the boot is over has not held" {
  gate
  service brief notification-fd=3 <<<$'#!/bin/sh\necho >&3\nexit 7'
  start --read-only --run exec "${PATIENT[@]}"
  wait_log '^rc: warning: service brief dies again and again: exit code 7'
  refute_log '^\[.*\] done\.$'
}

@test "a service with a down file is not started, and has no say in the boot" {
  service idle down= <<<$'#!/bin/sh\necho started\nexec sleep 1000000'
  boot --read-only --run exec "${PATIENT[@]}"
  [ "$(service_status idle)" = down ]
  refute_log '^started$'
  in_container s6-svc -u /run/service/idle
  wait_log '^started$'
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "L6 a finish that exits 125 is a failure for good" {
  service once <<'RUN'
#!/usr/bin/with-contenv sh
exit 4
RUN
  printf '#!/bin/sh\nexit 125\n' >"$ROOT/etc/services.d/once/finish"
  chmod 0755 "$ROOT/etc/services.d/once/finish"
  READYTIME=$LIFE start --read-only --run exec
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: service once failed for good'
  refute_log '^\[.*\] done\.$'
}

@test "L6 a service that tells its supervisor to leave it down is not waited for" {
  for option in d O; do
    service once <<RUN
#!/bin/sh
s6-svc -$option .
RUN
    READYTIME=$LIFE boot
    assert_log '^rc: info: service once has been told to stay down$'
    [ "$(service_status once)" = down ]
    [ "$(service_status keeper)" = up ]
    [ "$(report .result)" = 'done' ]
    stop_container
  done
}

@test "L6 a service told to stay down before it was ready has failed" {
  service once notification-fd=3 <<'RUN'
#!/bin/sh
s6-svc -d .
RUN
  start
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: service once has been told to stay down before it was ready$'
  refute_log '^\[.*\] done\.$'
}

@test "L6 S6_BEHAVIOUR_IF_STAGE2_FAILS=2: a service that fails ends the container, not with 0" {
  service flappy <<'RUN'
#!/usr/bin/with-contenv sh
exit 42
RUN
  READYTIME=$LIFE start --read-only --run exec -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" -ne 0 ]
  refute_log '^\[.*\] done\.$'
}

@test "L9 an orphan is reaped" {
  mkfifo "$CONFIG/go"
  service parent <<'RUN'
#!/usr/bin/with-contenv sh
# the inner one outlives its parent
(sh -c 'echo $$ >/config/orphan.new; mv /config/orphan.new /config/orphan; read x </config/go' &)
exec sleep 1000000
RUN
  boot --read-only --run exec
  retry test -e "$CONFIG/orphan"
  orphan=$(inside "/proc/$(cat "$CONFIG/orphan")")
  [ "$(awk '$1 == "PPid:" { print $2 }' "$orphan/status")" = 1 ]
  echo >"$CONFIG/go"
  # neither running nor a zombie
  retry test ! -e "$orphan"
  [ "$(cat "$(inside /proc)"/[0-9]*/stat | grep -cE '\) Z ')" = 0 ]
}

@test "L10 a service of uid 1000 opens /dev/stdout and /dev/stderr, both pipes" {
  service stranger <<'RUN'
#!/usr/bin/with-contenv sh
exec s6-applyuidgid -u 1000 -g 1000 -G '' sh -c '
  echo "$(id -u) out" >/dev/stdout
  echo "$(id -u) err" >/dev/stderr
  exec sleep 1000000'
RUN
  boot --read-only --run exec
  wait_log '^1000 out$'
  wait_log '^1000 err$'
}

is_told() { ! grep -qs 2000000 "$(inside /proc)"/[0-9]*/cmdline; } # one of two that are left obeys

@test "an init that is executed while the first one ends: 100, and the first one's exit code is its own" {
  local flags
  cat >"$ROOT/leave" <<'RUN'
#!/bin/sh
setsid sh -c 'trap "" TERM; : >/run/s6/deaf; exec sleep 1000000' &
setsid sh -c ': >/run/s6/mild; exec sleep 2000000' &
until [ -e /run/s6/deaf ] && [ -e /run/s6/mild ]; do :; done
exit 6
RUN
  chmod 0755 "$ROOT/leave"
  for flags in '--read-only --run exec' '--read-only' ''; do
    # shellcheck disable=SC2086
    start $flags -e S6_KILL_GRACETIME=60000 /leave
    retry test -e "/proc/$(init_pid)/root/run/s6/mild"
    # not before: what finish tells to end is all that there is then
    retry is_told
    run in_container /init
    echo "$flags: $status $output"
    [ "$status" -eq 100 ]
    [[ $output == *'init: fatal: /run is in use by '*' an init '* ]]
    # what has been started in it is killed too, and says so
    in_container sh -c 'kill -KILL -1' || true
    [ "$(exit_code)" = 6 ]
  done
}
