#!/usr/bin/env bats
# The Kubernetes manifests of examples/, word for word, and `podman run --read-only`, under a real Podman, with a real service: nginx, which
# serves /config/www.

bats_require_minimum_version 1.5.0

load podman.bash

setup_file() {
  boot_setup_file
  export APP_IMAGE
  APP_IMAGE=$(sed -n 's/^ *image: //p' examples/pod-restricted.yaml)
  podman_start
  podman_image "$APP_IMAGE"
}

teardown_file() { podman_stop; }

setup() {
  NAME=app-app
  CONFIG="$BATS_TEST_TMPDIR/config"
  LOG="$BATS_TEST_TMPDIR/log"
  # a volume as Kubernetes gives it to fsGroup 1000: root's, and the group may write
  mkdir -p "$CONFIG/www"
  echo "page $BATS_TEST_NUMBER" >"$CONFIG/www/index.html"
  chown -R 0:1000 "$CONFIG"
  chmod -R g+rws "$CONFIG"
}

teardown() {
  # shown by bats only when the test failed
  podman logs "$NAME" 2>&1 || true
  podman pod rm -f -a || true
  podman rm -f -a || true
  podman volume rm -f -a || true
}

claim() { podman volume create --opt type=none --opt o=bind,gid=1000 --opt "device=$CONFIG" app-config; }

# empty_dirs NAME...: Podman 4.3 takes an emptyDir, of whatever medium, for a volume of its name, on disk and with what the image has there. One
# that exists it leaves as it is: a tmpfs, as Kubernetes makes it for fsGroup 1000.
empty_dirs() {
  local name
  for name; do podman volume create --opt type=tmpfs --opt device=tmpfs --opt o=mode=2777,gid=1000 "$name"; done
}

# Podman's own choice for a pod is a bridge, of which it keeps account in the machine's files
play() { podman kube play --network none "$@"; }

# assert_booted MODE UID: all of it, the service serves and is that user's, who alone can write to the state
assert_booted() {
  wait_log '^\[ls\.io-init\] done\.$'
  podman logs "$NAME" >"$LOG" 2>&1
  assert_boot "$1"
  [ "$(fetch http://127.0.0.1:8080/)" = "page $BATS_TEST_NUMBER" ]
  [ "$(user_of nginx)" = "$2" ]
  [ -z "$(in_container find -L /run/s6 /run/service /run/s6-linux-init-container-results -maxdepth 0 ! \( -type d ! -perm /022 \))" ]
}

# as the kernel has it, whatever Podman made of the manifest
assert_restricted() {
  local status
  status=$(cat "/proc/$(init_pid)/status")
  grep -qE '^NoNewPrivs:\s1$' <<<"$status"
  grep -qE '^Seccomp:\s2$' <<<"$status"
  grep -qE '^CapBnd:\s0+$' <<<"$status"
  in_container grep -qE '^[^ ]+ / [^ ]+ ro,' /proc/mounts
}

# of containers and volumes; the storage is a mount itself
storage_mounts() {
  nsenter -t "$PODMAN_HOLDER" -m findmnt -rno TARGET | awk -v dir="$PODMAN_DIR/" 'index($0, dir) == 1 && $0 != dir "overlay/root/overlay"'
}

assert_nothing_left() { [ -z "$(podman ps -a -q)$(podman pod ps -q)$(storage_mounts)" ]; }

assert_pod_stops() { # MANIFEST
  podman pod stop -t 60 app
  [ "$(exit_code)" = 0 ]
  podman kube down "$1"
  assert_nothing_left
}

@test "pod-restricted.yaml: boots without an emptyDir, as 1000, without a capability, on a root that nobody can write" {
  claim
  play "$REPO/examples/pod-restricted.yaml"
  assert_booted nonroot-ro 1000
  assert_restricted
  # no mount but the runtime's, and the claim
  [ "$(in_container grep -cE ' /(run|tmp|var/tmp) ' /proc/mounts)" = 0 ]
  assert_pod_stops "$REPO/examples/pod-restricted.yaml"
}

@test "pod-restricted-memory.yaml: boots on an emptyDir that everybody can write, its own part of which nobody else can" {
  claim
  empty_dirs run tmp
  play "$REPO/examples/pod-restricted-memory.yaml"
  assert_booted nonroot-ro 1000
  assert_restricted
  [ "$(in_container stat -c '%a %u:%g' /run /tmp | sort -u)" = '2777 0:1000' ]
  [ "$(in_container stat -c %u /run/s6)" = 1000 ]
  assert_pod_stops "$REPO/examples/pod-restricted-memory.yaml"
}

@test "two containers of a pod, no emptyDir: the second ends with 100 and names the emptyDir, the first does not notice" {
  local before
  claim
  play --start=false "$REPO/tests/podman/two-containers.yaml"
  podman start app-app
  assert_booted nonroot-ro 1000
  before=$(in_container s6-svstat -o pid,updownsince /run/service/nginx)
  podman start app-other
  NAME=app-other
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: .*emptyDir.* on /run'
  assert_log . 1
  NAME=app-app
  [ "$(in_container s6-svstat -o pid,updownsince /run/service/nginx)" = "$before" ]
  assert_booted nonroot-ro 1000
  assert_pod_stops "$REPO/tests/podman/two-containers.yaml"
}

@test "podman run --read-only: boots on the tmpfs that Podman mounts on /run" {
  podman run -d --read-only --name "$NAME" -v "$CONFIG:/config" "$APP_IMAGE"
  assert_booted ro 911
  in_container grep -q ' /run tmpfs ' /proc/mounts
  podman stop -t 60 "$NAME"
  [ "$(exit_code)" = 0 ]
  podman rm "$NAME"
  assert_nothing_left
}

@test "podman run --read-only --user 1000: boots though that tmpfs is root's" {
  podman run -d --read-only --user 1000:1000 --name "$NAME" -v "$CONFIG:/config" "$APP_IMAGE"
  assert_booted nonroot-ro 1000
  podman stop -t 60 "$NAME"
  [ "$(exit_code)" = 0 ]
  podman rm "$NAME"
  assert_nothing_left
}
