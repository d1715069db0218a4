#!/usr/bin/env bats
# The S6_* variables that change how a container boots and ends. Those of signals and of the logger have files of their own.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

PATIENT=(-e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=600000)

@test "S6_CMD_ARG0: its words come before those of the CMD" {
  start --read-only --run exec -e S6_CMD_ARG0='/bin/sh -c' 'echo "hello$((1 + 1)) $0 $1"; exit 4' zero one
  [ "$(exit_code)" = 4 ]
  assert_log '^hello2 zero one$'
}

@test "S6_CMD_ARG0 without a CMD: nothing is run, the container stays up" {
  boot -e S6_CMD_ARG0='touch /config/ran' -e S6_SERVICES_READYTIME=1
  assert_running
  gone() { ! grep -lE '^/init' /proc/"$(init_pid)"/root/proc/[0-9]*/cmdline 2>/dev/null; }
  retry gone
  [ ! -e "$CONFIG/ran" ]
}

# plain has the environment of the supervision tree; what through exports itself goes through with-contenv
environment_services() {
  service plain <<'RUN'
#!/bin/sh
echo "plain [$GREETING]"
exec sleep 1000000
RUN
  service through <<'RUN'
#!/bin/sh
export GREETING=mine OWN=1
with-contenv sh -c 'echo "through [$GREETING] [$OWN]"'
exec sleep 1000000
RUN
}

@test "S6_KEEP_ENV: every service has the container's environment, and with-contenv leaves it alone" {
  local value
  environment_services
  for value in 1 yes; do
    boot --read-only --run exec -e S6_KEEP_ENV=$value -e GREETING=hello -e S6_SERVICES_READYTIME=1
    wait_log '^plain \[hello\]$'
    wait_log '^through \[mine\] \[1\]$'
    stop_container
  done
}

@test "without S6_KEEP_ENV services have nothing of the environment but PATH, until with-contenv sets it" {
  local value
  environment_services
  for value in '' 0 no; do
    boot --read-only --run exec -e "S6_KEEP_ENV=$value" -e GREETING=hello -e S6_SERVICES_READYTIME=1
    wait_log '^plain \[\]$'
    wait_log '^through \[hello\] \[\]$'
    stop_container
  done
  # nor does what has the variable keep the rest
  start -e S6_KEEP_ENV=no sh -c 'printf new >/run/s6/container_environment/NEW; with-contenv sh -c "echo \"cmd [\$NEW]\""'
  [ "$(exit_code)" = 0 ]
  assert_log '^cmd \[new\]$'
}

@test "a variable that is empty is as one that is not set" {
  local name root options=()
  for name in $(in_readme); do options+=(-e "$name="); done
  [ "${#options[@]}" -gt 50 ]
  for root in '' '--read-only --run exec'; do
    # shellcheck disable=SC2086
    READYTIME='' boot $root "${options[@]}"
    assert_boot "$([ -n "$root" ] && echo ro || echo rw)"
    refute_log 'skipped:'
    stop_container
    [ "$(exit_code)" = 0 ]
  done
}

# all that there are, but PATH, of which the runtime has its own opinion, and FILE__X, whose empty path is worth a word
in_readme() {
  "$REPO/$BUILD/stillroot" --variables | sed -n 's/^| `\([A-Z0-9_]*\)`.*/\1/p' | grep -vE '^(PATH|FILE__X)$'
}

@test "PATH: /command comes first, once, what the container was given stays" {
  local value
  service path <<<$'#!/bin/sh\necho "plain $PATH"\nwith-contenv sh -c \'echo "through $PATH"\'\nexec sleep 1000000'
  for value in /opt/bin:/bin:/usr/bin /command:/opt/bin:/bin:/usr/bin; do
    boot --read-only --run exec -e "PATH=$value" -e S6_SERVICES_READYTIME=1
    wait_log '^plain /command:/opt/bin:/bin:/usr/bin$'
    wait_log '^through /command:/opt/bin:/bin:/usr/bin$'
    stop_container
  done
  # /commander is another directory; without a value, the usual ones
  for value in /commander:/bin:/usr/bin ''; do
    boot --read-only --run exec -e "PATH=$value" -e S6_SERVICES_READYTIME=1
    wait_log "^plain /command:${value:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}\$"
    stop_container
  done
}

