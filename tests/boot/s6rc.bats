#!/usr/bin/env bats
# s6-rc, and the stop: services go up and down in the order of what they depend on.

load lib.bash
load definition.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

PATIENT=(-e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=600000)

# What it does stands in /config/order: up NAME, down NAME.
oneshot() { definition "$1" oneshot "up=sh -c \"echo up $1 >>/config/order\"" "down=sh -c \"echo down $1 >>/config/order\"" "${@:2}"; }
# A longrun is ready when that is written; mute ones never are.
longrun() {
  definition "$1" longrun notification-fd=3 "run=#!/bin/sh
echo up $1 >>/config/order
echo >&3
exec sleep 1000000" "finish=#!/bin/sh
echo down $1 >>/config/order" "${@:2}"
}

mute() {
  longrun "$@"
  sed -i '/>&3/d' "$ROOT/etc/s6-overlay/s6-rc.d/$1/run"
}

# What the boot starts.
user() {
  local name
  mkdir -p "$ROOT/etc/s6-overlay/s6-rc.d/user/contents.d"
  for name; do : >"$ROOT/etc/s6-overlay/s6-rc.d/user/contents.d/$name"; done
}

# In the container; what waits for what never comes must not keep the tests. runc sends TERM on.
bounded() { timeout -k 1 "$WAIT" runc --root "$DIR/state" exec "$ID" "$@"; }

# s6_rc CODE ARGUMENT...: in the container; what it says is in $OUT
s6_rc() {
  local code=0
  OUT=$(bounded s6-rc "${@:2}" 2>&1) || code=$?
  [ "$code" = "$1" ] || { echo "s6-rc ${*:2} exited $code: $OUT"; return 1; }
}

refute() { if "$@"; then return 1; fi; } # COMMAND...: it fails

# order LINE...: what has been done, and nothing else; forgets it
order() {
  printf '%s\n' "$@" | diff - "$CONFIG/order"
  : >"$CONFIG/order"
}

is_up() { [ "$(in_container s6-svstat -o up "/run/service/$1")" = true ]; }
has_no_down_file() { [ ! -e "$(inside "/run/s6-rc/servicedirs/$1")/down" ]; }

# a, which needs nothing, b, which needs a, and so on: longruns and oneshots in turn
chain() {
  oneshot a
  longrun b needs=a
  oneshot c needs=b
  longrun d needs=c
  user d
}

up_chain() { order 'up a' 'up b' 'up c' 'up d'; }
down_chain() { order 'down d' 'down c' 'down b' 'down a'; }

@test "list: what is up, what is down, what a bundle has; listall: what that needs, or what needs it" {
  chain
  longrun spare
  definition some bundle 'contents=spare
b'
  boot --read-only --run exec "${PATIENT[@]}"
  s6_rc 0 -a list
  # the stages are oneshots that are up
  for name in a b c d init-services keeper; do grep -qx "$name" <<<"$OUT"; done
  refute grep -qx -e spare -e user <<<"$OUT"
  s6_rc 0 -da list
  grep -qx spare <<<"$OUT"
  refute grep -qx -e a -e d <<<"$OUT"
  s6_rc 0 list some
  [ "$(sort <<<"$OUT")" = $'b\nspare' ]
  s6_rc 0 -d list all
  [ "$OUT" = '' ]
  s6_rc 0 list all
  for name in a b c d spare keeper init-services; do grep -qx "$name" <<<"$OUT"; done
  [ -z "$(sort <<<"$OUT" | uniq -d)" ]
  s6_rc 0 listall c
  for name in a b c; do grep -qx "$name" <<<"$OUT"; done
  refute grep -qx d <<<"$OUT"
  s6_rc 0 -d listall b
  # legacy-services waits for all of user
  [ "$(sort <<<"$OUT")" = $'b\nc\nci-service-check\nd\nkeeper\nlegacy-services' ]
}

