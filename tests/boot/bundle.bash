# shellcheck shell=bash
# Writes the runc bundle of a container as Docker starts it: Docker's mounts, its 14 capabilities, its namespaces, no seccomp filter.
# Source it; wants $DIR (the bundle, with rootfs in it) and $CONFIG (the volume). Used by the boot tests and the demo.

DOCKER_CAPS='CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'

# bundle [OPTION...] [CMD...]
#   --read-only           the root: a read-only bind mount, as Docker does it
#   --run exec|noexec|MODE  a tmpfs on /run, as --tmpfs /run:exec, --tmpfs /run, --tmpfs /run:exec,mode=MODE; without, /run is the root's
#   --tmpfs DST:OPTIONS   another one, options as mount(8) takes them; it takes the place of what Docker has there
#   --no-mount DST        what Docker mounts there is not mounted
#   --mount SRC:DST[:ro]  a bind mount
#   --config SRC[:ro]     instead of $CONFIG on /config; SRC none: no mount there
#   --cap-add, --cap-drop NAME (--cap-drop ALL: before the others; --ambient NAME: for a user too)    --group-add GID    -e NAME=VALUE    --user UID:GID    --tty
#   --proc OPTION         a mount option of /proc    --mask PATH       a path under /proc that cannot be read
#   --forbid SYSCALL      whoever calls it is killed    --refuse ERRNO:SYSCALL  it fails with ERRNO, EPERM or ENOSYS
#   --no-new-privileges   --map-ids HOST:COUNT        in a user namespace, whose 0 is the host's HOST
#   --join TYPE:PATH      the namespace at PATH instead of a new one      --under WORD   of a command line that is to run /init
#   --pids-limit N        of processes      --nofile SOFT:HARD  of open files
#   --host-network        the host's network namespace, for the demo
bundle() {
  local readonly=false run='' nofile='' pids='' caps=" $DOCKER_CAPS " user=0:0 config=$CONFIG network='[{"type":"network"}]'
  local privileges=true ids=''
  local -a env=() groups=() mounts=() proc=() mask=() forbid=() tmpfs=() without=() refuse=() join=() under=() ambient=()
  TTY=''
  while [ $# -gt 0 ]; do
    case "$1" in
      --read-only) readonly=true; shift; continue ;;
      --tty) TTY=1; shift; continue ;;
      --no-new-privileges) privileges=false; shift; continue ;;
      --host-network) network='[]'; shift; continue ;;
      --run) run=$2 ;;
      --mount) mounts+=("$2") ;;
      --config) config=$2 ;;
      --cap-add) caps+="$2 " ;;
      --cap-drop) if [ "$2" = ALL ]; then caps=' '; else caps=${caps/ $2 / }; fi ;;
      --group-add) groups+=("$2") ;;
      -e) env+=("$2") ;;
      --user) user=$2 ;;
      --proc) proc+=("$2") ;;
      --mask) mask+=("$2") ;;
      --pids-limit) pids=$2 ;;
      --nofile) nofile=$2 ;;
      --ambient) ambient+=("$2") ;;
      --forbid) forbid+=("$2") ;;
      --refuse) refuse+=("$2") ;;
      --tmpfs) tmpfs+=("$2") ;;
      --no-mount) without+=("$2") ;;
      --map-ids) ids=$2 ;;
      --join) join+=("$2") ;;
      --under) under+=("$2") ;;
      -*) echo "bundle: no such option: $1"; return 1 ;;
      *) break ;;
    esac
    shift 2
  done
  # a second per boot, for hundreds of boots; a test's own value, which stands before it, wins
  [ -z "${READYTIME-}" ] || env+=("S6_SERVICES_READYTIME=$READYTIME")
  case "$config" in
    none) ;;
    *:ro) mounts+=("${config%:ro}:/config:ro") ;;
    *) mounts+=("$config:/config") ;;
  esac
  # runc gives a tmpfs the mode of the directory that it covers, whatever its options are
  case "$run" in
    '' | exec | noexec) ;;
    *) chmod "$run" "$DIR/rootfs/run" ;;
  esac
  # one process: there are hundreds of boots
  jq -n --argjson readonly "$readonly" --arg run "$run" --arg caps "$caps" --arg user "$user" --arg nofile "$nofile" --arg pids "$pids" --arg tty "$TTY" \
    --argjson network "$network" --argjson privileges "$privileges" --arg ids "$ids" -f "$REPO/tests/boot/bundle.jq" --args -- "$#" "$@" "${#env[@]}" "${env[@]}" "${#groups[@]}" "${groups[@]}" "${#mounts[@]}" "${mounts[@]}" \
    "${#proc[@]}" "${proc[@]}" "${#mask[@]}" "${mask[@]}" "${#forbid[@]}" "${forbid[@]}" "${#refuse[@]}" "${refuse[@]}" \
    "${#tmpfs[@]}" "${tmpfs[@]}" "${#without[@]}" "${without[@]}" "${#join[@]}" "${join[@]}" "${#under[@]}" "${under[@]}" "${#ambient[@]}" "${ambient[@]}" >"$DIR/config.json"
}
