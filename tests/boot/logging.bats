#!/usr/bin/env bats
# S6_LOGGING: the catch-all logger.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

PATIENT=(-e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=600000)

# The log, in a directory that outlives the container.
logged() {
  mkdir -p "$DIR/logs"
  start --mount "$DIR/logs:/run/uncaught-logs" "$@"
}
caught() { cat "$DIR/logs"/@* "$DIR/logs/current" 2>/dev/null | grep -cE -- "$1"; }
has_caught() { [ "$(caught "$1")" -ge 1 ]; }
assert_caught() { # PATTERN [TIMES]; each line begins with the time
  local n
  n=$(caught "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:.]+  ?$1") || true
  [ "$n" -eq "${2:-1}" ] || { echo "$n lines in the log, not ${2:-1}: $1"; cat "$DIR/logs/current"; return 1; }
}

chatty() {
  service chatty <<'RUN'
#!/bin/sh
trap 'echo "service ends"; exit 0' TERM
echo "service out"
echo "service err" >&2
while :; do sleep 1000000 & wait; done
RUN
  printf '#!/bin/sh\necho "finish speaks"\n' >"$ROOT/etc/services.d/chatty/finish"
  mkdir -p "$ROOT/etc/cont-finish.d"
  printf '#!/bin/sh\necho "cont-finish speaks"\necho "cont-finish errs" >&2\n' >"$ROOT/etc/cont-finish.d/10-speak"
  chmod 0755 "$ROOT/etc/services.d/chatty/finish" "$ROOT/etc/cont-finish.d/10-speak"
}

# all that the services and the stop say, once
assert_all_caught() {
  local line
  for line in 'service out' 'service err' 'service ends' 'finish speaks' 'cont-finish speaks' 'cont-finish errs'; do
    assert_caught "$line\$"
    refute_log "$line"
  done
}

@test "S6_LOGGING=0, and unset: all on the container's output, no logger, no log" {
  local value
  chatty
  for value in 0 '' all; do
    boot --read-only --run exec -e "S6_LOGGING=$value" -e S6_SERVICES_READYTIME=1
    assert_log '^init: warning: S6_LOGGING is all, not 0, 1 or 2: ignored$' "$(case $value in all) echo 1 ;; *) echo 0 ;; esac)"
    wait_log '^service err$'
    [ ! -e "$(inside /run/uncaught-logs)" ]
    [ ! -e "$(inside /run/service/s6-svscan-log)" ]
    stop_container
    assert_log '^service (out|err|ends)$' 3
    assert_log '^finish speaks$'
  done
}

@test "S6_LOGGING=1: the log has what services and the stop say; the CMD and the markers are on the container's output" {
  chatty
  logged --read-only --run exec "${PATIENT[@]}" -e S6_LOGGING=1 -e S6_SERVICES_READYTIME=1 \
    sh -c 'echo "cmd out"; echo "cmd err" >&2; trap "exit 4" TERM; while :; do sleep 1000000 & wait; done'
  wait_log '^\[ls\.io-init\] done\.$'
  retry has_caught 'service err'
  stop_container
  [ "$(exit_code)" = 4 ]
  assert_all_caught
  assert_caught '\[services\.d\] done\.$'
  assert_caught '\[ls\.io-init\] done\.$'
  assert_caught 'User UID: '
  # nothing else is there
  [ "$(sort "$LOG" | tr '\n' ';')" = '[ls.io-init] done.;[services.d] done.;cmd err;cmd out;' ]
  # nothing said that it had to wait
  [ "$(caught 'warning|fatal|killed')" = 0 ]
}

@test "S6_LOGGING=2: the log has it all, the container's output nothing" {
  chatty
  logged "${PATIENT[@]}" -e S6_LOGGING=2 -e S6_SERVICES_READYTIME=1 \
    sh -c 'echo "cmd out"; echo "cmd err" >&2; trap "exit 4" TERM; while :; do sleep 1000000 & wait; done'
  retry has_caught '\[ls\.io-init\] done\.$'
  retry has_caught 'service err'
  stop_container
  [ "$(exit_code)" = 4 ]
  assert_all_caught
  assert_caught 'cmd out$'
  assert_caught 'cmd err$'
  assert_caught '\[services\.d\] done\.$'
  [ ! -s "$LOG" ]
}

