#!/usr/bin/env bats
# What images do with the definitions themselves: change them at boot, replace what the base has, use every file that there may be.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

@test "hook: what S6_STAGE2_HOOK removes does not run, what it adds does, with the environment it has set; custom services beside it" {
  definitions hook
  mkdir "$ROOT/custom-services.d"
  printf '#!/bin/sh\necho "a custom service has started"\nexec sleep infinity\n' >"$ROOT/custom-services.d/mine"
  boot -e S6_STAGE2_HOOK=/etc/s6-overlay/hooks/choose -e WITH_WORKER=no -e 'EXTRA=one two'
  assert_boot rw
  assert_log '^svc-server has started with a value of the hook$'
  assert_log '^svc-one has started$'
  assert_log '^svc-two has started$'
  assert_log '^a custom service has started$'
  refute_log '^(svc-worker|init-hook-report)'
  [ "$(service_status svc-one)" = up ]
  [ "$(service_status custom-svc-mine)" = up ]
  stop_container
  [ "$(exit_code)" = 0 ]
  # what it has changed stays changed
  boot -e S6_STAGE2_HOOK=/etc/s6-overlay/hooks/choose
  assert_boot rw
  assert_log '^svc-one has started$'
  stop_container
}

@test "hook: without it, the definitions are the image's" {
  definitions hook
  boot --read-only --run noexec
  assert_boot ro
  assert_log '^svc-worker has started$'
  assert_log '^init-hook-report has run$'
  assert_log '^svc-server has started with ?$'
  refute_log '^svc-(one|two)'
}

@test "override: an init-adduser and an init-crontab-config of the image's own take the place of ours, what comes after waits for them" {
  local mode
  definitions override
  mkdir -p "$ROOT/defaults/crontabs"
  echo '* * * * * touch /config/job' >"$ROOT/defaults/crontabs/root"
  for mode in '' '--read-only --run noexec'; do
    # shellcheck disable=SC2086
    boot $mode -e PUID=1000 -e PGID=1000
    in_order "^the image's own init-adduser: 911\$" '^init-own-config has run$' '^svc-own has started$'
    in_order "^the image's own init-adduser" "^the image's own init-crontab-config\$" '^svc-own has started$'
    refute_log '^User UID:'
    [ "$(stat -c %u "$CONFIG/made-by-abc")" = 911 ]
    stop_container
    [ "$(exit_code)" = 0 ]
  done
}

@test "full-base: a base with stages of its own alone: each runs once, in their order, ours do not; the marker is its own" {
  local mode
  definitions full-base
  echo -n 'a secret' >"$ROOT/secret"
  mkdir "$ROOT/custom-cont-init.d" "$ROOT/migrations"
  echo 'echo "a custom script"' >"$ROOT/custom-cont-init.d/10-script"
  echo 'echo "a migration"' >"$ROOT/migrations/1-one"
  for mode in rw ro; do
    if [ "$mode" = rw ]; then boot -e PUID=1000 -e PGID=1001 -e FILE__SECRET=/secret; else boot --read-only --run noexec -e FILE__SECRET=/secret; fi
    # the second boot has the root that the first one has changed
    in_order '^base: migrations$' '^a migration$' '^a branding of the base$' '^base: 1000:1001$' '^base: no devices$' \
      '^image: config, a secret$' '^base: custom files$' '^a custom script$' '^\[ls\.io-init\] done\.$'
    wait_log '^image: service, uid 1000$'
    in_order '^base: SECRET is set from a file$' '^image: config' '^base: custom files$'
    in_order '^base: no devices$' '^base: crontabs$' '^base: custom files$'
    assert_log '^\[ls\.io-init\] done\.$'
    assert_log '^a custom script$'
    assert_log '^base: migrations$'
    refute_log '^(User UID:|\[migrations\]|\[custom-init\])'
    [ "$(service_status svc-cron)" = up ]
    [ "$(service_status svc-image)" = up ]
    stop_container
    [ "$(exit_code)" = 0 ]
    refute_log 'warning|fatal'
  done
}

svstat() { in_container s6-svstat -o "$2" "/run/service/$1"; } # SERVICE FIELD

once_is_over() { [ "$(svstat svc-once up,wantedup)" = 'false false' ]; }

@test "every file that s6-rc knows, in its plain form too: oneshots with blocks and down, signals, environments, funnels, bundles in both places" {
  local mode
  definitions every-file
  for mode in '' '--read-only --run noexec'; do
    rm -f "$CONFIG/end-of-svc-once"
    # shellcheck disable=SC2086
    boot $mode
    in_order '^init-all: up begins$' '^init-all: up, with a word$' '^svc-once: run$' '^svc-last: run$'
    assert_log '^svc-all: green, 0 arguments$'
    retry log_has '^funnel: a line of svc-left$'
    retry log_has '^funnel: a line of svc-right$'
    [ "$(service_status svc-all)" = ready ]
    [ "$(in_container cat /run/service/svc-all/max-death-tally)" = 10 ]
    # done with for good, and no failure: it had been ready
    touch "$CONFIG/end-of-svc-once"
    retry once_is_over
    assert_log '^svc-once: finish 3$'
    assert_log '^svc-once: run$'
    stop_container
    [ "$(exit_code)" = 0 ]
    in_order '^svc-all: told by USR1$' '^svc-all: finish 7 [0-9]+ svc-all$' '^init-all: down$'
    assert_log '^svc-once: run$'
    refute_log 'killed'
  done
}
