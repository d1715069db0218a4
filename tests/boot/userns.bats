#!/usr/bin/env bats
# In a user namespace: what its map and its setgroups allow. HOST 0 as the namespace's root needs no root file system of its own; one test has
# another, as user namespaces of runtimes do.

load lib.bash
setup_file() { boot_setup_file; }
setup() {
  boot_setup
  service rooty <<RUN
#!/usr/bin/with-contenv sh
echo "a service of uid \$(id -u)"
exec sleep 1000000
RUN
}
teardown() {
  [ -z "${HOLDER-}" ] || kill "$HOLDER"
  boot_teardown
}

evidence() { report ".evidence[] | select(.what == \"$1\") | .found"; }
reason() { report ".stages[] | select(.name == \"$1\") | .reason"; }

# private_root HOST: a root file system of the namespace's own ids
private_root() {
  [ "$IMAGE" = busybox ] || skip 'the busybox root shows it: this one is too large to copy'
  # root of the namespace is nobody outside, and must get there
  chmod 0711 "$BATS_RUN_TMPDIR"
  umount "$ROOT"
  cp -a "$BASE/." "$DIR/layer/upper"
  mount --bind "$DIR/layer/upper" "$ROOT"
  # root and abc are the image's only users
  chown -hR --from=0:0 "$1:$1" "$ROOT" "$CONFIG"
  chown -hR --from=911:911 "$(($1 + 911)):$(($1 + 911))" "$ROOT"
  rm -rf "${ROOT:?}/etc/services.d/httpd"
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec s6-setuidgid abc sleep 1000000'
}

# deny_setgroups: a namespace with a single id, root's, as a rootless runtime has it without /etc/subuid; join it with "${SINGLE[@]}"
deny_setgroups() {
  unshare --user --map-root-user sleep 1000000 3>&- &
  HOLDER=$!
  retry grep -qs '^ *0 *0 *1$' "/proc/$HOLDER/gid_map"
  [ "$(cat "/proc/$HOLDER/setgroups")" = deny ]
  SINGLE=(--map-ids 0:1 --join "user:/proc/$HOLDER/ns/user")
}

# assert_rooty: the services that run as root are there, and nothing else than the one warning, about applications, was said before
assert_rooty() {
  wait_log '^rc: info: the boot is not complete'
  assert_log '^a service of uid 0$'
  assert_log '^rc: warning: applications cannot be run as the user abc: '
  assert_log '^rc: warning: service keeper dies again and again'
  assert_log 'warning' 2
  [ "$(service_status rooty)" = up ]
}

