#!/usr/bin/env bats
# The walk over an image's definitions and the stages: who waits for whom, and what is written down for those who come later.

bats_require_minimum_version 1.5.0
load lib.bash

setup_file() { boot_setup_file; }
setup() {
  boot_setup
  DEFINITIONS=$ROOT/etc/s6-overlay/s6-rc.d
  mkfifo "$ROOT/tmp/go" "$ROOT/tmp/here"
}
teardown() { boot_teardown; }

depend() { # NAME DEPENDENCY...
  local d
  mkdir -p "$DEFINITIONS/$1/dependencies.d"
  for d in "${@:2}"; do : >"$DEFINITIONS/$1/dependencies.d/$d"; done
}

oneshot() { # NAME UP [DEPENDENCY...]
  mkdir -p "$DEFINITIONS/$1"
  echo oneshot >"$DEFINITIONS/$1/type"
  printf '%s' "$2" >"$DEFINITIONS/$1/up"
  depend "$1" "${@:3}"
}

longrun() { # NAME [DEPENDENCY...]: its run is standard input
  mkdir -p "$DEFINITIONS/$1"
  echo longrun >"$DEFINITIONS/$1/type"
  cat >"$DEFINITIONS/$1/run"
  depend "$@"
}

user() { # NAME...: what the bundle user contains
  local n
  mkdir -p "$DEFINITIONS/user/contents.d"
  echo bundle >"$DEFINITIONS/user/type"
  for n; do : >"$DEFINITIONS/user/contents.d/$n"; done
}

script() { # PATH: an executable sh script, from standard input
  { echo '#!/bin/sh'; cat; } >"$ROOT$1"
  chmod 0755 "$ROOT$1"
}

# Scripts hold at a fifo: it says on tmp/here that it has come so far, and goes on when tmp/go is written to.
HOLD='echo >/tmp/here; read -r go </tmp/go'
await_hold() { timeout "$WAIT" cat "$ROOT/tmp/here" >/dev/null; }
let_go() { timeout "$WAIT" sh -c "echo >'$ROOT/tmp/go'"; }

graph_field() { tr '\0' '\n' <"$(inside /run/s6-rc/graph)" | sed -n "$1p"; }

@test "a hook that runs before the definitions are read: the states are those of all nodes" {
  script /hook <<<"$HOLD"
  oneshot chosen true
  oneshot set-aside true
  user chosen
  start -e S6_STAGE2_HOOK=/hook
  await_hold
  let_go
  wait_log '^\[ls\.io-init\] done\.$'
  [ "$(tr -cd -- '-+' <"$(inside /run/s6-rc/state)" | wc -c)" -eq "$(graph_field 2)" ]
}

@test "what the table has behind a part of a stage waits for the image's definition of that stage" {
  script /permissions <<<"$HOLD; echo permissions are set"
  oneshot init-device-perms /permissions init-adduser
  oneshot late 'echo late' init-os-end
  oneshot early 'echo early' init-adduser
  user late early
  start
  await_hold
  wait_log '^early$'
  refute_log '^late$'
  let_go
  wait_log '^late$'
  [ "$(grep -xE 'permissions are set|late' "$LOG" | head -n 1)" = 'permissions are set' ]
}

@test "the parts of a stage wait for what an image adds to it" {
  script /before <<<"$HOLD; id -u abc >/tmp/id"
  oneshot before /before
  depend init-adduser before
  oneshot beside 'echo beside' init-migrations
  user beside
  start -e PUID=1234
  await_hold
  wait_log '^beside$'
  let_go
  wait_log '^\[ls\.io-init\] done\.$'
  [ "$(cat "$ROOT/tmp/id")" -eq 911 ]
  assert_log '^User UID: +1234$'
}

@test "a service that is started by somebody else, though no bundle selects it: the boot goes on and ends as without" {
  longrun aside <<<$'#!/bin/sh\nexec sleep 1000000'
  chmod 0755 "$DEFINITIONS/aside/run"
  script /tell <<<"until s6-svc -wu -u /run/service/aside 2>/dev/null; do :; done; $HOLD"
  oneshot tell /tell
  user tell
  start
  await_hold
  refute_log '^\[ls\.io-init\] done\.$'
  let_go
  wait_log '^\[ls\.io-init\] done\.$'
}

@test "a service that is started by somebody else, though what it needs has failed: nothing that needs it starts, the boot is not over early" {
  oneshot bad false
  longrun blocked bad <<<$'#!/bin/sh\nexec sleep 1000000'
  chmod 0755 "$DEFINITIONS/blocked/run"
  oneshot behind 'echo behind' blocked
  script /tell <<<"until s6-svc -wu -u /run/service/blocked 2>/dev/null; do :; done; $HOLD"
  oneshot tell /tell
  # on the one stream that has both: the runtime copies the two on its own time
  oneshot last 'sh -c "echo last >&2"' tell
  user behind tell last
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=1
  await_hold
  let_go
  wait_log 'the boot is not complete'
  [ "$(grep -xE 'last|.*the boot is not complete.*' "$LOG" | head -n 1)" = last ]
  refute_log '^behind$'
}

@test "a service that is started by somebody else before its turn is up when that comes" {
  longrun early tell <<<$'#!/bin/sh\nexec sleep 1000000'
  chmod 0755 "$DEFINITIONS/early/run"
  longrun notifier tell <<<$'#!/bin/sh\necho >&3\nexec sleep 1000000'
  chmod 0755 "$DEFINITIONS/notifier/run"
  echo 3 >"$DEFINITIONS/notifier/notification-fd"
  oneshot behind 'echo behind' early notifier
  script /tell <<<"
    until s6-svc -wu -u /run/service/early 2>/dev/null; do :; done
    until s6-svc -wU -u /run/service/notifier 2>/dev/null; do :; done
    $HOLD"
  oneshot tell /tell
  user behind
  start
  await_hold
  refute_log '^behind$'
  let_go
  wait_log '^\[ls\.io-init\] done\.$'
  assert_log '^behind$'
  [ "$(service_status early)" = up ]
  [ "$(service_status notifier)" = ready ]
  refute_log 'warning'
}

