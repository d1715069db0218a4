#!/usr/bin/env bats
# The root file system and /run: R1 to R15 of the scenarios, the parts that exist.

load lib

@test "R1 writable root, default capabilities: boots, /run/s6 is root's" {
  a_service
  boot
  assert_boot
  [ "$(report .mode)" = rw ]
  [ "$(in_container stat -c %u:%g:%a /run/s6)" = 0:0:755 ]
  not_logged 'skipped|warning'
  stop
  [ "$code" = 0 ]
}

@test "R1 no mount(2) call is made on a writable root" {
  command -v strace
  a_service
  # the container sees only what strace's child does: booted in namespaces of its own, without runc
  run timeout 60 strace -f -qq -e trace=mount,umount2,move_mount,fsmount -o "$T/trace" \
    unshare -m -p -f --kill-child chroot "$ROOT" /init true
  # unshare itself makes its mounts private before it executes chroot
  run grep -vE '"none", "/", NULL, MS_REC\|MS_PRIVATE' "$T/trace"
  [ -z "$(grep -E 'mount\(' <<< "$output")" ]
}

@test "R2 read-only root, /run tmpfs exec: boots as 911:911, skips are named" {
  a_service
  mkdir "$ROOT/custom-services.d" "$T/config"
  touch "$ROOT/custom-services.d/mine"
  boot --ro --run exec --bind "$T/config:/config" --env PUID=1000 --env PGID=1000 --env UMASK=077 --env DOCKER_MODS=linuxserver/mods:x
  assert_boot
  [ "$(report .mode)" = ro ]
  logged 'User UID: +911'
  logged 'User GID: +911'
  [ "$(stat -c %u:%g "$T/config")" = 911:911 ]
  once 'user-remap skipped: .*read-only.*PUID=1000 PGID=1000'
  once 'umask skipped: .*UMASK=077'
  once 'init-mods skipped: .*linuxserver/mods:x'
  once 'custom-services skipped: .*mine'
  [ "$(in_container cat /run/s6/container_environment/LSIO_READ_ONLY_FS)" = 1 ]
  [ "$(report '.stages[]|select(.name=="umask").status')" = skipped ]
  [ "$(in_container sh -c 'cat /proc/$(s6-svstat -o pid /run/service/web)/status' | awk '/^Uid/{print $2}')" = 911 ]
}

@test "R3 /run noexec, default capabilities: boots, executables are links into the root" {
  a_service
  mkdir -p "$ROOT/etc/services.d/web/log" "$ROOT/etc/services.d/web/data"
  printf '#!/bin/sh\nexec cat\n' | tee "$ROOT/etc/services.d/web/log/run" > "$ROOT/etc/services.d/web/data/check"
  chmod +x "$ROOT/etc/services.d/web/log/run" "$ROOT/etc/services.d/web/data/check"
  boot --ro --run noexec
  assert_boot
  once 'info: /run is mounted noexec'
  in_container sh -c 'test -x /run/service/web/run && test -x /run/service/web/log/run && test -x /run/service/web/data/check && test -x /run/service/.s6-svscan/finish'
  [ -z "$(in_container find /run -type f -perm -100)" ]
  stop
  [ "$code" = 0 ]
}

@test "R4 /run noexec with SYS_ADMIN: remounted exec, nosuid and nodev kept" {
  a_service
  boot --ro --run noexec --cap SYS_ADMIN
  assert_boot
  once 'remounted exec'
  line=$(in_container grep ' /run ' /proc/mounts)
  [[ $line == *nosuid* && $line == *nodev* && $line != *noexec* ]]
}

@test "R5 read-only root, no tmpfs on /run: exit 100, the flag is named, also in /dev/termination-log" {
  a_service
  mkdir "$T/log.d"
  touch "$T/log.d/termination-log"
  boot --ro --bind "$T/log.d/termination-log:/dev/termination-log"
  assert_fatal 'fatal: /run is not writable: Read-only file system; .*--tmpfs /run:exec'
  grep -q 'fatal: /run is not writable' "$T/log.d/termination-log"
}

