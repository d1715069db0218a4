#!/usr/bin/env bats
# lsiown, in a booted container, on a tree that is made to hurt.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# own ARGUMENT...: its exit code in $code, what it prints in $DIR/out
own() {
  code=0
  in_container lsiown "$@" >"$DIR/out" 2>&1 || code=$?
}

owner() { stat -c %u:%g "$ROOT$1"; }
owner_config() { stat -c %u:%g "$CONFIG/$1"; }

assert_out() { # PATTERN [TIMES]
  local n
  n=$(grep -cE -- "$1" "$DIR/out") || true
  [ "$n" -eq "${2:-1}" ] || { cat "$DIR/out"; echo "$n lines, not ${2:-1}: $1"; return 1; }
}

# /data and /outside are of one file system, the root's
make_tree() {
  mkdir -p "$ROOT/data/sub" "$ROOT/outside"
  echo secret >"$ROOT/outside/secret"
  chmod 0600 "$ROOT/outside/secret"
  echo file >"$ROOT/data/sub/file"
  echo 'root:*:::::::' >"$ROOT/etc/shadow"
  chmod 0600 "$ROOT/etc/shadow"
  chown 0:0 "$ROOT/etc/shadow"
}

assert_outside_untouched() {
  [ "$(owner /outside)" = 0:0 ]
  [ "$(owner /outside/secret)" = 0:0 ]
  [ "$(stat -c %u:%g:%a "$ROOT/etc/shadow")" = 0:0:600 ]
}

@test "E5 a link to /etc/shadow, a dangling one, one to a directory: changed themselves, nothing they lead to" {
  make_tree
  ln -s /etc/shadow "$ROOT/data/shadow"
  ln -s nowhere "$ROOT/data/dangling"
  ln -s /outside "$ROOT/data/sub/outside"
  boot
  own -R abc:abc /data
  [ "$code" = 0 ]
  [ ! -s "$DIR/out" ]
  for path in /data /data/sub /data/sub/file /data/shadow /data/dangling /data/sub/outside; do [ "$(owner "$path")" = 911:911 ]; done
  assert_outside_untouched
  # right now: nothing to do, nothing said
  own -Rc abc:abc /data
  [ "$code" = 0 ]
  [ ! -s "$DIR/out" ]
  stop_container
  [ "$(exit_code)" = 0 ]
}

@test "E5 hard links: to a file outside left alone and named, inside the tree changed" {
  make_tree
  boot
  ln "$ROOT/etc/shadow" "$ROOT/data/shadow"
  ln "$ROOT/outside/secret" "$ROOT/data/sub/secret"
  ln "$ROOT/data/sub/file" "$ROOT/data/file"
  own -R abc:abc /data
  [ "$code" = 1 ]
  assert_out '^lsiown: warning: unable to change the owner of /data/shadow: .*links'
  assert_out '^lsiown: warning: unable to change the owner of /data/sub/secret: .*links'
  assert_out . 2
  [ "$(owner /data/file)" = 911:911 ]
  [ "$(owner /data/sub/file)" = 911:911 ]
  assert_outside_untouched
  # below what is named, all of them
  own -Rf abc:abc /data /outside
  [ "$code" = 1 ]
  [ ! -s "$DIR/out" ]
  [ "$(owner /outside/secret)" = 911:911 ]
  [ "$(stat -c %u:%g:%a "$ROOT/etc/shadow")" = 0:0:600 ]
}

@test "E5 hard links in the image's layer: each becomes a file of its own, each is changed" {
  mkdir "$DIR/layer/lower"
  mkdir "$DIR/layer/lower/data"
  echo x >"$DIR/layer/lower/data/one"
  ln "$DIR/layer/lower/data/one" "$DIR/layer/lower/data/two"
  umount "$ROOT"
  mount -t overlay -o "lowerdir=$DIR/layer/lower:$BASE,upperdir=$DIR/layer/upper,workdir=$DIR/layer/work" overlay "$ROOT"
  boot
  own -R abc:abc /data
  [ "$code" = 0 ]
  [ "$(owner /data/one)" = 911:911 ]
  [ "$(owner /data/two)" = 911:911 ]
}

@test "E5 a directory swapped for a link to /outside while it runs: nothing outside changes" {
  make_tree
  ln -s /outside "$ROOT/data/link"
  ln -s /outside/secret "$ROOT/data/sub/link"
  boot
  # a busybox has neither exchange nor a loop without forks: the two names are never there together
  in_container sh -c 'while [ ! -e /stop ]; do
      mv /data/sub /data/away; mv -T /data/link /data/sub; mv -T /data/sub /data/link; mv /data/away /data/sub
    done; rm /stop' 3>&- &
  for i in $(seq 60); do
    own -Rf "$((911 + i % 2))" /data
    [ "$code" -le 1 ]
    assert_outside_untouched
  done
  : >"$ROOT/stop"
  retry test ! -e "$ROOT/stop"
}

@test "a read-only mount below: one warning, the rest is done" {
  mkdir -p "$CONFIG/media" "$CONFIG/app/deep" "$DIR/media/films"
  touch "$CONFIG/app/deep/file" "$DIR/media/a" "$DIR/media/b" "$DIR/media/films/c"
  chown -R 0:0 "$CONFIG"
  # in this order
  boot --config none --mount "$CONFIG:/config" --mount "$DIR/media:/config/media:ro"
  own -R abc:abc /config
  [ "$code" = 1 ]
  assert_out '^lsiown: warning: unable to change the owner of /config/media(/.*)?: Read-only file system; .*host'
  assert_out . 1
  [ "$(owner_config app/deep/file)" = 911:911 ]
  [ "$(owner_config .)" = 911:911 ]
  [ "$(stat -c %u:%g "$DIR/media/a")" = 0:0 ]
}

