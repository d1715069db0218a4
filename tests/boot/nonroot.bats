#!/usr/bin/env bats
# A container that is started as another user than root, with as few rights as Kubernetes leaves it.

bats_require_minimum_version 1.5.0

load lib.bash
setup_file() { boot_setup_file; }

setup() {
  boot_setup
  # services run as the user that the container was given
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
}

teardown() { boot_teardown; }

evidence() { report ".evidence[] | select(.what == \"$1\") | .found"; }
contenv() { cat "$(inside "/run/s6/container_environment/$1")"; }

# assert_owned UID GID: the state is the user's, and nobody else can write to it; so are its services
assert_owned() {
  local state
  state=$(inside /run/s6)
  [ "$(stat -Lc %u "$state")" = "$1" ]
  [ -z "$(find -H "$state" "$(inside /run/service)" -maxdepth 1 ! -type l -perm /022)" ]
  [ -z "$(find -H "$state" "$(inside /run/service)" ! -type l -perm /002)" ]
  [ "$(stat -c %u:%g "$(service_process keeper)")" = "$1:$2" ]
  [ "$(contenv LSIO_NON_ROOT_USER)" = 1 ]
}

# shared_shm: a tmpfs that containers get as their /dev/shm, as those of a pod do; it lasts as long as the pod
shared_shm() {
  SHM=$DIR/shm
  mkdir "$SHM"
  mount -t tmpfs -o mode=1777,size=8m,nosuid,nodev,noexec stillroot-test "$SHM"
}

RESTRICTED=(--read-only --cap-drop ALL --no-new-privileges)

