#!/usr/bin/env bats
# Why a container ends reaches who runs it: the fatal line stands in /dev/termination-log too, and names the flags that mend it.

load lib.bash
load definition.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# assert_reason CODE PATTERN [OPTION...] [CMD...]: the container ends with the code; one fatal line, the last one, says why, the same line and no
# other is in the termination log, and it is short enough to be read
assert_reason() {
  local line
  : >"$DIR/termination"
  start --mount "$DIR/termination:/dev/termination-log" "${@:3}"
  [ "$(exit_code)" = "$1" ] || { echo "exit code $(exit_code), not $1"; return 1; }
  line=$(cat "$DIR/termination")
  grep -qE -- "$2" <<<"$line" || { echo "in the termination log, without $2: $line"; return 1; }
  [ "$(wc -l <"$DIR/termination")" = 1 ]
  [ "$(grep 'fatal: ' "$LOG" | tail -n 1)" = "$line" ]
  [ "${#line}" -lt 350 ] || { echo "${#line} characters: $line"; return 1; }
}

# assert_flags PATTERN [OPTION...] [CMD...]: exit code 100, and a line with the flags of all three
assert_flags() {
  assert_reason 100 "$1" "${@:2}"
  grep -qE 'docker run -.*compose .*Kubernetes ' "$DIR/termination" || { echo 'flags are missing'; return 1; }
}

@test "L12 what a flag mends: 100, and the line in /dev/termination-log names that of docker, compose and Kubernetes" {
  mkdir "$DIR/small" "$DIR/run"
  mount -t tmpfs -o nr_inodes=4,mode=0755 stillroot-test "$DIR/small"
  assert_flags '^rc: fatal: settings: PUID is not a number' -e PUID=abc
  assert_flags '^rc: fatal: settings: UMASK is not ' -e UMASK=999
  assert_flags '^init: fatal: /run is not writable .* cannot stand in: .*init-status IMAGE --explain$' --read-only --tmpfs /dev:uid=911
  assert_flags '^init: fatal: /run has a mount that is not writable' --read-only --mount "$DIR/run:/run:ro"
  assert_flags '^init: fatal: /run could be changed by other users' --tmpfs /run:uid=911,mode=0755 --cap-drop CHOWN
  assert_flags '^init: fatal: .*: No space left on device; give /run more space' --mount "$DIR/small:/run"
  assert_flags '^init: fatal: unable to open .* S6_RUNTIME_PROFILE, .*/none: No such file' -e S6_RUNTIME_PROFILE=none
  assert_flags '^init: fatal: S6_RUNTIME_PROFILE is not the name of a directory' -e S6_RUNTIME_PROFILE=..
  assert_flags '^rc: fatal: definitions: /none \(S6_RUNTIME_BUNDLEDIR\): No such file' -e S6_RUNTIME_BUNDLEDIR=/none
  assert_flags '^rc: fatal: capabilities: .* SETUID and SETGID;.*--explain$' -e PUID=1000 --cap-drop ALL
  assert_flags '^init: fatal: unable to find the user of S6_CATCHALL_USER .*: nobody-here;' -e S6_LOGGING=1 -e S6_CATCHALL_USER=nobody-here
  assert_flags '^init: fatal: .*S6_CATCHALL_USER .*: abc;.*SETUID and SETGID' -e S6_LOGGING=1 -e S6_CATCHALL_USER=abc --cap-drop ALL
  assert_flags '^rc: fatal: the logger of S6_LOGGING does not run' -e S6_LOGGING=1 -e S6_LOGGING_SCRIPT=wrong
  assert_flags '^init: fatal: /run/uncaught-logs is not writable' --run exec -e S6_LOGGING=1 --mount "$DIR/run:/run/uncaught-logs:ro"
  rm "$ROOT/command/s6-log"
  assert_flags '^init: fatal: S6_LOGGING needs /command/s6-log: No such file' -e S6_LOGGING=1
}

@test "L12 what the image mends, and what ends the container later: the line is in /dev/termination-log too" {
  definition svc-bad longrn
  definition init-bad oneshot needs=nothing-here
  assert_reason 100 '^rc: fatal: definitions: .*1 more .*init-bake --check'
  rm -r "$ROOT/etc/s6-overlay"
  assert_reason 127 '^rc: fatal: unable to exec /no/such/program: No such file' /no/such/program
  assert_reason 126 '^rc: fatal: unable to exec /etc/passwd: Permission denied' /etc/passwd
  ln -s usr/lib/stillroot/stillroot "$ROOT/finish"
  assert_reason 111 '^crash: fatal: s6-svscan has failed' --under /usr/lib/stillroot/stillroot --under crash
  assert_reason 111 '^finish: fatal: unable to open /run: No such file' --under sh --under -c --under 'rm -r /run; exec /finish'
  rm "$ROOT/command/s6-svscan"
  assert_reason 100 '^init: fatal: unable to exec /command/s6-svscan: .*init-bake'
}

@test "L12 a termination log that is a directory, a fifo, read-only, full, or not there changes nothing" {
  mkdir "$DIR/directory" "$DIR/small"
  mkfifo "$DIR/fifo"
  : >"$DIR/readonly"
  mount -t tmpfs -o size=4k stillroot-test "$DIR/small"
  cat /dev/zero >"$DIR/small/full" 2>/dev/null || true
  cp "$DIR/small/full" "$DIR/before"
  for log in "$DIR"/{directory,fifo,readonly:ro,small/full} none; do
    local file=${log%:ro} mount=("$DIR/${log##*/}")
    mount=(--mount "$file:/dev/termination-log${log#"$file"}")
    [ "$log" != none ] || mount=(--no-mount /dev)
    start "${mount[@]}" -e PUID=abc
    [ "$(exit_code)" = 100 ]
    assert_log '^rc: fatal: settings: PUID is not a number'
    assert_log 'fatal'
  done
  cmp "$DIR/before" "$DIR/small/full"
  [ -z "$(ls -A "$DIR/directory")" ]
  [ ! -s "$DIR/readonly" ]
  [ ! -e "$ROOT/dev/termination-log" ]
}