@test "without the right to change owners: one warning and 1, -f says nothing" {
  make_tree
  boot --cap-drop CHOWN
  own -R abc:abc /data
  [ "$code" = 1 ]
  assert_out '^lsiown: warning: unable to change the owner of /data.*: Operation not permitted; '
  assert_out . 1
  own -Rf abc:abc /data
  [ "$code" = 1 ]
  [ ! -s "$DIR/out" ]
}

@test "names, numbers, and the forms of an owner" {
  make_tree
  boot
  own abc /data/sub/file
  [ "$code" = 0 ]
  [ "$(owner /data/sub/file)" = 911:0 ]
  own abc: /data/sub/file
  [ "$code" = 0 ]
  [ "$(owner /data/sub/file)" = 911:911 ]
  own root: /data/sub/file
  [ "$code" = 0 ]
  [ "$(owner /data/sub/file)" = 0:0 ]
  own :abc /data/sub/file
  [ "$code" = 0 ]
  [ "$(owner /data/sub/file)" = 0:911 ]
  own --verbose 4242:4343 -- /data/sub/file
  [ "$code" = 1 ] # the options had ended: -- is a path
  assert_out "^changed ownership of '/data/sub/file' from root:abc to 4242:4343$"
  own -v -- 4242:4343 /data/sub/file
  [ "$code" = 0 ]
  assert_out "^ownership of '/data/sub/file' retained as 4242:4343$"
  own --recursive --changes abc:abc /data
  [ "$code" = 0 ]
  assert_out "^changed ownership of '/data/sub/file' from 4242:4343 to abc:abc$"
  assert_out "^changed ownership of '/data(/sub)?' from root:root to abc:abc$" 2
  assert_out . 3
}

@test "a path that is a link" {
  make_tree
  ln -s /data "$ROOT/link"
  boot
  own -h 1000 /link
  [ "$code" = 0 ]
  [ "$(owner /link)" = 1000:0 ]
  [ "$(owner /data)" = 0:0 ]
  own -R 1001 /link
  [ "$code" = 0 ]
  [ "$(owner /link)" = 1001:0 ]
  [ "$(owner /data)" = 0:0 ]
  own 1002 /link
  [ "$code" = 0 ]
  [ "$(owner /link)" = 1001:0 ]
  [ "$(owner /data)" = 1002:0 ]
  [ "$(owner /data/sub)" = 0:0 ]
  own -RH 1003 /link
  [ "$code" = 0 ]
  [ "$(owner /link)" = 1001:0 ]
  [ "$(owner /data/sub/file)" = 1003:0 ]
  own -RL 1004 /link
  [ "$code" = 0 ]
  [ "$(owner /link)" = 1001:0 ]
  [ "$(owner /data/sub/file)" = 1004:0 ]
  assert_out '^lsiown: warning: -L: links inside the tree are not followed$'
}

@test "wrong use is 100 and one line, a missing path 1" {
  boot
  for arguments in '-x abc /config' '--lang abc /config' 'abc' '' 'nobody-here /config' 'abc:nobody-here /config' ': /config' '777: /config'; do
    # shellcheck disable=SC2086
    own $arguments
    [ "$code" = 100 ]
    assert_out '^lsiown: (fatal|usage): '
    assert_out . 1
  done
  own -R abc /nothing /config
  [ "$code" = 1 ]
  assert_out '^lsiown: warning: unable to change the owner of /nothing: No such file or directory$'
  assert_out . 1
  own --help
  [ "$code" = 0 ]
}

@test "a pass that lasts says so: a line on the terminal, which is gone at the end" {
  local slow=$DIR/layer/slow
  # each file is copied up before it is changed, which takes its time
  mkdir -p "$DIR/lower/many" "$slow" "$DIR/layer/slow.upper" "$DIR/layer/slow.work"
  (cd "$DIR/lower/many" && seq 60000 | xargs touch)
  mount -t overlay -o "lowerdir=$DIR/lower,upperdir=$DIR/layer/slow.upper,workdir=$DIR/layer/slow.work" overlay "$slow"
  boot --mount "$slow:/slow"
  script -qefc "runc --root ${DIR@Q}/state exec -t $ID lsiown -R abc:abc /slow" "$DIR/typescript" >"$DIR/screen" </dev/null
  grep -aE 'lsiown: info: /slow: [0-9]+ entries seen, [0-9]+ changed, [0-9]+/s' "$DIR/screen"
  # the line is erased in the end
  [ "$(tail -c 4 "$DIR/screen" | od -An -tx1 | tr -d ' ')" = 0d1b5b4b ]
  [ "$(stat -c %u "$slow/many/20000")" = 911 ]
}

@test "a script of the container's environment calls it; a stop comes while it runs" {
  mkdir -p "$CONFIG/many"
  (cd "$CONFIG/many" && seq 20000 | xargs touch)
  service owner <<'RUN'
#!/usr/bin/with-contenv sh
while lsiown -R abc:abc /config && lsiown -R 1000:1000 /config; do [ -e /owned ] || touch /owned; done
exec sleep 1000000
RUN
  boot
  retry test -e "$ROOT/owned"
  stop_container
  [ "$(exit_code)" = 0 ]
}