@test "U9 --user 1000:1000, writable root: boots, nothing is given to anybody" {
  boot --user 1000:1000
  assert_boot nonroot-rw '^init: info'
  assert_owned 1000 1000
  [ "$(evidence /run)" = 'links to /dev/shm/stillroot' ]
  [ "$(stage_status own-config)" = skipped ]
  refute_log chown
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "U10 the restricted profile with a tmpfs of mode 0777 on /run: boots, and /run/s6 is the user's alone" {
  boot "${RESTRICTED[@]}" --user 1000:1000 --run 0777
  assert_boot nonroot-ro
  [ "$(stat -c %u:%a "$(inside /run)")" = 0:777 ]
  assert_owned 1000 1000
  refute_log '/run'
  [ "$(contenv LSIO_READ_ONLY_FS)" = 1 ]
}

@test "U10 a /run with a group and the set-gid bit, as fsGroup makes it: boots" {
  mkdir "$DIR/run"
  chown 0:2000 "$DIR/run"
  chmod 02777 "$DIR/run"
  boot "${RESTRICTED[@]}" --user 1000:1000 --group-add 2000 --mount "$DIR/run:/run"
  assert_boot nonroot-ro '^init: info: /run is a volume on disk'
  assert_owned 1000 1000
  assert_log '^init: info: /run is a volume on disk, where secrets'
}

@test "U10 others can write to /run, and a second user is possible: said, and what mends it; the opt-in of s6-overlay is not needed" {
  boot --read-only --user 1000:1000 --run 0777
  assert_boot nonroot-ro '^init: warning: other users can change /run'
  assert_log '^init: warning: other users can change /run, .*no-new-privileges'
  stop_container
  boot --read-only --user 1000:1000 --run 0777 --no-new-privileges -e S6_YES_I_WANT_A_WORLD_WRITABLE_RUN_BECAUSE_KUBERNETES=1
  assert_boot nonroot-ro
  stop_container
  # sticky: nobody replaces what is another's
  boot --read-only --user 1000:1000 --run 1777
  assert_boot nonroot-ro
}

@test "U10 with the capability SETUID nothing is proven" {
  boot --read-only --user 1000:1000 --run 0777 --no-new-privileges --ambient SETUID
  assert_boot nonroot-ro '^init: warning: other users can change /run'
  assert_log '^init: warning: other users can change /run'
}

@test "U11 the restricted profile and no tmpfs at all: boots through /dev/shm, and leaves nothing there" {
  shared_shm
  boot "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm"
  assert_boot nonroot-ro
  assert_log '^init: info: /run is not writable: its links lead to /dev/shm/stillroot$'
  assert_owned 1000 1000
  [ "$(in_container readlink -f /run/service)" = /dev/shm/stillroot/service ]
  [ -d "$SHM/stillroot/s6" ]
  in_container_as 1000:1000 s6-svc -r /run/service/keeper
  stop_container
  [ "$(exit_code)" = 0 ]
  [ -z "$(ls -A "$SHM")" ]
}

@test "U11 what halt does, and the exit code of a CMD, through /dev/shm" {
  start "${RESTRICTED[@]}" --user 1000:1000 sh -c 'echo 7 >/run/s6-linux-init-container-results/exitcode; /run/s6/basedir/bin/halt; sleep 1000000'
  [ "$(exit_code)" = 7 ]
  start "${RESTRICTED[@]}" --user 1000:1000 sh -c 'exit 9'
  [ "$(exit_code)" = 9 ]
}

@test "U11 a container that was killed has left its state: the next one of the same user takes it over" {
  shared_shm
  boot "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm" -e STALE=1
  stop_container KILL
  [ -e "$SHM/stillroot/s6/container_environment/STALE" ]
  boot "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm"
  assert_boot nonroot-ro
  [ ! -e "$SHM/stillroot/s6/container_environment/STALE" ]
  stop_container
  [ -z "$(ls -A "$SHM")" ]
}

# second [OPTION...]: another container beside the one that runs, with the same /dev/shm; what became of it is in SECOND_LOG and SECOND_CODE
second() {
  local first=$ID log=$LOG
  cp "$DIR/pid" "$DIR/first.pid"
  ID=$ID-second LOG=$DIR/second.log
  start --mount "$SHM:/dev/shm" "$@"
  SECOND_CODE=$(exit_code)
  ID=$first LOG=$log
  mv "$DIR/first.pid" "$DIR/pid"
  # the first has yet to write its own
  rm "$DIR/exit"
}

# assert_undisturbed: the first container is as it was
assert_undisturbed() {
  assert_running
  [ "$(contenv WHO)" = first ]
  in_container_as 1000:1000 s6-svok /run/service/keeper
  in_container_as 1000:1000 s6-svc -r /run/service/keeper
}

@test "two containers of one pod: the second ends with 100, names an emptyDir on /run, and does not disturb the first" {
  local user
  shared_shm
  boot "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm" -e WHO=first
  for user in 1000:1000 1001:1000; do
    second "${RESTRICTED[@]}" --user "$user" -e WHO=second
    [ "$SECOND_CODE" = 100 ]
    [ "$(grep -c fatal: "$DIR/second.log")" = 1 ]
    grep -E '^init: fatal: /run is not writable .*/dev/shm/stillroot cannot stand in: another (container|user) .*Kubernetes an emptyDir mounted on /run' "$DIR/second.log"
    assert_undisturbed
  done
  # with a place of its own, it does boot beside it
  second "${RESTRICTED[@]}" --user 1000:1000 --run 0777 -e WHO=second sh -c 'exit 3'
  [ "$SECOND_CODE" = 3 ]
  assert_undisturbed
  stop_container
  [ -z "$(ls -A "$SHM")" ]
}

@test "a boot that ends before it has begun leaves nothing where others are, nor a word of the environment" {
  shared_shm
  rm "$ROOT/command/s6-log"
  start "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm" -e S6_LOGGING=1 -e PASSWORD=secret
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: S6_LOGGING needs /command/s6-log'
  [ -z "$(ls -A "$SHM")" ]
}

@test "a sticky /run where another user has made the image's links before us: 100, they lead nowhere" {
  shared_shm
  mkdir "$DIR/run"
  chmod 1777 "$DIR/run"
  cp -a "$ROOT/run/." "$DIR/run"
  chmod 1777 "$DIR/run"
  # as Podman fills its tmpfs: root's
  boot "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm" --mount "$DIR/run:/run"
  assert_boot nonroot-ro
  [ -d "$SHM/stillroot/s6" ]
  stop_container
  [ "$(exit_code)" = 0 ]
  chown -h 1001 "$DIR/run/s6"
  start "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm" --mount "$DIR/run:/run"
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: unable to prepare /run/service: Operation not permitted; .*--tmpfs /run:exec'
  [ -z "$(ls -A "$SHM")" ]
  # root takes them from whoever they are
  find "$ROOT/run" -type l -exec chown -h 1001 {} +
  boot
  [ -z "$(find "$(inside /run)" -maxdepth 1 -type l -user 1001)" ]
}

@test "two containers with one volume on /run: the second, which is root, ends with 100, and has not taken it from the first" {
  shared_shm
  mkdir "$DIR/run"
  chown 1000:1000 "$DIR/run"
  boot --user 1000:1000 --mount "$DIR/run:/run" -e WHO=first
  second --mount "$DIR/run:/run"
  [ "$SECOND_CODE" = 100 ]
  grep '^init: fatal: /run is in use by another container' "$DIR/second.log"
  [ "$(stat -c %u:%g:%a "$DIR/run")" = 1000:1000:755 ]
  assert_undisturbed
  stop_container
  boot --user 1000:1000 --mount "$DIR/run:/run"
  assert_boot nonroot-rw '/run is a volume on disk'
}

@test "a writable root, and no /dev/shm: 100, which says that the links in /run are root's" {
  mkdir "$DIR/small"
  mount -t tmpfs -o mode=1777,size=64k stillroot-test "$DIR/small"
  start --user 1000:1000 --mount "$DIR/small:/dev/shm"
  [ "$(exit_code)" = 100 ]
  assert_log "^init: fatal: /run has links of the image that are root's, and that this user cannot replace, and /dev/shm/stillroot cannot stand in: it has not enough room; .*--tmpfs /run:exec,uid=1000"
}

@test "two containers of one pod with a writable root: the second ends with 100, which names the place, and leaves the links" {
  shared_shm
  boot --user 1000:1000 --mount "$SHM:/dev/shm" -e WHO=first
  second --user 1000:1000
  [ "$SECOND_CODE" = 100 ]
  grep -E "^init: fatal: /run has links of the image that are root's, .*/dev/shm/stillroot cannot stand in: another container uses it; .*--tmpfs /run:exec" "$DIR/second.log"
  assert_undisturbed
}

last_program() { [ "$(cat "$(inside /proc/1/comm)")" = finish ]; }

@test "two containers of one pod, the second while the first stops, or boots: 100, and the first has its exit code" {
  shared_shm
  service slow notification-fd=3 <<<$'#!/usr/bin/with-contenv sh\necho boots\nexec sleep 1000000'
  start "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm" -e WHO=first
  wait_log '^boots$'
  second "${RESTRICTED[@]}" --user 1000:1000
  [ "$SECOND_CODE" = 100 ]
  assert_running
  stop_container KILL
  # what s6-svscan's last program does is done under the lock too
  rm -r "$ROOT/etc/services.d/slow"
  service left <<'RUN'
#!/usr/bin/with-contenv sh
sh -c 'trap "" TERM; echo left; exec sleep 1000000' &
exec sleep 1000000
RUN
  boot "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm" -e WHO=first -e S6_KILL_GRACETIME=1000000
  wait_log '^left$'
  echo 6 >"$SHM/stillroot/s6-linux-init-container-results/exitcode"
  signal_container
  retry last_program
  second "${RESTRICTED[@]}" --user 1000:1000
  [ "$SECOND_CODE" = 100 ]
  pkill -KILL --ns "$(init_pid)" --nslist pid -x sleep
  [ "$(exit_code)" = 6 ]
}

@test "two containers of one pod as root: each has its own /dev, both boot" {
  shared_shm
  boot --read-only --mount "$SHM:/dev/shm" -e WHO=first
  [ "$(readlink "$SHM/stillroot")" = ../stillroot ]
  second --read-only -e WHO=second sh -c 'exit 3'
  [ "$SECOND_CODE" = 3 ]
  [ "$(contenv WHO)" = first ]
  in_container s6-svc -r /run/service/keeper
}

@test "a /dev/shm where another user has prepared something (--ipc=host): refused, whatever it is, and nothing of it is touched" {
  local what
  shared_shm
  mkdir "$DIR/elsewhere"
  chmod 0777 "$DIR/elsewhere"
  for what in directory open-directory link file fifo own-but-open root-link; do
    rm -rf "${SHM:?}"/stillroot
    case $what in
      directory) mkdir "$SHM/stillroot"; chown 1001 "$SHM/stillroot" ;;
      open-directory) mkdir "$SHM/stillroot"; chown 1001 "$SHM/stillroot"; chmod 0777 "$SHM/stillroot" ;;
      link) ln -s /config "$SHM/stillroot"; chown -h 1001 "$SHM/stillroot" ;;
      file) echo x >"$SHM/stillroot"; chown 1000 "$SHM/stillroot" ;;
      fifo) mkfifo "$SHM/stillroot"; chown 1000 "$SHM/stillroot" ;;
      own-but-open) mkdir "$SHM/stillroot"; chown 1000 "$SHM/stillroot"; chmod 0775 "$SHM/stillroot" ;;
      root-link) ln -s ../stillroot "$SHM/stillroot" ;;
    esac
    start "${RESTRICTED[@]}" --user 1000:1000 --mount "$SHM:/dev/shm"
    [ "$(exit_code)" = 100 ]
    assert_log '^init: fatal: /run is not writable .*/dev/shm/stillroot cannot stand in: another user has been there before; .*emptyDir'
    [ -z "$(find "$CONFIG" "$SHM/stillroot/" -mindepth 1 2>"$DIR/find")" ]
  done
  # the same for root
  for what in link directory; do
    rm -rf "${SHM:?}"/stillroot
    if [ $what = link ]; then ln -s ../stillroot "$SHM/stillroot"; else mkdir "$SHM/stillroot"; fi
    chown -h 1001 "$SHM/stillroot"
    start --read-only --mount "$SHM:/dev/shm"
    [ "$(exit_code)" = 100 ]
    assert_log '^init: fatal: /run is not writable .*/dev/shm/stillroot cannot stand in: another user has been there before'
  done
  # on a writable root it needs nothing there
  boot --mount "$SHM:/dev/shm"
  assert_boot rw
}

