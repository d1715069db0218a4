#!/usr/bin/env bats
# Bad input: one clear line each, the rest of the boot as far as it can go, the exit code that fits.

load lib

# bad LINE: the container is up with its good service, without marker, and the line was printed once
bad()
{
  wait_log 'warning: the boot is not complete'
  once "$1"
  not_logged 'done\.'
  [ "$(report '.services[]|select(.name=="web").status')" = up ]
  [ "$(report .result)" = failed ]
  stop
  [ "$code" = 0 ]
}

@test "a service directory without run" {
  a_service
  mkdir "$ROOT/etc/services.d/empty"
  boot
  bad 'warning: service empty: has no run file'
}

@test "a run that is not executable" {
  a_service
  service nox <<< '#!/bin/sh'
  chmod -x "$ROOT/etc/services.d/nox/run"
  boot
  bad 'warning: service nox: its run is not executable; chmod \+x'
}

@test "a run with CRLF" {
  a_service
  service crlf <<< $'#!/bin/sh\r\nexit\r'
  boot
  bad 'warning: service crlf: .*CRLF'
}

@test "a run whose interpreter is missing" {
  a_service
  service noint <<< '#!/usr/bin/nothing-here'
  boot
  bad 'warning: service noint: the interpreter'
}

@test "a garbage notification-fd" {
  a_service
  service garbage two <<< $'#!/bin/sh\nexec sleep 1000'
  boot
  bad 'warning: service garbage: its notification-fd is not a number'
}

@test "a run that the kernel refuses to execute" {
  a_service
  service junk <<< 'neither script nor program'
  boot
  bad 'warning: service junk does not start'
}

@test "a CMD that does not exist: 127; one that is not executable: 126" {
  a_service
  boot -- /no/such/program
  ended
  [ "$code" = 127 ]
  once 'fatal: unable to exec /no/such/program: No such file or directory'
  runc --root "$T/runc" delete -f "$ID" 2>/dev/null || true
  boot -- /etc/passwd
  ended
  [ "$code" = 126 ]
  once 'fatal: unable to exec /etc/passwd: Permission denied'
}

@test "an environment directory that cannot be read" {
  a_service
  boot
  booted
  run in_container s6-applyuidgid -u 1234 -g 1234 -G '' with-contenv true
  [ "$status" = 111 ]
  [[ $output == *'with-contenv: fatal: unable to read /run/s6/container_environment'*'Permission denied'* ]]
}

@test "what this version cannot do ends the boot and is named" {
  a_service
  mkdir -p "$ROOT/etc/cont-init.d"
  touch "$ROOT/etc/cont-init.d/10-setup"
  boot
  assert_fatal 'fatal: legacy-cont-init: .*10-setup'
}

@test "an image without the user abc" {
  a_service
  sed -i /^abc:/d "$ROOT/etc/passwd"
  boot
  wait_log 'warning: the boot is not complete'
  logged 'warning: own-config: no usable user abc in /etc/passwd'
  not_logged 'done\.'
}

@test "init-bake refuses what cannot work" {
  sed -i 's/^abc:/other:/' "$ROOT/etc/passwd"
  run "$TOP/build/stillroot" init-bake "$ROOT"
  [ "$status" = 100 ]
  [[ $output == *'fatal: uid 911 belongs to other'* ]]
  rm "$ROOT/usr/bin/s6-svscan"
  run "$TOP/build/stillroot" init-bake "$ROOT"
  [ "$status" = 100 ]
  [[ $output == *'s6-svscan is not in the image: install the package s6'* ]]
}

@test "init-bake a second time changes nothing, keeps every other line of passwd" {
  cp "$ROOT/etc/passwd" "$T/passwd"
  run "$TOP/build/stillroot" init-bake "$ROOT"
  [ "$status" = 0 ]
  [ "$(wc -l <<< "$output")" = 1 ]
  cmp "$T/passwd" "$ROOT/etc/passwd"
}