@test "S6_LOGGING: no process has more than it needs; only the logger reads, nobody has the container's output" {
  local p
  logged --read-only --run noexec "${PATIENT[@]}" -e S6_LOGGING=2 -e S6_SERVICES_READYTIME=1
  retry has_caught '\[ls\.io-init\] done\.$'
  gone() { ! grep -lE '^/init' "$(inside /proc)"/[0-9]*/cmdline 2>/dev/null; }
  retry gone
  assert_processes 's6-log s6-supervise s6-supervise s6-svscan sleep'
  for p in "$(inside /proc)"/[0-9]*; do
    case "$(tr '\0' ' ' <"$p/cmdline")" in
      s6-svscan* | s6-log* | *s6-svscan-log*) ;;
      *) ! readlink "$p"/fd/* | grep 'pipe:' || { echo "in $(cat "$p/comm")"; return 1; } ;;
    esac
  done
  stop_container
  [ "$(exit_code)" = 0 ]
  # said before there is a /run for the log to be in
  assert_log '^init: info: /run is mounted noexec'
  [ "$(wc -l <"$LOG")" = 1 ]
}

@test "S6_LOGGING=2: what a CMD says that ends at once is in the log, twenty times" {
  local i
  rm -r "$ROOT/etc/services.d"
  for i in {1..20}; do
    logged --read-only --run exec "${PATIENT[@]}" -e S6_LOGGING=2 sh -c "echo words $i; exit 4"
    [ "$(exit_code)" = 4 ]
    assert_caught "words $i\$"
  done
}

@test "S6_LOGGING: what is fatal is on the container's standard error and in the termination log" {
  local level
  for level in 1 2; do
    : >"$DIR/termination"
    start --mount "$DIR/termination:/dev/termination-log" -e S6_LOGGING=$level -e PUID=nobody
    [ "$(exit_code)" = 100 ]
    assert_log '^rc: fatal: .*PUID'
    grep '^rc: fatal: .*PUID' "$DIR/termination"
    start -e S6_LOGGING=$level /no/such/program
    [ "$(exit_code)" = 127 ]
    assert_log '^rc: fatal: unable to exec /no/such/program'
  done
  rm "$ROOT/command/s6-svscan"
  start -e S6_LOGGING=2
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: .*s6-svscan'
}

@test "S6_LOGGING without s6-log in the image: 100, the package is named" {
  rm "$ROOT/command/s6-log"
  start -e S6_LOGGING=1
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: S6_LOGGING needs /command/s6-log: No such file or directory; install the package s6 '
  [ "$(wc -l <"$LOG")" = 1 ]
  # without the logger it is not needed
  start sh -c 'exit 4'
  [ "$(exit_code)" = 4 ]
}

@test "S6_CATCHALL_USER: the logger runs as that user, and the log is that user's alone" {
  boot --read-only --run exec "${PATIENT[@]}" -e S6_LOGGING=1 -e S6_CATCHALL_USER=abc -e S6_SERVICES_READYTIME=1
  local pid dir
  dir=$(inside /run/uncaught-logs)
  [ "$(stat -c '%u:%g %a' "$dir")" = '911:911 2750' ]
  retry test -s "$dir/current"
  [ "$(stat -c %u "$dir/current")" = 911 ]
  pid=$(dirname "$(grep -l '^s6-log' "$(inside /proc)"/[0-9]*/comm)")
  [ "$(awk '$1 == "Uid:" || $1 == "Gid:" || $1 == "Groups:" { $1 = ""; printf "%s;", $0 }' "$pid/status")" = ' 911 911 911 911; 911 911 911 911; 911;' ]
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "a volume for the logs that the container's user cannot write: 100, one line that names whose it must be" {
  mkdir -p "$DIR/logs"
  chown 0:0 "$DIR/logs"
  start --user 1000:1000 --mount "$DIR/logs:/run/uncaught-logs" -e S6_LOGGING=1
  [ "$(exit_code)" = 100 ]
  assert_log "^init: fatal: /run/uncaught-logs is not writable for the user of the logger, the container's own: Permission denied"
}

@test "S6_CATCHALL_USER that does not exist, or may not write: 100, one line" {
  start -e S6_LOGGING=1 -e S6_CATCHALL_USER=nobody-here
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: .*S6_CATCHALL_USER in /etc/passwd: nobody-here; create the user in the image'
  [ "$(wc -l <"$LOG")" = 1 ]
  logged --cap-drop CHOWN -e S6_LOGGING=1 -e S6_CATCHALL_USER=abc
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: /run/uncaught-logs is not writable for the user of the logger, abc: Operation not permitted'
  assert_log 'fatal: '
  start --mount "$DIR/logs:/run/uncaught-logs:ro" -e S6_LOGGING=1
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: /run/uncaught-logs is not writable for the user of the logger, root: Read-only file system'
  logged --cap-drop SETUID -e S6_LOGGING=1 -e S6_CATCHALL_USER=abc
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: .*SETUID'
  # no logger, nobody to run it
  start -e S6_LOGGING=0 -e S6_CATCHALL_USER=nobody-here sh -c 'exit 4'
  [ "$(exit_code)" = 4 ]
}

