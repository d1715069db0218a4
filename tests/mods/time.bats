#!/usr/bin/env bats
# Registries that do not answer, or slowly, and the cache that several containers have in common.

bats_require_minimum_version 1.5.0
load lib.bash
setup_file() { mods_setup_file; }
teardown_file() { mods_teardown_file; }
setup() {
  mods_setup
  CACHE=$BATS_TEST_TMPDIR/modcache
  mkdir -m 0755 "$CACHE"
}
teardown() { mods_teardown; }

layer_requests() { requests "^GET /v2/$1/blobs/"; }

@test "a registry that is down: without a cache one warning with the cause, and the boot goes on; with one, the mod is applied from that" {
  local pinned
  mod down/mod:1 mod
  pinned=$(mod down/pinned:1 pinned)
  boot_with "$PLAIN/down/mod:1|$PLAIN/down/pinned@$pinned" --mount "$CACHE:/modcache"
  assert_marks mod pinned
  stop_container
  server_stop plain
  forget_mods
  fail_with "$PLAIN/down/mod:1|$PLAIN/down/pinned@$pinned"
  assert_unable "$PLAIN/down/mod:1" 'does not answer.*; look at the network'
  assert_log 'unable to apply' 2
  assert_marks
  stop_container
  boot_with "$PLAIN/down/mod:1|$PLAIN/down/pinned@$pinned" --mount "$CACHE:/modcache"
  assert_boot rw
  assert_log "^mods: info: $PLAIN/down/mod:1: .*does not answer.*cache"
  assert_applied "$PLAIN/down/mod:1" "$PLAIN/down/pinned@$pinned"
  assert_marks mod pinned
  stop_container
  # what the root has stays, with or without a cache
  start_with "$PLAIN/down/mod:1|$PLAIN/down/pinned@$pinned"
  wait_log 'boot is not complete|^\[ls\.io-init\] done'
  assert_marks mod pinned
  refute_log 'unable to apply'
}

@test "a registry that vanishes: eight mods of it cost what one does, and not one of another registry" {
  local n mods=() start=$SECONDS
  mod vanish/good:1 good
  for n in 1 2 3 4 5 6 7 8; do mods+=("blackhole.test:5000/vanish/mod:$n"); done
  fail_with "$(joined "${mods[@]}" "$PLAIN/vanish/good:1")" -e DOCKER_MODS_DEBUG=true
  # by five seconds of one connection; eight of them would be forty
  [ $((SECONDS - start)) -lt 30 ]
  for n in 1 2 3 4 5 6 7 8; do assert_unable "blackhole.test:5000/vanish/mod:$n" ''; done
  assert_marks good
  # at once, and then no more
  [ "$(lines_of '^\[mod-init\] .*https://blackhole\.test:5000/')" -le 6 ]
}

@test "a registry that takes connections and says nothing, and one that stops in the middle: DOCKER_MODS_TIMEOUT ends it, and names them" {
  mod hang/manifest:1 manifest
  mod hang/blob:1 blob
  mod hang/good:1 good
  faults '/hang/manifest/manifests/ hang' '/hang/blob/blobs/ stall 50'
  fail_with "$PROXY/hang/manifest:1|$PROXY/hang/blob:1|$PLAIN/hang/good:1" -e DOCKER_MODS_TIMEOUT=3000
  assert_unable "$PROXY/hang/manifest:1" 'in time'
  assert_unable "$PROXY/hang/blob:1" 'in time'
  assert_marks good
  assert_no_staging
  stop_container
  # the connect budget, where the other is far
  requests_forget
  fail_with "$PROXY/hang/manifest:1"
  assert_unable "$PROXY/hang/manifest:1" 'does not answer'
  [ "$(requests '/hang/manifest/manifests/')" = 1 ]
}

@test "DOCKER_MODS_TIMEOUT that is no number is named; a download that lasts says so, a line a step" {
  mod slow/mod:1 mod "usr/share/slow=$(head -c 150000 /dev/urandom | base64 -w 0)"
  faults '/blobs/ slow 12000'
  boot_with "$PROXY/slow/mod:1" -e DOCKER_MODS_TIMEOUT=soon
  assert_log '^(mods|rc): warning: DOCKER_MODS_TIMEOUT.*"soon"'
  assert_log '^\[mod-init\] Downloading localhost:5001/slow/mod:1 from localhost:5001$'
  [ "$(lines_of '^\[mod-init\] Downloading localhost:5001/slow/mod:1: [0-9]+ of [0-9]+ ')" -ge 1 ]
  [ "$(lines_of '^\[mod-init\] Downloading')" -le 4 ]
  run ! grep -q $'\r' "$LOG"
  assert_marks mod
}

