#!/usr/bin/env bats
# init-bake --adopt and --restore, on a root in the shape of s6-overlay 3 with the LinuxServer.io base and an application's layer on it.
# $ROOT is an overlay on that image, as each step of a docker build has one.

bats_require_minimum_version 1.5.0
load lib.bash

D=etc/s6-overlay/s6-rc.d
ADOPTED=usr/lib/stillroot/adopted

setup_file() {
  cd "$REPO" || return
  tests/image/s6-overlay build/bake/s6-overlay >&2
}

setup() {
  DIR=$BATS_TEST_TMPDIR ROOT=$BATS_TEST_TMPDIR/root
  mkdir "$DIR/layer" "$ROOT"
  mount -t tmpfs -o size=32m,mode=0755 stillroot-test "$DIR/layer"
  mkdir "$DIR/layer/image"
  cp -a "$REPO/build/bake/s6-overlay/." "$DIR/layer/image"
  application_layer "$DIR/layer/image"
  new_layer
}

teardown() { findmnt -rno TARGET | grep -F "$DIR/" | sort -r | while IFS= read -r target; do umount "$target"; done; }

# The image again, nothing of what was done to $ROOT.
new_layer() {
  ! mountpoint -q "$ROOT" || umount "$ROOT"
  rm -rf "$DIR/layer/upper" "$DIR/layer/work"
  mkdir -m 0755 "$DIR/layer/upper" "$DIR/layer/work"
  mount -t overlay -o "lowerdir=$DIR/layer/image,upperdir=$DIR/layer/upper,workdir=$DIR/layer/work" overlay "$ROOT"
}

# An application, and stillroot copied over it all, as COPY does.
application_layer() { # ROOT
  local ROOT=$1
  definition init-app oneshot up=$'# nothing\n' dependencies.d/init-config=
  file "$D/init-config-end/dependencies.d/init-app"
  definition svc-app longrun run=$'#!/usr/bin/with-contenv sh\nexec sleep 1000000\n' dependencies.d/init-services=
  make -C "$REPO" --no-print-directory -s install DESTDIR="$DIR/copy" >/dev/null
  cp -a --remove-destination "$DIR/copy/." "$ROOT"
}

# Bakes it as it is, so that only what --adopt does is a difference, and lists it.
bake_and_list() {
  run -0 bake "$ROOT"
  listing "$ROOT" >"$DIR/before"
}

assert_as_before() { listing "$ROOT" | diff "$DIR/before" -; }

untimed() { sed -E 's/ [0-9]+\.[0-9]{10}( |$)/ /'; }

@test "the stages are built in, what other layers added to them stays, programs are ours, and the image is in order" {
  run -0 bake --adopt "$ROOT"
  [ "${lines[-1]}" = 'init-bake: info: the image is ready: ENTRYPOINT ["/init"]' ]
  [[ $output != *'warning:'* && $output != *'fatal:'* ]]
  local name
  for name in init-envfile init-migrations init-adduser init-device-perms init-os-end init-config init-crontab-config init-config-end \
    init-mods init-mods-package-install init-mods-end init-custom-files init-services svc-cron ci-service-check; do
    [ "$(grep -cx "init-bake: info: replaced definition $name" <<<"$output")" = 1 ]
    [ ! -e "$ROOT/$D/$name/type" ]
    cmp "$ROOT/$ADOPTED/$D/$name/type" "$REPO/build/bake/s6-overlay/$D/$name/type"
  done
  # nothing else is left of them
  [ "$(cd "$ROOT/$D" && find . -path './svc-app' -prune -o -path './init-app' -prune -o -path './user*' -prune -o -type f -print | sort)" = \
    $'./init-adduser/branding\n./init-config-end/dependencies.d/init-app' ]
  [ -e "$ROOT/$D/user/contents.d/init-adduser" ]
  [ -e "$ROOT/$D/user2/contents.d/ci-service-check" ]
  for name in with-contenv printcontenv; do
    [ "$(readlink "$ROOT/command/$name")" = /usr/lib/stillroot/stillroot ]
    [ "$(readlink "$ROOT/$ADOPTED/command/$name")" = "../package/admin/s6-overlay/command/$name" ]
    [[ $output == *"init-bake: info: replaced /command/$name"* ]]
  done
  # the image's own would look for what is not there
  for name in usr/bin command; do
    [[ $(readlink "$ROOT/$name/s6-rc") == */usr/lib/stillroot/stillroot ]]
    [ -L "$ROOT/$ADOPTED/$name/s6-rc" ]
  done
  # s6's own links work as before
  [ "$(readlink "$ROOT/command/s6-svscan")" = ../package/admin/s6/command/s6-svscan ]
  [[ $output == *'info: /package/admin/s6-overlay-9.9.9.9 stays'* ]]
  [[ $output == *'info: /docker-mods stays'* ]]
  [ -x "$ROOT/docker-mods" ]
}

