#!/usr/bin/env bats
# Crontabs: whose are taken from where, what the image's daemon gets, and that nothing stays where there are none.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

SPOOL=/var/spool/cron/crontabs
JOB='* * * * * echo "$(id -u):$(id -g)" >>/config/ran'

# crontab PATH CONTENT: in the image
crontab() {
  mkdir -p "$(dirname "$ROOT$1")"
  printf '%s\n' "$2" >"$ROOT$1"
}

spool_made() { # as the distribution's package makes it
  [ -d "$ROOT$SPOOL" ] || mkdir -p "$ROOT$SPOOL"
}

daemon() { if [ "$IMAGE" = busybox ]; then echo busybox; else echo cron; fi; }

# how the daemon wants the file of abc, whose id is $1
spool_owner() { if [ "$IMAGE" = busybox ]; then echo 0:0:600; else echo "$1:$(awk -F: '$1 == "crontab" { print $3 }' "$ROOT/etc/group"):600"; fi; }

assert_cron() {
  [ "$(service_status svc-cron)" = up ]
  assert_processes "$(printf '%s\n' s6-supervise s6-supervise s6-svscan sleep "$(daemon)" | sort | xargs)"
}

assert_no_cron() {
  [ "$(report '[.services[].name] == ["keeper"]')" = true ]
  assert_processes 's6-supervise s6-svscan sleep'
  [ ! -e "$(inside /run/s6/crontabs)" ]
}

@test "no crontab: nothing of it stays, writable root" {
  boot
  assert_boot rw
  assert_no_cron
  [ "$(stage_status svc-cron)" = 'done' ]
  [ ! -e "$CONFIG/crontabs" ]
}

@test "no crontab: nothing of it stays, read-only root" {
  boot --read-only --run exec
  assert_boot ro
  assert_no_cron
}

@test "crontabs of comments only: nothing stays" {
  spool_made
  crontab /etc/crontabs/root '# min hour day month weekday command'
  crontab /defaults/crontabs/abc $'\n# none\n'
  boot
  assert_boot rw
  assert_no_cron
}

@test "a default crontab of abc: copied to /config for abc, installed; cron runs" {
  spool_made
  crontab /defaults/crontabs/abc "$JOB"
  boot -e PUID=1234 -e PGID=1235
  assert_boot rw
  assert_cron
  [ "$(stat -c %u:%g:%a "$CONFIG/crontabs/abc")" = 1234:1235:644 ]
  [ "$(stat -c %u:%g "$CONFIG/crontabs")" = 1234:1235 ]
  [ "$(cat "$CONFIG/crontabs/abc")" = "$JOB" ]
  [ "$(cat "$(inside $SPOOL/abc)")" = "$JOB" ]
  [ "$(stat -c %u:%g:%a "$(inside $SPOOL/abc)")" = "$(spool_owner 1234)" ]
  [ -z "$(find "$CONFIG/crontabs" "$(inside $SPOOL)" -name '*new*')" ]
}

@test "abc's own crontab in /config stays as it is, and is the one installed, end of line and all" {
  spool_made
  crontab /etc/crontabs/abc '1 1 1 1 * system'
  crontab /defaults/crontabs/abc '2 2 2 2 * default'
  mkdir "$CONFIG/crontabs"
  printf '3 3 3 3 * mine' >"$CONFIG/crontabs/abc"
  boot
  assert_boot rw
  assert_cron
  [ "$(od -c "$(inside $SPOOL/abc)")" = "$(echo '3 3 3 3 * mine' | od -c)" ]
  [ "$(od -c "$CONFIG/crontabs/abc")" = "$(printf '3 3 3 3 * mine' | od -c)" ]
}

@test "the system's crontab of abc goes before the default; without a default, /config has no say" {
  spool_made
  crontab /etc/crontabs/abc '1 1 1 1 * system'
  crontab /defaults/crontabs/abc '2 2 2 2 * default'
  boot
  [ "$(cat "$CONFIG/crontabs/abc")" = '1 1 1 1 * system' ]
  stop_container
  rm "$ROOT/defaults/crontabs/abc"
  echo '3 3 3 3 * mine' >"$CONFIG/crontabs/abc"
  boot
  [ "$(cat "$(inside $SPOOL/abc)")" = '1 1 1 1 * system' ]
}

