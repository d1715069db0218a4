#!/usr/bin/env bats
# The environment of services and CMD, and the ownership of /config.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# has_variable FILE NAME=VALUE: the copy of a process's environment has the variable, byte for byte
has_variable() {
  local entry
  while IFS= read -r -d '' entry; do [ "$entry" != "$2" ] || return 0; done <"$1"
  echo "not in $1: ${2:0:40}"
  return 1
}

@test "E1 values with newlines, =, 100 KiB, nothing in them: byte for byte in services and CMD" {
  local big text=$'\n two\nlines\n\n' variable
  big=$(head -c 102400 /dev/zero | tr '\0' x)
  service copier <<'RUN'
#!/usr/bin/with-contenv sh
cat /proc/self/environ >/config/service.new
mv /config/service.new /config/service
exec sleep 1000000
RUN
  start -e "TEXT=$text" -e 'EQUALS==a=b=' -e EMPTY= -e $'BYTES=\x01é\t\x27"$`\\' -e "BIG=$big" \
    sh -c 'while [ ! -e /config/service ]; do sleep 0.1; done; cat /proc/self/environ >/config/cmd'
  [ "$(exit_code)" = 0 ]
  for variable in "TEXT=$text" 'EQUALS==a=b=' EMPTY= $'BYTES=\x01é\t\x27"$`\\' "BIG=$big"; do
    has_variable "$CONFIG/service" "$variable"
    has_variable "$CONFIG/cmd" "$variable"
  done
}

@test "E1 the environment directory: root's and abc's alone, one file per variable, no newline added" {
  boot --read-only --run exec -e SECRET=s3cret
  local dir
  dir=$(inside /run/s6/container_environment)
  [ "$(stat -c %u:%g "$dir")" = 0:911 ]
  [ "$(stat -c %a "$dir" | tail -c 4)" = 750 ]
  [ "$(od -An -c "$dir/SECRET" | tr -d ' ')" = s3cret ]
  [ "$(in_container_as 911:911 with-contenv sh -c 'echo "$SECRET"')" = s3cret ]
  run in_container_as 1000:1000 cat /run/s6/container_environment/SECRET
  [ "$status" -ne 0 ]
  [[ $output != *s3cret* ]]
}

@test "E1 a variable whose name is no file name: one warning, the others are there" {
  boot -e 'bad/name=1' -e .hidden=1 -e GOOD=1
  assert_boot rw '^init: warning: environment variables whose names'
  assert_log '^init: warning: environment variables whose names cannot be file names are not passed to services$'
  [ "$(in_container printcontenv GOOD)" = 1 ]
}

@test "E1 what is written to the directory later is there at the next exec" {
  boot
  in_container sh -c 'printf later >/run/s6/container_environment/LATER'
  [ "$(in_container with-contenv sh -c 'echo "$LATER"')" = later ]
  [ "$(in_container printcontenv LATER)" = later ]
}

# secret NAME [CONTENT]: a file for FILE__ in the volume; content as printf %b has it
secret() {
  printf '%b' "$2" >"$CONFIG/$1"
}

contenv() { # NAME: hexadecimal
  od -An -v -tx1 "$(inside "/run/s6/container_environment/$1")" | tr -d ' \n'
}

# A container that runs as 1000: its /run is the image's, its service drops nothing.
not_root() {
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
}

