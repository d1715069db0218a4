# shellcheck shell=bash
# Image roots to bake, small ones: nothing in them is ever run. For bats: each test has one at $ROOT, and $DIR around it.

REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
STILLROOT=$REPO/${BOOT_BUILD:-build}/stillroot

# What init-bake needs to find.
root_setup() {
  local program
  DIR=$BATS_TEST_TMPDIR ROOT=$BATS_TEST_TMPDIR/root
  mkdir -p "$ROOT"/{etc,usr/bin}
  for program in s6-svscan s6-supervise execlineb sh; do install -m 0755 /dev/null "$ROOT/usr/bin/$program"; done
  ln -s usr/bin "$ROOT/bin"
  install -D -m 0755 "$STILLROOT" "$ROOT/usr/lib/stillroot/stillroot"
  ln -s usr/lib/stillroot/stillroot "$ROOT/init"
  for program in with-contenv printcontenv lsiown init-status init-bake; do ln -s ../lib/stillroot/stillroot "$ROOT/usr/bin/$program"; done
  echo 'root:x:0:0:root:/root:/bin/sh' >"$ROOT/etc/passwd"
  echo 'root:x:0:' >"$ROOT/etc/group"
}

bake() { "$STILLROOT" init-bake "$@"; }

# bake_under "STRACE-OPTION..." ARGUMENT...
bake_under() {
  local options
  read -ra options <<<"$1"
  strace -o "$DIR/strace" "${options[@]}" "$STILLROOT" init-bake "${@:2}"
}

# Every name below a directory with all that is to be kept of it; times of files and links only.
listing() { # DIR
  (cd "$1" && find . -mindepth 1 \( -type d -printf '%p %y %m %U:%G\n' -o -printf '%p %y %m %U:%G %T@ %l\n' \) | sort
    find . -type f -print0 | sort -z | xargs -0r sha256sum)
}

# file PATH [CONTENT]: below $ROOT; what it is executed with is the caller's
file() {
  mkdir -p "$(dirname "$ROOT/$1")"
  printf '%s' "${2-}" >"$ROOT/$1"
}

DEFINITIONS=etc/s6-overlay/s6-rc.d

# definition NAME TYPE [FILE=CONTENT...]: what is called run, finish or check is executable; user has it
definition() {
  local name=$1 item
  file "$DEFINITIONS/$name/type" "$2"
  file "$DEFINITIONS/user/contents.d/$name"
  for item in "${@:3}"; do
    file "$DEFINITIONS/$name/${item%%=*}" "${item#*=}"
    case ${item%%=*} in run | finish | data/check) chmod 0755 "$ROOT/$DEFINITIONS/$name/${item%%=*}" ;; esac
  done
}