@test "root's crontab comes from /etc/crontabs; that in /config is ignored, and named" {
  spool_made
  crontab /etc/crontabs/root '1 1 1 1 * system'
  mkdir "$CONFIG/crontabs"
  echo "$JOB" >"$CONFIG/crontabs/root"
  boot
  assert_boot rw '/config/crontabs/root is ignored'
  assert_log '^rc: warning: /config/crontabs/root is ignored: .*; .*/etc/crontabs/root'
  assert_cron
  [ "$(cat "$(inside $SPOOL/root)")" = '1 1 1 1 * system' ]
  [ "$(cat "$CONFIG/crontabs/root")" = "$JOB" ]
}

@test "root's crontab in /config alone: ignored, nothing stays" {
  mkdir "$CONFIG/crontabs"
  echo "$JOB" >"$CONFIG/crontabs/root"
  boot
  assert_boot rw '/config/crontabs/root is ignored'
  assert_no_cron
  [ ! -e "$(inside $SPOOL/root)" ]
}

@test "root's crontab of the image's defaults: taken, though /defaults is abc's" {
  spool_made
  crontab /defaults/crontabs/root '2 2 2 2 * default'
  boot
  assert_boot rw
  [ "$(stat -c %u "$(inside /defaults)")" = 911 ]
  assert_cron
  [ "$(cat "$(inside $SPOOL/root)")" = '2 2 2 2 * default' ]
}

@test "root's crontab where abc can write, or anyone: refused, one warning with the remedy" {
  spool_made
  crontab /defaults/crontabs/root "$JOB"
  chown 911 "$ROOT/defaults/crontabs"
  boot
  assert_boot rw '/defaults/crontabs/root is not used'
  assert_log '^rc: warning: /defaults/crontabs/root is not used as a crontab: others .*; .*/etc/crontabs/root'
  assert_no_cron
  [ ! -e "$(inside $SPOOL/root)" ]
  stop_container
  rm -r "$ROOT/defaults/crontabs"
  crontab /etc/crontabs/root "$JOB"
  chmod 666 "$ROOT/etc/crontabs/root"
  boot
  assert_log '^rc: warning: /etc/crontabs/root is not used'
  [ "$(report '[.services[].name] == ["keeper"]')" = true ]
}

# assert_hostile NAME: what stands at /config/crontabs/abc is not read, the image's is taken, the rest boots
assert_hostile() {
  spool_made
  crontab /defaults/crontabs/abc '2 2 2 2 * default'
  boot
  assert_boot rw '/config/crontabs/abc is not used'
  assert_log "^rc: warning: /config/crontabs/abc is not used as a crontab: $1"
  [ "$(cat "$(inside $SPOOL/abc)")" = '2 2 2 2 * default' ]
  stop_container
}

@test "a hostile /config/crontabs/abc: a link, a fifo, a directory, a hard link, root's secret, too much of it" {
  mkdir "$CONFIG/crontabs"
  ln -s /etc/shadow "$CONFIG/crontabs/abc"
  assert_hostile 'it is a symbolic link'
  rm "$CONFIG/crontabs/abc"
  mkfifo -m 666 "$CONFIG/crontabs/abc"
  assert_hostile 'it is no regular file'
  rm "$CONFIG/crontabs/abc"
  mkdir "$CONFIG/crontabs/abc"
  assert_hostile 'it is no regular file'
  rmdir "$CONFIG/crontabs/abc"
  echo secret >"$CONFIG/secret"
  ln "$CONFIG/secret" "$CONFIG/crontabs/abc"
  assert_hostile 'it has more than one hard link'
  rm "$CONFIG/secret"
  chmod 600 "$CONFIG/crontabs/abc"
  assert_hostile 'its user cannot read it'
  truncate -s 1G "$CONFIG/crontabs/abc"
  assert_hostile 'it is larger'
}

@test "a hostile /config/crontabs, a link to where root alone writes: not followed, nothing written there" {
  spool_made
  ln -s /etc "$CONFIG/crontabs"
  crontab /defaults/crontabs/abc '2 2 2 2 * default'
  boot
  assert_boot rw '/config/crontabs'
  assert_log '^rc: warning: /config/crontabs/abc is not used as a crontab: what it stands in'
  [ ! -e "$ROOT/etc/abc" ]
  [ "$(cat "$(inside $SPOOL/abc)")" = '2 2 2 2 * default' ]
}