@test "LSIO_READ_ONLY_FS and LSIO_NON_ROOT_USER are init's to set: what the container was given does not count" {
  start -e LSIO_READ_ONLY_FS=1 -e LSIO_NON_ROOT_USER=1 -e S6_KEEP_ENV=1 sh -c 'echo "flags [$LSIO_READ_ONLY_FS] [$LSIO_NON_ROOT_USER]"'
  [ "$(exit_code)" = 0 ]
  assert_log '^flags \[\] \[\]$'
}

# Everything that is said about too much or too little: by init an info and a warning, by rc a warning, by stop and finish one each.
wordy() { # VERBOSITY
  deaf_service deaf
  rmdir "$ROOT/config" 2>/dev/null || true
  boot --read-only --run noexec --config none -e S6_VERBOSITY="$1" -e S6_READ_ONLY_ROOT=0 -e S6_SERVICES_GRACETIME=100 \
    -e S6_SERVICES_READYTIME=1
  [ "$(stage_status own-config)" = 'done' ]
  echo bad >"$(inside /run/s6-linux-init-container-results/exitcode)"
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^\[services\.d\] done\.$'
}

has_warnings() {
  assert_log '^init: warning: S6_READ_ONLY_ROOT is 0'
  assert_log '^rc: warning: /config does not exist'
  assert_log '^stop: warning: service deaf .*killed'
  assert_log '^finish: warning: .*exitcode does not begin'
}

@test "S6_VERBOSITY=0: neither warnings nor info, but the markers" {
  mkdir "$ROOT/custom-cont-init.d"
  printf ':\n' >"$ROOT/custom-cont-init.d/10-open"
  chmod 0757 "$ROOT/custom-cont-init.d/10-open"
  wordy 0
  refute_log '(warning|info): '
  refute_log 'WARNING'
}

@test "S6_VERBOSITY=0: what is fatal is said" {
  start -e S6_VERBOSITY=0 /no/such/program
  [ "$(exit_code)" = 127 ]
  assert_log '^rc: fatal: unable to exec /no/such/program'
  start -e S6_VERBOSITY=0 -e S6_RUNTIME_PROFILE=missing
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: '
}

@test "S6_VERBOSITY=1: warnings, no info" {
  wordy 1
  has_warnings
  refute_log 'info: '
}

@test "S6_VERBOSITY unset, 2 and no number: warnings and info, not each stage" {
  local value
  for value in 2 '' loud 0s; do
    wordy "$value"
    has_warnings
    assert_log '^init: info: /run is mounted noexec'
    refute_log 'info: stage '
  done
}

@test "S6_VERBOSITY=3 names each stage, with its status" {
  local name
  boot --read-only --run exec -e S6_VERBOSITY=3 -e S6_SERVICES_READYTIME=1
  for name in $(report '.stages[].name'); do assert_log "^rc: info: stage $name: (done|skipped)"; done
  assert_log '^rc: info: stage init-adduser: done'
}

waiting() { [ "$(cat "/proc/$(init_pid)/comm")" = init ] && grep -q pipe "/proc/$(init_pid)/wchan" "/proc/$(init_pid)/stack"; } 2>/dev/null

@test "S6_WAIT_FOR_CLOSING_FD: a stop while the descriptor is open ends the container before the boot" {
  local writer
  mkfifo "$DIR/held"
  sleep 1000000 >"$DIR/held" 3>&- &
  writer=$!
  HELD=$DIR/held start "${PATIENT[@]}" -e S6_WAIT_FOR_CLOSING_FD=3
  retry waiting
  signal_container TERM
  kill "$writer"
  [ "$(exit_code)" = 0 ]
  assert_log '^init: info: told to stop before the boot has begun$'
  refute_log 'migrations'
}

