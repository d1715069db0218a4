#!/usr/bin/env bats
# What a mod is to the boot: when it is applied, in which order, and when it is not.

load lib.bash
setup_file() { mods_setup_file; }
teardown_file() { mods_teardown_file; }
setup() { mods_setup; }
teardown() { mods_teardown; }

DEFINITIONS=etc/s6-overlay/s6-rc.d
# an s6-rc service called svc-mod, as mods bring them
SERVICE=("$DEFINITIONS/svc-mod/type=longrun" "$DEFINITIONS/svc-mod/dependencies.d/init-services=" "$DEFINITIONS/user/contents.d/svc-mod="
  "$DEFINITIONS/svc-mod/run=#!/usr/bin/with-contenv sh
echo the service of the mod
exec s6-setuidgid abc sleep 1000000"
  "$DEFINITIONS/init-mod/type=oneshot" "$DEFINITIONS/init-mod/dependencies.d/init-mods=" "$DEFINITIONS/init-mods-end/dependencies.d/init-mod="
  "$DEFINITIONS/init-mod/up=echo the oneshot of the mod" "$DEFINITIONS/user/contents.d/init-mod=")

@test "mods are applied in their order before the graph is read: a later one's file counts, their services and oneshots run; old-style files are dropped with a line" {
  mod order/a:1 a usr/share/who=a "${SERVICE[@]}"
  mod order/b:1 b usr/share/who=b "etc/cont-init.d/50-old=#!/bin/sh
echo an old script" "etc/services.d/old/run=#!/bin/sh
echo an old service"
  boot_with "$PLAIN/order/a:1|$PLAIN/order/b:1"
  assert_boot rw
  assert_marks a b
  [ "$(cat "$ROOT/usr/share/who")" = b ]
  assert_log '^the oneshot of the mod$'
  assert_log '^the service of the mod$'
  in_order '^\[mod-init\] localhost:5000/order/b:1 applied' '^the oneshot of the mod$' '^the service of the mod$'
  [ "$(service_status svc-mod)" = up ]
  assert_log "^mods: .*$PLAIN/order/b:1.*etc/cont-init\\.d"
  refute_log '^an old '
  [ ! -e "$ROOT/etc/cont-init.d/50-old" ]
  [ ! -e "$ROOT/etc/services.d/old" ]
  [ "$(stage_status docker-mods)" = 'done' ]
  refute_log 'stillroot.*cannot do it yet'
  stop_container
  forget_mods
  boot_with "$PLAIN/order/b:1|$PLAIN/order/a:1"
  [ "$(cat "$ROOT/usr/share/who")" = a ]
}

@test "the same container again: nothing is applied twice, no layer is asked for; a changed tag is applied anew; a mod that is gone, and files that are: a line" {
  mod again/mod:1 first usr/share/stays=1
  boot_with "$PROXY/again/mod:1|$PLAIN/again/mod:1"
  stop_container
  requests_forget
  boot_with "$PROXY/again/mod:1|$PLAIN/again/mod:1"
  assert_boot rw
  assert_log "^\\[mod-init\\] $PROXY/again/mod:1 at sha256:[0-9a-f]{64} has been previously applied, skipping\$"
  refute_log 'Installing|Downloading|applied to container'
  [ "$(requests '/blobs/')" = 0 ]
  stop_container
  rm -rf "$BATS_TEST_TMPDIR/layers"
  push again/mod:1 "$(layer second "$(mark second)=2")"
  boot_with "$PROXY/again/mod:1"
  assert_applied "$PROXY/again/mod:1"
  assert_marks first second
  assert_log "^mods: .*$PROXY/again/mod:1: .*2 of them"
  assert_log "^mods: .*$PLAIN/again/mod:1 .*; make the container anew"
  stop_container
  requests_forget
  boot --join "network:$NET"
  assert_boot rw
  refute_log 'mod-init'
  [ "$(requests .)" = 0 ]
}

@test "of two mods that have the same file the later one counts, also when the first alone has changed" {
  local both="$PLAIN/order/a:1|$PLAIN/order/b:1"
  mod order/a:1 a etc/shared=a1
  mod order/b:1 b etc/shared=b1
  boot_with "$both"
  [ "$(cat "$ROOT/etc/shared")" = b1 ]
  stop_container
  mod order/a:1 a etc/shared=a2 etc/own=a2
  boot_with "$both"
  assert_applied "$PLAIN/order/a:1"
  assert_log "^\\[mod-init\\] $PLAIN/order/b:1 at .* has been previously applied"
  [ "$(cat "$ROOT/etc/shared" "$ROOT/etc/own")" = $'b1\na2' ]
}

