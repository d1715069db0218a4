#!/usr/bin/env bats
# S6_CMD_RECEIVE_SIGNALS: who gets the container's signals.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

PATIENT=(-e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=600000)

# the CMD is there to get them
diverted() { test -e "$(inside /run/s6/cmdpid)"; } 2>/dev/null

# says what it gets, and ends on the word of a file
# shellcheck disable=SC2016
LISTENER='for s in TERM QUIT INT USR1 USR2 PWR WINCH; do trap "echo got $s" $s; done
echo listening
until [ -e /config/end ]; do sleep 0.05; done
exit 6'

@test "S6_CMD_RECEIVE_SIGNALS: each signal goes to the CMD; the container goes on, and ends with the CMD" {
  local signal value
  for value in 1 true; do
    rm -f "$CONFIG/end"
    start --read-only --run exec "${PATIENT[@]}" -e S6_CMD_RECEIVE_SIGNALS=$value sh -c "$LISTENER"
    wait_log '^listening$'
    retry diverted
    for signal in TERM QUIT INT USR1 USR2 PWR WINCH; do
      signal_container $signal
      wait_log "^got $signal\$"
    done
    assert_running
    [ -e "$(inside /run/service/keeper)" ]
    : >"$CONFIG/end"
    [ "$(exit_code)" = 6 ]
    assert_log '^got ' 7
    refute_log 'killed|warning|fatal'
  done
}

@test "S6_CMD_RECEIVE_SIGNALS=0, and unset: SIGTERM stops the container, SIGWINCH nothing" {
  local value
  for value in 0 false ''; do
    start --read-only --run exec "${PATIENT[@]}" -e "S6_CMD_RECEIVE_SIGNALS=$value" sh -c 'trap "" WINCH; echo running; exec sleep 1000000'
    wait_log '^running$'
    signal_container WINCH
    assert_running
    [ ! -L "$(inside /run/service/.s6-svscan)/SIGWINCH" ]
    stop_container TERM
    [ "$(exit_code)" = 0 ]
  done
}

@test "S6_CMD_RECEIVE_SIGNALS: halt stops the container all the same, and so do poweroff and reboot" {
  local command
  for command in halt poweroff reboot; do
    # a signal that is only sent on would not end it
    start --read-only --run noexec -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=200 -e S6_CMD_RECEIVE_SIGNALS=1 \
      sh -c 'trap "" TERM; echo running; exec sleep 1000000'
    wait_log '^running$'
    retry diverted
    in_container "/run/s6/basedir/bin/$command"
    [ "$(exit_code)" = 0 ]
    assert_log 'warning: the command does not end: killed'
  done
}

@test "S6_CMD_RECEIVE_SIGNALS: halt from a service, with an exit code" {
  service judge <<'RUN'
#!/usr/bin/with-contenv sh
until [ -e /run/s6/cmdpid ]; do sleep 0.05; done
echo 3 >/run/s6-linux-init-container-results/exitcode
/run/s6/basedir/bin/halt
exec sleep 1000000
RUN
  start "${PATIENT[@]}" -e S6_CMD_RECEIVE_SIGNALS=1 sh -c 'exec sleep 1000000'
  [ "$(exit_code)" = 3 ]
}

@test "S6_CMD_RECEIVE_SIGNALS: before the CMD runs, SIGTERM stops the container" {
  service never notification-fd=3 <<'RUN'
#!/usr/bin/with-contenv sh
echo 'started, never ready'
exec sleep 1000000
RUN
  start --read-only --run exec "${PATIENT[@]}" -e S6_CMD_RECEIVE_SIGNALS=1 -e S6_CMD_WAIT_FOR_SERVICES=1 sh -c 'echo never'
  wait_log '^started, never ready$'
  stop_container TERM
  [ "$(exit_code)" = 0 ]
  refute_log '^never$'
}

@test "S6_CMD_RECEIVE_SIGNALS: with stage 2 gone, nobody would stop the container after the CMD: SIGTERM does" {
  local rc
  start --read-only --run exec -e S6_CMD_RECEIVE_SIGNALS=1 -e S6_KILL_GRACETIME=100 sh -c 'trap "" TERM; echo running; exec sleep 1000000'
  wait_log '^running$'
  retry diverted
  rc=$(in_container sh -c 'grep -l "^/init" /proc/[0-9]*/cmdline')
  in_container sh -c 'kill -KILL "$1"' sh "$(basename "$(dirname "$rc")")"
  # which is no reason to stop for what never is one
  signal_container WINCH
  retry in_container s6-svstat -u /run/service/keeper
  # nobody has the lock of the stop
  in_container sh -c '! grep -q ":$(stat -c %i /run/s6/stop.lock) " /proc/locks'
  stop_container TERM
  [ "$(exit_code)" = 0 ]
}

@test "S6_CMD_RECEIVE_SIGNALS: a CMD that SIGTERM ends gives its code, 143" {
  start --read-only --run exec "${PATIENT[@]}" -e S6_CMD_RECEIVE_SIGNALS=1 sleep 1000000
  retry diverted
  stop_container TERM
  [ "$(exit_code)" = 143 ]
}