@test "change: up and down in order, with what needs it; what is so already is left alone" {
  chain
  boot --read-only --run exec "${PATIENT[@]}"
  up_chain
  s6_rc 0 -d change b
  order 'down d' 'down c' 'down b'
  refute is_up b
  refute has_no_down_file b
  s6_rc 0 -d change b
  s6_rc 0 -u change c
  order 'up b' 'up c'
  is_up b
  has_no_down_file b
  refute is_up d
  s6_rc 0 change d
  s6_rc 0 start a b c d
  order 'up d'
  s6_rc 0 stop a
  down_chain
  s6_rc 0 start d
  up_chain
  s6_rc 0 diff
  [ "$OUT" = '' ]
}

@test "change: a bundle stands for what it contains, not for what that needs" {
  chain
  longrun e
  definition inner bundle contents=e
  definition outer bundle 'contents=inner
d'
  boot --read-only --run noexec "${PATIENT[@]}"
  s6_rc 0 -u change outer
  : >"$CONFIG/order"
  s6_rc 0 -d change outer
  [ "$(sort "$CONFIG/order")" = $'down d\ndown e' ]
}

@test "change: options in any order and together; everything that is up" {
  local options
  chain
  boot "${PATIENT[@]}"
  for options in -da -bda -bad '-a -d' '-d -b -a'; do
    : >"$CONFIG/order"
    # shellcheck disable=SC2086
    s6_rc 0 $options change
    down_chain
    refute is_up keeper
    s6_rc 0 start d keeper
  done
  s6_rc 0 -v2 -l /run/s6-rc/ -t 600000 -bda change
  grep -qx 's6-rc: info: service d: stopped' <<<"$OUT"
  s6_rc 0 -a list
  [ "$OUT" = '' ]
}

@test "change -p: exactly the selection and what it needs; with -d, all but it" {
  chain
  longrun e
  user e
  boot "${PATIENT[@]}"
  : >"$CONFIG/order"
  s6_rc 0 -p change b
  [ "$(grep -v e "$CONFIG/order")" = $'down d\ndown c' ]
  grep -qx 'down e' "$CONFIG/order"
  s6_rc 0 -a list
  [ "$(sort <<<"$OUT")" = $'a\nb' ]
  : >"$CONFIG/order"
  s6_rc 0 -pd change d
  refute grep -qx 'up d' "$CONFIG/order"
  s6_rc 0 -a list
  grep -qx e <<<"$OUT"
  refute grep -qx -e d -e keeper <<<"$OUT"
}

@test "change -p: nothing goes up where what is not selected does not go down" {
  definition stubborn oneshot down=false
  oneshot other
  user stubborn
  boot "${PATIENT[@]}"
  s6_rc 1 -p change other
  [ ! -e "$CONFIG/order" ]
  s6_rc 0 -a list
  grep -qx stubborn <<<"$OUT"
  refute grep -qx other <<<"$OUT"
}

@test "change -bad: everything that is up goes down, as scripts of images ask for it" {
  chain
  boot "${PATIENT[@]}"
  up_chain
  s6_rc 0 -bad change
  down_chain
  s6_rc 0 -a list
  [ -z "$OUT" ]
}

@test "start and stop take no -p: what is not selected stays as it is" {
  oneshot one
  oneshot two
  user one
  boot "${PATIENT[@]}"
  order 'up one'
  s6_rc 0 -p start two
  order 'up two'
  s6_rc 0 -p stop two
  order 'down two'
  s6_rc 0 -a list
  grep -qx one <<<"$OUT"
}

@test "change: a longrun that runs already and is not ready is waited for" {
  longrun slow
  sed -i 's/^echo >&3/read -r line <\/config\/go; &/' "$ROOT/etc/s6-overlay/s6-rc.d/slow/run"
  mkfifo "$CONFIG/go"
  oneshot behind needs=slow
  boot "${PATIENT[@]}"
  in_container s6-svc -u /run/service/slow
  retry is_up slow
  s6_rc 2 -t 300 start behind
  grep -qx 'up slow' "$CONFIG/order"
  refute grep -qx 'up behind' "$CONFIG/order"
}

@test "change -n says what would be done, in order, and does nothing" {
  chain
  boot "${PATIENT[@]}"
  s6_rc 0 -n0 -d change b
  [ "$(grep -xE '.* .' <<<"$OUT")" = $'stop d\nstop c\nstop b' ]
  grep -qx 'stop keeper' <<<"$OUT"
  s6_rc 0 -n 0 -u change d
  [ "$OUT" = '' ]
  up_chain
  s6_rc 0 stop b
  : >"$CONFIG/order"
  s6_rc 0 -n0 start d
  [ "$OUT" = $'start b\nstart c\nstart d' ]
  [ ! -s "$CONFIG/order" ]
}

