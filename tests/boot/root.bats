#!/usr/bin/env bats
# What the root file system and /run are, and that every service runs on each of them.

bats_require_minimum_version 1.5.0

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
  [ "$(stat -Lc %u:%g:%a "$(inside /run/s6)")" = 0:0:755 ]
  [ "$(in_container id abc)" = 'uid=911(abc) gid=911(abc) groups=911(abc)' ]
  refute_log 'skipped'
  [ ! -e "$(inside /run/s6/container_environment)/LSIO_READ_ONLY_FS" ]
  # the probe leaves no trace
  [ -z "$(find "$ROOT" -maxdepth 1 -name '.*' -type f)" ]
}

@test "R1 on a writable root, where root starts it, /run is root's alone, whatever a tmpfs would be; what another mode says stays" {
  boot
  [ "$(stat -c %u:%a "$(inside /run)")" = 0:755 ]
  stop_container
  chmod 0750 "$ROOT/run"
  boot
  [ "$(stat -c %u:%a "$(inside /run)")" = 0:750 ]
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
  for stage in user-remap own-app umask docker-mods custom-services; do [ "$(stage_status "$stage")" = skipped ]; done
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

@test "R5 a read-only root and nothing on /run: boots through /dev, one line says so, every fixed path leads there" {
  boot --read-only -e PASSWORD=secret
  assert_boot ro
  assert_log '^init: info: /run is not writable: its links lead to /dev/stillroot$'
  [ "$(evidence /run)" = 'links to /dev/stillroot' ]
  [ "$(evidence 'state kept')" = 'in memory' ]
  [ "$(in_container readlink -f /run/service)" = /dev/stillroot/service ]
  [ "$(in_container cat /run/s6/container_environment/PASSWORD)" = secret ]
  [ "$(in_container_as 911:911 with-contenv printcontenv PASSWORD)" = secret ]
  [ "$(stat -c %u:%g:%a "$(inside /dev/stillroot)")" = 0:0:755 ]
  # no word of the environment for whom it is not meant
  run ! in_container_as 1234:1234 cat /run/s6/container_environment/PASSWORD
  in_container s6-svc -r /run/service/keeper
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "R5 with a CMD, a log, s6-rc, halt and an exit code: all of it works through the links" {
  boot --read-only -e S6_LOGGING=1 sh -c 'sleep 1000000'
  in_container s6-rc -a list
  retry test -s "$(inside /run/s6/uncaught-logs/current)"
  assert_log '^init: info: the logs are in /run/s6/uncaught-logs'
  in_container sh -c 'echo 5 >/run/s6-linux-init-container-results/exitcode; /run/s6/basedir/bin/halt'
  [ "$(exit_code)" = 5 ]
}

@test "R5 no tmpfs and no /dev/shm either: boots, and makes it" {
  boot --read-only --no-mount /dev/shm
  assert_boot ro '^init: info'
  [ "$(stat -c %a "$(inside /dev/shm)")" = 1777 ]
}

@test "R5 the place is no place: 100, one line says which and why, and names the flag, also in /dev/termination-log" {
  local why
  : >"$DIR/termination-log"
  mkdir "$DIR/disk"
  for why in 'it has not enough room=--tmpfs=/dev:size=64k,mode=0755' 'other users could replace what is in it=--tmpfs=/dev:uid=911' \
    'it is not a tmpfs=--mount='"$DIR/disk:/dev/shm" 'other users could replace what is in it=--tmpfs=/dev/shm:mode=0777' \
    'other users could replace what is in it=--tmpfs=/dev/shm:uid=911'; do
    IFS='=' read -r why flag value <<<"$why"
    start --read-only --mount "$DIR/termination-log:/dev/termination-log" "$flag" "$value"
    [ "$(exit_code)" = 100 ]
    assert_log "^init: fatal: /run is not writable \\(Read-only file system\\), and /dev(/shm)?/stillroot cannot stand in: $why; .*--tmpfs /run:exec"
    assert_log 'fatal:'
    grep -qF "$(grep fatal: "$LOG")" "$DIR/termination-log"
  done
}

@test "R5 an image that was not baked: 100 on a read-only root, which names init-bake; on a writable one it boots in memory all the same" {
  find "$ROOT/run" -type l -delete
  start --read-only
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: /run is not writable .*init-bake'
  boot
  assert_boot rw
  [ "$(evidence /run)" = 'links to /dev/stillroot' ]
}

@test "R5 the machine's own /dev, as -v /dev:/dev gives it: nothing is left there, the state is in /dev/shm; without one, on disk or 100" {
  local own=(--no-mount /dev --no-mount /dev/pts --no-mount /dev/shm --no-mount /dev/mqueue --mount "$DIR/dev:/dev") root
  mkdir "$DIR/dev" "$DIR/shm"
  mount -t tmpfs -o mode=0755 stillroot-test "$DIR/dev"
  mount -t tmpfs -o mode=1777 stillroot-test "$DIR/shm"
  cp -a /dev/null /dev/zero "$DIR/dev"
  # what the kernel makes in its own, and no runtime does
  mknod "$DIR/dev/ptmx" c 5 2
  mkdir "$DIR/dev/shm"
  for root in --read-only --no-new-privileges; do
    boot "$root" "${own[@]}" --mount "$DIR/shm:/dev/shm"
    [ "$(evidence /run)" = 'links to /dev/shm/stillroot' ]
    [ ! -e "$DIR/dev/stillroot" ]
    [ "$(stat -c %u:%a "$DIR/shm/stillroot/s6/container_environment")" = 0:2750 ]
    in_container s6-svc -r /run/service/keeper
    stop_container
    [ "$(exit_code)" = 0 ]
    [ -z "$(ls -A "$DIR/shm")" ]
  done
  rmdir "$DIR/dev/shm"
  boot "${own[@]}"
  assert_log '^init: warning: secrets .* on disk, in /run, as /dev/stillroot cannot stand in: it is the machine.s own; '
  stop_container
  ln -sfn ../dev/shm/stillroot "$ROOT/run/stillroot"
  find "$ROOT/run" -mindepth 1 -maxdepth 1 ! -name stillroot -exec rm -r {} +
  start --read-only "${own[@]}"
  [ "$(exit_code)" = 100 ]
  [ -z "$(find "$DIR/dev" -mindepth 1 ! -name null ! -name zero ! -name ptmx)" ]
}

@test "R6 with SYS_ADMIN a tmpfs is mounted on /run, which keeps what the image and the runtime have there" {
  local uid=123
  mkdir -p "$ROOT/run/app/sub" "$DIR/secrets" "$DIR/socket"
  chown "$uid" "$ROOT/run/app/sub"
  chmod 02770 "$ROOT/run/app/sub"
  echo data >"$ROOT/run/app/file"
  chmod 0640 "$ROOT/run/app/file"
  ln -s file "$ROOT/run/app/link"
  echo hidden >"$DIR/secrets/x"
  echo single >"$DIR/one"
  boot --read-only --cap-add SYS_ADMIN --mount "$DIR/secrets:/run/secrets:ro" --mount "$DIR/one:/run/app/one"
  assert_boot ro '^init: info'
  assert_log '^init: info: /run was not writable: mounted a tmpfs there$'
  [ "$(cat "$(inside /run/secrets/x)")" = hidden ]
  [ "$(cat "$(inside /run/app/one)")" = single ]
  [ "$(cat "$(inside /run/app/link)")" = data ]
  [ "$(stat -c %u:%a "$(inside /run/app/sub)")" = 123:2770 ]
  [ "$(stat -c %a "$(inside /run/app/file)")" = 640 ]
  [ "$(stat -c %u:%a "$(inside /run)")" = 0:755 ]
  run ! in_container sh -c 'echo >/run/secrets/x'
  [[ ,$(mount_options /run), == *,nosuid,nodev,* ]]
  [ ! -L "$(inside /run/s6)" ]
}

@test "R6 with SYS_ADMIN, and a mount that is refused all the same: boots without one, and the boot report has the reason" {
  boot --read-only --cap-add SYS_ADMIN --refuse EPERM:mount
  assert_boot ro '^init: info'
  [ "$(evidence /run)" = 'links to /dev/stillroot' ]
  [ "$(evidence 'mount on /run')" = 'Operation not permitted' ]
  stop_container
  boot --read-only --run noexec --cap-add SYS_ADMIN --refuse EPERM:mount
  assert_boot ro '^init: info'
  [ "$(evidence /run)" = 'noexec, executables are links into the root' ]
  [ "$(evidence 'mount on /run')" = 'Operation not permitted' ]
  stop_container
  # none is tried without the capability
  boot --read-only --run noexec
  run ! evidence 'mount on /run'
}

@test "R6 with SYS_ADMIN on a writable root nothing is mounted" {
  boot --cap-add SYS_ADMIN --forbid mount
  assert_boot rw
}

@test "state lives in memory: no secret is on the disk of a writable root, while it runs and after the stop" {
  local name='/run/s6/container_environment/TOKEN'
  printf file-s3cr3t >"$CONFIG/password"
  boot -e TOKEN=s3cr3t-of-env -e FILE__PASSWORD=/config/password
  assert_boot rw
  [ "$(cat "$(inside "$name")")" = s3cr3t-of-env ]
  # the search does find
  echo s3cr3t-of-env >"$ROOT/found"
  [ "$(grep -rlE 's3cr3t' "$DIR/layer")" = "$DIR/layer/upper/found" ]
  rm "$ROOT/found"
  stop_container
  run ! grep -rE 's3cr3t' "$DIR/layer"
  [ -z "$(find "$DIR/layer/upper/run" ! -type l ! -type d)" ]
}

@test "state lives in memory: a restart changes nothing on the root, and finds nothing of the first life" {
  boot -e STALE=1
  stop_container KILL
  find "$DIR/layer/upper/run" -printf '%p %l %T@ %C@\n' >"$DIR/before"
  boot
  assert_boot rw
  [ ! -e "$(inside /run/s6/container_environment/STALE)" ]
  find "$DIR/layer/upper/run" -printf '%p %l %T@ %C@\n' | diff "$DIR/before" -
}

@test "state lives in memory: where /dev is on disk, one warning says that secrets are too; R1 holds" {
  mkdir "$DIR/dev"
  cp -a /dev/null /dev/zero "$DIR/dev"
  mkdir "$DIR/dev/shm"
  boot --no-mount /dev --no-mount /dev/pts --no-mount /dev/shm --no-mount /dev/mqueue --mount "$DIR/dev:/dev"
  assert_boot rw '^init: warning: secrets of the environment are kept on disk, in /run, as /dev/stillroot cannot stand in: it is not a tmpfs'
  assert_log '^init: warning: secrets .*--tmpfs /run:exec'
  [ "$(evidence /run)" = 'writable, on disk' ]
  [ "$(stat -c %u:%g:%a "$(inside /run/s6)")" = 0:0:755 ]
}

@test "a /run that others can write is made safe by root: it stays writable for them, what is in it is not theirs to replace" {
  chmod 0755 "$ROOT/run"
  boot --tmpfs /run:uid=911
  assert_boot rw '^init: info'
  [ "$(stat -c %u:%a "$(inside /run)")" = 0:755 ]
  stop_container
  boot --run 0777
  assert_boot rw '^init: info'
  [ "$(stat -c %u:%a "$(inside /run)")" = 0:1777 ]
  assert_log '^init: info: /run could be changed by other users'
}

@test "a /run of another user, and no capability to take it: 100, one line" {
  start --tmpfs /run:uid=911 --cap-drop CHOWN
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: /run could be changed by other users'
}

@test "two containers with one volume on /run: the second ends with 100, the first goes on" {
  local first=$ID
  kept_run
  boot --mount "$DIR/run:/run"
  local log=$LOG
  ID=$ID-second LOG=$DIR/second
  start --mount "$DIR/run:/run"
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: /run is in use by another container'
  ID=$first LOG=$log
  assert_running
  in_container s6-svc -r /run/service/keeper
}

@test "an init that is executed a second time, as any user: 100, one line, and what runs goes on untouched" {
  local user options
  for options in --read-only --no-new-privileges; do
    boot "$options"
    for user in 0:0 1000:1000; do
      run -100 timeout "$WAIT" runc --root "$DIR/state" exec --user "$user" "$ID" /init
      [ "$(grep -c fatal: <<<"$output")" = 1 ]
      [ "$(in_container readlink -f /run/service)" = /dev/stillroot/service ]
      in_container s6-svc -r /run/service/keeper
    done
    # a user's is elsewhere, and nothing of it stays
    [ -z "$(find "$(inside /dev/shm)" -mindepth 1 -maxdepth 1 ! -name stillroot)" ]
    [ ! -d "$(inside /dev/shm)/stillroot" ] || [ -L "$(inside /dev/shm)/stillroot" ]
    stop_container
    [ "$(exit_code)" = 0 ]
  done
  # as the image has it
  ln -sfn ../dev/shm/stillroot "$ROOT/run/stillroot"
  chmod 1777 "$ROOT/run"
  service keeper <<<$'#!/bin/sh\nexec sleep 1000000'
  boot --user 1000:1000
  for user in 0:0 1000:1000; do
    run -100 timeout "$WAIT" runc --root "$DIR/state" exec --user "$user" "$ID" /init
    in_container_as 1000:1000 s6-svc -r /run/service/keeper
  done
  # nor is the mode of /run changed, where the first may have more to make
  [ "$(stat -c %a "$(inside /run)")" = 1777 ]
  stop_container
  [ "$(exit_code)" = 0 ]
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
