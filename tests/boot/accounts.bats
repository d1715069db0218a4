#!/usr/bin/env bats
# What becomes of passwd and group while init-bake writes them, on a root of its own: the edits themselves have unit tests.

bats_require_minimum_version 1.5.0
load lib.bash
setup_file() { cd "$REPO" || return; }

setup() {
  DIR=$BATS_TEST_TMPDIR ROOT=$BATS_TEST_TMPDIR/root
  mkdir -p "$ROOT"/{etc,usr/bin,usr/lib/stillroot}
  local program
  for program in usr/bin/s6-svscan usr/bin/s6-supervise usr/bin/execlineb usr/lib/stillroot/stillroot; do
    install -m 0755 /dev/null "$ROOT/$program"
  done
  # no newline at the end; abcd is not abc
  mkdir "$DIR/old" "$DIR/new"
  printf 'root:x:0:0:root:/root:/bin/sh\nabcd:x:1:1::/:' >"$DIR/old/passwd"
  printf 'root:x:0:0:root:/root:/bin/sh\nabcd:x:1:1::/:\nabc:x:911:911::/config:/bin/false\n' >"$DIR/new/passwd"
  printf 'root:x:0:abcd\n' >"$DIR/old/group"
  printf 'root:x:0:abcd\nabc:x:911:\n' >"$DIR/new/group"
  printf 'root:*:::::::\n' >"$DIR/old/shadow"
  printf 'root:*:::::::\nabc:!:::::::\n' >"$DIR/new/shadow"
  printf 'root:*::\n' >"$DIR/old/gshadow"
  printf 'root:*::\nabc:!::\n' >"$DIR/new/gshadow"
  chown 12:34 "$DIR/old"/*
  chmod 0640 "$DIR/old"/*
  reset_files
}

teardown() { ! mountpoint -q "$ROOT/etc/passwd" || umount "$ROOT/etc/passwd"; }

reset_files() { cp -a "$DIR/old/." "$ROOT/etc"; }

bake() { "$REPO/$BUILD/stillroot" init-bake "$ROOT"; }
bake_under() { strace -o "$DIR/strace" "$@" "$REPO/$BUILD/stillroot" init-bake "$ROOT"; } # STRACE-OPTION...

assert_files() { # old, new, or old new: each file is one of them, whole, owner and mode kept
  local file
  for file in passwd group shadow gshadow; do
    cmp -s "$DIR/$1/$file" "$ROOT/etc/$file" || cmp -s "$DIR/${2:-$1}/$file" "$ROOT/etc/$file" || { echo "$file is not $*"; return 1; }
  done
  [ "$(cd "$ROOT/etc" && stat -c %u:%g:%a passwd group shadow gshadow | uniq)" = 12:34:640 ]
}

assert_no_leftovers() {
  [ "$(ls -A "$ROOT/etc")" = $'.pwd.lock\ngroup\ngshadow\npasswd\nshadow' ] || { ls -A "$ROOT/etc"; return 1; }
}

@test "U5 init-bake killed at each system call that touches a file: each file is the old or the new one, the next run ends the work" {
  local count call nth code killed=0
  bake_under 2>/dev/null
  # strace counts the calls of each kind by themselves
  sed -nE 's/^(openat|write|f(data)?sync|f?(ch(own|mod)|(set|remove)xattr)|(rename|link|unlink|mkdir|symlink)(at2?)?|fcntl)\(.*/\1/p' "$DIR/strace" |
    sort | uniq -c >"$DIR/calls"
  while read -r count call; do
    for ((nth = 1; nth <= count; nth++)); do
      reset_files
      rm -rf "${ROOT:?}"/{app,config,defaults,run,command,var} "$ROOT/etc/.pwd.lock"
      code=0
      bake_under -e inject="$call:signal=KILL:when=$nth" >"$DIR/out" 2>&1 || code=$?
      [ "$code" -eq 137 ]
      assert_files old new
      run -0 bake
      assert_files new
      assert_no_leftovers
      killed=$((killed + 1))
    done
  done <"$DIR/calls"
  echo "killed $killed times"
  [ "$killed" -gt 80 ]
}

@test "U5 a system call that fails: 111, the file and the cause are named, the files are as they were" {
  local injection
  for injection in fsync:error=ENOSPC write:error=ENOSPC fdatasync:error=EIO /^rename:error=EROFS /^fchmod:error=EPERM /^fchown:error=EPERM; do
    run -111 bake_under -e inject="$injection"
    [[ $output == *"init-bake: fatal: unable to create user and group abc: $ROOT/etc/"* ]]
    assert_files old
    # write is needed to say so
    [ "$injection" = write:error=ENOSPC ] || [[ $output == *': '* ]]
    rm -f "$ROOT/etc/.pwd.lock"
    [ "$(ls -A "$ROOT/etc")" = $'group\ngshadow\npasswd\nshadow' ]
  done
  run -0 bake
  assert_files new
}