@test "change: essential services stay, with what they need, unless it is -D" {
  chain
  touch "$ROOT/etc/s6-overlay/s6-rc.d/c/flag-essential"
  boot --read-only --run exec "${PATIENT[@]}"
  up_chain
  s6_rc 0 -d change a
  grep -qE '^s6-rc: warning: service c is essential: not stopped' <<<"$OUT"
  order 'down d'
  s6_rc 0 -e list all
  refute grep -qx c <<<"$OUT"
  s6_rc 0 -D change a
  order 'down c' 'down b' 'down a'
}

@test "change: of -D, -e and -E the last one says what becomes of essential services" {
  chain
  touch "$ROOT/etc/s6-overlay/s6-rc.d/c/flag-essential"
  boot "${PATIENT[@]}"
  up_chain
  s6_rc 0 -eE list all
  grep -qx c <<<"$OUT"
  s6_rc 0 -DE change a
  order 'down d'
  s6_rc 0 -Ee list all
  refute grep -qx c <<<"$OUT"
}

@test "change: what needs a service that fails does not start, the rest does; 1" {
  longrun good
  definition bad oneshot 'up=sh -c "exit 9"'
  definition dies oneshot 'up=sh -c "kill -SEGV $$"'
  oneshot after needs=bad
  definition all-of-it bundle 'contents=good
after
dies'
  boot "${PATIENT[@]}"
  s6_rc 1 -u change all-of-it
  grep -qx 's6-rc: warning: unable to start service bad: its up exited 9' <<<"$OUT"
  grep -qx 's6-rc: warning: unable to start service dies: its up was ended by signal 11' <<<"$OUT"
  retry is_up good
  order 'up good'
  s6_rc 0 -a list
  refute grep -qxE 'bad|dies|after|all-of-it' <<<"$OUT"
}

@test "timeout-up: a longrun that is never ready is told to go down, an up is killed with all that it has started; 1" {
  mute mute timeout-up=200
  definition sleepy oneshot timeout-up=200 'up=sh -c "trap : TERM; sleep 1000000 & echo $! >/config/sleep; wait; wait"'
  longrun patient needs='sleepy mute'
  boot --read-only --run exec "${PATIENT[@]}"
  s6_rc 1 start patient
  grep -qx 's6-rc: warning: service mute is not up after 200 ms; raise its timeout-up if it needs longer' <<<"$OUT"
  grep -qx 's6-rc: warning: the up of service sleepy has not ended after 200 ms: killed; raise its timeout-up if it needs longer' <<<"$OUT"
  is_down() { refute is_up mute; }
  retry is_down
  refute has_no_down_file mute
  refute in_container sh -c "kill -0 $(cat "$CONFIG/sleep")"
  s6_rc 0 list patient
  s6_rc 0 -a list
  refute grep -qxE 'mute|sleepy|patient' <<<"$OUT"
}

@test "timeout-down: what takes longer has failed, and what it needs stays; a down is killed; 1" {
  oneshot base
  definition deaf longrun needs=base timeout-down=200 "run=#!/bin/sh
trap '' TERM
echo deaf >&2
exec sleep 1000000"
  definition sleepy oneshot needs=base timeout-down=200 'down=sleep 1000000'
  user deaf sleepy
  boot -e S6_SERVICES_GRACETIME=100
  wait_log '^deaf$'
  s6_rc 1 stop base
  grep -qx 's6-rc: warning: service deaf is not down after 200 ms; raise its timeout-down if it needs longer' <<<"$OUT"
  grep -qx 's6-rc: warning: the down of service sleepy has not ended after 200 ms: killed; raise its timeout-down if it needs longer' <<<"$OUT"
  order 'up base'
  s6_rc 0 -a list
  [ "$(grep -cxE 'base|deaf|sleepy' <<<"$OUT")" = 3 ]
}