@test "what another user has prepared where the logs are: no link of it is followed" {
  local name
  mkdir "$DIR/run" "$DIR/run/uncaught-logs"
  chmod 0777 "$DIR/run"
  for name in current lock state newstate previous processed; do ln -s "/victim-$name" "$DIR/run/uncaught-logs/$name"; done
  echo kept >"$ROOT/victim-hard"
  chown -Rh 911:911 "$DIR/run/uncaught-logs"
  boot --mount "$DIR/run:/run" -e S6_LOGGING=1 "${PATIENT[@]}"
  retry test -s "$DIR/run/uncaught-logs/current"
  [ "$(stat -c %u "$DIR/run/uncaught-logs")" = 0 ]
  stop_container
  [ "$(exit_code)" = 0 ]
  [ -z "$(find "$ROOT" -maxdepth 1 -name 'victim-[!h]*')" ]
}

@test "S6_LOGGING not as root: the logger runs as the user of the container" {
  mkdir "$DIR/logs"
  chown 1000:1000 "$DIR/logs"
  logged --user 1000:1000 -e S6_LOGGING=2 -e S6_CATCHALL_USER=abc "${PATIENT[@]}" sh -c 'echo words; exit 4'
  [ "$(exit_code)" = 4 ]
  assert_caught 'words$'
  [ "$(stat -c %u "$DIR/logs/current")" = 1000 ]
}

@test "S6_LOGGING_SCRIPT: its words are s6-log's" {
  logged "${PATIENT[@]}" -e S6_LOGGING=2 -e S6_LOGGING_SCRIPT='n3  s100000 -secret t' sh -c 'echo a secret; echo words; exit 4'
  [ "$(exit_code)" = 4 ]
  [ "$(caught '^@[0-9a-f]{24} words$')" = 1 ]
  [ "$(caught 'secret')" = 0 ]
}

@test "a script that s6-log refuses: 100, one line of ours, no marker; nor does a flood of words keep the container" {
  service flood <<'RUN'
#!/bin/sh
while echo 'words words words words words words words words words words words words words words words'; do :; done
RUN
  local services
  for services in some none; do
    [ $services = some ] || rm -r "$ROOT/etc/services.d"
    logged "${PATIENT[@]}" -e S6_LOGGING=2 -e S6_LOGGING_SCRIPT='n20 bogus'
    [ "$(exit_code)" = 100 ]
    assert_log '^rc: fatal: the logger of S6_LOGGING does not run: exit code 100; correct S6_LOGGING_SCRIPT'
    assert_log '^s6-log: '
    refute_log 'done\.$'
  done
}

@test "S6_LOGGING: the stop's own warnings are in the log, and so is a finish script of many words, whole" {
  deaf_service deaf
  mkdir -p "$ROOT/etc/cont-finish.d"
  # a pipe holds 64 KiB
  printf '#!/bin/sh\nseq 1 20000 | sed "s/^/finish line /" >&2\n' >"$ROOT/etc/cont-finish.d/10-talk"
  chmod 0755 "$ROOT/etc/cont-finish.d/10-talk"
  logged -e S6_LOGGING=1 -e S6_SERVICES_GRACETIME=200 -e S6_SERVICES_READYTIME=1
  wait_log '^\[ls\.io-init\] done\.$'
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_caught 'stop: warning: service deaf .*killed'
  assert_caught 'finish line [0-9]+$' 20000
  refute_log 'deaf|finish'
}

# A daemon that no supervisor knows, with the fifo as its output.
leaver() { # WHAT IT DOES ON SIGTERM
  service leaver <<RUN
#!/bin/sh
setsid sh -c 'trap "$1" TERM; echo left behind; while :; do sleep 1000000 & wait; done' &
exec sleep 1000000
RUN
}

@test "S6_LOGGING: a daemon that holds the log open is told to end, and its last words are logged" {
  leaver 'echo last words; exit 0'
  logged --read-only --run exec "${PATIENT[@]}" -e S6_LOGGING=1
  wait_log '^\[ls\.io-init\] done\.$'
  retry has_caught 'left behind'
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_caught 'last words$'
  refute_log 'killing'
}

