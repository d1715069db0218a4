#!/usr/bin/env bats
# What the image and its user have the boot run: hook, migrations, cont-init.d, cont-finish.d, custom scripts and custom services.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# script PATH [MODE]: a file of the image with what comes on standard input
script() {
  mkdir -p "$ROOT/$(dirname "$1")"
  cat >"$ROOT/$1"
  chmod "${2:-0755}" "$ROOT/$1"
}

# before PATTERN PATTERN: the first line that matches the one stands before the first of the other. Both must be of standard output,
# or both of standard error: the runtime copies the two on its own time.
before() {
  local a b
  retry log_has "$1" && retry log_has "$2"
  a=$(grep -nE -m1 -- "$1" "$LOG" | cut -d: -f1)
  b=$(grep -nE -m1 -- "$2" "$LOG" | cut -d: -f1)
  [ -n "$a" ] && [ -n "$b" ] && [ "$a" -lt "$b" ] || { echo "not before: $1, $2"; return 1; }
}

stage_reason() { report ".stages[] | select(.name == \"$1\") | .reason"; }

# it ends when it is told to, and says so
SLEEPER='#!/bin/sh
echo sleeping
exec sleep 1000000'

@test "migrations run in numeric order with the environment, each once, on both roots" {
  local root
  script migrations/10-ten <<<$'#!/bin/sh\necho "ten $GREETING"'
  script migrations/9-nine <<<$'#!/bin/sh\necho nine'
  mkdir "$ROOT/migrations/11-directory"
  for root in '' '--read-only --run exec'; do
    rm -f "$CONFIG/.migrations"
    # shellcheck disable=SC2086
    boot $root -e GREETING=hello
    before '^\[migrations\] started$' '^nine$'
    before '^nine$' '^\[migrations\] 9-nine: succeeded$'
    before '^\[migrations\] 9-nine: succeeded$' '^ten hello$'
    before '^\[migrations\] 10-ten: succeeded$' '^\[migrations\] done$'
    before '^\[migrations\] done$' '^User UID:'
    [ "$(cat "$CONFIG/.migrations")" = $'9-nine\n10-ten' ]
    stop_container
    # shellcheck disable=SC2086
    boot $root
    assert_log '^\[migrations\] (9-nine|10-ten): skipped$' 2
    refute_log '^nine$'
    stop_container
  done
}

@test "no migrations: said, as ever" {
  boot
  assert_log '^\[migrations\] started$'
  assert_log '^\[migrations\] no migrations found$'
}

@test "a migration that is not executable runs by its interpreter; one that is a program says what to do" {
  script migrations/1-one 0644 <<<$'#!/bin/sh\necho one'
  script migrations/2-two 0644 <<<'echo two'
  boot --read-only --run exec
  assert_boot ro
  assert_log '^one$'
  assert_log '^two$'
  stop_container
  cp "$ROOT/command/s6-svscan" "$ROOT/migrations/3-three"
  chmod 0644 "$ROOT/migrations/3-three"
  start
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: init-migrations: /migrations/3-three is not executable; chmod'
}

@test "a migration that fails, or is killed: named with its code; what depends on it does not start, the next boot tries again" {
  local what code
  for what in 'exit 7' 'kill -9 $$'; do
    code=7
    [ "$what" = 'exit 7' ] || code=137
    rm -f "$CONFIG/.migrations"
    script migrations/1-good <<<$'#!/bin/sh\n:'
    script migrations/2-bad <<<"#!/bin/sh
$what"
    script migrations/3-next <<<$'#!/bin/sh\necho next'
    start
    wait_log 'the boot is not complete'
    assert_log "^rc: warning: init-migrations: /migrations/2-bad failed with exit code $code; "
    assert_log "^\\[migrations\\] 2-bad: failed with exit code $code\$"
    refute_log '^next$'
    refute_log '^\[(services|ls).*\] done\.$'
    [ "$(cat "$CONFIG/.migrations")" = 1-good ]
    [ "$(stage_status init-migrations)" = failed ]
    [ "$(stage_status init-adduser)" = blocked ]
    stop_container
    [ "$(exit_code)" = 0 ]
    script migrations/2-bad <<<$'#!/bin/sh\n:'
    boot
    assert_log '^next$'
    [ "$(cat "$CONFIG/.migrations")" = $'1-good\n2-bad\n3-next' ]
    stop_container
  done
}

