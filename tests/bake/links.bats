#!/usr/bin/env bats
# An image root that is not /: its absolute links lead to where they lead in the image, and never to this machine's files.

bats_require_minimum_version 1.5.0
load lib.bash

setup() {
  root_setup
  # of this machine: in the image there is nothing of that name
  HOST=$DIR/host
  mkdir -p "$HOST"
}

@test "programs behind absolute links of the image are found, and linked" {
  mkdir -p "$ROOT/opt/s6"
  mv "$ROOT/usr/bin/s6-svscan" "$ROOT/opt/s6/s6-svscan"
  ln -s /opt/s6/s6-svscan "$ROOT/usr/bin/s6-svscan"
  rm "$ROOT/bin"
  ln -s /usr/bin "$ROOT/bin"
  run -0 bake "$ROOT"
  [ "$(readlink "$ROOT/command/s6-svscan")" = /usr/bin/s6-svscan ]
}

@test "programs of this machine are none of the image's" {
  mv "$ROOT/usr/bin/s6-svscan" "$HOST/s6-svscan"
  ln -s "$HOST/s6-svscan" "$ROOT/usr/bin/s6-svscan"
  listing "$ROOT" >"$DIR/before"
  run -100 bake "$ROOT"
  [ "$output" = 'init-bake: fatal: s6-svscan is not in the image: install the package s6 first' ]
  listing "$ROOT" | diff "$DIR/before" -
}

@test "directories of this machine are neither read nor written" {
  install -m 0755 /dev/null "$HOST/s6-other"
  ln -s "$HOST" "$ROOT/usr/sbin"
  ln -s "$HOST" "$ROOT/var"
  listing "$HOST" >"$DIR/before"
  run -111 bake "$ROOT"
  [[ ${lines[-1]} == "init-bake: fatal: unable to link $ROOT/var/run: No such file or directory" ]]
  listing "$HOST" | diff "$DIR/before" -
  [ ! -L "$ROOT/command/s6-other" ]
  # the same names, in the image
  mkdir -p "$ROOT/$HOST"
  install -m 0755 /dev/null "$ROOT/$HOST/s6-another"
  run -0 bake "$ROOT"
  [ "$(readlink "$ROOT/$HOST/run")" = /run ]
  [ "$(readlink "$ROOT/command/s6-another")" = /usr/sbin/s6-another ]
  listing "$HOST" | diff "$DIR/before" -
}

@test "an etc that is a link is refused, before anything is changed" {
  mv "$ROOT/etc" "$HOST/etc"
  ln -s "$HOST/etc" "$ROOT/etc"
  listing "$DIR" >"$DIR.before"
  run -100 bake "$ROOT"
  [ "$output" = "init-bake: fatal: $ROOT/etc is not a directory: make it one" ]
  listing "$DIR" | diff "$DIR.before" -
}

@test "where the root directory cannot be changed: 100, nothing is" {
  listing "$ROOT" >"$DIR/before"
  run -100 bake_under "-e inject=chroot:error=EPERM" "$ROOT"
  [[ $output == *"init-bake: fatal: unable to make $ROOT the root directory"*'as root'*'Operation not permitted' ]]
  listing "$ROOT" | diff "$DIR/before" -
}

@test "links in /command that lead somewhere stay, others give way, and no circle is made" {
  mkdir -p "$ROOT/command" "$ROOT/package/s6"
  mv "$ROOT/usr/bin/s6-svscan" "$ROOT/package/s6/s6-svscan"
  ln -s ../package/s6/s6-svscan "$ROOT/command/s6-svscan"
  ln -s ../../command/s6-svscan "$ROOT/usr/bin/s6-svscan"
  ln -s /nowhere "$ROOT/command/s6-supervise"
  ln -s ../../command/s6-none "$ROOT/usr/bin/s6-none"
  run -0 bake "$ROOT"
  [ "$(readlink "$ROOT/command/s6-svscan")" = ../package/s6/s6-svscan ]
  [ "$(readlink "$ROOT/command/s6-supervise")" = /usr/bin/s6-supervise ]
  [ ! -L "$ROOT/command/s6-none" ]
}

@test "s6 and execline in /command alone are enough" {
  mkdir "$ROOT/command"
  mv "$ROOT/usr/bin"/{s6-svscan,s6-supervise,execlineb} "$ROOT/command"
  run -0 bake "$ROOT"
}

@test "devices in place of an image's files are not opened" {
  local path
  file etc/cont-init.d/script
  definition once oneshot up=/usr/bin/script
  definition svc longrun run=$'#!/bin/sh\n'
  for path in etc/passwd etc/group etc/.pwd.lock etc/passwd.lock usr/lib/stillroot/adopted/record etc/cont-init.d/script usr/bin/script \
    etc/s6-overlay/s6-rc.d/{once/up,once/type,once/dependencies,user/contents,svc/run,svc/finish,svc/notification-fd}; do
    mkdir -p "$ROOT/${path%/*}"
    [ ! -e "$ROOT/$path" ] || mv "$ROOT/$path" "$DIR/kept"
    # that of /dev/null
    mknod "$ROOT/$path" c 1 3
    bake_under '-y -e trace=open,openat' --adopt "$ROOT" || true
    # it shows what has been opened
    grep -F "<$ROOT>" "$DIR/strace" >/dev/null
    run ! grep -E "= [0-9]+<$ROOT/${path}[<>]" "$DIR/strace"
    rm "$ROOT/$path"
    [ ! -e "$DIR/kept" ] || mv "$DIR/kept" "$ROOT/$path"
  done
}

@test "what a boot writes in /run is links that lead to memory; what has their names gives way, all else stays; a second run changes nothing" {
  local name
  mkdir -p "$ROOT/run/service/old" "$ROOT/run/lock" "$ROOT/run/uncaught-logs"
  echo data >"$ROOT/run/service/old/file"
  ln -s /etc "$ROOT/run/s6"
  run -0 bake "$ROOT"
  [[ $output == *'init-bake: info: linked what the boot writes in /run to /dev/shm/stillroot'* ]]
  for name in s6 service s6-rc s6-linux-init-container-results; do [ "$(readlink "$ROOT/run/$name")" = "stillroot/$name" ]; done
  # relative: it leads out of no root that is looked at from outside
  [ "$(readlink "$ROOT/run/stillroot")" = ../dev/shm/stillroot ]
  [ -d "$ROOT/run/lock" ]
  [ -d "$ROOT/run/uncaught-logs" ]
  [ -d "$ROOT/etc" ]
  [ "$(stat -c %a "$ROOT/run")" = 1777 ]
  find "$ROOT/run" -printf '%p %l %T@\n' >"$DIR/before"
  run -0 bake "$ROOT"
  [[ $output != */run* ]]
  find "$ROOT/run" -printf '%p %l %T@\n' | diff "$DIR/before" -
}
