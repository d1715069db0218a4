#!/usr/bin/env bats
# What init-bake says of the definitions of an image.

bats_require_minimum_version 1.5.0
load lib.bash

setup() { root_setup; }

D=/etc/s6-overlay/s6-rc.d
IN_ORDER='init-bake: info: the definitions of the image are in order'

# assert_checked CODE [LINE...]: these, and no others, in this order; and nothing is changed
assert_checked() {
  listing "$ROOT" >"$DIR/before"
  run "-$1" bake --check "$ROOT"
  diff <(printf '%s\n' "${@:2}") <(printf '%s\n' "$output")
  listing "$ROOT" | diff "$DIR/before" -
}

assert_warned() { # TEXT...: these warnings, and 0
  assert_checked 0 "${@/#/init-bake: warning: }" "$IN_ORDER"
}

@test "an image without definitions, and one with all there is to them, are in order" {
  assert_checked 0 "$IN_ORDER"
  definition svc-app longrun run=$'#!/bin/sh\n' finish=$'#!/bin/sh\n' notification-fd=3 data/check=$'#!/bin/sh\n' producer-for=svc-log
  definition svc-log longrun run=$'#!/usr/bin/with-contenv sh\n' consumer-for=svc-app pipeline-name=app-pipeline
  definition init-app oneshot up=$'# only a comment\n' down=
  definition init-words oneshot up='if { test -e /nowhere } /nowhere/script'
  definition init-command oneshot up='echo /nowhere'
  definition group bundle contents=init-grouped
  definition init-grouped oneshot up=/opt/script
  file opt/script $'#!/bin/sh\n'
  chmod +x "$ROOT/opt/script"
  file "$DEFINITIONS/init-config-end/dependencies.d/init-app"
  file etc/s6-overlay/user-bundles.d/user2/contents.d/svc-app
  file etc/s6-overlay/user-bundles.d/user2/type bundle
  assert_checked 0 "$IN_ORDER"
}

@test "every error is told, a line each, then their number: 100" {
  definition svc-crlf longrun$'\r\n'
  definition svc-none longrun
  definition init-none oneshot
  definition init-undefined oneshot up= dependencies.d/nowhere=
  definition init-circle oneshot up= dependencies.d/init-circle=
  file "$DEFINITIONS/additions/dependencies.d/base"
  file etc/s6-overlay/user-bundles.d/init-circle/type oneshot
  file etc/s6-overlay/user-bundles.d/init-circle/up
  assert_checked 100 \
    "init-bake: fatal: $D/init-none/up: is missing; a oneshot needs it, if only an empty one" \
    "init-bake: fatal: $D/svc-crlf/type: has CRLF line ends; save it with LF line ends" \
    "init-bake: fatal: $D/svc-none/run: is missing; a longrun needs it" \
    "init-bake: fatal: /etc/s6-overlay/user-bundles.d/init-circle: is defined in $D already" \
    "init-bake: fatal: $D/additions: has no type, and no other source has a definition of this name" \
    "init-bake: fatal: $D/init-undefined: its dependencies name nowhere, which is not defined" \
    "init-bake: fatal: a cycle of dependencies: init-circle -> init-circle" \
    "init-bake: fatal: 7 errors in the definitions: the image would not boot"
}

@test "baking ends with the check: an error is 100, and it is not called ready" {
  definition svc-none longrun
  run -100 bake "$ROOT"
  [ "${lines[-2]}" = "init-bake: fatal: $D/svc-none/run: is missing; a longrun needs it" ]
  [ "${lines[-1]}" = "init-bake: fatal: 1 error in the definitions: the image would not boot" ]
  [[ $output != *'is ready'* ]]
  file "$DEFINITIONS/svc-none/run"
  run -0 bake "$ROOT"
  [[ $output == *"warning: $D/svc-none/run is not executable; it is executed all the same"* ]]
  [ "${lines[-1]}" = 'init-bake: info: the image is ready: ENTRYPOINT ["/init"]' ]
}

@test "a circle through a dependency that is added to a built-in stage is an error" {
  definition init-app oneshot up= dependencies.d/init-services=
  file "$DEFINITIONS/init-config-end/dependencies.d/init-app"
  run -100 bake --check "$ROOT"
  [[ ${lines[0]} == 'init-bake: fatal: a cycle of dependencies: '*init-app* ]]
  [ "${lines[-1]}" = 'init-bake: fatal: 1 error in the definitions: the image would not boot' ]
}