@test "a history that the application has made a link, a hard link, a fifo, a directory or too long: said, nothing outside changes, the boot goes on" {
  local kind
  script migrations/1-one <<<$'#!/bin/sh\n:'
  echo victim >"$ROOT/victim"
  echo victim >"$CONFIG/outside"
  for kind in 'ln -s /victim' 'ln' 'mkfifo' 'mkdir' 'long'; do
    rm -rf "$CONFIG/.migrations"
    case "$kind" in
      ln) ln "$CONFIG/outside" "$CONFIG/.migrations" ;;
      long) truncate -s 2M "$CONFIG/.migrations" ;;
      'ln -s'*) ln -s /victim "$CONFIG/.migrations" ;;
      *) "$kind" "$CONFIG/.migrations" ;;
    esac
    boot
    assert_log '^\[migrations\] 1-one: succeeded$'
    # a hard link is a file; the others are no history, before the migration and after
    [ "$kind" = ln ] || assert_log '^rc: warning: unable to read /config/\.migrations: '
    [ "$(cat "$ROOT/victim" "$CONFIG/outside")" = $'victim\nvictim' ]
    stop_container
  done
}

@test "a history without a final newline, and one with a longer name: each line counts as a whole" {
  script migrations/1-one <<<$'#!/bin/sh\necho one'
  script migrations/2-two <<<$'#!/bin/sh\necho two'
  printf '1-one-and-more\n2-two' >"$CONFIG/.migrations"
  boot
  assert_log '^one$'
  refute_log '^two$'
  [ "$(cat "$CONFIG/.migrations")" = $'1-one-and-more\n2-two\n1-one' ]
}

@test "a migration without /config: run, with a warning that nothing remembers it" {
  script migrations/1-one <<<$'#!/bin/sh\n:'
  rm -rf "${ROOT:?}/config"
  boot --config none
  assert_log '^\[migrations\] 1-one: succeeded$'
  assert_log '^rc: warning: unable to read /config/\.migrations: No such file or directory$'
}

@test "a migration with CRLF is named, and runs all the same; one that fails ends the container with its code where that is asked for" {
  script migrations/1-crlf <<<$'#!/bin/sh\r\necho crlf # \r\nexit 6 # \r'
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" = 6 ]
  assert_log '^crlf'
  assert_log '^rc: warning: /migrations/1-crlf has CRLF line ends'
}

@test "a wrong setting: no migration has run when the boot ends" {
  script migrations/1-one <<<$'#!/bin/sh\necho one'
  start -e PUID=abc
  [ "$(exit_code)" = 100 ]
  refute_log '^one$'
  [ ! -e "$CONFIG/.migrations" ]
}

@test "cont-init.d runs in order with the environment before the services, on both roots" {
  local root
  service late <<<$'#!/bin/sh\necho late\nexec sleep 1000000'
  script etc/cont-init.d/20-b <<<$'#!/usr/bin/with-contenv sh\necho "b $GREETING"'
  script etc/cont-init.d/10-a <<<$'#!/bin/sh\necho a'
  for root in '' '--read-only --run exec'; do
    # shellcheck disable=SC2086
    boot $root -e GREETING=hello
    before '^a$' '^b hello$'
    before '^b hello$' '^late$'
    before '^cont-init: info: running /etc/cont-init.d/10-a$' '^cont-init: info: /etc/cont-init.d/10-a exited 0$'
    before '^cont-init: info: /etc/cont-init.d/10-a exited 0$' '^cont-init: info: running /etc/cont-init.d/20-b$'
    assert_log '^cont-init: info: /etc/cont-init.d/20-b exited 0$'
    stop_container
  done
}

@test "L5 a cont-init.d script fails: 0 goes on, 1 warns, 2 stops with its code; no marker in any" {
  script etc/cont-init.d/10-bad <<<$'#!/bin/sh\nexit 9'
  script etc/cont-init.d/20-good <<<$'#!/bin/sh\necho good'
  for behaviour in 0 1; do
    start -e "S6_BEHAVIOUR_IF_STAGE2_FAILS=$behaviour"
    wait_log 'the boot is not complete'
    assert_log '^rc: warning: legacy-cont-init: 10-bad exited 9$'
    assert_log '^good$'
    assert_log '^rc: warning: the boot is not complete' "$behaviour"
    refute_log '^\[(services|ls).*\] done\.$'
    [ "$(service_status keeper)" = up ]
    [ "$(report .result)" = failed ]
    stop_container
  done
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" = 9 ]
  refute_log '^\[(services|ls).*\] done\.$'
  # of two that fail, each is named, and the first one's code is the container's
  script etc/cont-init.d/20-good <<<$'#!/bin/sh\nexit 8'
  start -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" = 9 ]
  assert_log '^rc: warning: legacy-cont-init: 10-bad exited 9, 20-good exited 8$'
}

