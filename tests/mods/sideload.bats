#!/usr/bin/env bats
# Mods that lie in /mods, as files: no registry is asked.

load lib.bash
setup_file() { mods_setup_file; }
teardown_file() { mods_teardown_file; }
setup() {
  mods_setup
  MODS=$BATS_TEST_TMPDIR/mods
  mkdir "$MODS"
}
teardown() { mods_teardown; }

sideload() { # VERB MODS: fail_with or boot_with
  "$1" "$2" --mount "$MODS:/mods:ro" -e DOCKER_MODS_SIDELOAD=true "${@:3}"
}

@test "DOCKER_MODS_SIDELOAD: a tar, one that is compressed, a directory; again, and changed; no registry is asked" {
  local how mods='plain|gzip|zstd|directory'
  for how in plain gzip zstd; do tar -C "$(layer "$how" "$(mark "$how")=1")" -cf "$MODS/$how.tar" usr; done
  gzip "$MODS/gzip.tar" && mv "$MODS/gzip.tar.gz" "$MODS/gzip.tar"
  zstd -q --rm "$MODS/zstd.tar" && mv "$MODS/zstd.tar.zst" "$MODS/zstd.tar"
  cp -R "$(layer directory "$(mark directory)=1" "usr/bin/of-the-mod=#!/bin/sh" "etc/cont-init.d/old=x")" "$MODS/directory"
  chown -R 1000:1000 "$MODS/directory"
  sideload boot_with "$mods"
  assert_boot rw
  assert_log '^\[mod-init\] Running Local Docker Modification Logic$'
  assert_applied plain gzip zstd directory
  assert_marks directory gzip plain zstd
  [ "$(stat -c '%u:%g %a' "$ROOT/usr/bin/of-the-mod")" = '0:0 755' ]
  assert_log '^mods: .*directory: .*etc/cont-init\.d'
  assert_no_staging
  stop_container
  sideload boot_with "$mods"
  assert_log '^\[mod-init\] (plain at .*|gzip at .*|zstd at .*|directory.*) has been previously applied, skipping$' 4
  stop_container
  echo 2 >"$MODS/directory/$(mark directory)"
  tar -C "$(layer plain "$(mark plain)=2")" -cf "$MODS/plain.tar" usr
  sideload boot_with "$mods"
  assert_applied plain directory
  [ "$(cat "$ROOT/$(mark plain)" "$ROOT/$(mark directory)")" = $'2\n2' ]
}

@test "of two that have the same file the later one counts, also when the first alone has changed" {
  local name
  for name in a b; do tar -C "$(layer "$name" "etc/shared=$name")" -cf "$MODS/$name.tar" etc; done
  sideload boot_with 'a|b'
  stop_container
  tar -C "$(layer a etc/shared=a etc/more=a)" -cf "$MODS/a.tar" etc
  sideload boot_with 'a|b'
  assert_applied a b
  [ "$(cat "$ROOT/etc/shared" "$ROOT/etc/more")" = $'b\na' ]
}

@test "a tar that is a device, and one that is a hole without an end: named, the boot goes on" {
  mknod "$MODS/device.tar" c 1 5
  truncate -s 8T "$MODS/hole.tar"
  cp -R "$(layer good "$(mark good)=1")" "$MODS/good"
  sideload fail_with 'device|hole|good'
  assert_unable device 'Invalid argument'
  assert_unable hole 'too large'
  assert_marks good
}

@test "what is not there, what is none, links and devices in a directory: named; the others are applied" {
  echo nothing >"$MODS/none.tar"
  mkdir -p "$MODS/out/usr/share/mod" "$MODS/device/usr/share/mod" "$MODS/elsewhere"
  ln -s ../../../../../etc/shadow "$MODS/out/usr/share/mod/link"
  mkfifo "$MODS/device/usr/share/mod/fifo"
  ln -s /etc "$MODS/linked"
  cp -R "$(layer good "$(mark good)=1")" "$MODS/good"
  sideload fail_with 'missing|none|../etc|out|device|linked|good'
  assert_unable missing '/mods/missing\.tar nor .*/mods/missing; mount'
  assert_unable none ''
  assert_unable ../etc 'no name'
  assert_unable out 'usr/share/mod/link: '
  assert_unable device 'usr/share/mod/fifo: '
  assert_unable linked ''
  assert_marks good
  assert_no_staging
}
