#!/usr/bin/env bats
# Environment and files: E1, E4 of the scenarios.

load lib

@test "E1 values reach services and CMD byte for byte" {
  big=$(head -c 102400 /dev/zero | tr '\0' v)
  want=$T/want
  printf 'two\nlines=x\n' > "$want"
  service web <<< $'#!/usr/bin/with-contenv sh\nprintf %s "$NL" > /run/got.nl; printf %s "$BIG" > /run/got.big; printf "%s" "${EMPTY+set$EMPTY}" > /run/got.empty; env | grep -c ^HOSTNAME_X= ; echo written; exec sleep 1000'
  boot --env $'NL=two\nlines=x\n' --env "BIG=$big" --env EMPTY= -- sh -c 'printf %s "$NL" > /run/cmd.nl; printf %s "$BIG" | wc -c > /run/cmd.big; echo cmd wrote; exec sleep 1000'
  wait_log '^written'
  wait_log '^cmd wrote'
  cmp "$want" "$ROOT/run/got.nl"
  cmp "$want" "$ROOT/run/cmd.nl"
  [ "$(cat "$ROOT/run/got.big")" = "$big" ]
  [ "$(tr -d ' ' < "$ROOT/run/cmd.big")" = 102400 ]
  [ "$(cat "$ROOT/run/got.empty")" = set ]
  [ "$(in_container printcontenv EMPTY)" = "" ]
}

@test "the environment is read anew at every exec, by abc too, and by nobody else" {
  a_service
  boot --env SECRET=s3cret
  assert_boot
  [ "$(in_container s6-setuidgid abc with-contenv sh -c 'echo $SECRET')" = s3cret ]
  in_container sh -c 'echo later > /run/s6/container_environment/LATER'
  [ "$(in_container s6-setuidgid abc with-contenv sh -c 'echo $LATER')" = later ]
  run in_container s6-applyuidgid -u 1234 -g 1234 -G '' cat /run/s6/container_environment/SECRET
  [ "$status" -ne 0 ]
}

@test "E4 /config of root is given to abc, not what is in it" {
  a_service
  mkdir -p "$T/config"
  touch "$T/config/file"
  boot --bind "$T/config:/config"
  assert_boot
  [ "$(stat -c %u:%g "$T/config")" = 911:911 ]
  [ "$(stat -c %u:%g "$T/config/file")" = 0:0 ]
}

@test "E4 /config mounted read-only: one warning with the path" {
  a_service
  mkdir -p "$T/config"
  boot --bind "$T/config:/config:ro"
  booted
  once 'warning: unable to give /config to user abc: Read-only file system'
}

@test "E4 chown refused but writable: nothing is said" {
  a_service
  mkdir -p "$T/config"
  chmod 0777 "$T/config"
  boot --bind "$T/config:/config" --nochown
  booted
  not_logged 'unable to give /config'
}

@test "E4 chown refused and not writable: one warning with the path" {
  a_service
  mkdir -p "$T/config"
  boot --bind "$T/config:/config" --nochown
  booted
  once 'warning: unable to give /config to user abc: Operation not permitted'
}

@test "/config missing: one line, the rest boots" {
  a_service
  rmdir "$ROOT/config"
  boot --ro --run exec
  booted
  once 'warning: /config does not exist: '
}

@test "/config a link: not followed" {
  a_service
  rmdir "$ROOT/config"
  mkdir "$ROOT/victim"
  ln -s victim "$ROOT/config"
  boot
  booted
  [ "$(stat -c %u "$ROOT/victim")" = 0 ]
  once 'warning: unable to open the directory /config'
}