@test "two containers with one cache at the same time: one download, both have it; and what the cache has is whole" {
  mod shared/mod:1 mod "usr/share/slow=$(head -c 30000 /dev/urandom | base64 -w 0)"
  make_other_container
  faults '/blobs/ slow 20000'
  start_with "$PROXY/shared/mod:1" --mount "$CACHE:/modcache"
  (other_container && start_with "$PROXY/shared/mod:1" --mount "$CACHE:/modcache")
  wait_log '^\[ls\.io-init\] done\.$'
  (other_container && wait_log '^\[ls\.io-init\] done\.$' && assert_marks mod && cmp "$ROOT/usr/share/slow" "$BATS_TEST_TMPDIR/boot/rootfs/usr/share/slow")
  assert_marks mod
  [ "$(layer_requests shared/mod)" = 1 ]
  # a new container of the same mod asks for no layer
  (other_container && stop_container && forget_mods && boot_with "$PROXY/shared/mod:1" --mount "$CACHE:/modcache" && assert_marks mod)
  [ "$(layer_requests shared/mod)" = 1 ]
  [ -z "$(find "$CACHE" -name '*.part')" ]
}

@test "who downloads into the cache is killed: the other takes over at once" {
  mod heir/mod:1 mod "usr/share/slow=$(head -c 100000 /dev/urandom | base64 -w 0)"
  make_other_container
  faults '1 /blobs/ slow 2000'
  start_with "$PROXY/heir/mod:1" --mount "$CACHE:/modcache"
  retry have_requests '/blobs/'
  (other_container && start_with "$PROXY/heir/mod:1" --mount "$CACHE:/modcache" && retry have_requests '/manifests/' 2)
  kill_container
  (other_container && wait_log '^\[ls\.io-init\] done\.$' && assert_marks mod)
  [ "$(layer_requests heir/mod)" = 2 ]
}

@test "a cache that others can write, or one with a damaged layer: not believed" {
  local layer
  mod cache/mod:1 mod
  chmod 0777 "$CACHE"
  boot_with "$PROXY/cache/mod:1" --mount "$CACHE:/modcache"
  assert_log '^mods: warning: /modcache is not used: .*; chown'
  assert_marks mod
  [ -z "$(find "$CACHE" -mindepth 1 -print -quit)" ]
  stop_container
  chmod 0755 "$CACHE"
  forget_mods
  boot_with "$PROXY/cache/mod:1" --mount "$CACHE:/modcache"
  [ "$(layer_requests cache/mod)" = 2 ]
  stop_container
  for layer in "$CACHE"/*/sha256*; do
    [ ! -s "$layer" ] || printf x | dd of="$layer" bs=1 seek=5 conv=notrunc status=none
  done
  forget_mods
  boot_with "$PROXY/cache/mod:1" --mount "$CACHE:/modcache"
  assert_marks mod
  [ "$(layer_requests cache/mod)" = 3 ]
}

@test "a cache in which somebody was before root: not believed, and the mods come from the registry" {
  mod planted/mod:1 mod
  mkdir "$CACHE/stillroot"
  chown 1000:1000 "$CACHE/stillroot"
  boot_with "$PLAIN/planted/mod:1" --mount "$CACHE:/modcache"
  assert_log '^mods: warning: /modcache/stillroot is not used: .*; remove it$'
  assert_applied "$PLAIN/planted/mod:1"
  [ -z "$(ls -A "$CACHE/stillroot")" ]
}

@test "a tag that has moved to what cannot be had: the cache has what it was, also for the next one" {
  local n
  mod moved/mod:1 old
  boot_with "$PROXY/moved/mod:1" --mount "$CACHE:/modcache"
  stop_container
  mod moved/mod:1 new
  for n in 1 2; do
    forget_mods
    faults '/blobs/ status 503'
    boot_with "$PROXY/moved/mod:1" --mount "$CACHE:/modcache"
    assert_log '^mods: info: .*: using sha256:.* of the cache'
    assert_marks old
    stop_container
  done
}
