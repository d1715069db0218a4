#!/usr/bin/env bats
# Life of a container: L1 to L10 of the scenarios, the parts that exist; U1.

load lib

@test "U1 PUID and PGID unset: 911:911" {
  a_service
  boot
  assert_boot
  logged 'User UID: +911'
  [ "$(in_container s6-setuidgid abc id -u)" = 911 ]
}

@test "U1 PUID on a writable root fails loudly as long as it cannot be done" {
  a_service
  boot --env PUID=1000
  assert_fatal 'fatal: user-remap: .*PUID=1000'
}

@test "L1 services that obey TERM: exit 0, nothing killed" {
  a_service
  service other <<< $'#!/bin/sh\nexec sleep 1000'
  boot
  assert_boot
  stop
  [ "$code" = 0 ]
  not_logged 'killed'
}

@test "L1 SIGINT stops as well" {
  a_service
  boot
  booted
  signal INT
  ended
  [ "$code" = 0 ]
}

@test "L2 a service that ignores TERM is killed at its grace, with its children" {
  service deaf <<< $'#!/bin/sh\ntrap "" TERM\necho deaf is up\nwhile :; do sleep 1000; done'
  boot --env S6_SERVICES_GRACETIME=300 --env S6_SERVICES_READYTIME=10
  booted
  stop
  [ "$code" = 0 ]
  once 'warning: service deaf is not down 300 ms after SIGTERM: killed'
}

@test "L3 CMD's exit code is the container's" {
  a_service
  boot -- sh -c 'exit 7'
  ended
  [ "$code" = 7 ]
}

@test "L3 CMD killed by SEGV: 139" {
  a_service
  boot -- sh -c 'kill -SEGV $$'
  ended
  [ "$code" = 139 ]
}

@test "L3 without a CMD the container stays up, and nothing of the boot stays resident" {
  a_service
  boot
  assert_boot
  [ "$(in_container sh -c 'cat /proc/[0-9]*/comm' | grep -cE '^(init|rc|stillroot)$')" = 0 ]
}

@test "L4 a service writes the results file and runs halt" {
  service web <<< $'#!/bin/sh\necho up\nexec sleep 1000'
  service ender <<< $'#!/bin/sh\nexit 0'
  printf '#!/bin/sh\necho 3 > /run/s6-linux-init-container-results/exitcode\nexec /run/s6/basedir/bin/halt\n' > "$ROOT/etc/services.d/ender/finish"
  chmod +x "$ROOT/etc/services.d/ender/finish"
  boot
  ended
  [ "$code" = 3 ]
}

@test "s6-svscanctl -t ends the container with the results file's code" {
  a_service
  boot
  booted
  in_container sh -c 'echo 5 > /run/s6-linux-init-container-results/exitcode; s6-svscanctl -t /run/service'
  ended
  [ "$code" = 5 ]
}

@test "L6 a service that dies again and again: no marker, one line names service and code" {
  a_service
  service loop <<< $'#!/bin/sh\nexit 3'
  boot
  wait_log 'warning: the boot is not complete'
  once 'warning: service loop .*exit code 3'
  not_logged 'done\.'
  [ "$(report .result)" = failed ]
  [ "$(report '.services[]|select(.name=="web").status')" = up ]
  stop
  [ "$code" = 0 ]
}

@test "L6 with S6_BEHAVIOUR_IF_STAGE2_FAILS=2 the container stops" {
  service loop <<< $'#!/bin/sh\nexit 3'
  boot --env S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  ended
  [ "$code" -ne 0 ]
  not_logged 'done\.'
}

@test "a finish that exits 125 is a failure for good" {
  service once <<< $'#!/bin/sh\nexit 4'
  printf '#!/bin/sh\nexit 125\n' > "$ROOT/etc/services.d/once/finish"
  chmod +x "$ROOT/etc/services.d/once/finish"
  boot
  wait_log 'warning: service once failed for good'
  wait_log 'warning: the boot is not complete'
  not_logged 'done\.'
}

@test "readiness: the marker and the CMD wait for the notification" {
  service ready 3 <<< $'#!/bin/sh\nread x < /run/go\necho notifying\necho >&3\nexec sleep 1000'
  mkdir -p "$ROOT/run"
  boot --run exec -- sh -c 'echo cmd runs; exec sleep 1000'
  until in_container test -d /run/s6/basedir; do :; done
  not_logged 'cmd runs'
  in_container sh -c 'mkfifo /run/go 2>/dev/null; echo go > /run/go'
  booted
  [ "$(grep -nE 'notifying' "$LOG" | cut -d: -f1)" -lt "$(grep -n 'cmd runs' "$LOG" | cut -d: -f1)" ]
  [ "$(report '.services[0].status')" = ready ]
}

@test "a stop in the middle of the boot ends it" {
  service never 3 <<< $'#!/bin/sh\necho never begins\nexec sleep 1000'
  boot
  wait_log 'never begins'
  stop
  [ "$code" = 0 ]
  not_logged 'done\.'
}

@test "TERM reaches the CMD, and KILL at its grace" {
  a_service
  boot --env S6_KILL_GRACETIME=300 -- sh -c 'trap "" TERM; echo cmd is deaf; while :; do sleep 1000; done'
  wait_log 'cmd is deaf'
  stop
  [ "$code" = 0 ]
  once 'warning: the command does not end: killed'
}

@test "a CMD that ends on TERM with a code of its own: that code" {
  a_service
  boot -- sh -c 'trap "exit 9" TERM; echo cmd is up; while :; do sleep 0.1; done'
  wait_log 'cmd is up'
  stop
  [ "$code" = 9 ]
}

@test "L8 stdin reaches the CMD" {
  a_service
  echo 'echo got $((40 + 2))' > "$T/stdin"
  STDIN=$T/stdin boot -- sh
  ended
  [ "$code" = 0 ]
  logged '^got 42'
}

@test "L9 orphans are reaped" {
  a_service
  boot
  booted
  in_container sh -c '(sh -c "exit 0" & sh -c "sleep 0.05 &" &) ; exit 0'
  for _ in $(seq 200); do
    z=$(in_container sh -c 'grep -lE "^State:.Z" /proc/[0-9]*/status' 2>/dev/null | wc -l)
    [ "$z" = 0 ] && break
  done
  [ "$z" = 0 ]
}

@test "L10 a service of another user opens /dev/stdout and /dev/stderr, a pipe" {
  service web <<< $'#!/bin/sh\nexec s6-applyuidgid -u 1000 -g 1000 -G "" sh -c "echo through stdout > /dev/stdout; echo through stderr > /dev/stderr; exec sleep 1000"'
  mkfifo "$T/pipe"
  cat "$T/pipe" > "$T/seen" 3>&- &
  cat_pid=$!
  LOG=$T/pipe
  exec 5<>"$T/pipe"
  boot
  exec 5>&-
  LOG=$T/seen
  wait_log '^through stdout'
  wait_log '^through stderr'
  stop
  wait "$cat_pid"
}
