#!/usr/bin/env bats
# The image that init-bake --adopt makes boots: the stages are ours, what other layers hung between them runs.

bats_require_minimum_version 1.5.0
load ../boot/lib.bash
BASE=$REPO/$BUILD/bake/adopted
D=etc/s6-overlay/s6-rc.d

setup_file() {
  cd "$REPO" || return
  tests/image/s6-overlay build/bake/s6-overlay >&2
  rm -rf --one-file-system "$BASE"
  mkdir -p "${BASE%/*}"
  cp -a build/bake/s6-overlay "$BASE"
  application_layer >&2
  make --no-print-directory -s BUILD="$BUILD" image ROOT="$BASE" BAKE=--adopt >&2
}

application_layer() {
  mkdir -p "$BASE/$D"/{init-app,svc-app,init-config-end}/dependencies.d
  printf 'oneshot' >"$BASE/$D/init-app/type"
  printf '/%s/init-app/run' "$D" >"$BASE/$D/init-app/up"
  printf '#!/usr/bin/with-contenv sh\necho "init-app runs"\n' >"$BASE/$D/init-app/run"
  printf 'longrun' >"$BASE/$D/svc-app/type"
  printf '#!/usr/bin/with-contenv sh\nexec s6-setuidgid abc sleep 1000000\n' >"$BASE/$D/svc-app/run"
  chmod 0755 "$BASE/$D/init-app/run" "$BASE/$D/svc-app/run"
  touch "$BASE/$D/init-app/dependencies.d/init-config" "$BASE/$D/init-config-end/dependencies.d/init-app" \
    "$BASE/$D/svc-app/dependencies.d/init-services" "$BASE/$D/user/contents.d"/{init,svc}-app
}

setup() { boot_setup; }
teardown() { boot_teardown; }

assert_adopted() { # MODE
  assert_boot "$1"
  refute_log "this is the image's own"
  assert_log '^init-app runs$'
  # its branding is the image's
  assert_log '^the image of the tests$'
  [ "$(service_status svc-app)" = up ]
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "an adopted image boots, writable root" {
  boot
  assert_adopted rw
}

@test "an adopted image boots, read-only root" {
  boot --read-only --run exec
  assert_adopted ro
}

@test "its /docker-mods is not run: the hook of that name means the built-in mods" {
  boot -e S6_STAGE2_HOOK=/docker-mods
  assert_boot rw
  refute_log "the image's own docker-mods"
  [ "$(stage_status stage2-hook)" = skipped ] || [ "$(stage_status stage2-hook)" = 'done' ]
}

@test "a stage that was kept is the image's" {
  "$REPO/$BUILD/stillroot" init-bake --restore "$ROOT"
  "$REPO/$BUILD/stillroot" init-bake --adopt --keep init-migrations --keep init-custom-files "$ROOT"
  boot
  assert_log "^this is the image's own $D/init-migrations/run\$"
  assert_log "^this is the image's own $D/init-custom-files/run\$"
  refute_log 'own etc/s6-overlay/s6-rc.d/init-adduser'
  assert_running
}