@test "S6_STAGE2_HOOK=/docker-mods is this stage; another hook still runs, before or after" {
  mod hook/mod:1 mod
  boot_with "$PLAIN/hook/mod:1" -e S6_STAGE2_HOOK=/docker-mods
  assert_boot rw
  assert_marks mod
  assert_applied "$PLAIN/hook/mod:1"
  stop_container
  boot -e S6_STAGE2_HOOK=/docker-mods
  assert_boot rw
  stop_container
  printf '#!/bin/sh\necho a hook of the image\n' >"$ROOT/hook"
  chmod 0755 "$ROOT/hook"
  boot_with "$PLAIN/hook/mod:1" -e S6_STAGE2_HOOK=/hook
  assert_boot rw
  assert_log '^a hook of the image$'
  assert_log "previously applied"
}

@test "a read-only root, another user: skipped, one line with what was not applied, and nobody is asked" {
  mod skip/mod:1 mod
  boot_with "$PROXY/skip/mod:1" --read-only --run exec
  assert_boot ro
  assert_log "^rc: info: [a-z-]+ skipped: .*read-only.*DOCKER_MODS=$PROXY/skip/mod:1\$"
  stop_container
  service keeper <<<$'#!/bin/sh\nexec sleep 1000000'
  boot_with "$PROXY/skip/mod:1" --user 1000:1000 -e S6_STAGE2_HOOK=/docker-mods
  assert_log "^rc: info: [a-z-]+ skipped: .*DOCKER_MODS=$PROXY/skip/mod:1\$"
  assert_log 'DOCKER_MODS' 1
  refute_log 'mod-init'
  [ "$(requests .)" = 0 ]
}

@test "what is in a mod's way: a file where it has a directory, a mount, a directory where it has a file: named, nothing of it is applied" {
  mod way/file:1 file etc/passwd/x=1
  mod way/directory:1 directory usr/bin=1
  mod way/mount:1 mount etc/hostname=mod
  mod way/link:1 link opt/link/file=1
  mkdir -p "$ROOT/srv/elsewhere"
  ln -s /srv/elsewhere "$ROOT/opt/link"
  : >"$BATS_TEST_TMPDIR/hostname"
  fail_with "$(joined "$PLAIN"/way/{file,directory,mount,link}:1)" --mount "$BATS_TEST_TMPDIR/hostname:/etc/hostname"
  assert_unable "$PLAIN/way/file:1" 'etc/passwd: '
  assert_unable "$PLAIN/way/directory:1" 'usr/bin: '
  assert_unable "$PLAIN/way/mount:1" 'etc/hostname: something is mounted on it'
  # root's own links count, as /lib is one
  assert_marks link
  [ "$(cat "$ROOT/srv/elsewhere/file")" = 1 ]
}

@test "owners who are banned, by the image's list or that of a URL: skipped with a line; RUN_BANNED_MODS applies them with a warning" {
  local mods="$PLAIN/bad/a:1|$PLAIN/worse/a:1|$PLAIN/url/a:1|$PLAIN/good/a:1"
  mod bad/a:1 bad
  mod worse/a:1 worse
  mod url/a:1 url
  mod good/a:1 good
  mkdir -p "$ROOT/etc/stillroot"
  printf '# those\nBad # for a reason\nlocalhost:5000/worse\nelsewhere.test/good\n' >"$ROOT/etc/stillroot/banned-mods"
  echo url >"$BATS_TEST_TMPDIR/list"
  faults "/banned file $BATS_TEST_TMPDIR/list text/plain"
  fail_with "$mods" -e DOCKER_MODS_BANNED_URL=http://localhost:5001/banned
  assert_unable "$PLAIN/bad/a:1" 'banned'
  assert_unable "$PLAIN/worse/a:1" 'banned'
  assert_unable "$PLAIN/url/a:1" 'banned'
  assert_marks good
  have_requests '^GET /banned$'
  stop_container
  boot_with "$mods" -e DOCKER_MODS_BANNED_URL=http://localhost:5001/banned -e RUN_BANNED_MODS=true
  assert_log '^mods: warning: .*banned.*RUN_BANNED_MODS' 3
  assert_marks bad good url worse
  stop_container
  # a list that does not come is no reason not to boot
  rm "$ROOT/etc/stillroot/banned-mods"
  faults '/banned status 404'
  boot_with "$mods" -e DOCKER_MODS_BANNED_URL=http://localhost:5001/banned
  assert_log '^mods: warning: .*DOCKER_MODS_BANNED_URL.*404'
  stop_container
  boot_with "$mods" -e DOCKER_MODS_BANNED_URL=http://blackhole.test:1/banned
  assert_log '^mods: warning: .*DOCKER_MODS_BANNED_URL'
  assert_marks bad good url worse
}
