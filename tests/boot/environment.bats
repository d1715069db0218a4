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

@test "E1 what is written to the directory later is there at the next exec" {
  boot
  in_container sh -c 'printf later >/run/s6/container_environment/LATER'
  [ "$(in_container with-contenv sh -c 'echo "$LATER"')" = later ]
  [ "$(in_container printcontenv LATER)" = later ]
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
