# shellcheck shell=bash
# A Docker engine for the tests: the one that answers on the default socket, else one of our own, on a private socket with its own
# data, in network and mount namespaces of its own: the machine's bridges, packet filter and mounts stay as they are. Its containers have
# loopback alone, unless they make networks.
# Source it; engine_start in setup_file, engine_stop in teardown_file. DOCKER_HOST is exported.
#
# With options of dockerd, the engine is one of our own in any case. ENGINE_SUBIDS: a file that this one has for /etc/subuid
# and /etc/subgid.

engine_log() { cat "$ENGINE_DIR/dockerd.log" >&2; }

# engine_try DRIVER [OPTION...]: 0 when dockerd answers with this storage driver
engine_try() {
  local try
  # the inherited descriptor 3 is bats': held open, it would keep bats from ending
  # shellcheck disable=SC2016
  unshare --net --mount sh -c '
    [ -z "$ENGINE_SUBIDS" ] || { mount --bind "$ENGINE_SUBIDS" /etc/subuid && mount --bind "$ENGINE_SUBIDS" /etc/subgid; } || exit
    ip link set lo up && exec dockerd "$@"' dockerd --host "unix://$ENGINE_DIR/docker.sock" --data-root "$ENGINE_DIR/data" --exec-root "$ENGINE_DIR/exec" \
    --pidfile "$ENGINE_DIR/dockerd.pid" --storage-driver "$1" --bridge=none --iptables=false "${@:2}" \
    >"$ENGINE_DIR/dockerd.log" 2>&1 3>&- </dev/null &
  ENGINE_PID=$!
  for ((try = 0; try < 600; try++)); do
    ! docker info >"$ENGINE_DIR/info" 2>&1 || return 0
    kill -0 "$ENGINE_PID" 2>/dev/null || break # it gave up: the log says why
    sleep 0.1
  done
  kill "$ENGINE_PID" 2>/dev/null || true
  wait "$ENGINE_PID" || true
  return 1
}

# engine_start [own | OPTION...]: own: one of our own in any case, for what concerns the whole of an engine
engine_start() {
  local driver
  export ENGINE_PID='' ENGINE_DIR DOCKER_BUILDKIT=0 ENGINE_SUBIDS=${ENGINE_SUBIDS-}
  # short: a socket's path has at most 107 bytes
  ENGINE_DIR=$(mktemp -d "${TMPDIR:-/tmp}/stillroot-docker.XXXXXX")
  # with --userns-remap, root of a container is nobody here, and must get to the data
  chmod 0711 "$ENGINE_DIR"
  if [ $# -eq 0 ] && docker info >"$ENGINE_DIR/info" 2>&1; then return 0; fi
  [ "${1-}" != own ] || shift
  export DOCKER_HOST="unix://$ENGINE_DIR/docker.sock"
  for driver in overlay2 vfs; do
    if engine_try "$driver" "$@"; then return 0; fi
  done
  engine_log
  return 1
}

# Stops our own engine, never another one; its containers are gone by then.
engine_stop() {
  local try
  if [ -n "$ENGINE_PID" ]; then
    kill "$ENGINE_PID" 2>/dev/null || true
    for ((try = 0; try < 600; try++)); do
      kill -0 "$ENGINE_PID" 2>/dev/null || break
      sleep 0.1
    done
  fi
  rm -rf --one-file-system "$ENGINE_DIR"
}

# engine_image BASE_ROOT TAG: imports the root, less its service, as stillroot-base and builds Dockerfile.test on it, without a network
engine_image() {
  local context="$ENGINE_DIR/context"
  tar -C "$1" --one-file-system --exclude='./etc/services.d/*' -c . | docker import - stillroot-base >"$ENGINE_DIR/import"
  make --no-print-directory -s install DESTDIR="$context/root"
  cp -R tests/image/nginx "$context/nginx"
  docker build --network none -t "$2" -f Dockerfile.test "$context" >"$ENGINE_DIR/build" 2>&1 || { cat "$ENGINE_DIR/build" >&2; return 1; }
}