@test "without the capability KILL, a oneshot of another user is ended with the CMD, and by a stop" {
  oneshot forever 's6-setuidgid abc sh -c "echo begun; exec sleep 1000000"'
  user forever
  start --cap-drop KILL
  wait_log '^begun$'
  stop_container
  refute_log 'does not end'
  # the CMD comes up when the time for the oneshot is over
  start --cap-drop KILL -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=1 sh -c 'exit 7'
  [ "$(exit_code)" = 7 ]
  refute_log 'does not end'
}

# bats test_tags=slow
@test "more services than s6-svscan has room for by itself, and than a soft limit of 256 descriptors is good for" {
  local i names=()
  for ((i = 0; i < 520; i++)); do names+=("svc-$i"); done
  longrun svc-0 <<<$'#!/bin/sh\nexec sleep 1000000'
  chmod 0755 "$DEFINITIONS/svc-0/run"
  for ((i = 1; i < 520; i++)); do cp -a "$DEFINITIONS/svc-0" "$DEFINITIONS/svc-$i"; done
  oneshot limit "/limit"
  script /limit <<<'echo "limit $(ulimit -n)"'
  user "${names[@]}" limit
  boot --nofile 256:4096
  [ "$(report '[.services[] | select(.name | startswith("svc-")) | .status] | (length, (unique | join(" ")))' | tr '\n' ' ')" = '520 up ' ]
  assert_log '^limit 256$'
  stop_container
}

@test "a service that has failed is heard no more, however many programs are started meanwhile" {
  local i before='' names=()
  for i in {1..60}; do
    longrun "late$i" <<<$'#!/bin/sh\nexec sleep 1000000'
    echo 3 >"$DEFINITIONS/late$i/notification-fd"
    echo $((100 + i * 10)) >"$DEFINITIONS/late$i/timeout-up"
    names+=("late$i")
  done
  for i in {1..200}; do
    # shellcheck disable=SC2086 # none, or one
    oneshot "link$i" true $before
    before=link$i
  done
  user "${names[@]}" "$before"
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=1
  wait_log 'the boot is not complete'
  assert_log ' service late[0-9]+ ' 60
}

@test "where there is no room for one more process, a oneshot starts as soon as there is, though those that run stay" {
  local i names=()
  # what takes the room is no child of the boot's: nobody tells it when there is room again. Each waits for somebody to open the fifo.
  mkfifo "$ROOT/tmp/room"
  script /crowd <<<"sh -c 'while cat /tmp/room & do :; done' 2>/dev/null; exit 0"
  oneshot crowd /crowd
  script /stays <<<'echo stays; exec sleep 1000000'
  for i in {1..6}; do oneshot "stays$i" /stays crowd; names+=("stays$i"); done
  user "${names[@]}"
  start --pids-limit 30
  wait_log 'raise --pids-limit'
  timeout "$WAIT" sh -c ": >'$ROOT/tmp/room'"
  assert_log '^stays$' 6
  assert_log 'raise --pids-limit'
}

@test "a oneshot that halts before s6-svscan is there ends the container with its code" {
  rm "$ROOT/command/s6-svscan"
  script /command/s6-svscan <<<$'until read -r go </tmp/go; do :; done 2>/dev/null\nexec /usr/bin/s6-svscan "$@"'
  script /ends <<<'echo 42 >/run/s6-linux-init-container-results/exitcode; trap "echo told; exit 1" TERM; /run/s6/basedir/bin/halt; while :; do :; done'
  oneshot ends /ends
  user ends
  start
  wait_log '^told$'
  let_go
  [ "$(exit_code)" = 42 ]
}

@test "a service that is told to stay down while it is down does not hold up the end of the boot" {
  longrun crashes <<<$'#!/bin/sh\nexit 1'
  script /tell <<<'until [ "$(s6-svstat -o up,wantedup,exitcode /run/service/crashes)" = "false true 1" ]; do :; done; s6-svc -d /run/service/crashes'
  oneshot tell /tell crashes
  user tell
  boot
  [ "$(service_status crashes)" = down ]
}

@test "nothing more is started when the time for the services is up, also where a oneshot that is ended says that it has done its work" {
  script /obeys <<<'trap "exit 0" TERM; echo obeys; while :; do sleep 0.1; done'
  oneshot obeys /obeys
  oneshot behind 'sleep 1000000' obeys
  user behind
  start -e S6_CMD_WAIT_FOR_SERVICES=1 -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=300 sh -c 'echo command; exec sleep 1000000'
  wait_log '^command$'
  [ "$(service_status obeys)" = up ]
  [ "$(service_status behind)" = blocked ]
}

@test "a service and a custom service with the name of an s6-rc definition: the definition stays, the service is named" {
  local run=$'#!/bin/sh\necho "runs in $(pwd)"; exec sleep 1000000'
  longrun twice <<<"$run"
  longrun custom-svc-mine <<<"$run"
  user twice custom-svc-mine
  service twice <<<"$run"
  mkdir "$ROOT/custom-services.d"
  echo "$run" >"$ROOT/custom-services.d/mine"
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=1
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: service /etc/services\.d/twice is left out: .*rename one of the two$'
  assert_log '^rc: info: custom-svc-mine is an s6-rc definition already$'
  assert_log '^runs in (/run|/dev/stillroot)/s6-rc/servicedirs/' 2
  refute_log '^runs in [^ ]*/s6/'
}
