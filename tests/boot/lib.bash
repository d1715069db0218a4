# Boot tests: every test boots the shipped executable under runc, in a scratch copy of the image ROOT_IMAGE (debian or busybox).
# shellcheck shell=bash

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
ROOT_IMAGE=${ROOT_IMAGE:-debian}
IMAGE=$TOP/build/image/$ROOT_IMAGE
DOCKER_CAPS='["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FSETID","CAP_FOWNER","CAP_MKNOD","CAP_NET_RAW","CAP_SETGID","CAP_SETUID","CAP_SETFCAP","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_SYS_CHROOT","CAP_KILL","CAP_AUDIT_WRITE"]'

# A scratch root at $ROOT: the image, writable above a tmpfs. The image's own services are left out.
setup()
{
  T=$(mktemp -d "${BATS_TMPDIR:-/tmp}/boot.XXXXXX")
  mount -t tmpfs scratch "$T"
  mkdir "$T"/{upper,work,root,bundle,runc}
  mount -t overlay overlay -o "lowerdir=$IMAGE,upperdir=$T/upper,workdir=$T/work" "$T/root"
  ROOT=$T/root LOG=$T/log ID=boot-${T##*.} PID=
  rm -rf "$ROOT/etc/services.d"
  mkdir "$ROOT/etc/services.d"
  : > "$LOG"
}

teardown()
{
  if [ -n "$PID" ]; then
    runc --root "$T/runc" delete -f "$ID" 2>/dev/null || true
    wait "$PID" 2>/dev/null || true
  fi
  [ -n "${BATS_TEST_COMPLETED:-}" ] || { echo "--- log:"; cat "$LOG"; }
  umount -R "$ROOT" 2>/dev/null || true
  umount "$T"
  rmdir "$T"
}

# service NAME [NOTIFICATION-FD] < run
service()
{
  mkdir -p "$ROOT/etc/services.d/$1"
  cat > "$ROOT/etc/services.d/$1/run"
  chmod +x "$ROOT/etc/services.d/$1/run"
  [ -z "${2-}" ] || echo "$2" > "$ROOT/etc/services.d/$1/notification-fd"
}

a_service() { service web <<< $'#!/usr/bin/with-contenv sh\necho web is up\nexec s6-setuidgid abc sleep 1000'; }

# boot [OPTION...] [-- CMD...]: --ro, --run exec|noexec, --cap NAME, --env K=V, --bind SRC:DST[:ro], --user UID:GID, --host-net, --hidepid, --nochown
# Starts the container; stdin is $STDIN (default /dev/null), everything printed goes to $LOG.
boot()
{
  local edit='.' v
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    v=${2-}
    case $1 in
      --ro) edit+='|.root.readonly=true'; shift; continue ;;
      --hidepid) edit+='|.mounts|=map(if .destination=="/proc" then .options=["hidepid=2"] else . end)'; shift; continue ;;
      --nochown) edit+='|.process.capabilities|=map_values(.-["CAP_CHOWN"])'; shift; continue ;;
      --host-net) edit+='|.linux.namespaces|=map(select(.type!="network"))'; shift; continue ;;
      --run) edit+='|.mounts+=[{destination:"/run",type:"tmpfs",source:"tmpfs",options:["nosuid","nodev","mode=755","'$v'"]}]' ;;
      --cap) edit+='|.process.capabilities|=map_values(.+["CAP_'$v'"])' ;;
      --env) edit+='|.process.env+=['$(jq -Rsc . <<< "$v" | sed 's/\\n"$/"/')']' ;;
      --bind) edit+='|.mounts+=[{destination:"'$(cut -d: -f2 <<< "$v")'",type:"bind",source:"'${v%%:*}'",options:["bind","'$(cut -s -d: -f3 <<< "$v" | grep . || echo rw)'"]}]' ;;
      --user) edit+='|.process.user={uid:'${v%:*}',gid:'${v#*:}'}' ;;
      *) echo "boot: unknown option $1" >&2 ; return 1 ;;
    esac
    shift 2
  done
  [ $# -eq 0 ] || shift
  rm -f "$T/bundle/config.json"
  ( cd "$T/bundle" && runc spec )
  jq --argjson caps "$DOCKER_CAPS" '.root={path:"'"$ROOT"'",readonly:false} | .process.terminal=false | .process.noNewPrivileges=false
    | .process.capabilities={bounding:$caps,effective:$caps,permitted:$caps} | .process.args=["/init"]+$ARGS.positional
    | .process.rlimits=[] | .process.env=["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] |'"$edit" \
    "$T/bundle/config.json" --args "$@" > "$T/config" 
  mv "$T/config" "$T/bundle/config.json"
  runc --root "$T/runc" run --bundle "$T/bundle" "$ID" < "${STDIN:-/dev/null}" > "$LOG" 2>&1 3>&- &
  PID=$!
}

# Waits until the log has the extended regular expression; fails when the container ends without it, or after a long time.
wait_log()
{
  timeout 60 grep -qE -m1 -- "$1" <(exec 3>&-; exec tail -n +1 -s 0.02 -f --pid="$PID" "$LOG" 2>/dev/null) && return
  echo "not on the log: $1"
  return 1
}

booted() { wait_log '^\[ls.io-init\] done\.'; }

in_container() { runc --root "$T/runc" exec "$ID" "$@"; }

# jq over the boot report
report() { in_container init-status --json | jq -r "$1"; }

signal() { runc --root "$T/runc" kill "$ID" "$1"; }

# Waits for the end; the exit code is in $code.
ended()
{
  code=0
  wait "$PID" || code=$?
  PID=
}

stop() { signal TERM; ended; }

logged() { grep -qE -- "$1" "$LOG" || { echo "not on the log: $1"; return 1; }; }
not_logged() { ! grep -nE -- "$1" "$LOG"; }
once() { [ "$(grep -cE -- "$1" "$LOG")" = 1 ] || { echo "not exactly once on the log: $1"; return 1; }; }

# BOOT of the scenarios: process 1 is s6-svscan, every service up, the marker printed once, no sign of a failure on the log.
assert_boot()
{
  booted
  once '^\[services.d\] done\.'
  once '^\[ls.io-init\] done\.'
  [ "$(in_container cat /proc/1/comm)" = s6-svscan ]
  [ "$(report .result)" = done ]
  [ "$(report '[.services[]|select(.status!="up" and .status!="ready")]|length')" = 0 ]
  not_logged 'fatal|unable|Read-only file system$|failed'
}

# E100 of the scenarios
assert_fatal()
{
  ended
  [ "$code" = 100 ]
  [ "$(grep -c 'fatal:' "$LOG")" = 1 ]
  logged "$1"
}
