#!/usr/bin/env bats
# What the root file system and /run are, and that every service runs on each of them.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

evidence() { report ".evidence[] | select(.what == \"$1\") | .found"; }

# the mount options of PATH in the container
mount_options() { awk -v at="$1" '$5 == at { options = $6 } END { print options }' "$(inside /proc/1/mountinfo)"; }

# no file below /run is executable itself; what the links lead to is there, in the root
assert_only_links() {
  local run link n=0
  run=$(inside /run)
  [ -z "$(find "$run" -xdev -type f -perm /111)" ]
  while IFS= read -r link; do
    [ -e "$ROOT$link" ] || { echo "leads nowhere: $link"; return 1; }
    n=$((n + 1))
  done < <(find "$run/service/.s6-svscan" "$run/s6/basedir/bin" "$run/s6/legacy-services" -type l -printf '%l\n')
  [ "$n" -ge 10 ]
}

@test "R1 a writable root with Docker's capabilities: boots without a mount, /run/s6 is root's, 0755" {
  boot --forbid mount --forbid umount2 --forbid move_mount --forbid fsmount --forbid mount_setattr
  assert_boot rw
  [ "$(stat -c %u:%g:%a "$(inside /run/s6)")" = 0:0:755 ]
  [ "$(in_container id abc)" = 'uid=911(abc) gid=911(abc) groups=911(abc)' ]
  refute_log 'skipped'
  [ ! -e "$(inside /run/s6/container_environment)/LSIO_READ_ONLY_FS" ]
  # the probe leaves no trace
  [ -z "$(find "$ROOT" -maxdepth 1 -name '.*' -type f)" ]
}

@test "R2 a read-only root, /run exec, and wishes that need a writable one: boots as 911:911, each thing skipped has its line" {
  mkdir "$ROOT/custom-services.d"
  echo 'echo never' >"$ROOT/custom-services.d/mine"
  service who <<'RUN'
#!/usr/bin/with-contenv sh
echo "umask $(umask)"
exec s6-setuidgid abc sh -c 'echo "runs as $(id -u):$(id -g)"; exec sleep 1000000'
RUN
  boot --read-only --run exec -e PUID=1000 -e PGID=1000 -e UMASK=077 -e DOCKER_MODS=linuxserver/mods:one
  assert_boot ro
  wait_log '^runs as 911:911$'
  assert_log '^umask 0?022$'
  [ "$(stat -c %u:%g "$CONFIG")" = 911:911 ]
  assert_log '^rc: info: [a-z-]+ skipped: .*read-only.*PUID=1000 PGID=1000'
  assert_log '^rc: info: [a-z-]+ skipped: .*read-only.*UMASK=077'
  assert_log '^rc: info: [a-z-]+ skipped: .*read-only.*linuxserver/mods:one'
  assert_log '^rc: info: [a-z-]+ skipped: .*read-only.*mine'
  assert_log 'skipped' 4
  for stage in user-remap own-app umask init-mods custom-services; do [ "$(stage_status "$stage")" = skipped ]; done
  [ "$(cat "$(inside /run/s6/container_environment/LSIO_READ_ONLY_FS)")" = 1 ]
  [ "$(cat "$(inside /run/s6/container_environment/PUID)")" = 1000 ]
}

@test "R3 a read-only root, /run noexec: boots, one line says so, every executable entry is a link into the root" {
  mkdir -p "$ROOT/etc/services.d/keeper/log" "$ROOT/etc/services.d/keeper/data"
  printf '#!/bin/sh\nexec cat\n' | tee "$ROOT/etc/services.d/keeper/log/run" >"$ROOT/etc/services.d/keeper/data/check"
  printf '#!/bin/sh\necho finished\n' >"$ROOT/etc/services.d/keeper/finish"
  chmod 0755 "$ROOT/etc/services.d/keeper"/{finish,log/run,data/check}
  boot --read-only --run noexec
  assert_boot ro
  assert_log 'noexec'
  assert_log '^init: info: .*noexec'
  [[ ,$(mount_options /run), == *,noexec,* ]]
  assert_only_links
  for entry in run finish data/check log/run; do in_container test -x "/run/service/keeper/$entry"; done
  in_container test -L /run/service/keeper/log/run
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^finished$'
}