@test "stages run in the order of their dependencies" {
  local pair a b
  boot -e S6_VERBOSITY=3 -e S6_SERVICES_READYTIME=1
  for pair in init-envfile:stage2-hook stage2-hook:settings stage2-hook:numbers stage2-hook:capabilities \
    settings:custom-services custom-services:definitions definitions:init-migrations definitions:umask definitions:fix-attrs \
    init-migrations:user-remap user-remap:user-groups user-remap:own-config user-remap:own-app user-groups:init-adduser \
    own-config:init-adduser own-app:init-adduser init-adduser:fix-attrs init-adduser:init-device-perms \
    init-device-perms:device-groups device-groups:init-os-end init-os-end:init-config init-config:init-crontab-config \
    init-crontab-config:init-config-end init-config-end:init-mods init-mods:init-mods-package-install \
    init-mods-package-install:init-mods-end init-mods-end:init-custom-files init-custom-files:init-services \
    umask:init-services init-services:svc-cron fix-attrs:legacy-cont-init legacy-cont-init:base \
    base:legacy-services init-services:legacy-services legacy-services:ci-service-check; do
    a=$(grep -n -m1 "^rc: info: stage ${pair%:*}: " "$LOG" | cut -d: -f1)
    b=$(grep -n -m1 "^rc: info: stage ${pair#*:}: " "$LOG" | cut -d: -f1)
    [ "$a" -lt "$b" ] || { echo "not in order: $pair"; return 1; }
  done
}

@test "S6_WAIT_FOR_CLOSING_FD: the boot begins when the descriptor is closed outside" {
  local writer
  mkfifo "$DIR/held"
  sleep 1000000 >"$DIR/held" 3>&- &
  writer=$!
  HELD=$DIR/held start --read-only --run exec "${PATIENT[@]}" -e S6_WAIT_FOR_CLOSING_FD=3 sh -c 'ls -l /proc/self/fd; exit 4'
  retry waiting
  [ -z "$(cat "$LOG")" ]
  kill "$writer"
  [ "$(exit_code)" = 4 ]
  # nobody inherits it
  refute_log 'held'
  refute_log 'warning'
}

@test "S6_WAIT_FOR_CLOSING_FD: no number, too small or closed: at most one warning" {
  local value
  for value in 7 x 0 2 -1 99999999999 ''; do
    start --read-only --run exec "${PATIENT[@]}" -e "S6_WAIT_FOR_CLOSING_FD=$value" sh -c 'exit 4'
    [ "$(exit_code)" = 4 ]
    [ "$(grep -cE 'warning|fatal' "$LOG")" -le 1 ]
  done
  start "${PATIENT[@]}" -e S6_WAIT_FOR_CLOSING_FD=7 sh -c 'exit 4'
  [ "$(exit_code)" = 4 ]
  assert_log '^init: warning: .*descriptor 7 \(S6_WAIT_FOR_CLOSING_FD\): Bad file descriptor$'
}

@test "S6_RUNTIME_PROFILE: its services.d, cont-init.d and cont-finish.d are taken, those of /etc are not" {
  local profile="$ROOT/etc/cont-profile.d/special"
  mkdir -p "$profile/services.d/other" "$profile/cont-init.d" "$ROOT/etc/cont-init.d"
  printf '#!/bin/sh\nexec sleep 1000000\n' >"$profile/services.d/other/run"
  printf '#!/bin/sh\necho "profile init"\n' >"$profile/cont-init.d/10-profile"
  printf '#!/bin/sh\necho "etc init"\n' >"$ROOT/etc/cont-init.d/10-etc"
  mkdir -p "$profile/cont-finish.d" "$ROOT/etc/cont-finish.d"
  printf '#!/bin/sh\necho "profile finish"\n' >"$profile/cont-finish.d/10-profile"
  printf '#!/bin/sh\necho "etc finish"\n' >"$ROOT/etc/cont-finish.d/10-etc"
  chmod 0755 "$profile/cont-finish.d/10-profile" "$ROOT/etc/cont-finish.d/10-etc"
  chmod 0755 "$profile/services.d/other/run" "$profile/cont-init.d/10-profile" "$ROOT/etc/cont-init.d/10-etc"
  boot --read-only --run exec -e S6_RUNTIME_PROFILE=special
  [ "$(report '[.services[].name] | join(" ")')" = other ]
  assert_log '^profile init$'
  refute_log '^etc init$'
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^profile finish$'
  refute_log '^etc finish$'
  boot
  [ "$(report '[.services[].name] | join(" ")')" = keeper ]
  assert_log '^etc init$'
  refute_log '^profile init$'
}

