#!/usr/bin/env bats
# fix-attrs.d: owners and modes as the image's files there have them, on trees that an application may have prepared.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

DEPRECATED='^fix-attrs: warning: fix-attrs is deprecated, please fix volume permissions in your container manager instead$'

# fix NAME LINE...: a file of fix-attrs.d
fix() {
  mkdir -p "$ROOT/etc/fix-attrs.d"
  printf '%s\n' "${@:2}" >"$ROOT/etc/fix-attrs.d/$1"
}

attributes() { stat -c %u:%g:%a "$(inside "$1")"; }

# like assert_boot, for a boot of which a line of fix-attrs.d failed
assert_incomplete() {
  wait_log 'the boot is not complete'
  [ "$(report .result)" = failed ]
  [ "$(stage_status fix-attrs)" = failed ]
  [ "$(service_status keeper)" = up ]
  assert_running
}

@test "lines are applied in the order of files and lines, with the remapped abc; comments are not" {
  mkdir -p "$ROOT/srv/tree/sub" "$ROOT/srv/other"
  touch "$ROOT/srv/tree/sub/file" "$ROOT/srv/tree/.hidden" "$ROOT/srv/other/file"
  fix 1-second '/srv/tree/sub/f* false root:abc 4711 0700'
  fix 05-first '# a comment' '' '/srv/tree true abc 0640 0750' '/srv/o*er false 12:34 0600 0700' '/srv/none true abc 0644 0755'
  boot -e PUID=1234 -e PGID=1235
  assert_boot rw "$DEPRECATED"
  [ "$(attributes /srv/tree)" = 1234:1235:750 ]
  [ "$(attributes /srv/tree/sub)" = 1234:1235:750 ]
  [ "$(attributes /srv/tree/sub/file)" = 0:1235:4711 ]
  [ "$(attributes /srv/tree/.hidden)" = 0:0:644 ]
  [ "$(attributes /srv/other)" = 12:34:700 ]
  [ "$(attributes /srv/other/file)" = 0:0:644 ]
  [ "$(grep -E '^fix-attrs: info' "$LOG")" = $'fix-attrs: info: applying /etc/fix-attrs.d/05-first\nfix-attrs: info: applying /etc/fix-attrs.d/1-second' ]
  assert_log "$DEPRECATED"
}

@test "without files there: no word" {
  mkdir "$ROOT/etc/fix-attrs.d"
  boot
  assert_boot rw
  refute_log fix-attrs
}

@test "S6_VERBOSITY decides what is said" {
  fix one '/srv false root 0644 0755'
  boot -e S6_VERBOSITY=1
  assert_log "$DEPRECATED"
  refute_log 'fix-attrs: info'
  stop_container
  boot -e S6_VERBOSITY=0
  refute_log fix-attrs
}

@test "S6_FIX_ATTRS_HIDDEN: names with a dot in front count too" {
  mkdir -p "$ROOT/srv/tree/.d"
  touch "$ROOT/srv/tree/.d/file"
  fix one '/srv/tree true abc 0640 0750'
  boot -e S6_FIX_ATTRS_HIDDEN=1
  assert_boot rw "$DEPRECATED"
  [ "$(attributes /srv/tree/.d/file)" = 911:911:640 ]
}

@test "an account that does not exist: its fallback; without one the line is named, the others are applied" {
  mkdir -p "$ROOT/srv/one" "$ROOT/srv/two" "$ROOT/srv/three"
  fix file '/srv/one false nobody-here,32768:32769 0644 0755' '/srv/two false nobody-here 0644 0755' '/srv/three false abc 0644 0700'
  start
  assert_incomplete
  assert_log '^rc: warning: fix-attrs: /etc/fix-attrs.d/file:2: no account nobody-here$'
  [ "$(attributes /srv/one)" = 32768:32769:755 ]
  [ "$(attributes /srv/two)" = 0:0:755 ]
  [ "$(attributes /srv/three)" = 911:911:700 ]
}