@test "R8 a fuse-overlayfs root, mounted read-only, is detected" {
  umount "$ROOT"
  rm -rf "$T/work"
  mkdir "$T/work"
  fuse-overlayfs -o "lowerdir=$IMAGE,upperdir=$T/upper,workdir=$T/work" "$ROOT" 3>&-
  rm -rf "$ROOT/etc/services.d"
  a_service
  boot --ro --run exec
  assert_boot
  [ "$(report .mode)" = ro ]
  [ "$(report '.evidence[]|select(.what=="root file system").found')" = fuse ]
}

@test "R9 a per-mount read-only flag on a writable superblock is detected" {
  a_service
  boot --ro --run exec
  assert_boot
  grep -q ' rw,' <(grep " $ROOT " /proc/mounts)
  [ "$(report '.evidence[]|select(.what=="write probe").found')" = "read-only file system" ]
}

@test "R11 S6_READ_ONLY_ROOT never overrules the probe" {
  a_service
  boot --env S6_READ_ONLY_ROOT=yes
  assert_boot
  [ "$(report .mode)" = rw ]
  once 'warning: S6_READ_ONLY_ROOT is yes, but the root file system is writable'
}

@test "R11 S6_READ_ONLY_ROOT=0 on a read-only root" {
  a_service
  boot --ro --run exec --env S6_READ_ONLY_ROOT=0
  assert_boot
  [ "$(report .mode)" = ro ]
  once 'warning: S6_READ_ONLY_ROOT is 0, but'
}

@test "R12 /var/run a directory: one warning, nothing in it lost" {
  a_service
  rm -rf "$ROOT/var/run"
  mkdir -p "$ROOT/var/run"
  echo precious > "$ROOT/var/run/file"
  boot --ro --run exec
  assert_boot
  once 'warning: /var/run is a directory'
  [ "$(cat "$ROOT/var/run/file")" = precious ]
}

@test "R12 the same on a writable root" {
  a_service
  rm -rf "$ROOT/var/run"
  mkdir -p "$ROOT/var/run"
  echo precious > "$ROOT/var/run/file"
  boot
  assert_boot
  once 'warning: /var/run is a directory'
  [ "$(cat "$ROOT/var/run/file")" = precious ]
}

@test "R13 started again over what an earlier boot left in /run" {
  a_service
  boot
  assert_boot
  # no orderly end: fifos, locks and the scandir stay
  signal KILL
  ended
  [ -p "$ROOT/run/service/.s6-svscan/control" ]
  runc --root "$T/runc" delete -f "$ID" 2>/dev/null || true
  boot
  assert_boot
  stop
  [ "$code" = 0 ]
}

@test "R13 SIGKILL in the middle of the boot, then a start" {
  service slow 3 <<< $'#!/bin/sh\necho slow begins\nexec sleep 1000'
  boot
  wait_log 'slow begins'
  signal KILL
  ended
  runc --root "$T/runc" delete -f "$ID" 2>/dev/null || true
  rm -r "$ROOT/etc/services.d/slow"
  a_service
  boot
  assert_boot
}

@test "R14 a full root counts as writable, with one warning" {
  a_service
  # a root that is a tmpfs of its own, filled to the last block
  umount "$ROOT"
  mount -t tmpfs -o size=200m full "$ROOT"
  mkdir -p "$T/view"
  mount -t overlay overlay -o "lowerdir=$T/upper:$IMAGE" "$T/view"
  tar -C "$T/view" --exclude=./usr/share --exclude=./var/cache -cf - . | tar -C "$ROOT" -xf -
  umount "$T/view"
  dd if=/dev/zero of="$ROOT/fill" bs=64k 2>/dev/null || true
  dd if=/dev/zero of="$ROOT/fill" bs=4k oflag=append conv=notrunc 2>/dev/null || true
  boot --run exec
  assert_boot
  [ "$(report .mode)" = rw ]
  once 'warning: the root file system is full'
}

@test "R15 /proc hidden from others: boots" {
  a_service
  boot --hidepid
  assert_boot
}
