# shellcheck shell=bash
# Boots the image under runc, as Docker would run it, and asks what became of it. For bats: load it, call boot_setup_file, boot_setup
# and boot_teardown from the hooks of the same names. BOOT_IMAGE (or ROOT_IMAGE) is debian or busybox.
#
# Each test has a scratch root of its own at $ROOT (an overlay on the baked image, its upper layer on a tmpfs) and a volume at $CONFIG.
# What it starts it ends; nothing else is touched.

IMAGE=${BOOT_IMAGE:-${ROOT_IMAGE:-debian}}
REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
BUILD=${BOOT_BUILD:-build} # whose stillroot is booted: build/ubsan has the one that ends at undefined behaviour
BASE="$REPO/$BUILD/boot/$IMAGE"
READYTIME=100 # ms, for all but the tests of the default: READYTIME='' there
WAIT=${BOOT_WAIT:-60} # seconds after which whatever is waited for counts as never coming

# shellcheck source=tests/boot/bundle.bash
source "$REPO/tests/boot/bundle.bash"

# The image, baked with the stillroot that is built now. Files that run side by side share it: one makes it, the others find it made.
boot_setup_file() {
  cd "$REPO" || return
  mkdir -p "${BASE%/*}"
  (
    flock 9
    "tests/image/$IMAGE" "$BASE" >&2
    { cmp -s "$BUILD/stillroot" "$BASE/usr/lib/stillroot/stillroot" && cmp -s "$BUILD/stillroot-mods" "$BASE/usr/lib/stillroot/stillroot-mods" && diff -rq -x .gitkeep services.d "$BASE/usr/lib/stillroot/services.d" >&2; } ||
      flock "$BUILD/boot/make.lock" make --no-print-directory -s BUILD="$BUILD" image ROOT="$BASE" >&2
  ) 9>"$BASE.lock"
}

boot_setup() {
  DIR=$BATS_TEST_TMPDIR/boot
  ROOT=$DIR/rootfs CONFIG=$DIR/config LOG=$DIR/log
  ID=stillroot-$$-$BATS_TEST_NUMBER
  mkdir -p "$ROOT" "$CONFIG" "$DIR/layer"
  : >"$LOG"
  mount -t tmpfs -o size=32m,mode=0755 stillroot-test "$DIR/layer"
  mkdir "$DIR/layer/upper" "$DIR/layer/work"
  # the root is the upper layer's, and docker's is 0755
  chmod 0755 "$DIR/layer/upper"
  mount -t overlay -o "lowerdir=$BASE,upperdir=$DIR/layer/upper,workdir=$DIR/layer/work" overlay "$ROOT"
  rm -rf "${ROOT:?}/etc/services.d"
  # one that obeys, as nearly all do
  service keeper <<'RUN'
#!/usr/bin/with-contenv sh
exec s6-setuidgid abc sleep 1000000
RUN
}

boot_teardown() {
  local target
  # bats shows it only for a test that failed
  [ -n "${BATS_TEST_COMPLETED-}" ] || { echo "--- log"; cat "$LOG"; }
  [ ! -d "$DIR/state/$ID" ] || runc --root "$DIR/state" delete --force "$ID"
  [ ! -e "$DIR/exit.wanted" ] || retry test -e "$DIR/exit"
  findmnt -rno TARGET | grep -F "$DIR/" | sort -r | while IFS= read -r target; do umount "$target" || umount -l "$target"; done
}

# service NAME [FILE=CONTENT...]: a service directory; its run is what comes on standard input
service() {
  local dir="$ROOT/etc/services.d/$1" file
  mkdir -p "$dir"
  cat >"$dir/run"
  chmod 0755 "$dir/run"
  for file in "${@:2}"; do printf '%s\n' "${file#*=}" >"$dir/${file%%=*}"; done
}