@test "the content is on disk before it has its name, and the names are before init-bake goes on" {
  run -0 bake_under -y -e trace=/^rename,fsync,mkdirat
  local calls
  calls=$(sed -nE "s:^fsync\(.*<$ROOT/etc/?([^>]*)>.*:fsync \1:p; s:^rename.*\"etc/(.*)\",.*\"etc/(.*)\".*:rename \1 \2:p; s:^(mkdirat).*:\1:p" "$DIR/strace" |
    head -n 10)
  echo "$calls"
  [ "$calls" = "$(printf 'fsync %s.stillroot\n' gshadow group shadow passwd; for file in gshadow group shadow passwd; do echo "rename $file.stillroot $file"; done; printf 'fsync \nmkdirat')" ]
}

# assert_refused CODE PATTERN: nothing but what the test changed is changed
assert_refused() {
  cp -a "$ROOT/etc" "$DIR/before"
  run "-$1" bake
  [ "${#lines[@]}" = 1 ]
  # shellcheck disable=SC2053
  [[ $output == $2 ]]
  rm -f "$ROOT/etc/.pwd.lock"
  diff -r --no-dereference "$DIR/before" "$ROOT/etc"
  rm -rf "$DIR/before"
  reset_files
}

@test "a passwd that cannot be edited is named, with the reason" {
  printf '\nabc:x:911:911:::\nabc:x:911:911:::\n' >>"$ROOT/etc/passwd"
  assert_refused 100 '*fatal: *etc/passwd: more than one entry of that name'
  printf 'x\0y\n' >>"$ROOT/etc/passwd"
  assert_refused 100 '*fatal: *etc/passwd: a NUL byte in it'
  printf '\nabc:x:911\n' >>"$ROOT/etc/passwd"
  assert_refused 111 '*fatal: *etc/passwd: Invalid argument'
  mv "$ROOT/etc/shadow" "$ROOT/etc/shadow.real"
  ln -s shadow.real "$ROOT/etc/shadow"
  assert_refused 100 '*fatal: *etc/shadow: a symbolic link'
  rm "$ROOT/etc/shadow.real" "$ROOT/etc/shadow"
  reset_files
  mv "$ROOT/etc/passwd" "$ROOT/etc/passwd.real"
  ln -s passwd.real "$ROOT/etc/passwd"
  assert_refused 111 '*fatal: *etc/passwd: Too many levels of symbolic links'
}

@test "a passwd that is a mount point: 111, said so, kept" {
  mount --bind "$ROOT/etc/passwd" "$ROOT/etc/passwd"
  run -111 bake
  [[ $output == *'fatal: '*'etc/passwd: in use: '*mount* ]]
  umount "$ROOT/etc/passwd"
  assert_files old
  assert_no_leftovers
  run -0 bake
  assert_files new
}

@test "a lock of shadow-utils that nobody living has is taken over" {
  # as in an image: a pid that somebody else has by now, and nothing at all
  sleep 1000 3>&- &
  printf '%s' "$!" >"$ROOT/etc/group.lock"
  touch -d '1 hour ago' "$ROOT/etc/group.lock"
  : >"$ROOT/etc/passwd.lock"
  run -0 bake
  kill "$!"
  assert_files new
  assert_no_leftovers
}

@test "usermod finds the files unlocked, and the user" {
  command -v usermod >/dev/null || skip "no usermod here"
  run -0 bake
  chown root: "$ROOT"/etc/*
  usermod --prefix "$ROOT" -u 1234 abc
  grep -qx 'abc:x:1234:911::/config:/bin/false' "$ROOT/etc/passwd"
}

@test "a passwd with 100000 entries" {
  echo >>"$ROOT/etc/passwd"
  seq -f 'user%.0f:x:1000:1::/:/bin/sh' 1000 100999 >>"$ROOT/etc/passwd"
  cp "$ROOT/etc/passwd" "$DIR/many"
  run -0 bake
  head -n -1 "$ROOT/etc/passwd" | cmp "$DIR/many"
  [ "$(tail -n 1 "$ROOT/etc/passwd")" = 'abc:x:911:911::/config:/bin/false' ]
}