@test "lines that are wrong are named with their numbers" {
  fix file '/srv true abc' 'srv true abc 0644 0755' '' '/srv false abc 0888 0755'
  start
  assert_incomplete
  assert_log '^rc: warning: fix-attrs: /etc/fix-attrs.d/file:1: .*five words.*, /etc/fix-attrs.d/file:2: .*absolute.*, /etc/fix-attrs.d/file:4: .*octal'
}

@test "a hostile tree: links are not followed, a hard link is left alone with a warning" {
  mkdir -p "$CONFIG/tree/sub" "$ROOT/srv/precious"
  touch "$ROOT/srv/precious/file" "$CONFIG/tree/mine"
  ln -s /srv/precious "$CONFIG/tree/dir"
  ln -s /etc/shadow "$CONFIG/tree/file"
  ln -s /srv/precious "$CONFIG/top"
  touch "$CONFIG/secret"
  chmod 600 "$CONFIG/secret"
  ln "$CONFIG/secret" "$CONFIG/tree/sub/link"
  chown -hR 911:911 "$CONFIG/tree" "$CONFIG/top"
  chown 0:0 "$CONFIG/secret"
  chown 911:911 "$CONFIG"
  fix one '/config/tree true abc 0644 0755' '/config/top true abc 0644 0755' '/config/top/fil? false abc 0666 0777'
  touch "$ROOT/etc/shadow"
  chmod 600 "$ROOT/etc/shadow"
  before=$(stat -c %u:%g:%a:%Z "$ROOT/etc/shadow")
  start
  assert_incomplete
  assert_log '^rc: warning: /etc/fix-attrs.d/one:1: /config/tree/sub/link left as it is: it has another hard link'
  assert_log '^rc: warning: fix-attrs: /etc/fix-attrs.d/one:3: /config/top/fil\?: a symbolic link on the way'
  [ "$(stat -c %u:%g:%a "$CONFIG/secret")" = 0:0:600 ]
  [ "$(stat -c %u:%g:%a:%Z "$ROOT/etc/shadow")" = "$before" ]
  [ "$(attributes /srv/precious)" = 0:0:755 ]
  [ "$(attributes /srv/precious/file)" = 0:0:644 ]
  [ "$(attributes /config/tree/mine)" = 911:911:644 ]
}

@test "root's own link on the way counts" {
  mkdir -p "$ROOT/srv/real"
  touch "$ROOT/srv/real/file"
  ln -s /srv/real "$ROOT/srv/link"
  fix one '/srv/link/file false abc 0600 0700'
  boot
  assert_boot rw "$DEPRECATED"
  [ "$(attributes /srv/real/file)" = 911:911:600 ]
}

@test "read-only root: what is right is silent, what is not is one line, a volume is changed" {
  mkdir -p "$ROOT/srv/right" "$ROOT/srv/wrong" "$CONFIG/tree"
  touch "$ROOT/srv/wrong/one" "$ROOT/srv/wrong/two"
  fix one '/srv/right true root 0644 0755' '/srv/wrong true abc 0644 0755' '/config/tree true abc 0644 0700'
  boot --read-only --run noexec
  assert_boot ro "$DEPRECATED"'|read-only file system$'
  assert_log '^rc: info: fix-attrs skipped in part: /etc/fix-attrs.d/one:2: /srv/wrong/.* and 2 more: read-only file system$'
  assert_log 'skipped' 1
  [ "$(attributes /config/tree)" = 911:911:700 ]
}

@test "a profile has its own fix-attrs.d" {
  mkdir -p "$ROOT/etc/cont-profile.d/other/fix-attrs.d" "$ROOT/etc/cont-profile.d/other/services.d"
  cp -R "$ROOT/etc/services.d/keeper" "$ROOT/etc/cont-profile.d/other/services.d/"
  mkdir -p "$ROOT/srv/one" "$ROOT/srv/two"
  fix one '/srv/one false abc 0644 0755'
  echo '/srv/two false abc 0644 0755' >"$ROOT/etc/cont-profile.d/other/fix-attrs.d/one"
  boot -e S6_RUNTIME_PROFILE=other
  [ "$(attributes /srv/one)" = 0:0:755 ]
  [ "$(attributes /srv/two)" = 911:911:755 ]
  assert_log '^fix-attrs: info: applying /etc/cont-profile.d/other/fix-attrs.d/one$'
}