@test "sources that are no directories: 100" {
  file etc/s6-overlay/s6-rc.d
  assert_checked 100 "init-bake: fatal: $D is not a directory: the image would not boot"
}

@test "run and finish of a longrun: what is not executable is executed all the same, and said" {
  definition svc-app longrun run=$'#!/bin/sh\n' finish=$'#!/bin/sh\n'
  chmod 0644 "$ROOT/$DEFINITIONS/svc-app"/{run,finish}
  assert_warned "$D/svc-app/run is not executable; it is executed all the same" \
    "$D/svc-app/finish is not executable; it is executed all the same"
}

@test "run, finish and data/check: CRLF, no first line, an interpreter that is missing, a program without its bit" {
  definition svc-a longrun run=$'#!/bin/sh\r\n'
  definition svc-b longrun run=$'exec sleep 1\n'
  definition svc-c longrun run=$'#!/bin/bash\n' finish=$'#!/usr/bin/with-contenv bash\n' data/check=$'#!/usr/bin/env python3\n'
  definition svc-d longrun run=$'\177ELF'
  definition svc-e longrun run=$'#!/etc/passwd\n' data/check=
  chmod 0644 "$ROOT/$DEFINITIONS"/svc-d/run "$ROOT/$DEFINITIONS"/svc-e/data/check
  assert_warned "$D/svc-a/run has CRLF line ends; save it with LF line ends" \
    "$D/svc-b/run does not name an interpreter in its first line" \
    "$D/svc-c/run needs the interpreter /bin/bash, which is not in the image" \
    "$D/svc-c/finish needs bash, which is not on PATH in the image" \
    "$D/svc-c/data/check needs the interpreter /usr/bin/env, which is not in the image" \
    "$D/svc-d/run is not executable; chmod +x it" \
    "$D/svc-e/run needs the interpreter /etc/passwd, which cannot be executed" \
    "$D/svc-e/data/check is not executable; chmod +x it" \
    "$D/svc-e/data/check does not name an interpreter in its first line"
}

@test "what env is to run is looked for, but not its options and variables" {
  definition svc-a longrun run=$'#!/usr/bin/env python3\n'
  definition svc-b longrun run=$'#!/usr/bin/env -S sh -e\n'
  definition svc-c longrun run=$'#!/usr/bin/env A=b\n'
  definition svc-d longrun run=$'#!/usr/bin/env sh\n'
  install -m 0755 /dev/null "$ROOT/usr/bin/env"
  assert_warned "$D/svc-a/run needs python3, which is not on PATH in the image"
}

@test "programs on the PATH that the image is built with are found" {
  definition svc-app longrun run=$'#!/usr/bin/with-contenv bash\n'
  install -D -m 0755 /dev/null "$ROOT/opt/bin/bash"
  assert_warned "$D/svc-app/run needs bash, which is not on PATH in the image"
  # of this machine, it says nothing about the image
  PATH=/opt/bin:$PATH assert_warned "$D/svc-app/run needs bash, which is not on PATH in the image"
  run -0 env PATH="/nowhere:/opt/bin:$PATH" chroot "$ROOT" /usr/bin/init-bake --check
  [ "$output" = "$IN_ORDER" ]
}

@test "more errors than there is room for are counted" {
  local n
  for n in {1..400}; do file "$DEFINITIONS/$(printf 'svc-%0200d' "$n")/type" junk; done
  run -100 bake --check "$ROOT"
  [ "${lines[-2]}" = 'init-bake: fatal: there is more; mend these first' ]
  [ "${lines[-1]}" = 'init-bake: fatal: 400 errors in the definitions: the image would not boot' ]
}

@test "up and down: a path that is missing, not executable, no file, has CRLF, lacks its interpreter" {
  definition init-a oneshot up=$'/opt/missing\n' down=/opt/plain
  definition init-b oneshot up=/opt down=$'# a comment\n/opt/crlf with arguments'
  definition init-c oneshot up='"/opt/of bash"'
  file opt/plain $'#!/bin/sh\n'
  file opt/crlf $'#!/bin/sh\r\n'
  file 'opt/of bash' $'#!/bin/bash\n'
  chmod +x "$ROOT"/opt/{crlf,'of bash'}
  assert_warned "$D/init-a/up: /opt/missing is not in the image" \
    "$D/init-a/down: /opt/plain is not executable; chmod +x it" \
    "$D/init-b/up: /opt is not a regular file" \
    "$D/init-b/down: /opt/crlf has CRLF line ends; save it with LF line ends" \
    "$D/init-c/up: /opt/of bash needs the interpreter /bin/bash, which is not in the image"
}