@test "bundles that have their type where the stages have it, as older layers do, stay with all that is in them" {
  local bundle
  for bundle in user user2; do file "$D/$bundle/type" bundle; done
  listing "$ROOT/$D/user" >"$DIR/user"
  run -0 bake --adopt "$ROOT"
  for bundle in user user2; do [ ! -e "$ROOT/$ADOPTED/$D/$bundle" ]; done
  listing "$ROOT/$D/user" | diff "$DIR/user" -
}

@test "all that was moved is in the record" {
  run -0 bake --adopt "$ROOT"
  local from to
  while IFS=$'\t' read -r from to; do
    [ "$to" = "/$ADOPTED$from" ]
    cmp "$ROOT$to" "$REPO/build/bake/s6-overlay$from" || [ -L "$ROOT$to" ]
  done <"$ROOT/$ADOPTED/record"
  [ "$(wc -l <"$ROOT/$ADOPTED/record")" = "$(find "$ROOT/$ADOPTED" -mindepth 2 ! -type d | wc -l)" ]
  [ "$(sort "$ROOT/$ADOPTED/record" | uniq -d)" = '' ]
}

@test "a second --adopt does nothing" {
  run -0 bake --adopt "$ROOT"
  listing "$ROOT" >"$DIR/before"
  run -0 bake --adopt "$ROOT"
  [ "$output" = 'init-bake: info: the image is ready: ENTRYPOINT ["/init"]' ]
  assert_as_before
}

@test "an image that has nothing to adopt is baked, and has no record" {
  root_setup_plain
  run -0 bake --adopt "$ROOT"
  [[ $output != *replaced* && $output != *stays* ]]
  [ ! -e "$ROOT/$ADOPTED" ]
}

root_setup_plain() {
  rm -rf "${ROOT:?}/$D" "$ROOT/etc/s6-overlay" "$ROOT/package/admin"/s6-{overlay,rc}* "$ROOT/command"/{with-contenv,printcontenv,s6-rc*} \
    "$ROOT/usr/bin"/s6-rc*
}

@test "--keep leaves a stage to the image; an unknown name is refused, with all that there are, before anything is changed" {
  listing "$ROOT" >"$DIR/before"
  run -100 bake --adopt --keep init-adduser --keep init-addusers "$ROOT"
  [[ $output == 'init-bake: fatal: init-addusers is not the name of a built-in stage; these are: '*' init-adduser '*' svc-cron '* ]]
  [ "${#lines[@]}" = 1 ]
  assert_as_before
  run -100 bake --adopt --keep user "$ROOT"
  run -0 bake --adopt --keep init-adduser --keep svc-cron --keep legacy-services "$ROOT"
  [[ $output == *'info: kept definition init-adduser'*'warning: the image has no definition legacy-services that could be kept'* ]]
  [[ $output == *"info: /$D/init-adduser takes the place of the built-in init-adduser"* ]]
  diff -r "$ROOT/$D/init-adduser" "$REPO/build/bake/s6-overlay/$D/init-adduser"
  diff -r "$ROOT/$D/svc-cron" "$REPO/build/bake/s6-overlay/$D/svc-cron"
  [ ! -e "$ROOT/$D/init-services/type" ]
}