@test "a longrun that finishes with 125, or whose supervisor ends, fails without a timeout; 1" {
  definition over longrun 'run=#!/bin/sh
exit 1' 'finish=#!/bin/sh
exit 125' notification-fd=3
  mute mute
  boot "${PATIENT[@]}"
  s6_rc 1 start over
  grep -qx 's6-rc: warning: unable to start service over: it failed for good: its finish script exited 125' <<<"$OUT"
  bounded s6-rc start mute >"$DIR/out" 2>&1 3>&- &
  retry is_up mute
  in_container s6-svc -xd /run/service/mute
  refute wait $!
  grep -qx 's6-rc: warning: unable to start service mute: its supervisor has ended' "$DIR/out"
}

@test "change -t: 2 when not all is done by then" {
  mute mute
  boot "${PATIENT[@]}"
  s6_rc 2 -t 200 start mute
  grep -qx 's6-rc: fatal: timed out: not all services have changed' <<<"$OUT"
  is_up mute
}

@test "exit codes: an unknown service is 3, a graph that is none 4, wrong use 100" {
  local name
  boot "${PATIENT[@]}"
  for name in list listall start stop change; do
    s6_rc 3 "$name" keeper nobody
    grep -qE '^s6-rc: fatal: nobody is not a service of this container' <<<"$OUT"
  done
  is_up keeper
  s6_rc 100
  s6_rc 100 revolve
  s6_rc 100 -Z list
  s6_rc 100 -t soon list
  s6_rc 100 -l /config -a list
  s6_rc 0 help
  s6_rc 0 --help
  grep -qE '^usage: s6-rc ' <<<"$OUT"
  echo mud >"$(inside /run/s6-rc)/graph"
  s6_rc 4 -a list
  rm "$(inside /run/s6-rc)/graph"
  s6_rc 4 -a list
  # nor is that of a container whose stop has lost its order
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "diff: what s6 was told behind the back of s6-rc; 1" {
  longrun here
  longrun there
  user here
  boot "${PATIENT[@]}"
  s6_rc 0 diff
  in_container s6-svc -d /run/service/here
  in_container s6-svc -u /run/service/there
  retry is_up there
  wanted_so() { s6_rc 1 diff && [ "$(sort <<<"$OUT")" = $'+there\n-here' ]; }
  retry wanted_so
}

@test "a lock that is held: at once an error that names -b; with -b it waits" {
  mute mute
  oneshot quick
  boot "${PATIENT[@]}"
  bounded s6-rc start mute >"$DIR/out" 2>&1 3>&- &
  retry is_up mute
  s6_rc 111 start quick
  grep -qx 's6-rc: fatal: unable to lock /run/s6-rc: another process is changing the services; -b waits for it' <<<"$OUT"
  s6_rc 111 -a list
  grep -qE '^s6-rc: fatal: unable to lock /run/s6-rc: process [0-9]+ is changing the services; -b waits for it$' <<<"$OUT"
  bounded s6-rc -b start quick >"$DIR/out2" 2>&1 3>&- &
  blocked=$!
  waiting() { [ "$(grep -c s6-rc "$(inside /proc)"/[0-9]*/comm | grep -c ':1$')" = 2 ]; }
  retry waiting
  refute grep -q quick "$CONFIG/order"
  in_container s6-svc -dx /run/service/mute
  wait "$blocked"
  grep -qx 'up quick' "$CONFIG/order"
}

@test "during the boot its oneshots are told to take -b, or rather not to" {
  definition nested oneshot 'up=sh -c "s6-rc -a list; echo code $?; s6-rc start keeper; echo code $?"'
  user nested
  boot "${PATIENT[@]}"
  assert_log '^s6-rc: fatal: unable to lock /run/s6-rc: .* is changing the services; -b waits for it$' 2
  assert_log '^code 111$' 2
}

@test "SIGTERM and SIGINT end s6-rc: longruns that are not up are told to go down, scripts to end" {
  local signal
  mute mute
  definition sleepy oneshot 'up=sh -c "echo >/config/sleepy; exec sleep 1000000"'
  boot "${PATIENT[@]}"
  for signal in TERM INT; do
    bounded sh -c 'echo $$ >/config/pid; exec s6-rc start mute sleepy' >"$DIR/out" 2>&1 3>&- &
    retry is_up mute
    retry test -e "$CONFIG/sleepy"
    rm "$CONFIG/sleepy"
    in_container sh -c "kill -$signal $(cat "$CONFIG/pid")"
    code=0
    wait $! || code=$?
    [ "$code" = 1 ]
    grep -qx 's6-rc: warning: unable to start service mute: interrupted' "$DIR/out"
    grep -qx 's6-rc: warning: unable to start service sleepy: its up was ended by signal 15' "$DIR/out"
    is_down() { refute is_up mute; }
    retry is_down
  done
}

@test "after a signal nothing more begins, though what runs ends well; what does not end is killed by the second signal" {
  local code=0
  definition trapping oneshot $'up=sh -c "trap \'exit 0\' TERM\necho >/config/begun\nwhile :; do sleep 0.02; done"'
  oneshot behind needs=trapping
  definition deaf oneshot $'up=sh -c "trap : TERM\necho >/config/begun\nwhile :; do sleep 0.02; echo >/config/beat; done"'
  boot "${PATIENT[@]}"
  begin() { # NAME
    rm -f "$CONFIG/begun" "$CONFIG/beat"
    bounded sh -c "echo \$\$ >/config/pid; exec s6-rc start $1" >"$DIR/out" 2>&1 3>&- &
    retry test -e "$CONFIG/begun"
  }
  begin behind
  in_container sh -c "kill $(cat "$CONFIG/pid")"
  wait $! || code=$?
  [ "$code" = 1 ]
  s6_rc 0 -a list
  grep -qx trapping <<<"$OUT"
  refute grep -qx behind <<<"$OUT"
  [ ! -e "$CONFIG/order" ]
  begin deaf
  in_container sh -c "kill $(cat "$CONFIG/pid")"
  rm -f "$CONFIG/beat"
  retry test -e "$CONFIG/beat"
  in_container sh -c "kill $(cat "$CONFIG/pid")"
  code=0
  wait $! || code=$?
  [ "$code" = 1 ]
  grep -qx 's6-rc: warning: unable to start service deaf: its up was ended by signal 9' "$DIR/out"
}

@test "while a command runs, the services can be changed as soon as the boot is over" {
  chain
  boot "${PATIENT[@]}" sleep 1000000
  up_chain
  s6_rc 0 -d change c
  order 'down d' 'down c'
  s6_rc 0 -u change d
  order 'up c' 'up d'
}

@test "a definition with the name of a private step of the boot is meant by it, the steps themselves have none" {
  oneshot numbers
  user numbers
  boot
  s6_rc 0 list numbers
  [ "$OUT" = numbers ]
  s6_rc 0 -d change numbers
  order 'up numbers' 'down numbers'
  s6_rc 3 list capabilities
}

@test "scripts get the name, and what services get of the environment, not that of who calls" {
  definition curious oneshot 'up=sh -c "echo \"$RC_NAME ${CALLER-nobody} ${GREETING-none} $(with-contenv sh -c \"echo \\$GREETING\")\""'
  boot "${PATIENT[@]}" -e GREETING=hello
  OUT=$(runc --root "$DIR/state" exec -e CALLER=me "$ID" s6-rc start curious)
  [ "$OUT" = 'curious nobody none hello' ]
}

@test "scripts run in the directory and with the umask that the boot gives them, not with those of who calls" {
  local name
  for name in here there; do definition "$name" oneshot "up=sh -c \"echo \$RC_NAME \$(pwd) \$(umask)\""; done
  user here
  boot "${PATIENT[@]}"
  assert_log '^here / 0022$'
  OUT=$(bounded sh -c 'cd /config && umask 077 && exec s6-rc start there')
  [ "$OUT" = 'there / 0022' ]
}

@test "s6-rc notices the end of a script though who calls it ignores SIGCHLD" {
  oneshot quick
  boot "${PATIENT[@]}"
  # busybox has no means for that
  timeout -k 1 "$WAIT" env --ignore-signal=CHLD nsenter -m -t "$(init_pid)" /usr/bin/s6-rc start quick
  order 'up quick'
}

@test "a container that is not root's has its s6-rc; nobody else has" {
  chain
  chmod 0777 "$CONFIG"
  mkdir -m 1777 "$DIR/run"
  # the services of others need root
  rm -r "$ROOT/etc/services.d"
  boot --user 1234:1234 --read-only --mount "$DIR/run:/run" "${PATIENT[@]}"
  up_chain
  OUT=$(in_container_as 1234:1234 s6-rc -a list)
  grep -qx d <<<"$OUT"
  in_container_as 1234:1234 s6-rc stop a
  down_chain
  code=0
  OUT=$(in_container_as 911:911 s6-rc -a list 2>&1) || code=$?
  [ "$code" = 100 ]
  [ "$OUT" = 's6-rc: fatal: only the user that the container was started as can use /run/s6-rc' ]
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "without the capability KILL, other users' scripts and services end in time all the same" {
  oneshot base
  definition deaf longrun needs=base "run=#!/bin/sh
trap '' TERM
echo deaf
exec s6-setuidgid abc sleep 1000000"
  definition script oneshot needs=base 'down=s6-setuidgid abc sleep 1000000'
  longrun other needs=deaf
  user script other
  boot --read-only --run exec --cap-drop KILL -e S6_SERVICES_GRACETIME=300 -e S6_KILL_GRACETIME=600000
  wait_log '^deaf$'
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 0 ]
  order 'down other' 'down base'
  assert_log 'service deaf is not down 300 ms after SIGTERM: killed'
  assert_log 'the down of service script has not ended after 300 ms: killed'
}

@test "stop: in order, a longrun after what needs it, what is up of the oneshots by its down" {
  chain
  longrun side needs=a
  user side
  oneshot never
  boot --read-only --run exec "${PATIENT[@]}"
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 0 ]
  [ "$(grep -v side "$CONFIG/order")" = $'down d\ndown c\ndown b\ndown a' ]
  # before what it needs
  [ "$(tail -n1 "$CONFIG/order")" = 'down a' ]
  grep -qx 'down side' "$CONFIG/order"
  refute_log 'killed|warning|fatal'
}