@test "a directory in cont-init.d or cont-finish.d is no script" {
  mkdir -p "$ROOT/etc/cont-init.d/10-directory" "$ROOT/etc/cont-finish.d/10-directory"
  script etc/cont-finish.d/20-last <<<$'#!/bin/sh\necho last'
  boot
  assert_boot rw
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^last$'
  refute_log 'directory'
}

@test "a cont-init.d script that cannot be executed is named, with the reason" {
  script etc/cont-init.d/10-plain 0644 <<<$'#!/bin/sh\n:'
  start
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: unable to exec /etc/cont-init.d/10-plain: Permission denied; chmod \+x it in the image$'
  refute_log 'fatal:'
  assert_log '^rc: warning: legacy-cont-init: 10-plain exited 126$'
}

@test "cont-finish.d runs in order when the services are down, with the environment; one that lasts is killed at its limit" {
  service last notification-fd=3 <<'RUN'
#!/usr/bin/with-contenv sh
trap 'echo service down; exit 0' TERM
sleep 1000000 &
echo >&3
wait
RUN
  script etc/cont-finish.d/10-a <<<$'#!/bin/sh\necho "finish a $GREETING"'
  script etc/cont-finish.d/20-b <<<$'#!/bin/sh\necho finish b\nexit 3'
  script etc/cont-finish.d/30-c <<<$'#!/bin/sh\ntrap "" TERM\necho finish c\nsleep 1000000'
  boot --read-only --run exec -e GREETING=hello -e S6_KILL_FINISH_MAXTIME=2000
  stop_container
  [ "$(exit_code)" = 0 ]
  before '^service down$' '^finish a hello$'
  before '^finish a hello$' '^finish b$'
  assert_log '^cont-finish: warning: /etc/cont-finish.d/20-b exited 3$'
  before '^finish b$' '^finish c$'
  assert_log '^cont-finish: warning: /etc/cont-finish.d/30-c has not ended after 2000 ms: killed; raise S6_KILL_FINISH_MAXTIME'
}

@test "S6_KILL_FINISH_MAXTIME=0: no limit" {
  mkfifo "$CONFIG/go"
  script etc/cont-finish.d/10-waits <<<$'#!/bin/sh\necho waiting\nread x </config/go\necho finished'
  boot -e S6_KILL_FINISH_MAXTIME=0
  signal_container TERM
  wait_log '^waiting$'
  echo >"$CONFIG/go"
  [ "$(exit_code)" = 0 ]
  assert_log '^finished$'
  refute_log 'killed'
}

@test "a second SIGTERM, and a third, do not run cont-finish.d again" {
  mkfifo "$CONFIG/go"
  script etc/cont-finish.d/10-waits <<<$'#!/bin/sh\necho waiting\nread x </config/go'
  boot -e S6_KILL_FINISH_MAXTIME=0
  signal_container TERM
  wait_log '^waiting$'
  signal_container TERM
  signal_container INT
  # their handlers have come and gone, but for the one that waits
  handlers() { [ "$(cat "$(inside /proc)"/[0-9]*/comm | grep -c '^SIG')" = 1 ]; }
  retry handlers
  echo >"$CONFIG/go"
  [ "$(exit_code)" = 0 ]
  assert_log '^waiting$'
}

@test "cont-finish.d runs when the CMD ends, and its exit code stays the CMD's" {
  script etc/cont-finish.d/10-a <<<$'#!/bin/sh\necho finish a\nexit 5'
  start sh -c 'exit 4'
  [ "$(exit_code)" = 4 ]
  assert_log '^finish a$'
}

@test "S6_STAGE2_HOOK runs before everything else, with arguments, and may still change services and the environment" {
  script hook <<'RUN'
#!/usr/bin/with-contenv sh
echo "hook $1 $SECRET"
mkdir -p /etc/services.d/added
printf '#!/usr/bin/with-contenv sh\necho "added $NEW"\nexec sleep 1000000\n' >/etc/services.d/added/run
chmod 0755 /etc/services.d/added/run
printf new >/run/s6/container_environment/NEW
printf 1234 >/run/s6/container_environment/PUID
RUN
  printf secret >"$CONFIG/secret"
  boot -e FILE__SECRET=/config/secret -e 'S6_STAGE2_HOOK=/hook  one' -e PUID=1000
  assert_boot rw
  before '^hook one secret$' '^\[migrations\] started$'
  assert_log '^added new$'
  assert_log '^User UID: +1234$'
  [ "$(service_status added)" = up ]
}