@test "--restore brings all of it back, as it was" {
  bake_and_list
  run -0 bake --adopt "$ROOT"
  run ! assert_as_before
  run -0 bake --restore "$ROOT"
  [[ $output == *"info: restored /$D/init-adduser/type"*"info: restored /$D/init-adduser/run"* ]]
  assert_as_before
  [ ! -e "$ROOT/$ADOPTED" ]
  run -0 bake --restore "$ROOT"
  [ "$output" = 'init-bake: info: nothing has been adopted' ]
  # and it can be done again
  run -0 bake --adopt "$ROOT"
  [ ! -e "$ROOT/$D/init-adduser/type" ]
}

@test "--restore leaves what has another file in its place, names it, 100; without that file it brings it back" {
  bake_and_list
  run -0 bake --adopt "$ROOT"
  echo other >"$ROOT/$D/init-adduser/run"
  mkdir "$ROOT/$D/init-config/up"
  run -100 bake --restore "$ROOT"
  [[ $output == *"warning: $ROOT/$D/init-adduser/run is something else by now: what was there stays in /$ADOPTED/$D/init-adduser/run"* ]]
  [ "${lines[-1]}" = "init-bake: fatal: 2 files are left in /$ADOPTED: remove what has their place, and run init-bake --restore again" ]
  [ "$(cat "$ROOT/$D/init-adduser/run")" = other ]
  [ -e "$ROOT/$D/init-adduser/type" ]
  rm "$ROOT/$D/init-adduser/run"
  rmdir "$ROOT/$D/init-config/up"
  run -0 bake --restore "$ROOT"
  assert_as_before
}

@test "--restore: what is nowhere is a warning; directories that are gone are made" {
  run -0 bake --adopt "$ROOT"
  rm "$ROOT/$ADOPTED/$D/init-mods/up"
  rm -r "${ROOT:?}/$D/init-services"
  run -0 bake --restore "$ROOT"
  [[ $output == *"warning: $ROOT/$D/init-mods/up cannot be restored: it is not in /$ADOPTED/$D/init-mods/up either"* ]]
  [ "$(cat "$ROOT/$D/init-services/type")" = oneshot ]
}

@test "a record that is none: 100, and its line" {
  mkdir -p "$ROOT/$ADOPTED"
  echo $'/etc/passwd\t/etc/group' >"$ROOT/$ADOPTED/record"
  run -100 bake --restore "$ROOT"
  [[ $output == *"fatal: $ROOT/$ADOPTED/record has a line that is no move: "* ]]
  cmp "$ROOT/etc/passwd" "$REPO/build/bake/s6-overlay/etc/passwd"
}

@test "a definition that a later layer brings again is adopted again" {
  run -0 bake --adopt "$ROOT"
  definition init-adduser oneshot up=/new
  run -0 bake --adopt "$ROOT"
  [[ $output == *'info: replaced definition init-adduser'* ]]
  [ "$(cat "$ROOT/$ADOPTED/$D/init-adduser/up")" = /new ]
  run -0 bake --restore "$ROOT"
  [ "$(cat "$ROOT/$D/init-adduser/up")" = /new ]
}

@test "dependencies in a file: the stage's own are moved, those with others stay; directories in a definition too" {
  rm -r "${ROOT:?}/$D"/init-{config,services,mods}/dependencies.d
  printf 'init-os-end\n' >"$ROOT/$D/init-config/dependencies"
  printf 'init-custom-files\ninit-app\n' >"$ROOT/$D/init-services/dependencies"
  printf 'init-app\n' >"$ROOT/$D/init-os-end/dependencies"
  mkdir -p "$ROOT/$D/init-services/data/deep"
  echo data >"$ROOT/$D/init-services/data/deep/file"
  bake_and_list
  run -0 bake --adopt "$ROOT"
  [ ! -e "$ROOT/$D/init-config/dependencies" ]
  [ "$(cat "$ROOT/$D/init-services/dependencies")" = $'init-custom-files\ninit-app' ]
  # there it did not count
  [ ! -e "$ROOT/$D/init-os-end/dependencies" ]
  [ "$(cat "$ROOT/$ADOPTED/$D/init-services/data/deep/file")" = data ]
  run -0 bake --restore "$ROOT"
  assert_as_before
}