# deaf_service NAME: a service that ignores SIGTERM, and is ready as soon as it does
deaf_service() {
  service "$1" notification-fd=3 <<'RUN'
#!/bin/sh
trap '' TERM
echo >&3
exec sleep 1000000
RUN
}

# retry COMMAND...: until it succeeds; fails when it never does
retry() {
  local end=$((SECONDS + WAIT))
  until "$@"; do
    [ "$SECONDS" -lt "$end" ] || { echo "never so: $*"; return 1; }
    sleep 0.02
  done
}

# start [OPTION...] [CMD...]: the options are bundle's. Returns at once; $INPUT, a file, is standard input, $HELD, another, descriptor 3.
start() {
  bundle "$@"
  rm -f "$DIR/exit" "$DIR/pid"
  : >"$LOG"
  : >"$DIR/exit.wanted"
  local runc=(runc --root "$DIR/state" run --bundle "$DIR" --pid-file "$DIR/pid" ${HELD:+--preserve-fds 1} "$ID")
  [ -z "$TTY" ] || runc=(script -qefc "${runc[*]@Q}" "$DIR/typescript")
  # runc gives the container pipes, and copies; bats' descriptor 3 would keep bats from ending
  {
    local code=0
    [ -z "${HELD-}" ] || exec 3<"$HELD"
    "${runc[@]}" <"${INPUT:-/dev/null}" >"$LOG" 2>&1 || code=$?
    echo "$code" >"$DIR/exit.new"
    mv "$DIR/exit.new" "$DIR/exit"
  } 3>&- &
}

# limit_processes N: what is started has no more, as a user of that many
limit_processes() {
  PROCESSES=$1
  eval "$(declare -f bundle | sed '1s/bundle/unlimited_bundle/')"
  bundle() {
    unlimited_bundle "$@"
    jq --argjson n "$PROCESSES" '.process.rlimits = [{ type: "RLIMIT_NPROC", soft: $n, hard: $n }]' "$DIR/config.json" >"$DIR/config.json.new"
    mv "$DIR/config.json.new" "$DIR/config.json"
  }
}

# under SCRIPT: sets UNDER to options of start and boot that have busybox's shell run it, which is to execute "$@" in the end
under() {
  [ -e "$ROOT/usr/bin/busybox" ] || install -m 0755 "$(command -v busybox)" "$ROOT/usr/bin/busybox"
  # shellcheck disable=SC2034
  UNDER=(--under busybox --under sh --under -c --under "$1" --under sh)
}

# boot [OPTION...] [CMD...]: start, and wait until all services are said to have held
boot() {
  start "$@"
  wait_log '^\[ls\.io-init\] done\.$'
}

ended() { [ -e "$DIR/exit" ]; }
log_has() { grep -qE -- "$1" "$LOG"; }
log_has_or_ended() { log_has "$1" || ended; }

# wait_log PATTERN: until a line matches; fails when the container ends without
wait_log() {
  retry log_has_or_ended "$1" && { log_has "$1" || { echo "ended without: $1"; return 1; }; }
}

lines_of() { grep -cE -- "$1" "$LOG" || true; }
log_has_many_or_ended() { [ "$(lines_of "$1")" -ge "$2" ] || ended; }

# assert_log PATTERN [TIMES]: so many lines match, by default one. What a service or the runtime is about to write is waited for.
assert_log() {
  local n
  retry log_has_many_or_ended "$1" "${2:-1}" || true
  n=$(lines_of "$1")
  [ "$n" -eq "${2:-1}" ] || { echo "$n lines, not ${2:-1}: $1"; return 1; }
}

refute_log() { assert_log "$1" 0; }

# in_order PATTERN...: a line that matches stands behind the one for the pattern before. All of standard output, or all of standard error: the
# runtime copies the two on its own time.
in_order() {
  local pattern line=0 next
  for pattern in "$@"; do
    next=$(tail -n "+$((line + 1))" "$LOG" | grep -nE -m1 -- "$pattern" | cut -d: -f1)
    [ -n "$next" ] || { echo "not there, or not in this order: $pattern"; return 1; }
    line=$((line + next))
  done
}