@test "U12 a random uid of gid 0 without a passwd entry, as OpenShift gives it: boots on either root, HOME can be entered" {
  local home
  # the image's HOME, which is root's
  chmod 0700 "$ROOT/root"
  for home in / /root /nowhere relative; do
    boot "${RESTRICTED[@]}" --user 1000780000:0 -e HOME="$home"
    assert_boot nonroot-ro '^init: info'
    assert_owned 1000780000 0
    case $home in /) [ "$(contenv HOME)" = / ] ;; *) [ "$(contenv HOME)" = /config ] ;; esac
    stop_container
  done
  boot --user 1000780000:0 --config none -e HOME=/nowhere
  assert_boot nonroot-rw
  assert_owned 1000780000 0
  [ -d "$(inside "$(contenv HOME)")" ]
}

@test "a tmpfs on /run, and another user: boots, in it" {
  boot --read-only --user 1000:1000 --run noexec
  assert_boot nonroot-ro '^init: info: /run is mounted noexec'
  assert_owned 1000 1000
  [ "$(evidence /run)" = 'noexec, executables are links into the root' ]
}

@test "a tmpfs of root's alone on /run, and another user: 100, one line with the option that mends it; with that, it boots" {
  chmod 0755 "$ROOT/run"
  start --read-only --user 1000:1000 --run exec
  [ "$(exit_code)" = 100 ]
  assert_log '^init: fatal: /run has a mount that is not writable \(Permission denied\) and hides the image.s links; .*--tmpfs /run:exec,uid=1000,'
  boot --read-only --user 1000:1000 --tmpfs /run:exec,uid=1000
  assert_boot nonroot-ro
  assert_owned 1000 1000
}

@test "the lock of a place that others share is the one descriptor that the tree inherits; in a place of its own there is none" {
  local fds
  boot "${RESTRICTED[@]}" --user 1000:1000
  fds=$(readlink "$(service_process keeper)"/fd/* | grep stillroot)
  [ "$fds" = /dev/shm/stillroot/lock ]
  stop_container
  boot --read-only
  run ! grep stillroot < <(readlink "$(service_process keeper)"/fd/*)
  stop_container
  boot
  run ! grep stillroot < <(readlink "$(service_process keeper)"/fd/*)
}