@test "a definition that is a link stays, and is named" {
  mv "$ROOT/$D/init-mods" "$ROOT/opt-init-mods"
  ln -s /opt-init-mods "$ROOT/$D/init-mods"
  run -0 bake --adopt "$ROOT"
  [[ $output == *"warning: $ROOT/$D/init-mods is a link: left as it is"*"info: /$D/init-mods takes the place of the built-in init-mods"* ]]
  [ -e "$ROOT/opt-init-mods/type" ]
}

@test "/init and the programs in /usr/bin that are not ours yet are moved, and come back" {
  local image="$REPO/build/bake/s6-overlay" path
  for path in init usr/bin/with-contenv usr/bin/lsiown; do cp -a --remove-destination "$image/$path" "$ROOT/$path"; done
  rm "$ROOT/usr/bin/init-status"
  bake_and_list
  run -0 bake --adopt "$ROOT"
  [[ $output == *'info: replaced /init'*'info: linked /usr/bin/init-status'* ]]
  [ "$(readlink "$ROOT/init")" = usr/lib/stillroot/stillroot ]
  for path in init usr/bin/with-contenv usr/bin/lsiown usr/bin/init-status; do cmp "$ROOT/$path" "$ROOT/usr/lib/stillroot/stillroot"; done
  run -0 bake --restore "$ROOT"
  rm "$ROOT/usr/bin/init-status"
  assert_as_before
}

@test "with the directory of what was adopted on another file system, files are copied, with all that is theirs" {
  chown 12:34 "$ROOT/$D/init-adduser/run"
  touch -d '2001-02-03 04:05:06.789' "$ROOT/$D/init-adduser/run"
  bake_and_list
  mkdir "$ROOT/$ADOPTED"
  mount -t tmpfs stillroot-test "$ROOT/$ADOPTED"
  run -0 bake --adopt "$ROOT"
  [ "$(stat -c '%u:%g %a %y' "$ROOT/$ADOPTED/$D/init-adduser/run" | cut -c 1-33)" = '12:34 744 2001-02-03 04:05:06.789' ]
  [ ! -e "$ROOT/$D/init-adduser/run" ]
  # killed when the first copy is in its place, and the original not yet gone
  run -137 bake_under "-e inject=unlinkat:signal=KILL:when=2" --restore "$ROOT"
  run -0 bake --restore "$ROOT"
  [[ $output != *warning* ]]
  [ "$(find "$ROOT/$ADOPTED" -mindepth 1)" = '' ]
  umount "$ROOT/$ADOPTED"
  rmdir "$ROOT/$ADOPTED"
  assert_as_before
}

# killed_at_each_call MODE: kills init-bake MODE at each of its calls that change a file, on a root that $prepare makes; after each kill,
# $whole must hold, and a second run must end as an undisturbed one
killed_at_each_call() {
  local count call nth killed=0
  prepare
  bake_under '' "$1" "$ROOT" >/dev/null 2>&1
  listing "$ROOT" | untimed >"$DIR/after"
  sed -nE 's/^(write|fsync|ftruncate|(rename|link|unlink|mkdir|symlink)(at2?)?)\(.*/\1/p' "$DIR/strace" | sort | uniq -c >"$DIR/calls"
  while read -r count call; do
    for ((nth = 1; nth <= count; nth++)); do
      # of the many, every so many, and the last ones, when directories go: all of them take minutes
      [ $((nth % (count / 10 + 1))) -eq 0 ] || [ "$nth" -gt $((count - 6)) ] || continue
      prepare
      run -137 bake_under "-e inject=$call:signal=KILL:when=$nth" "$1" "$ROOT"
      whole
      run -0 bake "$1" "$ROOT"
      listing "$ROOT" | untimed | diff "$DIR/after" -
      killed=$((killed + 1))
    done
  done <"$DIR/calls"
  echo "killed $killed times"
  [ "$killed" -gt 30 ]
}

# Each file of the image's stages is in one of its places, whole.
whole() {
  local path
  while IFS= read -r path; do
    cmp -s "$ROOT/$path" "$REPO/build/bake/s6-overlay/$path" || cmp -s "$ROOT/$ADOPTED/$path" "$REPO/build/bake/s6-overlay/$path" ||
      { echo "$path is in neither place"; return 1; }
  done < <(cd "$REPO/build/bake/s6-overlay" && find "$D" -type f)
}

