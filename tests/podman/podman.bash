# shellcheck shell=bash
# Podman for the tests, apart from the machine's own: images, containers and locks lie in a directory of its own, mounts and /run in a mount
# namespace, the network, which is loopback alone, in a network namespace; one process holds the two.
# Source it; podman_start in setup_file, podman_stop in teardown_file. On lib.bash of the boot tests, whose questions are asked of Podman.

BOOT_IMAGE=debian
# shellcheck source=tests/boot/lib.bash
source "${BASH_SOURCE[0]%/*}/../boot/lib.bash"

# the inherited descriptor 3 is bats': held open by what watches over a container, it would keep bats from ending
podman() {
  local storage="$PODMAN_DIR/$PODMAN_DRIVER" # of which Podman notes the driver, be it one that does not work
  nsenter -t "$PODMAN_HOLDER" -m -n podman --root "$storage/root" --runroot "$storage/runroot" --tmpdir "$storage/tmp" \
    --storage-driver "$PODMAN_DRIVER" --runtime runc --runtime-flag "root=$PODMAN_DIR/runc" "$@" 3>&-
}

# podman_cgroups: those of Podman's containers; it leaves them behind, empty
podman_cgroups() { find /sys/fs/cgroup -depth -type d -path '*/libpod_parent*'; }

podman_start() {
  local ready
  export PODMAN_DIR PODMAN_HOLDER PODMAN_DRIVER CONTAINERS_CONF PODMAN_CGROUPS
  PODMAN_DIR=$(mktemp -d "${TMPDIR:-/tmp}/stillroot-podman.XXXXXX")
  PODMAN_CGROUPS=$(podman_cgroups)
  mkdir "$PODMAN_DIR/hooks"
  # Podman wants 1048576 open files for each container, which takes CAP_SYS_RESOURCE, and no option takes it back for a pod
  jq -n --arg jq "$(command -v jq)" '{ version: "1.0.0", when: { always: true }, stages: ["precreate"],
    hook: { path: $jq, args: ["jq", "del(.process.rlimits)"] } }' >"$PODMAN_DIR/hooks/limits.json"
  CONTAINERS_CONF=$PODMAN_DIR/containers.conf
  cat >"$CONTAINERS_CONF" <<CONF
[containers]
netns = "none"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
lock_type = "file"
hooks_dir = ["$PODMAN_DIR/hooks"]
[network]
network_config_dir = "$PODMAN_DIR/networks"
CONF
  exec {ready}< <(exec unshare --net --mount sh -c 'mount -t tmpfs tmpfs /run && ip link set lo up && echo ready && exec sleep infinity >&2' 3>&-)
  PODMAN_HOLDER=$!
  read -r -u "$ready" || return 1
  exec {ready}<&-
  for PODMAN_DRIVER in overlay vfs; do
    if podman info >"$PODMAN_DIR/info" 2>&1; then return 0; fi
  done
  cat "$PODMAN_DIR/info" >&2
  return 1
}

# only_holder: nobody else is in the mount namespace; what watches over a container ends after it
only_holder() { [ "$(lsns -t mnt -n -o NPROCS -p "$PODMAN_HOLDER")" -eq 1 ]; }

podman_stop() {
  if [ -e "/proc/${PODMAN_HOLDER:-none}" ]; then
    podman pod rm -f -a
    podman rm -f -a
    retry only_holder
    kill "$PODMAN_HOLDER"
    retry test ! -e "/proc/$PODMAN_HOLDER/ns/mnt"
    # where there was another Podman's before, none is touched
    [ -n "$PODMAN_CGROUPS" ] || podman_cgroups | while IFS= read -r cgroup; do rmdir "$cgroup" || true; done
  fi
  rm -rf --one-file-system "$PODMAN_DIR"
}

# podman_image TAG: the baked root, as images are: with a PATH
podman_image() {
  tar -C "$BASE" --one-file-system -c . |
    podman import -q -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' -c 'ENTRYPOINT ["/init"]' - "$1"
}

# lib.bash's questions, asked of the container $NAME
container() { podman inspect -f "{{.$1}}" "$NAME"; }
init_pid() { container State.Pid; }
# not `podman exec`: it sets limits that no hook takes away
in_container() { nsenter -t "$PODMAN_HOLDER" -m runc --root "$PODMAN_DIR/runc" exec "$(container Id)" "$@" 3>&-; }
ended() { [ "$(container State.Status)" = exited ]; }
exit_code() { retry ended && container State.ExitCode; }
log_has() { grep -qE -- "$1" < <(podman logs "$NAME" 2>&1); }
lines_of() { grep -cE -- "$1" < <(podman logs "$NAME" 2>&1) || true; }