@test "stop: what s6-rc has down stays so, what it has up goes down" {
  chain
  oneshot later
  boot "${PATIENT[@]}"
  s6_rc 0 stop c
  s6_rc 0 start later
  : >"$CONFIG/order"
  stop_container
  [ "$(grep -v later "$CONFIG/order")" = $'down b\ndown a' ]
  grep -qx 'down later' "$CONFIG/order"
}

@test "stop: a down that fails is named, and what it needs goes down all the same" {
  oneshot base
  oneshot broken needs=base 'down=sh -c "exit 3"'
  longrun top needs=broken
  user top
  boot --read-only --run exec "${PATIENT[@]}"
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 0 ]
  order 'down top' 'down base'
  assert_log '^stop: warning: unable to stop service broken: its down exited 3$'
}

@test "stop: a down that hangs is killed after its timeout-down, or S6_SERVICES_GRACETIME, and named" {
  oneshot base
  definition hangs oneshot needs=base 'down=sh -c "trap : TERM; sleep 1000000 & wait; wait"'
  definition hangs-too oneshot needs=base timeout-down=200 'down=sleep 1000000'
  user hangs hangs-too
  boot --read-only --run exec -e S6_SERVICES_GRACETIME=300 -e S6_KILL_GRACETIME=600000
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 0 ]
  order 'down base'
  assert_log '^stop: warning: the down of service hangs has not ended after 300 ms: killed; raise S6_SERVICES_GRACETIME if it needs longer$'
  assert_log '^stop: warning: the down of service hangs-too has not ended after 200 ms: killed; raise its timeout-down if it needs longer$'
}