@test "S6_RUNTIME_PROFILE that is missing, no directory, or leads elsewhere: 100, one line" {
  local name
  mkdir -p "$ROOT/etc/cont-profile.d"
  : >"$ROOT/etc/cont-profile.d/file"
  for name in missing file ../services.d . .. a/b "$(printf '%300s' '' | tr ' ' x)"; do
    start --read-only --run exec -e "S6_RUNTIME_PROFILE=$name"
    [ "$(exit_code)" = 100 ]
    assert_log '^init: fatal: .*S6_RUNTIME_PROFILE'
    [ "$(wc -l <"$LOG")" = 1 ]
  done
}

# Two scripts, of which the first fails.
failing_script() {
  mkdir -p "$ROOT/etc/cont-init.d"
  printf '#!/bin/sh\nexit 33\n' >"$ROOT/etc/cont-init.d/10-bad"
  printf '#!/bin/sh\necho second script\n' >"$ROOT/etc/cont-init.d/20-good"
  chmod 0755 "$ROOT/etc/cont-init.d"/*
}

@test "S6_BEHAVIOUR_IF_STAGE2_FAILS=0 and 1: the boot goes on, an info line or a warning says that it is not complete" {
  local value
  failing_script
  for value in '' 0 1; do
    start --read-only --run exec -e "S6_BEHAVIOUR_IF_STAGE2_FAILS=$value" -e S6_SERVICES_READYTIME=1
    wait_log 'the boot is not complete'
    if [ "$value" = 1 ]; then assert_log '^rc: warning: the boot is not complete'; else assert_log '^rc: info: the boot is not complete'; fi
    assert_log '10-bad exited 33$' 2
    assert_log '^second script$'
    refute_log '^\[(services\.d|ls\.io-init)\] done\.$'
    [ "$(service_status keeper)" = up ]
    [ "$(report .result)" = failed ]
    stop_container
    [ "$(exit_code)" = 0 ]
  done
}

@test "S6_VERBOSITY=0: nothing is said of a boot that is not complete, the report has it" {
  local value
  failing_script
  for value in 0 1; do
    start --read-only --run exec -e S6_VERBOSITY=0 -e "S6_BEHAVIOUR_IF_STAGE2_FAILS=$value" -e S6_SERVICES_READYTIME=1
    failed() { [ "$(report .result)" = failed ]; } 2>/dev/null
    retry failed
    stop_container
    [ "$(grep -cvE '^(\[|User |second)' "$LOG")" = 0 ]
  done
}

@test "S6_BEHAVIOUR_IF_STAGE2_FAILS=2: the container stops with the script's code" {
  failing_script
  start --read-only --run exec "${PATIENT[@]}" -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" = 33 ]
  refute_log '^\[(services\.d|ls\.io-init)\] done\.$'
}

@test "S6_SYNC_DISKS: sync is called at the end, and otherwise not" {
  local value
  for value in 1 true; do
    start --forbid sync "${PATIENT[@]}" -e S6_SYNC_DISKS=$value sh -c 'exit 4'
    # of the signal that the forbidden call is
    [ "$(exit_code)" = $((128 + 31)) ]
  done
  for value in '' 0 no; do
    start --forbid sync "${PATIENT[@]}" -e "S6_SYNC_DISKS=$value" sh -c 'exit 4'
    [ "$(exit_code)" = 4 ]
  done
}

@test "S6_YES_I_WANT_A_WORLD_WRITABLE_RUN_BECAUSE_KUBERNETES changes nothing, and nothing is said about it" {
  boot --read-only --run exec -e S6_YES_I_WANT_A_WORLD_WRITABLE_RUN_BECAUSE_KUBERNETES=1
  assert_boot ro
  [ "$(stat -c %a "$(inside /run/s6)")" = 755 ]
  refute_log 'KUBERNETES'
}