@test "an image without a cron daemon: one warning names the crontabs, nothing stays" {
  rm -f "$ROOT/usr/sbin/cron" "$ROOT/usr/bin/crond"
  crontab /etc/crontabs/root "$JOB"
  crontab /defaults/crontabs/abc "$JOB"
  boot
  assert_boot rw 'no cron daemon'
  assert_log '^rc: warning: no cron daemon in the image: .*root, abc; install'
  assert_no_cron
}

@test "busybox: where its spool is /etc/crontabs itself, as on Alpine, that is left alone" {
  [ "$IMAGE" = busybox ] || skip "busybox's"
  local before
  mkdir -p "$ROOT/var/spool/cron" "$ROOT/etc/crontabs"
  ln -s /etc/crontabs "$ROOT$SPOOL"
  crontab /etc/crontabs/root '1 1 1 1 * system'
  before=$(stat -c %i:%Y:%a "$ROOT/etc/crontabs/root")
  boot
  assert_boot rw
  assert_cron
  [ "$(stat -c %i:%Y:%a "$ROOT/etc/crontabs/root")" = "$before" ]
  stop_container
  boot --read-only --run noexec
  assert_boot ro
  assert_cron
  [ ! -e "$(inside /run/s6/crontabs)" ]
  stop_container
  # one that others can write is not used though it stands in the spool
  chmod 666 "$ROOT/etc/crontabs/root"
  crontab /etc/crontabs/abc "$JOB"
  boot
  assert_cron
  [ "$(ls "$(inside /run/s6/crontabs)")" = abc ]
  grep -aqx -- /run/s6/crontabs <(tr '\0' '\n' <"$(inside "/proc/$(in_container s6-svstat -o pid /run/service/svc-cron)/cmdline")")
}

@test "read-only root: busybox has its spool in memory; Debian's cron has none, which is one line" {
  crontab /defaults/crontabs/abc "$JOB"
  crontab /defaults/crontabs/root '1 1 1 1 * system'
  boot --read-only --run noexec
  assert_boot ro
  # the same in both: /config is writable
  [ "$(cat "$CONFIG/crontabs/abc")" = "$JOB" ]
  if [ "$IMAGE" = busybox ]; then
    assert_cron
    [ "$(stat -c %u:%g:%a "$(inside /run/s6/crontabs)" "$(inside /run/s6/crontabs/abc)" | xargs)" = '0:0:700 0:0:600' ]
    [ "$(cat "$(inside /run/s6/crontabs/abc)")" = "$JOB" ]
    # /defaults is abc's, and cannot be written by abc: root's is taken
    [ "$(cat "$(inside /run/s6/crontabs/root)")" = '1 1 1 1 * system' ]
    refute_log skipped
  else
    assert_log '^rc: info: init-crontab-config skipped in part: .*read-only.*: root, abc$'
    assert_no_cron
  fi
}

@test "as another user than root: skipped, one line names the crontabs" {
  mkdir "$DIR/run"
  mount -t tmpfs -o mode=0755,uid=1000,gid=1000 run "$DIR/run"
  crontab /etc/crontabs/root "$JOB"
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
  boot --user 1000:1000 --mount "$DIR/run:/run"
  assert_log '^rc: info: init-crontab-config skipped: not running as root: /etc/crontabs/root$'
  assert_no_cron
}

@test "a crontab that a custom script installs is run too" {
  spool_made
  mkdir "$ROOT/custom-cont-init.d"
  printf '#!/bin/sh\necho "1 1 1 1 * late" >%s/root\nchmod 600 %s/root\n' $SPOOL $SPOOL >"$ROOT/custom-cont-init.d/cron"
  chmod 755 "$ROOT/custom-cont-init.d/cron"
  boot
  assert_boot rw
  assert_cron
}

# a job waits for its minute
# bats test_tags=slow
@test "jobs run, as whom they are: abc with its new id, root" {
  spool_made
  # shellcheck disable=SC2034
  WAIT=130 # a minute must begin, twice in the worst case
  crontab /defaults/crontabs/abc "$JOB"
  crontab /etc/crontabs/root '* * * * * echo "$(id -u)" >>/tmp/root-ran'
  boot -e PUID=1234 -e PGID=1235
  assert_cron
  retry test -s "$CONFIG/ran"
  [ "$(head -1 "$CONFIG/ran")" = 1234:1235 ]
  [ "$(stat -c %u:%g "$CONFIG/ran")" = 1234:1235 ]
  retry test -s "$(inside /tmp/root-ran)"
  [ "$(head -1 "$(inside /tmp/root-ran)")" = 0 ]
}