# The container's, seen from the host: its file PATH (links must be relative), its process tree.
init_pid() { retry test -s "$DIR/pid" && cat "$DIR/pid"; }
inside() { echo "/proc/$(init_pid)/root$1"; }
in_container() { runc --root "$DIR/state" exec "$ID" "$@"; }
in_container_as() { runc --root "$DIR/state" exec --user "$1" "$ID" "${@:2}"; } # UID:GID CMD...

# fetch URL: in the container's network
fetch() { nsenter -n -t "$(init_pid)" curl -sSk --max-time 10 "$1"; }

# user_of PATTERN: whom the processes of such a name run as, each once
user_of() {
  local proc
  for proc in "$(inside /proc)"/[0-9]*; do
    # shellcheck disable=SC2053
    [[ "$(cat "$proc/comm" 2>/dev/null)" != $1 ]] || stat -c %u "$proc"
  done | sort -u
}

# service_process NAME: its directory in /proc, once it is the sleep that its run ends in
service_process() {
  local process
  process=$(inside "/proc/$(in_container s6-svstat -o pid "/run/service/$1")")
  retry grep -qx sleep "$process/comm" && echo "$process"
}

process_names() { cat "$(inside /proc)"/[0-9]*/comm 2>/dev/null | sort | tr '\n' ' '; }
names_are() { [ "$(process_names)" = "$1 " ]; }
assert_processes() { retry names_are "$1" || { process_names; return 1; }; } # NAMES: sorted, with a blank between; all that there are, in the end

# report FILTER: jq's answer about the boot report; fails on null and false
report() { in_container init-status --json | jq -er "$1"; }
service_status() { report ".services[] | select(.name == \"$1\") | .status"; }
stage_status() { report ".stages[] | select(.name == \"$1\") | .status"; }

running() { [ "$(runc --root "$DIR/state" state "$ID" | jq -r .status)" = running ]; }

assert_running() { running || { echo "the container has ended"; return 1; }; }

signal_container() { runc --root "$DIR/state" kill "$ID" "${1:-TERM}"; }

# Process 1 is s6-svscan, and has the handlers of a stop, which come by a signalfd: before, between its start and that, a signal is lost.
svscan_listens() {
  [ "$(cat "/proc/$(init_pid)/comm")" = s6-svscan ] && readlink "/proc/$(init_pid)/fd"/* | grep -q signalfd
}

# stop_container [SIGNAL]: returns when the container has ended
stop_container() {
  signal_container "${1:-TERM}"
  retry ended
}

exit_code() {
  retry ended && cat "$DIR/exit"
}

# assert_boot MODE [EXPECTED]: process 1 is s6-svscan, all services are up, the markers are there once, nothing suggests a failure.
# EXPECTED: lines that would, and are wanted.
assert_boot() {
  wait_log '^\[ls\.io-init\] done\.$'
  assert_log '^\[ls\.io-init\] done\.$'
  assert_log '^\[services\.d\] done\.$'
  local root status
  root=$(inside /)
  [ "$(cat "$root/proc/1/comm")" = s6-svscan ]
  status=$(in_container init-status --json)
  (cd "$root/etc/services.d" && printf '%s\n' */) | jq -Rn --arg mode "$1" --argjson status "$status" '[inputs | rtrimstr("/")] as $wanted
    | $status | .mode == $mode and .result == "done" and $wanted - [.services[].name] == [] and [.services[].status] - ["up", "ready"] == []
    and [.stages[].status] - ["done", "skipped", "replaced"] == []' | grep -qx true || { echo "not booted as $1: $status"; return 1; }
  grep -vE -- "${2:-^$}" "$LOG" | grep -iE 'fatal|warning|error|unable|cannot|denied|read-only file system|not found' &&
    { echo "the log suggests a failure"; return 1; }
  return 0
}