@test "U13 root of the namespace is another user of the host: boots, files and services have its ids" {
  private_root 100000
  boot --map-ids 100000:65536 -e PUID=1000 -e PGID=1001
  assert_boot rw
  [ "$(stat -c %u:%g "$CONFIG" "$ROOT/app" | uniq)" = 101000:101001 ]
  [ "$(stat -c %u:%g "$(service_process keeper)")" = 101000:101001 ]
  [ "$(stat -c %g "$(inside /run/s6/container_environment)")" = 101001 ]
  [ "$(evidence 'user namespace')" = yes ]
  [ "$(evidence 'uids that are mapped')/$(evidence 'gids that are mapped')/$(evidence setgroups)" = 0-65535/0-65535/allowed ]
  [ "$(stage_status user-namespace)" = "done" ]
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "U13 a read-only root in a user namespace: boots as 911:911, PUID outside the map is skipped as any other" {
  boot --read-only --run exec --map-ids 0:65536 -e PUID=70000 -e PGID=70000
  assert_boot ro
  assert_log '^rc: info: user-remap skipped: .*: PUID=70000 PGID=70000$'
  [ "$(stat -c %u:%g "$CONFIG" "$(service_process keeper)" | uniq)" = 911:911 ]
}

@test "U13 PUID or PGID outside the map: 100, one line with the ids that there are and the remedy, nothing touched" {
  cp -a "$ROOT/etc/passwd" "$DIR/passwd"
  start --map-ids 0:65536 -e PUID=70000 -e PGID=1000
  [ "$(exit_code)" = 100 ]
  assert_log 'fatal:'
  assert_log '^rc: fatal: user-namespace: PUID 70000 is not mapped in this user namespace \(uids 0-65535, gids 0-65535\); choose .*/etc/subuid.*userns-remap'
  start --map-ids 0:65536 -e PGID=65536
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: user-namespace: PGID 65536 is not mapped in this user namespace '
  # what is unset is asked for with the other
  start --map-ids 0:1 -e PUID=0
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: user-namespace: gid 911 is not mapped in this user namespace \(uids 0, gids 0\); '
  cmp "$DIR/passwd" "$ROOT/etc/passwd"
  [ "$(stat -c %u:%g "$CONFIG")" = 0:0 ]
}

@test "U13 the last id of the map is one" {
  boot --map-ids 0:65536 -e PUID=65535 -e PGID=65535
  assert_boot rw
  [ "$(stat -c %u:%g "$(service_process keeper)")" = 65535:65535 ]
}

@test "U13 911 is not mapped and nobody has asked for it: one warning, the services of root boot, ownership is left alone" {
  start --map-ids 0:1
  assert_rooty
  assert_log '^rc: warning: .*: uid 911 and gid 911 are not mapped in this user namespace \(uids 0, gids 0\); extend the map '
  for stage in user-namespace own-config own-app; do
    [ "$(stage_status "$stage")" = "done" ]
    [ "$(reason "$stage")" = 'uid 911 and gid 911 are not mapped in this user namespace (uids 0, gids 0)' ]
  done
  [ "$(stat -c %u:%g "$CONFIG")" = 0:0 ]
  # no group to give it to: root alone reads the environment
  [ "$(stat -c %a "$(inside /run/s6/container_environment)")" = 700 ]
}

@test "U13 the same on a read-only root" {
  start --read-only --run exec --map-ids 0:1
  assert_rooty
}

@test "U13 lsiown to an id that is not mapped: one line, exit code 1" {
  mkdir -p "$CONFIG/a/b"
  touch "$CONFIG"/a/b/{1..20}
  start --map-ids 0:1 sh -c 'lsiown -R abc:abc /config; echo "exit $?"; lsiown -f -R abc:abc /config; echo "silent exit $?"; lsiown -R 0:0 /config; echo "root exit $?"'
  [ "$(exit_code)" = 0 ]
  assert_log '^lsiown: '
  assert_log '^lsiown: warning: unable to change any owner: uid 911 and gid 911 are not mapped .*; extend the map'
  assert_log '^exit 1$'
  assert_log '^silent exit 1$'
  assert_log '^root exit 0$'
}

@test "U13 setgroups is denied, as for a rootless runtime with a single id: one line names it" {
  deny_setgroups
  start "${SINGLE[@]}"
  assert_rooty
  assert_log '^rc: warning: .*, and setgroups is denied in this user namespace, so that s6-setuidgid fails in every service; '
  [ "$(evidence setgroups)" = denied ]
}

@test "U13 setgroups is denied and PUID is set: 100" {
  deny_setgroups
  start "${SINGLE[@]}" -e PUID=0 -e PGID=0
  [ "$(exit_code)" = 100 ]
  assert_log '^rc: fatal: user-namespace: setgroups is denied in this user namespace, so that s6-setuidgid fails in every service; unset PUID and PGID .*, or '
}

@test "U13 groups of the runtime's own user that are not mapped are none that abc could join" {
  deny_setgroups
  runc() { setpriv --groups 44,70000 runc "$@"; }
  start "${SINGLE[@]}"
  assert_rooty
  in_container id -G | grep -w 65534
  [ "$(reason user-groups)" = 'nothing to do' ]
}

# start_without_proc OPTION...: it is gone when /init is executed; the runtime wants to have it
start_without_proc() {
  under 'busybox umount -l /proc && exec "$@"'
  start --cap-add SYS_ADMIN "${UNDER[@]}" "$@" sh -c 'init-status --json; exec sleep 1000000'
}

@test "U13 without /proc nothing is known of the map, and nothing is said of it" {
  start_without_proc --map-ids 0:65536
  assert_log '^\[ls\.io-init\] done\.$'
  assert_log '"what":"user namespace","found":"unknown"'
  refute_log 'mapped|warning'
  stop_container
  start_without_proc --map-ids 0:1
  wait_log '^rc: info: the boot is not complete'
  assert_log '^a service of uid 0$'
  refute_log 'mapped|fatal: unable to (give|prepare)'
}
