#!/usr/bin/env bats
# Every combination of root, /run, user, no-new-privileges and process 1: it boots, or ends with 100 and one line that says why; nothing else.
# The table that comes of it stands in README.md, between two comments; MATRIX=write puts it there.

bats_require_minimum_version 1.5.0

load lib.bash
setup_file() { boot_setup_file; }

setup() {
  boot_setup
  TABLE=$DIR/table
  service keeper <<<$'#!/bin/sh\nexec sleep 1000000'
}

teardown() {
  [ -z "${STRANGER-}" ] || runc --root "$DIR/state" delete --force "$STRANGER"
  boot_teardown
}

# A container whose PID namespace the others are put into, so that none of their processes is process 1; it is not to be touched.
stranger() {
  STRANGER=$ID-stranger
  bundle
  mkdir "$DIR/stranger"
  jq --arg root "$ROOT" '.root.path = $root | .process.args = ["sleep", "1000000"]' "$DIR/config.json" >"$DIR/stranger/config.json"
  runc --root "$DIR/state" run --detach --bundle "$DIR/stranger" --pid-file "$DIR/stranger.pid" "$STRANGER" </dev/null >"$DIR/stranger.log" 2>&1 3>&-
}

# what runs in the stranger's namespace
neighbours() {
  local pid ns
  ns=$(readlink "/proc/$(cat "$DIR/stranger.pid")/ns/pid")
  for pid in /proc/[0-9]*; do
    [ "$(readlink "$pid/ns/pid" 2>/dev/null)" != "$ns" ] || echo "${pid#/proc/}"
  done
}
alone() { [ "$(neighbours)" = "$(cat "$DIR/stranger.pid")" ]; }

# root_options, run_options, user_options NAME: sets OPTIONS
root_options() { case $1 in ro) OPTIONS+=(--read-only) ;; esac; }
run_options() {
  # as init-bake has left it; that of a tmpfs is the same
  chmod 1777 "$ROOT/run"
  case $1 in exec | noexec | 0777) OPTIONS+=(--run "$1") ;; esac
}
user_options() {
  case $1 in
    'root without capabilities') OPTIONS+=(--cap-drop ALL) ;;
    1000:1000 | 1000780000:0) OPTIONS+=(--user "$1") ;;
  esac
}

# outcome: where the state is, or why there is none; fails when it is neither
outcome() {
  local line place
  wait_log '^\[ls\.io-init\] done\.$' >"$DIR/waited" || true
  if log_has '^\[ls\.io-init\] done\.$'; then
    place=$(in_container readlink -f /run/service)
    stop_container
    [ "$(exit_code)" = 0 ] || { echo "exit code $(exit_code)"; return 1; }
    echo "\`${place%/service}\`$(! log_has 'other users can change /run' || echo ', a warning')"
    return
  fi
  [ "$(exit_code)" = 100 ] || { echo "exit code $(exit_code)"; return 1; }
  line=$(grep fatal: "$LOG")
  [ "$(wc -l <<<"$line")" = 1 ] || { echo "not one line: $line"; return 1; }
  place=$(grep -oE -m1 -- '--tmpfs /run:exec[^ ]*' <<<"$line" | head -n 1) || { echo "no flag: $line"; return 1; }
  place=${place%,}
  echo "100: \`$place\`"
}

# The outcomes of one cell: with and without no-new-privileges, as process 1 and not; one where they are the same.
cell() {
  local root=$1 run=$2 user=$3 privileges init out all=()
  for privileges in with without; do
    for init in is no; do
      OPTIONS=()
      root_options "$root"
      run_options "$run"
      user_options "$user"
      [ $privileges = with ] || OPTIONS+=(--no-new-privileges)
      [ $init = is ] || OPTIONS+=(--join "pid:/proc/$(cat "$DIR/stranger.pid")/ns/pid")
      # root's boots lead the link elsewhere; each container begins with its image's
      ln -sfn ../dev/shm/stillroot "$ROOT/run/stillroot"
      start "${OPTIONS[@]}"
      out=$(outcome) || { echo "$root, /run $run, $user, $privileges new privileges, process 1: $init: $out" >&2; cat "$LOG" >&2; return 1; }
      [ $init = is ] || retry alone || { echo "left behind: ${OPTIONS[*]}" >&2; return 1; }
      all+=("$out")
    done
  done
  # being process 1 or not changes nothing
  [ "${all[0]}" = "${all[1]}" ] && [ "${all[2]}" = "${all[3]}" ] || { echo "process 1 or not: ${all[*]}" >&2; return 1; }
  if [ "${all[0]}" = "${all[2]}" ]; then echo "${all[0]}"; else echo "${all[0]}; with no-new-privileges ${all[2]}"; fi
}

table() {
  local root run user
  local users=(root 'root without capabilities' 1000:1000 1000780000:0)
  echo "| root | /run | ${users[*]/%/ |}"
  echo '|---|---|---|---|---|---|'
  for root in writable read-only; do
    for run in 'tmpfs, exec' 'tmpfs, noexec' 'no mount' 'tmpfs, 0777'; do
      printf '| %s | %s |' "$root" "$run"
      for user in "${users[@]}"; do
        printf ' %s |' "$(cell "$(case $root in read-only) echo ro ;; *) echo rw ;; esac)" "${run#tmpfs, }" "$user")" || return
      done
      echo
    done
  done
}

@test "the matrix: every cell boots or ends with 100 and the flag that mends it, nothing hangs or stays behind; README has the table" {
  stranger
  table >"$TABLE"
  cat "$TABLE"
  run ! grep '|  |' "$TABLE"
  alone
  if [ "${MATRIX-}" = write ]; then
    sed -i '/<!-- matrix -->/,/<!-- end of the matrix -->/{/^|/d}' README.md
    sed -i "/<!-- matrix -->/r $TABLE" README.md
  fi
  sed -n '/<!-- matrix -->/,/<!-- end of the matrix -->/{/^|/p}' README.md | diff - "$TABLE"
}
