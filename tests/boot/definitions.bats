#!/usr/bin/env bats
# Small trees of s6-rc definitions: what is started, in which order, what a failure and a stop do, what is refused.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

DEFINITIONS=etc/s6-overlay/s6-rc.d

# nothing here is to be over because a limit has passed
PATIENT=(-e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=600000)

# definition NAME TYPE [FILE=TEXT|DEPENDENCY]...: TEXT as it is, without a newline at its end; no TYPE: no such file
definition() {
  local dir="$ROOT/$DEFINITIONS/$1" arg file text
  mkdir -p "$dir"
  [ -z "$2" ] || echo "$2" >"$dir/type"
  for arg in "${@:3}"; do
    file=dependencies.d/$arg text=''
    [[ $arg != *=* ]] || file=${arg%%=*} text=${arg#*=}
    [[ $file != */* ]] || mkdir -p "$dir/${file%/*}"
    printf %s "$text" >"$dir/$file"
  done
}

# oneshot NAME UP [FILE=TEXT|DEPENDENCY]...
oneshot() { definition "$1" oneshot "up=$2" "${@:3}"; }

# longrun NAME RUN [FILE=TEXT|DEPENDENCY]...: RUN is shell
longrun() {
  definition "$1" longrun "run=#!/usr/bin/with-contenv sh
$2" "${@:3}"
  chmod 0755 "$ROOT/$DEFINITIONS/$1/run"
}

# selected NAME...: the image's user bundle has them
selected() {
  local name
  mkdir -p "$ROOT/$DEFINITIONS/user/contents.d"
  for name in "$@"; do : >"$ROOT/$DEFINITIONS/user/contents.d/$name"; done
}

# script PATH: an executable file of the image with what comes on standard input
script() {
  mkdir -p "$ROOT/$(dirname "$1")"
  cat >"$ROOT/$1"
  chmod 0755 "$ROOT/$1"
}

svstat() { in_container s6-svstat -o "$2" "/run/service/$1"; } # SERVICE FIELDS

# refused COMPLAINT...: the boot ends with 100; each complaint, a pattern, is on the log, and there are no others
refused() {
  local complaint
  start --read-only --run noexec
  [ "$(exit_code)" = 100 ]
  for complaint in "$@"; do log_has "^rc: fatal: definitions: .*$complaint" || { echo "not told: $complaint"; return 1; }; done
  # where there are several, the last line has the first one again, and how many more there are: a termination log keeps that line
  assert_log '^rc: fatal: definitions: ' $(($# == 1 ? 1 : $# + 1))
  [ "$#" = 1 ] || assert_log " $(($# - 1)) more"
  refute_log '^(started|\[.*\] done\.$)'
}

@test "an up of every shape: a path with and without a newline, words, a comment, nothing, blocks; never by a shell, never the run beside it" {
  local root
  script opt/path <<<$'#!/usr/bin/with-contenv sh\necho "a path, $GREETING"'
  script opt/line <<<$'#!/bin/sh\necho "a line, $# arguments"'
  oneshot by-path /opt/path
  oneshot by-line $'/opt/line\n'
  oneshot words $'echo "two  words" $HOME *\n'
  oneshot comment $'# nothing\n' 'run=#!/bin/sh
echo never'
  oneshot nothing '' 'run=#!/bin/sh
echo never'
  oneshot blocks $'# begins\nifelse { test -d /no/such } { echo never }\nforeground { echo "a block" }\nif { true }\necho another'
  oneshot arguments '/opt/line a "b c"'
  selected by-path by-line words comment nothing blocks arguments
  chmod 0755 "$ROOT/$DEFINITIONS"/{comment,nothing}/run
  for root in '' '--read-only --run noexec'; do
    # shellcheck disable=SC2086
    boot $root -e GREETING=hello
    assert_boot "$([ -z "$root" ] && echo rw || echo ro)"
    assert_log '^a path, hello$'
    assert_log '^a line, 0 arguments$'
    assert_log '^two  words \$HOME \*$'
    assert_log '^a line, 2 arguments$'
    in_order '^a block$' '^another$'
    refute_log never
    stop_container
    [ "$(exit_code)" = 0 ]
  done
}

@test "what no bundle selects, nor anything selected depends on, is not started; a service of its kind is there, down" {
  oneshot wanted 'echo wanted' needed
  oneshot needed 'echo needed'
  oneshot other 'echo other'
  longrun svc-other 'echo other; exec sleep 1000000'
  definition group bundle contents.d/inner=
  definition inner bundle contents=$'# one\nwanted\n'
  selected group
  boot
  in_order '^needed$' '^wanted$'
  refute_log '^other$'
  report '.services[] | select(.name == "svc-other") | .status == "down" and .reason == "no bundle selects it"'
}

@test "stages and definitions take their turns: a directory without a type adds to a built-in stage; user2 comes last" {
  oneshot init-first 'echo first' init-os-end
  oneshot init-own 'echo own' init-config init-first
  definition init-config-end '' init-own
  script custom-cont-init.d/10-script <<<'echo custom files'
  oneshot init-last 'echo last' init-services
  oneshot in-user2 'echo user2' legacy-services
  oneshot on-base 'echo base' base legacy-cont-init
  script etc/cont-init.d/10-script <<<$'#!/bin/sh\necho cont-init'
  service legacy notification-fd=3 <<<$'#!/bin/sh\necho legacy\necho >&3\nexec sleep 1000000'
  selected init-own init-last on-base
  mkdir -p "$ROOT/$DEFINITIONS/user2/contents.d"
  : >"$ROOT/$DEFINITIONS/user2/contents.d/in-user2"
  boot --read-only --run noexec
  assert_boot ro
  in_order '^first$' '^own$' '^custom files$' '^last$' '^legacy$'
  in_order '^last$' '^user2$'
  in_order '^cont-init$' '^base$' '^legacy$'
}

@test "bundles of user-bundles.d and of S6_RUNTIME_BUNDLEDIR select definitions too" {
  local dir
  oneshot of-definitions 'echo of definitions'
  oneshot of-bundles 'echo of bundles'
  oneshot of-variable 'echo of variable'
  selected of-definitions
  for dir in etc/s6-overlay/user-bundles.d opt/bundles; do
    mkdir -p "$ROOT/$dir/user/contents.d"
    echo bundle >"$ROOT/$dir/user/type"
  done
  : >"$ROOT/etc/s6-overlay/user-bundles.d/user/contents.d/of-bundles"
  : >"$ROOT/opt/bundles/user/contents.d/of-variable"
  boot
  assert_log '^of definitions$'
  assert_log '^of bundles$'
  refute_log '^of variable$'
  stop_container
  boot -e S6_RUNTIME_BUNDLEDIR=/opt/bundles
  assert_log '^of variable$'
  refute_log '^of bundles$'
}

@test "an S6_RUNTIME_BUNDLEDIR that does not exist is an error" {
  start -e S6_RUNTIME_BUNDLEDIR=/opt/nowhere
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: definitions: /opt/nowhere \(S6_RUNTIME_BUNDLEDIR\): No such file or directory'
}

@test "what comes too late for init-envfile is said; a definition in its place runs when it is read, under its name alone" {
  oneshot other 'echo other'
  oneshot init-envfile 'echo own init-envfile'
  selected other
  boot
  assert_boot rw
  assert_log '^own init-envfile$'
  [ "$(report '[.graph[] | select(.name == "init-envfile") | .kind] | join(" ")')" = oneshot ]
  [ "$(in_container s6-rc -a list | grep -cx init-envfile)" = 1 ]
  stop_container
  rm -r "${ROOT:?}/$DEFINITIONS/init-envfile"
  definition init-envfile '' other
  boot
  assert_log '^rc: warning: stage init-envfile cannot wait for other: it has run before the s6-rc definitions are read$'
  assert_log '^other$'
}

# each goes on when the other one runs
MEET='for i in a b c; do test $i = $0 || until test -e /config/$i; do sleep 0.02; done; done; echo met'

@test "what depends on nothing of the other runs at the same time: three oneshots that wait for each other" {
  local name
  for name in a b c; do oneshot "init-$name" "sh -c \"touch /config/$name; $MEET\" $name" init-config; done
  selected init-a init-b init-c
  boot
  assert_log '^met$' 3
}

@test "what depends on a longrun with notification-fd waits until it is ready; on one without, until its run is there" {
  longrun svc-slow 'until test -e /config/go; do sleep 0.02; done
echo slow is ready
echo >&3
exec sleep 1000000' notification-fd=3
  longrun svc-plain 'echo plain; exec sleep 1000000'
  oneshot after-slow 'echo after slow' svc-slow
  longrun svc-after 'echo service after slow; exec sleep 1000000' after-slow
  oneshot after-plain "sh -c \"echo after plain\"" svc-plain
  selected after-slow svc-after after-plain
  start --read-only --run noexec "${PATIENT[@]}"
  wait_log '^after plain$'
  refute_log 'after slow'
  refute_log '^\[.*\] done\.$'
  touch "$CONFIG/go"
  wait_log '^\[ls\.io-init\] done\.$'
  in_order '^slow is ready$' '^after slow$' '^service after slow$'
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "s6-svc, s6-svstat and s6-svwait have a longrun at /run/service, its working directory ends in servicedirs and its name" {
  longrun svc-told 'pwd -P; echo >&3; exec sleep 1000000' notification-fd=3 'finish=#!/bin/sh
echo "finish $1 $2 $3"'
  selected svc-told
  boot --read-only --run noexec
  assert_log '/servicedirs/svc-told$'
  in_container s6-svc -wr -r /run/service/svc-told
  assert_log '/servicedirs/svc-told$' 2
  assert_log '^finish 256 15 svc-told$'
  in_container s6-svc -wD -d /run/service/svc-told
  [ "$(svstat svc-told up)" = false ]
  in_container s6-svwait -D /run/service/svc-told
  in_container s6-svc -wU -u /run/service/svc-told
  in_container s6-svwait -U /run/service/svc-told
  [ "$(svstat svc-told ready)" = true ]
}

@test "s6-notifyoncheck runs data/check of a longrun, on a noexec /run too; env is as it is in the image" {
  local root
  longrun svc-checked 'exec s6-envdir env s6-notifyoncheck -d -n 0 -w 10 sh -c "echo checked, $COLOUR \$COLOUR; exec sleep 1000000"' notification-fd=3 \
    'data/check=#!/bin/sh
test -e /config/go' env/COLOUR=green
  chmod 0755 "$ROOT/$DEFINITIONS/svc-checked/data/check"
  oneshot after-checked 'echo after checked' svc-checked
  selected after-checked
  for root in '' '--read-only --run noexec'; do
    rm -f "$CONFIG/go"
    # shellcheck disable=SC2086
    start $root "${PATIENT[@]}"
    wait_log '^checked, '
    refute_log '^after checked$'
    touch "$CONFIG/go"
    wait_log '^\[ls\.io-init\] done\.$'
    assert_log '^checked,  ?green$'
    assert_log '^after checked$'
    stop_container
  done
}

@test "a oneshot that fails: what depends on it does not start, the rest does; S6_BEHAVIOUR_IF_STAGE2_FAILS decides" {
  oneshot fails 'exit 3'
  oneshot dependent 'echo dependent' fails
  longrun svc-dependent 'echo dependent; exec sleep 1000000' dependent
  oneshot independent 'echo independent'
  longrun svc-independent 'echo independent; exec sleep 1000000' independent
  selected fails dependent svc-dependent independent svc-independent
  start --read-only --run noexec
  wait_log '^rc: info: the boot is not complete'
  assert_log '^independent$' 2
  refute_log '^dependent$'
  refute_log '^\[.*\] done\.$'
  assert_log '^rc: warning: .*fails.* 3'
  [ "$(service_status fails)" = failed ]
  [ "$(service_status dependent)" = blocked ]
  [ "$(service_status svc-dependent)" = blocked ]
  [ "$(svstat svc-independent up)" = true ]
  [ "$(svstat svc-dependent up)" = false ]
  stop_container
  [ "$(exit_code)" = 0 ]
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=1
  wait_log '^rc: warning: the boot is not complete'
  assert_running
  stop_container
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" = 3 ]
}

@test "an up that does not exist, cannot be executed, is killed: the oneshot has failed, and says why" {
  script opt/plain <<<'text'
  chmod 0644 "$ROOT/opt/plain"
  oneshot missing /opt/missing
  oneshot plain /opt/plain
  oneshot ended 'sh -c "kill -9 $$"'
  oneshot good 'echo good'
  selected missing plain ended good
  start
  wait_log 'the boot is not complete'
  assert_log '^good$'
  assert_log 'warning: .*/opt/missing'
  assert_log 'warning: .*/opt/plain: Permission denied'
  for name in missing plain ended; do [ "$(service_status "$name")" = failed ]; done
  [ "$(service_status good)" != failed ]
  rm -r "$ROOT/$DEFINITIONS"/{missing,plain} "$ROOT/$DEFINITIONS"/user/contents.d/{missing,plain}
  stop_container
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" = 137 ]
}

@test "oneshots that never end hold back what depends on them alone; the stop ends them and their children, and does not run their down" {
  # a shell takes its signal when its child has ended
  script opt/forever <<<$'#!/usr/bin/with-contenv sh\ntrap "exit 1" TERM\necho blocks\nsleep infinity\necho never'
  oneshot forever 'sleep infinity' 'down=echo never' init-services
  oneshot by-script /opt/forever 'down=echo never' init-config
  longrun svc-held 'echo never; exec sleep 1000000' forever
  oneshot held 'echo never' by-script
  longrun svc-free 'echo free; exec sleep 1000000' init-services
  selected svc-held held svc-free
  start --read-only --run noexec "${PATIENT[@]}"
  wait_log '^free$'
  wait_log '^blocks$'
  refute_log '^\[.*\] done\.$'
  stop_container
  [ "$(exit_code)" = 0 ]
  refute_log 'never|killed'
}

@test "a oneshot that does not end when a stop tells it to is killed after S6_KILL_GRACETIME" {
  oneshot deaf "sh -c \"trap '' TERM; echo deaf; while :; do sleep 1000000; done\""
  selected deaf
  start -e S6_KILL_GRACETIME=100
  wait_log '^deaf$'
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "timeout-up: a oneshot that is late is ended, a longrun that is never ready is told to stay down; both have failed" {
  oneshot late 'sleep infinity' timeout-up=200
  oneshot after-late 'echo never' late
  longrun svc-late 'exec sleep infinity' notification-fd=3 timeout-up=$'200\n'
  longrun svc-after-late 'echo never; exec sleep infinity' svc-late
  oneshot in-time 'echo in time' timeout-up=600000
  selected after-late svc-after-late in-time
  start --read-only --run noexec "${PATIENT[@]}"
  wait_log 'the boot is not complete'
  assert_log '^in time$'
  refute_log never
  assert_log '^rc: warning: .*late.*timeout-up' 2
  [ "$(service_status late)" = failed ]
  [ "$(service_status svc-late)" = failed ]
  [ "$(service_status after-late)" = blocked ]
  [ "$(service_status svc-after-late)" = blocked ]
  retry test "$(svstat svc-late wantedup)" = false
}

@test "timeout-up: what a oneshot has started ends with it" {
  oneshot late 'sh -c "sleep 1234567 & echo begun; wait"' timeout-up=500
  selected late
  start
  wait_log 'the boot is not complete'
  assert_log '^begun$'
  child_is_gone() { ! cat "$(inside /proc)"/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -q 'sleep 1234567'; }
  retry child_is_gone
}

@test "a longrun whose finish exits 125 before it is ready has failed, and is not restarted; finish gets its arguments" {
  longrun svc-gives-up 'echo tried; kill -USR1 $$' notification-fd=3 'finish=#!/bin/sh
echo "finish $*"
exit 125'
  chmod 0755 "$ROOT/$DEFINITIONS/svc-gives-up/finish"
  oneshot after-gives-up 'echo never' svc-gives-up
  selected after-gives-up
  start --read-only --run noexec
  wait_log 'the boot is not complete'
  assert_log '^tried$'
  assert_log '^finish 256 10 svc-gives-up( [0-9]+)?$'
  assert_log '^rc: warning: .*svc-gives-up.* 125'
  refute_log never
  [ "$(service_status svc-gives-up)" = failed ]
  [ "$(service_status after-gives-up)" = blocked ]
  [ "$(svstat svc-gives-up up,wantedup)" = 'false false' ]
}

@test "a longrun that dies before it is ready is tried again; what waits for it goes on waiting, then goes on" {
  longrun svc-tries 'echo tried
test -e /config/go || exit 1
echo >&3
exec sleep 1000000' notification-fd=3
  oneshot after-tries 'echo after' svc-tries
  selected after-tries
  start
  retry assert_log '^tried$' 2
  refute_log '^after$'
  touch "$CONFIG/go"
  wait_log '^after$'
}

# a longrun that says when it ends
SAYS='trap "echo $1 ends; exit 0" TERM
echo $1 begins
echo >&3
while :; do sleep 1000000 & wait; done'
says() { longrun "$1" "set -- $1
$SAYS" notification-fd=3 "${@:2}"; }

@test "a stop goes in reverse: longruns after their dependents and their finish, oneshots' down between them, as the definitions were at boot" {
  local root
  oneshot bottom 'echo bottom up' 'down=echo bottom down'
  says svc-low bottom
  oneshot middle 'echo middle up' svc-low 'down=foreground { echo "middle down" } sh -c "echo of $RC_NAME, $GREETING; exit 1"'
  says svc-high middle 'finish=#!/bin/sh
echo "svc-high finish $1"'
  oneshot top 'echo top up' svc-high $'down=with-contenv\nsh -c "echo top down, $GREETING"\n'
  selected top
  chmod 0755 "$ROOT/$DEFINITIONS/svc-high/finish"
  script etc/cont-finish.d/10-script <<<$'#!/bin/sh\necho cont-finish'
  for root in '--read-only --run noexec' ''; do
    # shellcheck disable=SC2086
    boot $root "${PATIENT[@]}" -e GREETING=hello
    # a change on disk changes nothing about how what runs is stopped
    [ -n "$root" ] || rm -r "${ROOT:?}/$DEFINITIONS"/*/{type,up,down,dependencies.d}
    stop_container
    [ "$(exit_code)" = 0 ]
    in_order '^bottom up$' '^svc-low begins$' '^middle up$' '^svc-high begins$' '^top up$' '^top down, hello$' '^svc-high ends$' '^svc-high finish 0$' \
      '^middle down$' '^of ' '^svc-low ends$' '^bottom down$'
    refute_log killed
  done
}

@test "a stop in the middle: what runs is ended, what is up goes down, what has not begun never does" {
  oneshot up-first 'echo up first' 'down=echo down last'
  oneshot runs 'sh -c "echo runs; exec sleep infinity"' up-first 'down=echo never'
  oneshot later 'echo never' runs 'down=echo never'
  says svc-up up-first
  selected later svc-up
  start --read-only --run noexec "${PATIENT[@]}"
  wait_log '^runs$'
  wait_log '^svc-up begins$'
  stop_container
  [ "$(exit_code)" = 0 ]
  in_order '^svc-up ends$' '^down last$'
  refute_log 'never|killed'
}

@test "down-signal, timeout-kill and timeout-down: a stop asks as it is told to, kills what is late, waits no longer than told for a down" {
  # their own children do take a TERM
  longrun svc-usr1 'trap "echo told by USR1; exit 0" USR1
trap : TERM
echo usr1 begins
while :; do sleep 1000000 & wait; done' down-signal=$'SIGUSR1\n'
  longrun svc-deaf 'trap : TERM
echo deaf begins
while :; do sleep 1000000 & wait; done' timeout-kill=200
  oneshot slow-down 'echo slow up' timeout-down=200 'down=sh -c "echo slow down; exec sleep infinity"'
  selected svc-usr1 svc-deaf slow-down
  boot "${PATIENT[@]}"
  wait_log '^usr1 begins$'
  wait_log '^deaf begins$'
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^told by USR1$'
  assert_log '^slow down$'
  assert_log 'warning: .*slow-down.*timeout-down'
}

@test "a pipeline: what producers write reaches the consumer alone; the pipe is the same whoever of them is killed" {
  local root
  longrun svc-a 'exec 2>&1
echo "from a"
while read -r line; do echo "a: $line"; done </config/fifo-a' producer-for=log
  longrun svc-b 'while read -r line; do echo "b: $line"; done </config/fifo-b' producer-for=$'log\n' 
  longrun log 'while read -r line; do echo "log: $line"; done' consumer-for=$'svc-a\nsvc-b\n' pipeline-name=pipeline
  selected pipeline
  for root in '' '--read-only --run noexec'; do
    rm -f "$CONFIG"/fifo-*
    mkfifo "$CONFIG/fifo-a" "$CONFIG/fifo-b"
    # held open, so that neither reads an end
    exec 7<>"$CONFIG/fifo-a" 8<>"$CONFIG/fifo-b"
    # shellcheck disable=SC2086
    boot $root "${PATIENT[@]}"
    wait_log '^log: from a$'
    in_container s6-svc -wd -d /run/service/log
    echo one >&7
    echo two >&8
    # written to a pipe that nobody reads
    in_container s6-svc -wD -wr -r /run/service/svc-a
    in_container s6-svc -u /run/service/log
    wait_log '^log: b: two$'
    retry assert_log '^log: from a$' 2
    # it was read before it was killed, or will be by the next one
    wait_log '^log: a: one$'
    refute_log '^(from a|[ab]: )'
    stop_container
    [ "$(exit_code)" = 0 ]
    refute_log killed
    exec 7>&- 8>&-
  done
}

@test "a run that is not executable, one that has no #! either, one that is a link: they run all the same, on both roots" {
  local root
  longrun svc-0644 'echo "0644 in $(basename "$PWD")"; exec sleep 1000000'
  chmod 0644 "$ROOT/$DEFINITIONS/svc-0644/run"
  definition svc-plain longrun 'run=echo plain; exec sleep 1000000'
  definition svc-link longrun
  script opt/run <<<$'#!/bin/sh\necho link\nexec sleep 1000000'
  ln -s /opt/run "$ROOT/$DEFINITIONS/svc-link/run"
  selected svc-0644 svc-plain svc-link
  for root in '' '--read-only --run noexec'; do
    # shellcheck disable=SC2086
    boot $root
    assert_log '^0644 in svc-0644$'
    assert_log '^plain$'
    assert_log '^link$'
    stop_container
  done
}

@test "a oneshot and a longrun have the environment, the directory, the session and the input that services have" {
  oneshot bare 'sh -c "echo oneshot $RC_NAME $PWD x$GREETING $(cut -d\\  -f6 /proc/self/stat) of $$; cat; echo read"'
  oneshot with 'with-contenv sh -c "echo with $GREETING"'
  definition svc-bare longrun 'run=#!/bin/sh
echo "longrun x$GREETING $(basename "$PWD") $(readlink /proc/self/fd/0)"
test "$(cut -d" " -f6 /proc/$$/stat)" != $$ || echo leads its session
exec sleep 1000000'
  chmod 0755 "$ROOT/$DEFINITIONS/svc-bare/run"
  selected bare with svc-bare
  boot -e GREETING=hello
  assert_log '^oneshot bare .* x [0-9]+ of '
  assert_log '^read$'
  assert_log '^with hello$'
  assert_log '^longrun x svc-bare /dev/null$'
  assert_log '^leads its session$'
  # pgrep -f finds it by its name
  in_container sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" " "' | grep -F 's6-supervise svc-bare'
}

# assert_clean PID FD...: of the container's namespace: it has these descriptors alone, ignores and blocks no signal, when it is what it
# is to be: a shell blocks some for a moment before it executes that
assert_clean() { retry is_clean "$@" || { ls -l "$(inside /proc)/$1/fd"; grep Sig "$(inside /proc)/$1/status"; return 1; }; }
is_clean() {
  local proc
  proc="$(inside /proc)/$1"
  [ "$(ls "$proc/fd" | sort -n | tr '\n' ' ')" = "${*:2} " ] || { ls -l "$proc/fd"; return 1; }
  # of the 31; 32 and 33 are the C library's own, and what it leaves them in whoever starts the runtime is no matter of ours
  grep -qE '^SigIgn:\s+[0-9a-f]{8}[08]0{7}$' "$proc/status" && grep -qE '^SigBlk:\s+[0-9a-f]{8}[08]0{7}$' "$proc/status"
}

@test "no descriptor and no signal of ours is left to a oneshot, to a longrun, to the parts of a pipeline" {
  local name
  oneshot init-one 'sh -c "echo $$ >/config/pid; exec sleep 1000000"' svc-five
  longrun svc-two 'exec sleep 1000000' producer-for=svc-three
  longrun svc-three 'exec sleep 1000000' consumer-for=svc-two producer-for=svc-four
  longrun svc-four 'exec sleep 1000000' consumer-for=svc-three pipeline-name=pipeline
  longrun svc-five 'echo >&5; exec sleep 1000000' notification-fd=5 svc-two svc-three svc-four
  selected init-one
  start
  retry test -s "$CONFIG/pid"
  assert_clean "$(cat "$CONFIG/pid")" 0 1 2
  for name in svc-two svc-three svc-four; do assert_clean "$(svstat "$name" pid)" 0 1 2; done
  assert_clean "$(svstat svc-five pid)" 0 1 2 5
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "names: those that our private stages have, spaces, links to directories; plain files, names with a dot and a directory for a branding are none" {
  local name
  for name in settings definitions umask numbers capabilities own-config stage2-hook custom-services device-groups; do
    oneshot "$name" "echo \"own $name\"" init-config
    selected "$name"
  done
  oneshot 'with two spaces' 'echo spaces'
  oneshot elsewhere 'echo elsewhere' 'with two spaces'
  mkdir -p "$ROOT/opt"
  mv "$ROOT/$DEFINITIONS/elsewhere" "$ROOT/opt/elsewhere"
  ln -s /opt/elsewhere "$ROOT/$DEFINITIONS/elsewhere"
  selected elsewhere
  mkdir "$ROOT/$DEFINITIONS/.git" "$ROOT/$DEFINITIONS/init-adduser"
  echo 'a branding' >"$ROOT/$DEFINITIONS/init-adduser/branding"
  : >"$ROOT/$DEFINITIONS/README.md"
  : >"$ROOT/$DEFINITIONS/user/contents.d/.gitkeep"
  # an entry is a name, whatever it is
  mkdir -p "$ROOT/$DEFINITIONS/elsewhere-too/dependencies.d/settings"
  ln -s nowhere "$ROOT/$DEFINITIONS/elsewhere-too/dependencies.d/umask"
  oneshot elsewhere-too 'echo elsewhere too'
  selected elsewhere-too
  boot --read-only --run noexec
  assert_boot ro
  assert_log '^own ' 9
  in_order '^own settings$' '^elsewhere too$'
  in_order '^own umask$' '^elsewhere too$'
  in_order '^spaces$' '^elsewhere$'
  assert_log '^a branding$'
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "a oneshot and a finish end the container with the code that they write, by halt" {
  oneshot init-ends 'sh -c "echo 42 >/run/s6-linux-init-container-results/exitcode; /run/s6/basedir/bin/halt; exec sleep infinity"' init-config
  oneshot init-never 'echo never' init-ends
  selected init-never
  start --read-only --run noexec "${PATIENT[@]}"
  [ "$(exit_code)" = 42 ]
  refute_log 'never|killed'
  rm -r "${ROOT:?}/$DEFINITIONS"
  longrun svc-ends 'exit 9' 'finish=#!/bin/sh
echo 43 >/run/s6-linux-init-container-results/exitcode
exec /run/s6/basedir/bin/halt'
  selected svc-ends
  # not executable: it is no less the finish
  start --read-only --run noexec "${PATIENT[@]}"
  [ "$(exit_code)" = 43 ]
}

@test "S6_KEEP_ENV and S6_LOGGING are for definitions too" {
  definition init-bare oneshot 'up=sh -c "echo oneshot $GREETING"'
  definition svc-bare longrun 'run=#!/bin/sh
echo "longrun $GREETING"
exec sleep 1000000'
  selected init-bare svc-bare
  boot -e S6_KEEP_ENV=1 -e GREETING=hello
  assert_log '^oneshot hello$'
  wait_log '^longrun hello$'
  stop_container
  boot -e S6_LOGGING=1 -e GREETING=hello
  retry grep -qE '^[0-9. :-]+ +longrun $' "$(inside /run)/uncaught-logs/current"
  grep -qE '^[0-9. :-]+ +oneshot ?$' "$(inside /run)/uncaught-logs/current"
  refute_log '^(oneshot|longrun)'
  assert_log '^\[ls\.io-init\] done\.$'
}

@test "UMASK is for longruns, not for oneshots; what one writes into the environment directory, the next one has" {
  oneshot masked 'with-contenv sh -c "echo oneshot $(umask); echo -n new >/run/s6/container_environment/MADE"'
  longrun svc-masked 'echo "longrun $(umask) $MADE"; exec sleep 1000000' masked
  definition svc-plain longrun 'run=#!/bin/sh
echo "plain $(umask)"; exec sleep 1000000'
  selected svc-masked svc-plain
  boot -e UMASK=077
  assert_log '^oneshot 0?022$'
  assert_log '^longrun 0?077 new$'
  # it is no run that with-contenv starts, nor one that can be executed
  assert_log '^plain 0?077$'
}

@test "as a user other than root, with no capability: oneshots, longruns and pipelines are the user's" {
  oneshot who 'sh -c "echo oneshot $(id -u)"'
  longrun svc-who 'echo "longrun $(id -u)"; exec sleep 1000000' who producer-for=svc-log
  longrun svc-log 'while read -r line; do echo "log: $line"; done' consumer-for=svc-who pipeline-name=pipeline
  selected pipeline
  rm -r "$ROOT/etc/services.d"
  mkdir "$DIR/run"
  chmod 1777 "$CONFIG" "$DIR/run"
  boot --read-only --mount "$DIR/run:/run" --user 1000:1000 --cap-drop ALL
  assert_log '^oneshot 1000$'
  wait_log '^log: longrun 1000$'
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "the command starts when the definitions are up, and its end stops them" {
  longrun svc-app 'echo >&3; exec sleep 1000000' notification-fd=3
  oneshot after-app 'touch /config/made' svc-app 'down=echo down'
  selected after-app
  start --read-only --run noexec -e S6_CMD_WAIT_FOR_SERVICES=1 "${PATIENT[@]}" sh -c 'test -e /config/made && exit 7'
  [ "$(exit_code)" = 7 ]
  assert_log '^down$'
}

@test "a definition of a built-in's name takes its place, in the middle of all that waits for it; it may be a longrun" {
  longrun init-config 'echo own init-config; echo >&3; exec sleep 1000000' init-os-end notification-fd=3
  oneshot init-migrations 'echo own init-migrations' 'down=echo own init-migrations down'
  oneshot init-after 'echo after' init-config
  definition init-config-end '' init-after
  script migrations/1-one <<<'echo never'
  selected init-after
  boot --read-only --run noexec
  assert_boot ro
  in_order '^own init-migrations$' '^own init-config$' '^after$'
  refute_log 'never|^\[migrations\]'
  stop_container
  assert_log '^own init-migrations down$'
}

@test "a boot on the root that the last one has left, and after a kill: nothing of it is in the way" {
  oneshot made 'echo made' 'down=echo unmade'
  longrun svc-made 'echo begins; exec sleep 1000000' made producer-for=svc-reads
  longrun svc-reads 'while read -r line; do echo "log: $line"; done' consumer-for=svc-made pipeline-name=pipeline
  selected pipeline
  boot
  wait_log '^log: begins$'
  signal_container KILL
  retry ended
  boot
  wait_log '^log: begins$'
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^unmade$'
}

@test "hundreds of oneshots, in a chain and side by side, and dozens of longruns: all of them, each once" {
  local i
  for ((i = 1; i <= 200; i++)); do
    oneshot "chain-$i" "echo link $i" "$([ "$i" = 1 ] && echo init-config || echo "chain-$((i - 1))")"
    oneshot "side-$i" "echo side $i" init-config
    selected "side-$i"
  done
  for ((i = 1; i <= 40; i++)); do
    longrun "svc-$i" "echo \"service $i\"; exec sleep 1000000" "chain-$((i * 5))"
    selected "svc-$i"
  done
  boot --read-only --run noexec
  [ "$(grep -E '^link ' "$LOG")" = "$(seq -f 'link %g' 200)" ]
  assert_log '^side ' 200
  assert_log '^service ' 40
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "definitions that are wrong: 100, with every mistake on the log, each with its file" {
  definition crlf oneshot up=
  printf 'oneshot\r\n' >"$ROOT/$DEFINITIONS/crlf/type"
  definition empty '' type= up=
  definition junk service up=
  definition no-up oneshot
  definition no-run longrun up=
  definition untyped '' init-config
  oneshot undefined 'echo started' no-such init-cofnig
  longrun number 'echo started' notification-fd=2 timeout-kill=soon
  longrun produces 'echo started' producer-for=consumes
  longrun consumes 'echo started'
  definition group bundle contents.d/no-such=
  oneshot text $'foreground { echo started\n'
  selected no-such
  refused "$DEFINITIONS/crlf/type: .*CRLF" "$DEFINITIONS/empty/type: " "$DEFINITIONS/junk/type: " "$DEFINITIONS/no-up/up: " "$DEFINITIONS/no-run/run: " \
    "$DEFINITIONS/untyped: " "$DEFINITIONS/undefined: .* no-such" "$DEFINITIONS/undefined: .* init-cofnig" "$DEFINITIONS/number/notification-fd: " \
    "$DEFINITIONS/number/timeout-kill: " "$DEFINITIONS/produces: .*consumes" "$DEFINITIONS/group: .* no-such" "$DEFINITIONS/text/up: " \
    "$DEFINITIONS/user: .* no-such"
}

@test "a cycle is named with its path, also one through a built-in stage; a name that two sources define is an error" {
  oneshot a '' b
  oneshot b '' c
  oneshot c '' a
  definition init-config '' init-late
  oneshot init-late '' init-services
  selected a init-late
  refused 'cycle.* a -> b -> c -> a' 'cycle.*init-late -> init-services -> .*init-config -> .*|cycle.*init-config -> init-late -> .*'
  rm -r "${ROOT:?}/$DEFINITIONS"
  oneshot twice 'echo started'
  mkdir -p "$ROOT/etc/s6-overlay/user-bundles.d/twice"
  echo oneshot >"$ROOT/etc/s6-overlay/user-bundles.d/twice/type"
  : >"$ROOT/etc/s6-overlay/user-bundles.d/twice/up"
  refused 'user-bundles\.d/twice: .*defined'
}

@test "a service of definitions has the time it needs to end, when S6_SERVICES_GRACETIME does not say otherwise; one of services.d has 3 s" {
  # shellcheck disable=SC2016 # the service's own
  longrun svc-slow 'trap "until test -e /config/go; do sleep 0.02; done; echo flushed; exit 0" TERM
echo begins; while :; do sleep 1000000 & wait; done'
  service deaf <<<$'#!/bin/sh\ntrap "" TERM; echo deaf begins; while :; do sleep 1000000; done'
  selected svc-slow
  start
  wait_log '^begins$'
  wait_log '^deaf begins$'
  signal_container
  wait_log '^stop: warning: service deaf is not down 3000 ms after SIGTERM: killed; raise S6_SERVICES_GRACETIME if it needs longer$'
  touch "$CONFIG/go"
  [ "$(exit_code)" = 0 ]
  assert_log '^flushed$'
}