@test "a hook that fails, is missing or has no word: named with its code; 2 stops the container with it" {
  start -e 'S6_STAGE2_HOOK=/bin/false'
  wait_log 'the boot is not complete'
  assert_log '^rc: warning: stage2-hook: hook /bin/false exited 1$'
  [ "$(service_status keeper)" = up ]
  refute_log '^\[(services|ls).*\] done\.$'
  stop_container
  boot -e 'S6_STAGE2_HOOK= '
  assert_boot rw
  stop_container
  start -e S6_STAGE2_HOOK=/no/such -e S6_BEHAVIOUR_IF_STAGE2_FAILS=2
  [ "$(exit_code)" = 127 ]
  assert_log '^rc: warning: stage2-hook: hook /no/such exited 127$'
}

@test "E6 custom scripts: in order, with the environment, under the shell without a first line; failures are said and the boot goes on" {
  local root
  script custom-cont-init.d/20-plain <<<'echo "plain $GREETING"'
  script custom-cont-init.d/10-fails <<<$'#!/bin/sh\necho fails\nexit 3'
  script custom-cont-init.d/30-nox 0644 <<<'echo never'
  for root in '' '--read-only --run exec'; do
    # shellcheck disable=SC2086
    boot $root -e GREETING=hello
    assert_log '^\[custom-init\] Files found, executing$'
    before '^\[custom-init\] 10-fails: executing\.\.\.$' '^fails$'
    before '^\[custom-init\] 10-fails: exited 3$' '^plain hello$'
    assert_log '^\[custom-init\] 20-plain: exited 0$'
    assert_log '^\[custom-init\] 30-nox: is not an executable file$'
    refute_log '^never$'
    [ "$(stage_reason init-custom-files)" = '10-fails exited 3, 20-plain exited 0, 30-nox is not an executable file' ]
    stop_container
  done
}

@test "E6 no custom scripts: said, as ever" {
  boot
  assert_log '^\[custom-init\] No custom files found, skipping\.\.\.$'
}

@test "E6 a custom script with CRLF is named, and runs all the same; one that is not root's gets the warning box" {
  script custom-cont-init.d/10-crlf <<<$'#!/bin/sh\r\necho crlf; exit 0 # \r'
  script custom-cont-init.d/20-other <<<$'#!/bin/sh\n:'
  chown 911 "$ROOT/custom-cont-init.d/20-other"
  script custom-cont-init.d/30-open 0757 <<<$'#!/bin/sh\n:'
  boot
  assert_log '^rc: warning: /custom-cont-init.d/10-crlf has CRLF line ends'
  assert_log '^crlf'
  assert_log '^\* WARNING: /custom-cont-init.d/20-other is not root.s'
  assert_log '^\* WARNING: /custom-cont-init.d/30-open is not root.s'
  assert_log '^\* WARNING:' 2
}

@test "E6 a custom script that lasts is killed at CUSTOM_SCRIPTS_TIMEOUT with what it has started, and named" {
  script custom-cont-init.d/10-lasts <<<$'#!/bin/sh\ntrap "" TERM\nsleep 1000000 &\nsleep 1000000'
  script custom-cont-init.d/20-quick <<<$'#!/bin/sh\nexit 4'
  boot -e CUSTOM_SCRIPTS_TIMEOUT=2000
  assert_log '^rc: warning: /custom-cont-init.d/10-lasts has not ended within CUSTOM_SCRIPTS_TIMEOUT \(2000 ms\): killed$'
  [ "$(stage_reason init-custom-files)" = '10-lasts killed at its time limit, 20-quick exited 4' ]
  # the keeper's is the only one left
  assert_processes 's6-supervise s6-svscan sleep'
}

@test "E7 custom services: each file one, executable or not, with UMASK; README.txt is skipped with a line" {
  script custom-services.d/one <<<$'#!/usr/bin/with-contenv sh\necho "one $GREETING $(umask)"\nexec sleep 1000000'
  script custom-services.d/two 0644 <<<$'echo "two $(umask)"\nexec sleep 1000000'
  script custom-services.d/README.txt 0644 <<<'how to'
  boot -e GREETING=hello -e UMASK=027
  assert_boot rw
  assert_log '^one hello 0?027$'
  assert_log '^two 0?027$'
  assert_log '^rc: info: /custom-services.d/README.txt is no service: skipped$'
  [ "$(service_status custom-svc-one)" = up ]
  [ "$(service_status custom-svc-two)" = up ]
  [ "$(report '.services | length')" = 3 ]
  in_container s6-svc -r /run/service/custom-svc-one
  assert_log '^one hello' 2
}