@test "stop: a longrun that ignores TERM in the middle of a chain is killed, then the rest goes down" {
  oneshot base
  definition deaf longrun needs=base "run=#!/bin/sh
trap '' TERM
echo up deaf >>/config/order
exec sleep 1000000"
  longrun top needs=deaf
  user top
  boot --read-only --run exec -e S6_SERVICES_GRACETIME=300 -e S6_KILL_GRACETIME=600000
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 0 ]
  order 'down top' 'down base'
  assert_log '^stop: warning: service deaf is not down 300 ms after SIGTERM: killed; raise S6_SERVICES_GRACETIME if it needs longer$'
}

@test "stop: a timeout-down that is longer than the grace is what a longrun has" {
  definition slow longrun timeout-down=600000 "run=#!/bin/sh
trap 'echo saving; read x </config/go; echo saved; exit 0' TERM
echo waiting
while :; do sleep 1000000 & wait; done"
  user slow
  mkfifo "$CONFIG/go"
  boot -e S6_SERVICES_GRACETIME=1 -e S6_KILL_GRACETIME=600000
  wait_log '^waiting$'
  signal_container
  wait_log '^saving$'
  # nobody reads it where the service was killed
  # shellcheck disable=SC2016
  timeout "$WAIT" sh -c 'echo >"$1"' sh "$CONFIG/go"
  [ "$(exit_code)" = 0 ]
  assert_log '^saved$'
  refute_log 'service slow'
}