@test "R4 /run noexec with SYS_ADMIN: remounted exec, nosuid and nodev kept" {
  boot --read-only --run noexec --cap-add SYS_ADMIN
  assert_boot ro
  assert_log '^init: info: .*remounted exec'
  [[ ,$(mount_options /run), == *,nosuid,nodev,* ]]
  [[ ,$(mount_options /run), != *,noexec,* ]]
}

@test "R5 a read-only root and nothing on /run: 100, one line names the flag, also in /dev/termination-log" {
  : >"$DIR/termination-log"
  start --read-only --mount "$DIR/termination-log:/dev/termination-log"
  [ "$(exit_code)" = 100 ]
  assert_log 'fatal:'
  assert_log '^init: fatal: .*/run.*--tmpfs /run:exec'
  grep -F "$(grep fatal: "$LOG")" "$DIR/termination-log"
}

# the scratch root, seen through fuse-overlayfs with the given options
fuse_root() {
  mkdir "$DIR/fuse"
  fuse-overlayfs -o "lowerdir=$ROOT$1" "$DIR/fuse" 3>&-
  mount --bind "$DIR/fuse" "$ROOT"
}

@test "R8 a fuse-overlayfs root, read-only mount: detected" {
  mkdir "$DIR/layer/fuse-upper" "$DIR/layer/fuse-work"
  fuse_root ",upperdir=$DIR/layer/fuse-upper,workdir=$DIR/layer/fuse-work"
  boot --read-only --run exec
  assert_boot ro
  [ "$(evidence 'root file system')" = fuse ]
}

@test "R8 a fuse-overlayfs root without an upper layer, which no mount flag tells: detected" {
  fuse_root ''
  boot --run exec
  assert_boot ro
  [ "$(evidence 'root file system')" = fuse ]
  [ "$(evidence 'write probe errno')" = 'Read-only file system' ]
}

@test "R8 a fuse-overlayfs root with an upper layer: writable" {
  mkdir "$DIR/layer/fuse-upper" "$DIR/layer/fuse-work"
  fuse_root ",upperdir=$DIR/layer/fuse-upper,workdir=$DIR/layer/fuse-work"
  boot --run exec
  assert_boot rw
  [ "$(evidence 'root file system')" = fuse ]
}

@test "R9 the read-only flag of the mount alone, on a superblock that is writable: detected" {
  boot --read-only --run exec
  assert_boot ro
  # mount options ro, super options rw
  awk '$5 == "/" && $6 ~ /^ro/ && $NF ~ /^rw/ { found = 1 } END { exit !found }' "$(inside /proc/1/mountinfo)"
  [ "$(evidence 'mount flag')" = read-only ]
}

@test "R11 S6_READ_ONLY_ROOT on a writable root: the probe decides, one warning" {
  local value
  for value in 1 true yes; do
    boot -e "S6_READ_ONLY_ROOT=$value"
    assert_boot rw '^init: warning: S6_READ_ONLY_ROOT'
    assert_log "^init: warning: S6_READ_ONLY_ROOT is $value, "
    stop_container
  done
}

@test "R11 S6_READ_ONLY_ROOT=0 on a read-only root: the probe decides, one warning" {
  boot --read-only --run exec -e S6_READ_ONLY_ROOT=0
  assert_boot ro '^init: warning: S6_READ_ONLY_ROOT'
  assert_log '^init: warning: S6_READ_ONLY_ROOT is 0, '
}

@test "R11 S6_READ_ONLY_ROOT that agrees with the probe: no word" {
  boot --read-only --run exec -e S6_READ_ONLY_ROOT=1
  assert_boot ro
}