@test "S6_LOGGING: a daemon that holds the log open and is deaf is killed after S6_KILL_GRACETIME" {
  leaver ''
  logged -e S6_SERVICES_GRACETIME=600000 -e S6_KILL_GRACETIME=300 -e S6_LOGGING=1
  wait_log '^\[ls\.io-init\] done\.$'
  retry has_caught 'left behind'
  stop_container
  [ "$(exit_code)" = 0 ]
  # the log has ended: the rest is for the container's own output
  assert_log '^stop: warning: s6-svscan still waits .*killing what is left'
}

@test "S6_LOGGING: a log on a full file system stops the services' words, not the stop" {
  service flood <<'RUN'
#!/bin/sh
trap '' TERM
while echo 'words words words words words words words words words words words words words words words'; do :; done
RUN
  mkdir "$DIR/logs"
  mount -t tmpfs -o size=64k stillroot-test "$DIR/logs"
  logged -e S6_LOGGING=1 -e S6_SERVICES_GRACETIME=200 -e S6_KILL_GRACETIME=200 -e S6_SERVICES_READYTIME=1
  wait_log '^\[ls\.io-init\] done\.$'
  full() { ! dd if=/dev/zero of="$DIR/logs/probe" bs=4096 count=1 2>/dev/null; }
  retry full
  rm "$DIR/logs/probe"
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "S6_LOGGING: a logger that is killed is started again, and nothing is lost while a CMD runs" {
  logged -e S6_LOGGING=2 "${PATIENT[@]}" sh -c '
    until init-status | grep -q "s6-svscan-log *ready"; do sleep 0.05; done
    kill -KILL $(grep -l "^s6-log" /proc/[0-9]*/comm | cut -d/ -f3)
    echo words
    until grep -q words /run/uncaught-logs/current; do sleep 0.05; done
    exit 4'
  [ "$(exit_code)" = 4 ]
  assert_caught 'words$'
}

@test "S6_LOGGING: a service of uid 1000 opens /dev/stdout and /dev/stderr" {
  service stranger <<'RUN'
#!/bin/sh
exec s6-applyuidgid -u 1000 -g 1000 -G '' sh -c 'echo "$(id -u) out" >/dev/stdout; echo "$(id -u) err" >/dev/stderr; exec sleep 1000000'
RUN
  logged --read-only --run exec -e S6_LOGGING=2
  retry has_caught '1000 err$'
  assert_caught '1000 out$'
}

@test "S6_LOGGING: halt and s6-svscanctl -t end the container with the code of the results file" {
  local command
  for command in /run/s6/basedir/bin/halt '/command/s6-svscanctl -t /run/service'; do
    logged --read-only --run exec "${PATIENT[@]}" -e S6_LOGGING=1 -e S6_SERVICES_READYTIME=1
    wait_log '^\[ls\.io-init\] done\.$'
    echo 5 >"$(inside /run/s6-linux-init-container-results/exitcode)"
    # shellcheck disable=SC2086
    in_container $command
    [ "$(exit_code)" = 5 ]
    refute_log 'warning|killed'
  done
}

# shellcheck disable=SC2016
TERMINAL='if [ -t 1 ] && [ -t 2 ]; then echo "on a terminal$((1 + 1))"; else echo "in the log$((1 + 1))"; fi; exit 4'

@test "S6_CMD_USE_TERMINAL: with S6_LOGGING=2 the CMD writes to the terminal; without, to the log" {
  local value
  for value in 1 yes; do
    logged --tty -e S6_LOGGING=2 -e S6_CMD_USE_TERMINAL=$value "${PATIENT[@]}" sh -c "$TERMINAL"
    [ "$(exit_code)" = 4 ]
    assert_log 'on a terminal2'
    [ "$(caught 'on a terminal|in the log')" = 0 ]
  done
  for value in '' 0; do
    logged --tty -e S6_LOGGING=2 -e "S6_CMD_USE_TERMINAL=$value" "${PATIENT[@]}" sh -c "$TERMINAL"
    [ "$(exit_code)" = 4 ]
    refute_log 'on a terminal2|in the log2'
  done
  assert_caught 'in the log2$' 2
}

@test "S6_CMD_USE_TERMINAL without a terminal: the CMD writes to the log" {
  logged -e S6_LOGGING=2 -e S6_CMD_USE_TERMINAL=1 "${PATIENT[@]}" sh -c "$TERMINAL"
  [ "$(exit_code)" = 4 ]
  assert_caught 'in the log2$'
  [ ! -s "$LOG" ]
}