@test "stop: in the middle of the boot, what is up goes down in order, what has not begun never does" {
  oneshot a
  longrun b needs=a
  definition sleepy oneshot needs=b 'up=sh -c "echo asleep; exec sleep 1000000"' 'down=sh -c "echo down sleepy >>/config/order"'
  mute mute needs=a
  longrun never needs='sleepy mute'
  user never
  start --read-only --run exec "${PATIENT[@]}"
  wait_log '^asleep$'
  retry grep -qx 'up mute' "$CONFIG/order"
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 0 ]
  [ "$(tail -n1 "$CONFIG/order")" = 'down a' ]
  [ "$(sort "$CONFIG/order")" = $'down a\ndown b\ndown mute' ]
  refute_log 'killed'
}

@test "stop: with a CMD it is the same order, after the CMD" {
  chain
  # shellcheck disable=SC2016
  start --read-only --run exec "${PATIENT[@]}" sh -c 'trap "echo down cmd >>/config/order; exit 5" TERM; echo running; while :; do sleep 1000000 & wait; done'
  wait_log '^running$'
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 5 ]
  order 'down cmd' 'down d' 'down c' 'down b' 'down a'
}

@test "stop: an s6-rc that waits is ended, with its scripts; a later one is refused" {
  definition sleepy oneshot 'up=sh -c "echo >/config/sleepy; exec sleep 1000000"'
  definition last oneshot 'down=sh -c "s6-rc -b start sleepy 2>&1; echo code $?"'
  user last
  boot "${PATIENT[@]}"
  bounded s6-rc start sleepy >"$DIR/out" 2>&1 3>&- &
  retry test -e "$CONFIG/sleepy"
  stop_container
  [ "$(exit_code)" = 0 ]
  grep -q 'service sleepy' "$DIR/out"
  assert_log '^s6-rc: fatal: the container stops: nothing else changes its services any more$'
  assert_log '^code 1$'
  refute_log 'killed'
}

@test "stop: what an image links into the scandir itself goes down too, at once, and stays as it is" {
  chain
  mkdir -p "$ROOT/stray"
  printf '#!/bin/sh\ntrap "" TERM\necho deaf\nexec sleep 1000000\n' >"$ROOT/stray/run"
  printf '#!/bin/sh\necho down stray >>/config/order\n' >"$ROOT/stray/finish"
  chmod 0755 "$ROOT/stray/run" "$ROOT/stray/finish"
  boot -e S6_SERVICES_GRACETIME=300 -e S6_KILL_GRACETIME=600000
  in_container ln -s /stray /run/service/stray
  in_container s6-svscanctl -a /run/service
  wait_log '^deaf$'
  : >"$CONFIG/order"
  stop_container
  assert_log '^stop: warning: service stray is not down 300 ms after SIGTERM: killed; '
  grep -qx 'down stray' "$CONFIG/order"
  [ "$(grep -v stray "$CONFIG/order")" = $'down d\ndown c\ndown b\ndown a' ]
  [ ! -e "$ROOT/stray/down" ]
}

