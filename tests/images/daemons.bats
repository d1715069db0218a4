#!/usr/bin/env bats
# Definitions of images with their daemons, used as their users use them: on a root that can be written, and on one that cannot, with a
# noexec /run. What lies in the volume stays from the one boot to the other.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# boot_as rw|ro [OPTION...]: EXPECTED is assert_boot's
boot_as() {
  local root=()
  [ "$1" = rw ] || root=(--read-only --run noexec)
  boot "${root[@]}" "${@:2}"
  assert_boot "$1" "${EXPECTED-}"
}

stops() {
  stop_container
  [ "$(exit_code)" = 0 ]
  refute_log 'killed'
}

served() { [ "$(fetch https://localhost:8443/index.php)" = "hello from $1, uid 911" ]; }

@test "web: a chain of oneshots, then php-fpm and nginx as abc, ready in this order; a PHP page is served over TLS" {
  local mode
  definitions web
  for mode in rw ro; do
    boot_as "$mode" -e "WEB_NAME=$mode"
    served "$mode"
    [ "$(fetch http://localhost:8080/)" = '<!doctype html><title>web</title><p>a page' ]
    [ "$(user_of nginx)" = 911 ]
    [ "$(user_of 'php-fpm*')" = 911 ]
    [ "$(stat -c '%u:%g %a' "$CONFIG/keys/cert.key")" = '911:911 600' ]
    [ "$(service_status svc-php-fpm)" = ready ]
    [ "$(service_status svc-nginx)" = ready ]
    refute_log 'this run belongs to an empty up'
    in_container pgrep -f 's6-supervise svc-nginx'
    # a service that goes comes back, by itself and when it is told to
    kill_service svc-php-fpm KILL
    retry served "$mode"
    in_container s6-svc -r /run/service/svc-nginx
    retry served "$mode"
    stops
  done
}

boots() { in_container mariadb --defaults-file=/config/my.cnf -u root -N -e 'SELECT COUNT(*) FROM app.boots'; }

@test "db: mariadb, then a oneshot that needs it ready, then the longrun that needs the oneshot; a clean stop" {
  local mode n=0 EXPECTED='^[0-9: -]+ 0 \[Warning\]'
  definitions db
  for mode in rw ro; do
    boot_as "$mode"
    n=$((n + 1))
    assert_log '^svc-app: the database is there$'
    refute_log '^svc-app: the database is not there$'
    [ "$(boots)" = "$n" ]
    [ "$(user_of mariadbd)" = 911 ]
    [ "$(service_status svc-mariadb)" = ready ]
    # what depends on it stays as it is when it comes back
    kill_service svc-mariadb TERM
    retry boots
    [ "$(boots)" = "$n" ]
    stops
    [ "$(tail -n 1 "$CONFIG/log/mariadb.log" | grep -c 'Shutdown complete')" = 1 ]
  done
  refute_log '^setting up /config/databases$'
}

login() {
  in_container ssh -p 2222 -i /config/key -o BatchMode=yes -o UserKnownHostsFile=/config/known_hosts -o StrictHostKeyChecking=accept-new \
    abc@localhost id -u
}
logged_in() { [ "$(login)" = 911 ]; }
# one that is killed leaves a file behind that its successor sets aside
logins_logged() { [ "$(cat "$CONFIG"/logs/openssh/{@*,current} 2>/dev/null | grep -c 'Accepted publickey for abc')" = "$1" ]; }

@test "ssh: a login with a key; the log goes through a pipe that outlives the one who writes and the one who reads" {
  local mode n=0
  definitions ssh
  # as the image's build does it
  sed -i -e '/^abc:/s|/bin/false|/bin/bash|' -e 's|^abc:!:|abc:*:|' "$ROOT/etc/passwd" "$ROOT/etc/shadow"
  ssh-keygen -q -t ed25519 -N '' -f "$CONFIG/key"
  for mode in rw ro; do
    boot_as "$mode" -e "PUBLIC_KEY=$(cat "$CONFIG/key.pub")"
    logged_in
    n=$((n + 1))
    retry logins_logged "$n"
    # nobody reads
    in_container s6-svc -wd -d /run/service/log-openssh-server
    logged_in
    logins_logged "$n"
    in_container s6-svc -u /run/service/log-openssh-server
    n=$((n + 1))
    retry logins_logged "$n"
    kill_service log-openssh-server KILL
    # nobody writes, for a moment
    kill_service svc-openssh-server KILL
    retry logged_in
    n=$((n + 1))
    retry logins_logged "$n"
    refute_log 'Accepted publickey'
    stops
  done
}

send() { in_container logger --server 127.0.0.1 --port 6601 --tcp "$1"; }
received() { grep -qF "$1" "$CONFIG/log/messages"; }
sent_and_received() { send "$1" && received "$1"; }

@test "syslog: a oneshot that never ends holds back what depends on it, and nothing else; a stop does not wait for it" {
  local mode
  definitions syslog
  for mode in '' '--read-only --run noexec'; do
    # shellcheck disable=SC2086
    start $mode
    retry sent_and_received "a line by syslog, ${mode:-rw}"
    [ "$(user_of syslog-ng)" = 911 ]
    stop_container
    [ "$(exit_code)" = 0 ]
    assert_log '^finish: 0 [0-9]+ svc-syslog-ng$'
    refute_log '^svc-unsupported has started$'
    refute_log '^\[.*\] done\.$'
  done
}

@test "syslog: the finish script of a service that crashes ends the container with its code" {
  local mode
  definitions syslog
  for mode in '' '--read-only --run noexec'; do
    # shellcheck disable=SC2086
    start $mode
    retry sent_and_received "before the crash, ${mode:-rw}"
    in_container kill -s KILL "$(pid_of svc-syslog-ng)"
    [ "$(exit_code)" = 137 ]
    assert_log '^finish: 256 9 svc-syslog-ng$'
  done
}
