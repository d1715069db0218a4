# shellcheck shell=bash
# Counts what a boot does: instructions by cachegrind, programs and system calls by strace. Source it after lib.bash. tests/bench/counts uses it too.

# name|options of start
MODES=(
  'writable root|'
  'writable root, PUID, UMASK|-e PUID=1000 -e PGID=1000 -e UMASK=002'
  'read-only root, /run exec|--read-only --run exec'
  'read-only root, /run noexec|--read-only --run noexec'
  'read-only root, no /run|--read-only'
  'not root|--user 1000:1000'
)

# mode_options NAME: sets OPTIONS
mode_options() {
  local mode
  for mode in "${MODES[@]}"; do
    [ "${mode%%|*}" != "$1" ] || { read -ra OPTIONS <<<"${mode#*|}"; return 0; }
  done
  echo "no such mode: $1"
  return 1
}

# the one service of these boots: ready as soon as it runs, so that no time passes that calls could be made in
counted_service() {
  service keeper notification-fd=3 <<'RUN'
#!/usr/bin/with-contenv sh
echo >&3
exec sleep 1000000
RUN
}

# traced_boot MODE: boots and stops a container under strace; $DIR/calls is what calls.awk says of it
traced_boot() {
  rm -f "$DIR"/trace.*
  mode_options "$1" || return
  (
    runc() { if [ "$3" = run ]; then strace -ff -qq --decode-pids=pidns -o "$DIR/trace" runc "$@"; else command runc "$@"; fi; }
    boot "${OPTIONS[@]}" && stop_container
  ) || return
  [ "$(exit_code)" = 0 ] || { echo "ended with $(exit_code)"; return 1; }
  awk -f "$REPO/tests/boot/calls.awk" "$DIR"/trace.* >"$DIR/calls"
}

calls_of() { sed -n "s/^$1 //p" "$DIR/calls"; } # execs|forks|calls|init|stage2

VALGRIND=/usr/libexec/valgrind
TOOL=cachegrind-$(dpkg --print-architecture)-linux
COUNT="/count/$TOOL --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --vgdb=no"

# init, and what it becomes before it executes s6-svscan, is run by cachegrind's own program, which is static; valgrind itself is a launcher.
counted_root() {
  mkdir -p "$ROOT/count/bin" "$DIR/counts"
  ln -s /usr/lib/stillroot/stillroot "$ROOT/count/bin/init"
  ln -s /usr/lib/stillroot/stillroot "$ROOT/count/bin/s6-rc"
  ln -s /usr/lib/stillroot/stillroot "$ROOT/count/bin/init-status"
  cp "$VALGRIND/$TOOL" "$VALGRIND/default.supp" "$ROOT/count/"
  rm "$ROOT/init"
  printf '#!/bin/sh\nexport VALGRIND_LAUNCHER=/count/launcher VALGRIND_LIB=/count\nexec %s --log-file=/counts/%%p /count/bin/init "$@"\n' "$COUNT" >"$ROOT/init"
  chmod 0755 "$ROOT/init"
  mkdir -m 1777 "$ROOT/counts"
}

# instructions FILE: what cachegrind has counted, when the process has ended
instructions() {
  retry grep -qs 'I *refs:' "$1" || return
  sed -n 's/.*I *refs: *\([0-9,]*\).*/\1/p' "$1" | tr -d ,
}

stage2() { grep -lE 'Parent PID: 1$' -r "$ROOT/counts"; } # the file of what process 1 has forked

# counted_boot [OPTION...]: in a counted root; $DIR/instructions has "init N" and "stage2 N". Cachegrind tells of a process when that ends, and
# init becomes s6-svscan: its own are counted in a second boot, in which there is none, and have the line that says so in them.
counted_boot() {
  # cachegrind writes there, and to /tmp, on a read-only root too
  local options=("$@" --mount "$ROOT/counts:/counts" --tmpfs /tmp:mode=1777)
  boot "${options[@]}" || return
  echo "stage2 $(instructions "$(stage2)")" >"$DIR/instructions"
  stop_container
  find "$ROOT/counts" -type f -delete
  mv "$ROOT/command/s6-svscan" "$ROOT/command/no-s6-svscan"
  start "${options[@]}"
  retry ended || return
  assert_log '^init: fatal: unable to exec /command/s6-svscan: No such file or directory' || return
  echo "init $(instructions "$ROOT/counts/1")" >>"$DIR/instructions"
  mv "$ROOT/command/no-s6-svscan" "$ROOT/command/s6-svscan"
  find "$ROOT/counts" -type f -delete
}

instructions_of() { sed -n "s/^$1 //p" "$DIR/instructions"; } # init|stage2