@test "stop: without a graph, or with one that is none, everything goes down at once" {
  local what
  chain
  definition deaf longrun "run=#!/bin/sh
trap '' TERM
echo deaf
exec sleep 1000000"
  user deaf
  for what in rm truncate; do
    : >"$CONFIG/order"
    boot --read-only --run exec -e S6_SERVICES_GRACETIME=300 -e S6_KILL_GRACETIME=600000
    wait_log '^deaf$'
    if [ "$what" = rm ]; then rm "$(inside /run/s6-rc)/graph"; else : >"$(inside /run/s6-rc)/graph"; fi
    : >"$CONFIG/order"
    stop_container
    [ "$(exit_code)" = 0 ]
    [ "$(sort "$CONFIG/order")" = $'down b\ndown d' ]
    assert_log '^stop: warning: service deaf is not down 300 ms after SIGTERM: killed; '
    assert_log '^stop: warning: unable to read the boot graph in /run/s6-rc: ' "$([ "$what" = rm ] && echo 0 || echo 1)"
  done
}

@test "stop: where there is no room for one more process, a down waits until another has ended" {
  local name
  for name in {1..8}; do
    definition "$name" oneshot "down=sh -c \"read x </config/go; echo down $name >>/config/order\""
    user "$name"
  done
  rm -r "$ROOT/etc/services.d"
  mkdir -m 1777 "$DIR/run"
  chmod 0777 "$CONFIG"
  mkfifo -m 0666 "$CONFIG/go"
  # process 1, the handler of the signal, and two
  limit_processes 4
  boot --user 7655:7655 --read-only --mount "$DIR/run:/run" "${PATIENT[@]}"
  signal_container
  # shellcheck disable=SC2016
  release() { timeout 1 sh -c 'echo >"$1"' sh "$CONFIG/go" || ended; ended; }
  retry release
  [ "$(exit_code)" = 0 ]
  [ "$(sort "$CONFIG/order")" = "$(printf 'down %d\n' {1..8})" ]
  refute_log 'warning'
}

@test "an image's own s6-rc stays where it is, but ours, which knows what has been booted, comes first on PATH" {
  [ "$(readlink "$ROOT/command/s6-rc")" = /usr/lib/stillroot/stillroot ]
  [ "$(readlink "$ROOT/usr/bin/s6-rc")" = /usr/lib/stillroot/stillroot ]
  rm "$ROOT/command/s6-rc" "$ROOT/usr/bin/s6-rc"
  printf '#!/bin/sh\necho own\n' >"$ROOT/usr/bin/s6-rc"
  chmod 0755 "$ROOT/usr/bin/s6-rc"
  "$REPO/$BUILD/stillroot" init-bake "$ROOT"
  [ "$(readlink "$ROOT/command/s6-rc")" = /usr/lib/stillroot/stillroot ]
  [ "$(cat "$ROOT/usr/bin/s6-rc")" = $'#!/bin/sh\necho own' ]
}

@test "stop: s6-svscan ends though it cannot be told by its fifo" {
  chain
  boot "${PATIENT[@]}"
  rm "$(inside /run/service/.s6-svscan/control)"
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 0 ]
  down_chain
  assert_log '^stop: warning: unable to tell s6-svscan to end: No such file or directory$'
}

@test "stop: on a full /run, with a CMD, each down runs once" {
  local name i
  mkdir "$DIR/run"
  mount -t tmpfs -o size=2m,nr_inodes=400 stillroot-test "$DIR/run"
  for name in 1 2 3 4 5 6 7 8; do
    oneshot "$name"
    user "$name"
  done
  start --mount "$DIR/run:/run" "${PATIENT[@]}" sh -c 'trap "exit 0" TERM; echo running; while :; do sleep 1000000 & wait; done'
  wait_log '^running$'
  wait_log '^\[ls\.io-init\] done\.$'
  for i in {1..400}; do : 2>/dev/null >"$DIR/run/full$i" || break; done
  # the last byte of it
  for i in 4096 1; do dd if=/dev/zero of="$DIR/run/full1" oflag=append conv=notrunc bs="$i" 2>/dev/null || true; done
  : >"$CONFIG/order"
  stop_container
  [ "$(exit_code)" = 0 ]
  [ "$(sort "$CONFIG/order")" = "$(printf 'down %d\n' {1..8})" ]
}