@test "definitions that nothing selects, and built-in stages that the image has its own of, are named" {
  definition svc-a longrun run=$'#!/bin/sh\n' dependencies.d/init-b=
  definition init-b oneshot up=
  rm "$ROOT/$DEFINITIONS/user/contents.d"/*
  definition init-mods oneshot up=
  assert_checked 0 "init-bake: info: $D/init-mods takes the place of the built-in init-mods" \
    "init-bake: warning: $D/init-b: no bundle selects it, it is never started; add an empty file init-b to $D/user/contents.d" \
    "init-bake: warning: $D/svc-a: no bundle selects it, it is never started; add an empty file svc-a to $D/user/contents.d" "$IN_ORDER"
  # a built-in one that waits for it is enough
  file "$DEFINITIONS/init-services/dependencies.d/svc-a"
  assert_checked 0 "init-bake: info: $D/init-mods takes the place of the built-in init-mods" "$IN_ORDER"
}

@test "cont-init.d, services.d and cont-finish.d are looked at too" {
  file etc/cont-init.d/10-a $'#!/bin/bash\n'
  file etc/cont-init.d/dir/file
  file etc/cont-finish.d/b $'#!/bin/sh\n'
  file etc/services.d/README
  mkdir "$ROOT/etc/services.d/c"
  chmod +x "$ROOT/etc/cont-init.d/10-a"
  assert_warned "/etc/cont-init.d/10-a needs the interpreter /bin/bash, which is not in the image" \
    "/etc/services.d/c: has no run file; add one, or remove the directory" \
    "/etc/cont-finish.d/b is not executable; chmod +x it"
}

@test "absolute links in definitions, scripts and interpreters lead to where they lead in the image" {
  local host=$DIR/host
  # this machine has a good one behind each, and the image a bad one
  mkdir -p "$host/init-a" "$ROOT/$host/init-a"
  printf oneshot >"$host/init-a/type"
  printf '' >"$host/init-a/up"
  printf junk >"$ROOT/$host/init-a/type"
  printf '#!/bin/sh\n' >"$host/script"
  chmod +x "$host/script"
  mkdir -p "$ROOT/$DEFINITIONS"
  ln -s "$host/init-a" "$ROOT/$DEFINITIONS/init-a"
  assert_checked 100 "init-bake: fatal: $D/init-a/type: is none of oneshot, longrun, bundle" \
    "init-bake: fatal: 1 error in the definitions: the image would not boot"
  rm "$ROOT/$DEFINITIONS/init-a"
  definition init-b oneshot up=/opt/script
  mkdir "$ROOT/opt"
  ln -s "$host/script" "$ROOT/opt/script"
  assert_warned "$D/init-b/up: /opt/script is not in the image"
}

@test "without the right to change the root directory, --check warns once, and checks" {
  definition svc-none longrun
  run -100 bake_under "-e inject=chroot:error=EPERM" --check "$ROOT"
  [ "${lines[0]}" = "init-bake: warning: unable to make $ROOT the root directory: absolute links of the image lead to files of this machine: Operation not permitted" ]
  [ "${lines[1]}" = "init-bake: fatal: $D/svc-none/run: is missing; a longrun needs it" ]
  [ "${#lines[@]}" = 3 ]
}

@test "a control character in a name of a definition makes no line of its own" {
  definition $'svc\nx' longrun
  rm -r "${ROOT:?}/$DEFINITIONS/user"
  run -100 bake --check "$ROOT"
  [ "${lines[0]}" = "init-bake: fatal: $D: the name svc?x contains a newline" ]
  rm -r "${ROOT:?}/$DEFINITIONS"
  definition $'svc\ex' longrun run=
  run -0 bake --check "$ROOT"
  [[ $output == *"warning: $D/svc?x/run does not name"* && $output != *$'\e'* ]]
}

@test "wrong use: 100, and the usage; --help: 0" {
  local arguments
  for arguments in '--chek' '--check --check' '-c' '--check a b' 'a b' 'a --check'; do
    # shellcheck disable=SC2086
    run -100 bake $arguments
    [[ $output == 'init-bake: usage: init-bake '* ]]
  done
  run -0 bake --help
  [[ $output == 'usage: init-bake '*'--check'* ]]
  run -100 bake --check "$DIR/none"
  [ "$output" = "init-bake: fatal: unable to open the image root $DIR/none: No such file or directory" ]
}