var_run_is_a_directory() {
  rm -rf "$ROOT/var/run"
  mkdir -p "$ROOT/var/run/app"
  echo precious >"$ROOT/var/run/app/file"
}

@test "R12 /var/run a directory, read-only root: one warning, nothing in it lost" {
  var_run_is_a_directory
  boot --read-only --run exec
  assert_boot ro '^init: warning: /var/run'
  assert_log '^init: warning: /var/run is a directory'
  [ "$(cat "$(inside /var/run/app/file)")" = precious ]
}

@test "R12 /var/run a directory, writable root: one warning, nothing in it lost" {
  var_run_is_a_directory
  boot
  assert_boot rw '^init: warning: /var/run'
  assert_log '^init: warning: /var/run is a directory'
  [ "$(cat "$(inside /var/run/app/file)")" = precious ]
}

kept_run() {
  mkdir -p "$DIR/run"
  mountpoint -q "$DIR/run" || mount -t tmpfs -o mode=0755 run "$DIR/run"
}

@test "R13 stop and start again with /run kept: boots, and nothing of the first life is left" {
  kept_run
  boot --read-only --mount "$DIR/run:/run" -e STALE=1
  assert_boot ro
  stop_container
  [ "$(exit_code)" = 0 ]
  boot --read-only --mount "$DIR/run:/run" -e FRESH=1
  assert_boot ro
  [ ! -e "$DIR/run/s6/container_environment/STALE" ]
  [ "$(cat "$DIR/run/s6/container_environment/FRESH")" = 1 ]
}

@test "R13 SIGKILL, then start again with /run kept (stale fifos, locks, scandir, exit code): boots, and exits 0" {
  kept_run
  boot --read-only --mount "$DIR/run:/run"
  echo 9 >"$DIR/run/s6-linux-init-container-results/exitcode"
  stop_container KILL
  [ -p "$DIR/run/service/.s6-svscan/control" ]
  boot --read-only --mount "$DIR/run:/run"
  assert_boot ro
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "R13 SIGKILL during the boot, then start again: boots" {
  kept_run
  service never notification-fd=3 <<'RUN'
#!/usr/bin/with-contenv sh
echo 'started, never ready'
exec sleep 1000000
RUN
  start --mount "$DIR/run:/run"
  wait_log '^started, never ready$'
  stop_container KILL
  rm -r "$ROOT/etc/services.d/never"
  boot --mount "$DIR/run:/run"
  assert_boot rw
  [ ! -e "$DIR/run/service/never" ]
}

@test "R13 SIGKILL and start again with /run on the writable root, as docker restart does: boots" {
  boot
  stop_container KILL
  [ -p "$ROOT/run/service/.s6-svscan/control" ]
  boot
  assert_boot rw
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "R14 the root is full: treated as writable, one warning, boots" {
  # to the last block
  dd if=/dev/zero of="$DIR/layer/filler" bs=64k status=none 2>"$DIR/full" || true
  dd if=/dev/zero of="$DIR/layer/filler" bs=4k oflag=append conv=notrunc status=none 2>"$DIR/full" || true
  grep 'No space left' "$DIR/full"
  boot --run exec
  assert_boot rw '^init: warning: the root file system is full'
  assert_log '^init: warning: the root file system is full'
}

@test "R15 /proc with hidepid=2: boots, read-only and writable" {
  boot --read-only --run exec --proc hidepid=2
  assert_boot ro
  stop_container
  boot --proc hidepid=2
  assert_boot rw
}

@test "R15 /proc/mounts and its like unreadable to process 1: boots, the root still found read-only" {
  boot --read-only --run exec --mask /proc/self/mounts --mask /proc/self/mountinfo --mask /proc/self/mountstats
  [ -z "$(cat "$(inside /proc/1/mounts)")" ]
  assert_boot ro
}