@test "E2 FILE__X sets X to the file's content, byte for byte, on both roots" {
  local options
  secret plain 'top secret'
  secret odd 'a=b\n$(c)\t\0303'
  chmod 0644 "$CONFIG"/*
  for options in '' '--read-only --run exec'; do
    # shellcheck disable=SC2086
    boot $options -e FILE__PASS=/config/plain -e FILE__ODD=/config/odd
    assert_log '^\[env-init\] PASS set from FILE__PASS$'
    [ "$(contenv PASS)" = "$(od -An -v -tx1 "$CONFIG/plain" | tr -d ' \n')" ]
    [ "$(contenv ODD)" = "$(od -An -v -tx1 "$CONFIG/odd" | tr -d ' \n')" ]
    refute_log 'top secret'
    stop_container
  done
}

@test "E2 a file that ends with a newline: part of the value, with a warning" {
  secret x 'x\n'
  boot -e FILE__PASS=/config/x
  assert_boot rw '^rc: warning: the file of FILE__PASS'
  assert_log '^rc: warning: the file of FILE__PASS ends with a newline'
  [ "$(in_container printcontenv PASS | od -An -tx1 | tr -d ' ')" = 780a0a ] || [ "$(in_container with-contenv sh -c 'printf %s "$PASS" | wc -c' | tr -d ' ')" = 2 ]
}

@test "E2 a file that cannot be used: one line that names the variable and why, X unset, the rest boots" {
  mkdir "$CONFIG/directory"
  head -c 10000000 /dev/zero | tr '\0' x >"$CONFIG/large"
  head -c 131066 /dev/zero | tr '\0' x >"$CONFIG/fits"
  head -c 131067 /dev/zero | tr '\0' x >"$CONFIG/over"
  secret nul 'a\0000b'
  mkfifo "$CONFIG/fifo"
  boot -e FILE__MISSING=/config/missing -e FILE__DIR=/config/directory -e FILE__LARGE=/config/large -e FILE__NUL=/config/nul \
    -e FILE__FIFO=/config/fifo -e FILE__RELATIVE=config/nul -e FILE__1BAD=/config/fits -e FILE__A-B=/config/fits -e FILE__=/config/fits \
    -e FILE__FITS=/config/fits -e FILE__OVER=/config/over
  assert_boot rw '^rc: warning: FILE__'
  assert_log '^rc: warning: FILE__MISSING: /config/missing: No such file or directory; MISSING is not set from it$'
  assert_log '^rc: warning: FILE__DIR: /config/directory: not a regular file'
  assert_log '^rc: warning: FILE__LARGE: /config/large: too long'
  assert_log '^rc: warning: FILE__OVER: /config/over: too long'
  assert_log '^rc: warning: FILE__NUL: /config/nul: it has a NUL byte'
  assert_log '^rc: warning: FILE__FIFO: /config/fifo: not a regular file'
  assert_log '^rc: warning: FILE__RELATIVE: config/nul: not an absolute path'
  assert_log '^rc: warning: FILE__(1BAD|A-B|): what follows FILE__ is not the name of a variable' 3
  for name in MISSING DIR LARGE NUL FIFO RELATIVE 1BAD A-B; do [ ! -e "$(inside "/run/s6/container_environment/$name")" ]; done
  # the longest that a process can be given, and is
  [ "$(in_container with-contenv sh -c 'printf %s "$FITS" | wc -c' | tr -d ' ')" = 131066 ] ||
    [ "$(stat -c %s "$(inside /run/s6/container_environment/FITS)")" = 131066 ]
  [ "$(report '.stages[] | select(.name == "init-envfile") | .reason | contains("FILE__MISSING not applied")')" = true ]
}

@test "E2 a link where the application can write: not followed; one of root's, as Kubernetes makes them: followed" {
  local volume="$DIR/volume"
  echo 'root:secret:::::::' >"$ROOT/etc/shadow"
  ln -s /etc/shadow "$CONFIG/pass"
  mkdir "$CONFIG/dir"
  ln -s /etc "$CONFIG/dir/etc"
  mkdir -p "$volume/..2026"
  chmod 1777 "$volume"
  printf new >"$volume/..2026/token"
  ln -s ..2026 "$volume/..data"
  ln -s ..data/token "$volume/token"
  ln -s ..data/token "$volume/others"
  chown -h 911 "$volume/others"
  ln -s /var/run/secrets/token "$ROOT/etc/token"
  chown 911:911 "$CONFIG" "$CONFIG/dir"
  boot --mount "$volume:/run/secrets" -e FILE__PASS=/config/pass -e FILE__SHADOW=/config/dir/etc/shadow -e FILE__TOKEN=/run/secrets/token \
    -e FILE__VAR=/etc/token -e FILE__OTHERS=/run/secrets/others
  assert_log '^rc: warning: FILE__(PASS|SHADOW|OTHERS): .*: a symbolic link that others than root can have made is not followed; ' 3
  [ "$(in_container printcontenv TOKEN)" = new ]
  [ "$(in_container printcontenv VAR)" = new ]
  for name in PASS SHADOW OTHERS; do [ ! -e "$(inside "/run/s6/container_environment/$name")" ]; done
}

@test "E2 not as root: set from a file that can be read, one line for one that cannot" {
  secret x x
  secret y y
  chmod 0600 "$CONFIG/x"
  not_root
  boot --user 1000:1000 -e FILE__PASS=/config/x -e FILE__OTHER=/config/y
  assert_boot nonroot-rw '^rc: warning: FILE__PASS'
  [ "$(contenv OTHER)" = 79 ]
  assert_log '^rc: warning: FILE__PASS: /config/x: Permission denied'
}

@test "E2 X and FILE__X both set: the file wins, with a warning; where the file is missing, X stays" {
  secret x file
  boot -e PASS=plain -e FILE__PASS=/config/x
  assert_log '^rc: warning: PASS and FILE__PASS are both set: the file wins'
  [ "$(in_container printcontenv PASS)" = file ]
  stop_container
  boot -e PASS=plain -e FILE__PASS=/config/missing
  [ "$(in_container printcontenv PASS)" = plain ]
}

@test "E2 FILE__PUID is what the remap uses, and FILE__UMASK what services get" {
  secret puid 1234
  secret umask '027\n'
  service mask <<<$'#!/usr/bin/with-contenv sh\necho "mask $(umask)"\nexec sleep 1000000'
  boot -e FILE__PUID=/config/puid -e FILE__UMASK=/config/umask
  assert_log '^User UID: +1234$'
  assert_log '^mask 0?027$'
}

@test "E2 FILE__PUID is what the remap uses, every time" {
  local i
  secret puid 1234
  rm -r "$ROOT/etc/services.d"
  for i in {1..20}; do
    # every time anew: abc is the image's
    sed -i 's/^abc:x:[0-9]*:/abc:x:911:/' "$ROOT/etc/passwd"
    start -e FILE__PUID=/config/puid -e PUID=1000 id -u abc
    [ "$(exit_code)" = 0 ]
    assert_log '^1234$' || { echo "boot $i"; return 1; }
  done
}

@test "E3 UMASK: files of services and their loggers, not of scripts; three digits and four" {
  local mask
  mkdir -p "$ROOT/etc/cont-init.d"
  printf '#!/usr/bin/with-contenv sh\necho "script $(umask)"\n' >"$ROOT/etc/cont-init.d/10-mask"
  chmod 0755 "$ROOT/etc/cont-init.d/10-mask"
  service mask <<'RUN'
#!/usr/bin/with-contenv sh
echo >/config/made
echo 'service made it'
exec sleep 1000000
RUN
  mkdir "$ROOT/etc/services.d/mask/log"
  printf '#!/usr/bin/with-contenv sh\necho "logger $(umask)" >&2\nexec cat\n' >"$ROOT/etc/services.d/mask/log/run"
  chmod 0755 "$ROOT/etc/services.d/mask/log/run"
  for mask in 002 0002; do
    rm -f "$CONFIG/made"
    boot -e UMASK=$mask
    wait_log '^service made it$'
    [ "$(stat -c %a "$CONFIG/made")" = 664 ]
    assert_log '^script 0?022$'
    wait_log '^logger 0?002$'
    stop_container
  done
}

@test "E3 UMASK is no octal number: 100, one line" {
  local mask
  for mask in 999 abc 1777 00022 -1; do
    start -e "UMASK=$mask"
    [ "$(exit_code)" = 100 ]
    assert_log '^rc: fatal: '
    assert_log "^rc: fatal: settings: UMASK is not an octal number from 000 to 777: \"$mask\"; "
    refute_log '^\[(services|ls).*\] done\.$'
  done
}

@test "a number that is none: one warning, its default is used" {
  boot --read-only --run exec -e S6_KILL_GRACETIME=3s -e 'S6_SERVICES_GRACETIME= 200 '
  assert_boot ro '^rc: warning: S6_KILL_GRACETIME'
  assert_log '^rc: warning: S6_KILL_GRACETIME is not a number: "3s": its default is used$'
  [ "$(in_container printcontenv S6_SERVICES_GRACETIME)" = 200 ]
}

@test "each variable that is a number and is none has its warning" {
  local name options=()
  local names=(CUSTOM_SCRIPTS_TIMEOUT S6_BEHAVIOUR_IF_STAGE2_FAILS S6_SERVICES_READYTIME S6_SERVICES_GRACETIME S6_KILL_GRACETIME
    S6_KILL_FINISH_MAXTIME S6_CMD_WAIT_FOR_SERVICES_MAXTIME S6_VERBOSITY S6_WAIT_FOR_CLOSING_FD)
  for name in "${names[@]}"; do options+=(-e "$name=many"); done
  # init has had that one already
  options+=(-e S6_LOGGING=many)
  READYTIME='' boot --read-only --run exec "${options[@]}"
  assert_boot ro '^rc: warning: [A-Z0-9_]* is not a number: "many"|^init: warning: S6_LOGGING is many, not 0, 1 or 2: ignored$'
  assert_log S6_LOGGING
  for name in "${names[@]}"; do assert_log "^rc: warning: $name is not a number: \"many\": its default is used\$"; done
  [ "$(report '.stages[] | select(.name == "numbers") | .reason | contains("S6_VERBOSITY ignored")')" = true ]
}

@test "UMASK on a read-only root: skipped, with one line" {
  service mask <<<$'#!/usr/bin/with-contenv sh\necho "mask $(umask)"\nexec sleep 1000000'
  boot --read-only --run exec -e UMASK=077
  assert_log '^rc: info: umask skipped: the root file system is read-only: UMASK=077$'
  assert_log '^mask 0?022$'
}

@test "E4 /config owned by root is given to abc, what is in it is not" {
  mkdir "$CONFIG/below"
  echo mine >"$CONFIG/file"
  boot --read-only --run exec
  assert_boot ro
  [ "$(stat -c %u:%g "$CONFIG")" = 911:911 ]
  [ "$(stat -c %u:%g "$CONFIG/below" "$CONFIG/file" | sort -u)" = 0:0 ]
}

@test "E4 /config of abc, but of another group: given to both" {
  chown 911:0 "$CONFIG"
  boot
  [ "$(stat -c %u:%g "$CONFIG")" = 911:911 ]
}

@test "E4 /config mounted read-only: one warning with the path, the rest boots" {
  boot --read-only --run exec --config "$CONFIG:ro"
  assert_boot ro '^rc: warning: .*/config'
  assert_log '^rc: warning: .*/config .*Read-only file system'
}

@test "E4 /config mounted read-only, abc's already: nothing to say" {
  chown 911:911 "$CONFIG"
  boot --read-only --run exec --config "$CONFIG:ro"
  assert_boot ro
}

@test "E4 chown refused, but abc can write: nothing to say" {
  chmod 0777 "$CONFIG"
  boot --cap-drop CHOWN
  refute_log '/config .*(permitted|denied|chown)'
  [ "$(stat -c %u:%g "$CONFIG")" = 0:0 ]
}

@test "E4 chown refused, and abc cannot write: one warning with the path, the rest boots" {
  boot --cap-drop CHOWN
  assert_log '^rc: warning: .*/config .*Operation not permitted'
  [ "$(service_status keeper)" = up ]
}

@test "E4 /config a link: not followed" {
  rmdir "$ROOT/config"
  mkdir "$ROOT/victim"
  ln -s victim "$ROOT/config"
  boot --config none
  [ "$(stat -c %u:%g "$ROOT/victim")" = 0:0 ]
  assert_log '^rc: warning: .*/config'
}