@test "--adopt killed at its system calls: each file is in one of its places, and a second run ends the work" {
  prepare() { new_layer; }
  killed_at_each_call --adopt
}

@test "--restore killed at its system calls: the same" {
  # all of it again for each kill takes long: the adopted root is the image here
  run -0 bake --adopt "$ROOT"
  cp -a "$ROOT" "$DIR/layer/adopted"
  umount "$ROOT"
  rm -rf "$DIR/layer/image"
  mv "$DIR/layer/adopted" "$DIR/layer/image"
  prepare() { new_layer; }
  killed_at_each_call --restore
}

@test "a line of the record that was not written to its end is cut off" {
  run -0 bake --adopt "$ROOT"
  cp "$ROOT/$ADOPTED/record" "$DIR/record"
  printf '/init\t/usr/lib' >>"$ROOT/$ADOPTED/record"
  definition init-adduser oneshot up=/new
  run -0 bake --adopt "$ROOT"
  cmp "$DIR/record" "$ROOT/$ADOPTED/record"
}

@test "a system call that fails: 111, what could not be done, and nothing is lost" {
  local injection
  for injection in fsync:error=EIO:when=2 /^rename:error=EROFS; do
    new_layer
    run -111 bake_under "-e inject=$injection" --adopt "$ROOT"
    [[ $output == *"init-bake: fatal: unable to "*"$ROOT/"* ]]
    whole
  done
  run -0 bake --adopt "$ROOT"
}

@test "--keep without --adopt, two modes, a --keep without a name: 100, and the usage" {
  local arguments
  for arguments in '--keep init-mods' '--restore --adopt' '--adopt --check' '--adopt --keep' '--check --keep init-mods' '--adopt --adopt'; do
    # shellcheck disable=SC2086
    run -100 bake $arguments
    [[ $output == 'init-bake: usage: init-bake '*'--adopt [--keep STAGE]...'* ]]
  done
}

@test "a stage with more levels of directories than a small stack has room for is moved away and back" {
  local deep
  deep=$(printf 'd/%.0s' {1..500})
  file "$D/init-adduser/${deep}file" deep
  bake_and_list
  # kB
  (ulimit -s 256 && bake --adopt "$ROOT")
  [ "$(cat "$ROOT/$ADOPTED/$D/init-adduser/${deep}file")" = deep ]
  run -0 bake --restore "$ROOT"
  assert_as_before
}

@test "names in the image write no lines of their own" {
  local forged=$'\ninit-bake: info: forged'
  file "$D/init-adduser/a$forged"
  file "$D/init-adduser/"$'a\e[2Jb'
  mkdir -p "$ROOT/package/admin/s6-overlay-x$forged"
  run -0 bake --adopt "$ROOT"
  refute_control() { ! grep -qE $'[\e]|info: forged' <<<"$output"; }
  refute_control
  [ "$(grep -cxF "init-bake: warning: a file with a control character in its name stays in $ROOT/$D/init-adduser" <<<"$output")" = 2 ]
  printf '/\eforged\t/%s/x\n' "$ADOPTED" >>"$ROOT/$ADOPTED/record"
  run -100 bake --restore "$ROOT"
  refute_control
  [[ $output == *'has a line that is no move: /?forged' ]]
  printf 'eve\e:x:911:911::/:\n' >>"$ROOT/etc/passwd"
  sed -i '/^abc:/d' "$ROOT/etc/passwd"
  rm -r "${ROOT:?}/$ADOPTED"
  run -100 bake "$ROOT"
  refute_control
  [[ $output == *'uid 911 belongs to eve? in'* ]]
}

@test "--restore: a record that has one file by two paths costs no file" {
  mkdir -p "$ROOT/$ADOPTED"
  ln -s / "$ROOT/$ADOPTED/root"
  printf '/etc/passwd\t/%s/root/etc/passwd\n' "$ADOPTED" >"$ROOT/$ADOPTED/record"
  run -100 bake --restore "$ROOT"
  cmp "$ROOT/etc/passwd" "$REPO/build/bake/s6-overlay/etc/passwd"
}