@test "a custom service that cannot be made is named, and the others run" {
  local long
  long=$(printf 'a%.0s' {1..250})
  script "custom-services.d/$long" <<<$'#!/bin/sh\nexec sleep 1000000'
  script custom-services.d/one <<<$'#!/bin/sh\nexec sleep 1000000'
  start
  wait_log 'the boot is not complete'
  assert_log "^rc: warning: unable to make a service of /custom-services.d/$long: File name too long\$"
  [ "$(service_status custom-svc-one)" = up ]
  refute_log '^\[(services|ls).*\] done\.$'
}

@test "custom services are skipped on a read-only root and not as root, with one line that names them" {
  script custom-services.d/one <<<$'#!/bin/sh\necho one\nexec sleep 1000000'
  boot --read-only --run exec
  assert_boot ro
  assert_log '^rc: info: custom-services skipped: the root file system is read-only: /custom-services.d: one$'
  refute_log '^one$'
  stop_container
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
  boot --user 1000:1000
  assert_boot nonroot-rw
  assert_log '^rc: info: custom-services skipped: not running as root: /custom-services.d: one$'
  refute_log '^one$'
}

@test "custom services: what is wrong with a file is said, and it is a service all the same; texts for people and directories are not" {
  script custom-services.d/crlf <<<$'#!/bin/sh\r\nexec sleep 1000000 # \r'
  script custom-services.d/other <<<$'#!/bin/sh\nexec sleep 1000000'
  chown 911 "$ROOT/custom-services.d/other"
  script custom-services.d/open 0757 <<<$'#!/bin/sh\nexec sleep 1000000'
  script custom-services.d/readmenot <<<$'#!/bin/sh\nexec sleep 1000000'
  script custom-services.d/Readme <<<'how to'
  script custom-services.d/readme.md 0644 <<<'how to'
  mkdir "$ROOT/custom-services.d/directory"
  boot
  assert_log '^rc: warning: /custom-services.d/crlf has CRLF line ends'
  assert_log '^\* WARNING: /custom-services.d/other is not root.s'
  assert_log '^\* WARNING: /custom-services.d/open is not root.s'
  assert_log '^\* WARNING:' 2
  assert_log '^rc: info: /custom-services.d/(Readme|readme\.md|directory) is no service: skipped$' 3
  [ "$(report '[.services[].name] | sort | join(" ")')" = 'custom-svc-crlf custom-svc-open custom-svc-other custom-svc-readmenot keeper' ]
  [ "$(stage_reason custom-services)" = 'Readme skipped, crlf, directory skipped, open, other, readme.md skipped, readmenot' ]
}

@test "not as root: hook, migrations, cont-init.d, custom scripts and cont-finish.d run as the user" {
  local path mode
  local paths=(hook migrations/1-one etc/cont-init.d/10-one custom-cont-init.d/10-one etc/cont-finish.d/10-one)
  for path in "${paths[@]}"; do
    script "$path" <<<$'#!/usr/bin/with-contenv sh\necho "$0 $(id -u) $LSIO_NON_ROOT_USER[$LSIO_READ_ONLY_FS]"'
  done
  chown 1000:1000 "$CONFIG"
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
  for mode in rw ro; do
    rm -f "$CONFIG/.migrations"
    # shellcheck disable=SC2046
    boot --user 1000:1000 -e S6_STAGE2_HOOK=/hook -e PUID=1234 $([ $mode = rw ] || echo '--read-only --run 1777')
    assert_boot nonroot-$mode
    assert_log '^rc: info: .* skipped' 1
    assert_log '^rc: info: user-remap skipped: not running as root: PUID=1234$'
    stop_container
    [ "$(exit_code)" = 0 ]
    for path in "${paths[@]}"; do assert_log "^/$path 1000 1\\[$([ $mode = rw ] || echo 1)\\]\$"; done
    [ "$(cat "$CONFIG/.migrations")" = 1-one ]
  done
}

