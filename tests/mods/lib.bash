# shellcheck shell=bash
# Docker mods from real registries: on lib.bash of the boot tests, with the registries of registry.bash. For bats: load it, call mods_setup_file,
# mods_teardown_file, mods_setup and mods_teardown from the hooks of the same names.

BOOT_IMAGE=mods
# shellcheck source=tests/boot/lib.bash
source "${BASH_SOURCE[0]%/*}/../boot/lib.bash"
# shellcheck source=tests/mods/registry.bash
source "${BASH_SOURCE[0]%/*}/registry.bash"

# shellcheck disable=SC2034
PLAIN=localhost:5000 PROXY=localhost:5001
STATE=var/lib/stillroot # in the root

mods_setup_file() {
  boot_setup_file
  registries_start
}
mods_teardown_file() { registries_stop; }

# name resolution and trust, as the image's maker gives them
root_joins_net() {
  printf '%s\n' "$HOSTS" >"$ROOT/etc/hosts"
  cat "$CA" >>"$ROOT/etc/ssl/certs/ca-certificates.crt"
}

mods_setup() {
  boot_setup
  root_joins_net
  faults
  requests_forget
}

mods_teardown() {
  boot_teardown
  [ ! -e "${SECOND-}" ] || (other_container && boot_teardown)
  # what a test has ended
  [ -e "$SERVERS/plain.pid" ] || plain_start
  rm -f "$SERVERS/token.answer"
}

# Another container, with a root of its own: in a subshell, all functions mean that one.
other_container() {
  DIR=$BATS_TEST_TMPDIR/other/boot
  ROOT=$DIR/rootfs LOG=$DIR/log ID=stillroot-$$-$BATS_TEST_NUMBER-other
}
make_other_container() {
  SECOND=$BATS_TEST_TMPDIR/other/boot
  (BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR/other && boot_setup && root_joins_net)
}

# layer NAME PATH=CONTENT...: a directory at layers/NAME of the test, whose path is said; files are executable where they begin with #!
layer() {
  local dir=$BATS_TEST_TMPDIR/layers/$1 item file
  for item in "${@:2}"; do
    file=$dir/${item%%=*}
    mkdir -p "$(dirname "$file")"
    printf '%s\n' "${item#*=}" >"$file"
    case ${item#*=} in '#!'*) chmod 0755 "$file" ;; esac
  done
  echo "$dir"
}

# A mod puts a file of its own at this path, of its name.
mark() { echo "usr/share/mod/$1"; }

# mod REPOSITORY:TAG NAME [PATH=CONTENT...]: pushed, with its mark; says the manifest's digest
mod() {
  local dir
  rm -rf "$BATS_TEST_TMPDIR/layers/$2"
  dir=$(layer "$2" "$(mark "$2")=$1" "${@:3}")
  push "$1" "$dir" | sed -n 's/^manifest //p'
}

assert_marks() { # NAME...: all that there are, sorted
  local found
  found=$(cd "$ROOT/usr/share/mod" 2>/dev/null && printf '%s ' *) || true
  [ "$found" = "${*:+$* }" ] || { echo "in the root: $found; not: $*"; return 1; }
}

joined() { # A|B|C
  local IFS='|'
  echo "$*"
}

# start_with MODS [OPTION...]: MODS joined as DOCKER_MODS has them; boot_with: and wait until all is done; fail_with: until the boot is said not to be complete
start_with() { start --join "network:$NET" -e "DOCKER_MODS=$1" "${@:2}"; }
boot_with() { boot --join "network:$NET" -e "DOCKER_MODS=$1" "${@:2}"; }
fail_with() {
  start_with "$@"
  wait_log 'the boot is not complete'
  assert_goes_on
}
# some mod is not there: the services are, and no marker says that all is well
assert_goes_on() {
  [ "$(service_status keeper)" = up ]
  refute_log '^\[ls\.io-init\] done\.$'
  assert_running
}

# as a pattern
quoted() { sed 's/[.[*^$+?(){|\\]/\\&/g' <<<"$1"; }

assert_applied() { # MOD...: each in this boot
  local mod
  for mod in "$@"; do
    assert_log "^\\[mod-init\\] $(quoted "$mod") applied to container\$"
  done
}
assert_unable() { # MOD CAUSE: by one line, which is a warning; CAUSE is a pattern
  assert_log "^mods: warning: unable to apply $(quoted "$1"): .*($2)"
  assert_log "unable to apply $(quoted "$1"):"
  refute_log "^\\[mod-init\\] $(quoted "$1") applied"
}

# forget_mods: the root is as it was before it had any, but for what they have beside their marks
forget_mods() { rm -rf "$ROOT/usr/share/mod" "${ROOT:?}/$STATE"; }

# nothing is left of what a boot was at
assert_no_staging() {
  local left
  left=$(find "$ROOT/$STATE/staging" "$ROOT/$STATE/work" -mindepth 1 2>/dev/null || true)
  [ -z "$left" ] || { echo "left: $left"; return 1; }
}

# kill_container: as the machine's failure would, at once, with all that runs in it
kill_container() {
  signal_container KILL
  retry ended
}
