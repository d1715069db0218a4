#!/usr/bin/env bats
# init-bake mods REF...: mods in an image, at its build; a read-only root then has them.

load lib.bash
setup_file() { mods_setup_file; }
teardown_file() { mods_teardown_file; }
setup() { mods_setup; }
teardown() { mods_teardown; }

# bake REF...: as a RUN line of a Dockerfile
bake() {
  start --join "network:$NET" --under sh --under -c --under "exec init-bake mods ${*@Q}" --under sh
  exit_code
}

@test "init-bake mods: a read-only boot has them, their services run; another bake does not do it twice" {
  local D=etc/s6-overlay/s6-rc.d
  mod bake/mod:1 mod
  mod bake/service:1 service "$D/svc-mod/type=longrun" "$D/svc-mod/dependencies.d/init-services=" "$D/user/contents.d/svc-mod=" \
    "$D/svc-mod/run=#!/usr/bin/with-contenv sh
echo the service of the mod
exec s6-setuidgid abc sleep 1000000"
  [ "$(bake registry.test:5444/bake/mod:1 "$PLAIN/bake/service:1")" = 0 ]
  assert_applied registry.test:5444/bake/mod:1 "$PLAIN/bake/service:1"
  assert_marks mod service
  assert_no_staging
  [ "$(bake registry.test:5444/bake/mod:1)" = 0 ]
  assert_log 'has been previously applied, skipping'
  boot --read-only --run exec
  assert_boot ro
  assert_log '^the service of the mod$'
  [ "$(service_status svc-mod)" = up ]
  stop_container
  # they are the image's: a container that asks for others is not told that it could be rid of them
  mod bake/other:1 other
  boot_with "$PLAIN/bake/other:1"
  assert_applied "$PLAIN/bake/other:1"
  refute_log 'not among the mods'
}

@test "init-bake mods: what cannot be applied fails the build, with its cause; wrong use is 100" {
  mod bake/good:1 good
  [ "$(bake "$PLAIN/bake/none:1" "$PLAIN/bake/good:1")" != 0 ]
  assert_log "unable to apply $PLAIN/bake/none:1: .*404"
  [ "$(bake "$PLAIN/bake/Upper:1")" = 100 ]
  [ "$(bake)" = 100 ]
}