@test "services start when the custom scripts have ended, cont-init.d when the ownership is right" {
  service early <<<$'#!/bin/sh\necho "early $(cat /done)"\nexec sleep 1000000'
  script custom-services.d/mine <<<$'#!/bin/sh\necho "mine $(cat /done)"\nexec sleep 1000000'
  # longer than a service would take that did not wait
  script custom-cont-init.d/10-first <<<$'#!/bin/sh\nsleep 0.3\necho after >/done'
  script etc/cont-init.d/10-owner <<<$'#!/bin/sh\necho "config $(stat -c %u:%g /config) app $(stat -c %u:%g /app)"'
  boot -e PUID=1234 -e PGID=1235
  assert_boot rw
  assert_log '^early after$'
  assert_log '^mine after$'
  assert_log '^config 1234:1235 app 1234:1235$'
}

@test "without a service the boot is over when the last script has ended" {
  rm -r "$ROOT/etc/services.d"
  script custom-cont-init.d/10-last <<<$'#!/bin/sh\nsleep 0.3\n: >/done'
  boot
  [ -e "$ROOT/done" ]
}

@test "scripts have no standard input, and SIGPIPE ends what writes to nobody" {
  local path
  for path in etc/cont-init.d/10-in custom-cont-init.d/10-in; do
    script "$path" <<'RUN'
#!/bin/sh
echo "in $(readlink /proc/self/fd/0)"
# blocked, or ignored: the writer would see EPIPE
echo "pipe $(awk '$1 == "SigIgn:" { print $2 }' /proc/self/status)"
RUN
  done
  echo 'for the CMD' >"$DIR/input"
  INPUT=$DIR/input start sh -c 'read -r line; echo "$line"; echo "cmd $(awk "\$1 == \"SigIgn:\" { print \$2 }" /proc/self/status)"'
  [ "$(exit_code)" = 0 ]
  assert_log '^in /dev/null$' 2
  assert_log '^for the CMD$'
  # bit 12 is SIGPIPE's; what else is ignored may come from whoever has started the runtime
  assert_log '^(pipe|cmd) [0-9a-f]{12}[02468ace][0-9a-f]{3}$' 3
}

@test "L7 SIGTERM while a hook, a migration, a cont-init.d or a custom script sleeps: gone at once, nothing left" {
  local path
  for path in hook migrations/1-sleep etc/cont-init.d/10-sleep custom-cont-init.d/10-sleep; do
    script "$path" <<<"$SLEEPER"
    # a grace without end: what SIGTERM does not end would never be killed
    start --read-only --run exec -e "S6_STAGE2_HOOK=$([ "$path" != hook ] || echo /hook)" -e S6_KILL_GRACETIME=4294967295
    wait_log '^sleeping$'
    retry svscan_listens
    stop_container
    [ "$(exit_code)" = 0 ]
    assert_log "^rc: warning: .*/$path: ended by the stop\$"
    refute_log '^\[(services|ls).*\] done\.$'
    rm "$ROOT/$path"
  done
}

@test "S6_CMD_WAIT_FOR_SERVICES_MAXTIME ends a script that lasts; what depends on it does not start, the CMD does" {
  script custom-cont-init.d/10-lasts <<<"$SLEEPER"
  start -e S6_CMD_WAIT_FOR_SERVICES_MAXTIME=1000 sh -c 'echo started; exit 6'
  [ "$(exit_code)" = 6 ]
  assert_log '^rc: warning: init-custom-files: /custom-cont-init.d/10-lasts: has not ended within S6_CMD_WAIT_FOR_SERVICES_MAXTIME$'
  assert_log '^started$'
  refute_log '^\[(services|ls).*\] done\.$'
}

@test "L7 SIGTERM while a script is stopped: it goes on, and ends" {
  script custom-cont-init.d/10-stopped <<<$'#!/bin/sh\ntrap "echo asked; exit 0" TERM\nkill -STOP $$'
  start --read-only --run exec -e S6_KILL_GRACETIME=600000
  stopped() { cat "$(inside /proc)"/[0-9]*/stat 2>/dev/null | grep -qE '^[0-9]+ \(10-stopped\) T '; }
  retry stopped
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^asked$'
}

@test "L7 a custom script deaf to SIGTERM is killed at S6_KILL_GRACETIME" {
  script custom-cont-init.d/10-deaf <<<$'#!/bin/sh\ntrap "" TERM\necho deaf\nsleep 1000000'
  start --read-only --run exec -e S6_KILL_GRACETIME=300
  wait_log '^deaf$'
  stop_container
  [ "$(exit_code)" = 0 ]
  # it was stage 2 that did it, not the end of its own time
  refute_log 'stage 2 does not end'
}
