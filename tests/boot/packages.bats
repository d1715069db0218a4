#!/usr/bin/env bats
# init-mods-package-install: what mods have written into the two lists is installed by the image's package manager and by pip.

load lib.bash
load definition.bash
setup_file() { boot_setup_file; }
setup() {
  boot_setup
  # the image's own: each test says what there is
  local name
  for name in usr/bin/{apt-get,apk,dnf,dnf5,pacman,python3} usr/sbin/{apk,pacman} lsiopy etc/os-release; do rm -rf "${ROOT:?}/$name"; done
  REPO_LIST=$ROOT/mod-repo-packages-to-install.list PIP_LIST=$ROOT/mod-pip-packages-to-install.list
}
teardown() { boot_teardown; }

FRONTEND='DEBIAN_FRONTEND=noninteractive'
LATER='the lists stay, so that the next start of the container tries again'

# program PATH [DO]: one that says in /config/calls how it was called, and does DO; it exits with what stands in /config/exit.NAME
program() {
  mkdir -p "$ROOT/${1%/*}"
  cat >"$ROOT/$1" <<RUN
#!/bin/sh
echo "\$0 \$*\${DEBIAN_FRONTEND:+ DEBIAN_FRONTEND=\$DEBIAN_FRONTEND}" >>/config/calls
${2-}
exit \$(cat "/config/exit.\${0##*/}" 2>/dev/null)
RUN
  chmod 0755 "$ROOT/$1"
}

# a venv's python3 is the one that has made it
python() {
  # shellcheck disable=SC2016
  program usr/bin/python3 '[ "$2" != venv ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/python3" && [ -e /config/no-pip ] || : >"$3/bin/pip"; }'
}

exits() { echo "$2" >"$CONFIG/exit.$1"; } # NAME CODE

# assert_calls LINE...: these, in this order, and no others
assert_calls() { diff <(printf '%s\n' "$@") "$CONFIG/calls"; }
refute_calls() { [ ! -e "$CONFIG/calls" ] || { cat "$CONFIG/calls"; return 1; }; }

assert_installed() { [ ! -e "$REPO_LIST" ] && [ ! -e "$PIP_LIST" ] && [ "$(stage_status init-mods-package-install)" = 'done' ]; }

# assert_incomplete REASON: the one warning, a pattern. The container has gone on, and says of nothing that it is done.
assert_incomplete() {
  wait_log 'the boot is not complete'
  assert_log "^rc: warning: init-mods-package-install: $1; $LATER\$"
  refute_log '^\[ls\.io-init\] done\.'
  assert_running
  [ "$(service_status keeper)" = up ]
  [ "$(stage_status init-mods-package-install)" = failed ]
  [ "$(stage_status init-custom-files)" = 'done' ]
}

@test "apt-get: the lists of packages, then what stands in the list, without asking; the list is removed" {
  program usr/bin/apt-get 'echo "the output of apt-get $1"; echo "and its errors" >&2; cat'
  printf '  one two\n\nthree\t four>=4:amd64\n five' >"$REPO_LIST"
  service environment <<<$'#!/usr/bin/with-contenv sh\necho "frontend ${DEBIAN_FRONTEND-none}"\nexec sleep 1000000'
  boot
  assert_boot rw 'and its errors'
  assert_calls "/usr/bin/apt-get update $FRONTEND" \
    "/usr/bin/apt-get install -y --no-install-recommends one two three four>=4:amd64 five $FRONTEND"
  assert_installed
  in_order '^\[mod-init\] \*\*\*\* Installing all mod packages \*\*\*\*$' '^the output of apt-get update$' '^the output of apt-get install$'
  assert_log '^and its errors$' 2
  refute_log 'pip packages'
  # it is apt-get's alone
  assert_log '^frontend none$'
  stop_container
  # nothing is left to do
  rm "$CONFIG/calls"
  boot
  assert_boot rw
  refute_calls
  refute_log 'mod-init'
}

@test "apk, dnf and pacman, wherever they are" {
  local path
  for path in usr/sbin/apk usr/bin/apk usr/bin/dnf usr/bin/dnf5 usr/bin/pacman usr/sbin/pacman; do
    program "$path"
    echo one two >"$REPO_LIST"
    rm -f "$CONFIG/calls"
    boot
    assert_boot rw
    case "$path" in
      # the first is found through the link that /sbin is
      usr/sbin/apk) assert_calls '/sbin/apk add --no-cache one two' ;;
      */apk) assert_calls "/$path add --no-cache one two" ;;
      */dnf*) assert_calls "/$path install -y --setopt=install_weak_deps=False --best one two" ;;
      *) assert_calls "/$path -Sy --noconfirm one two" ;;
    esac
    assert_installed
    stop_container
    rm "$ROOT/$path"
  done
}

@test "pip: a venv with what that takes where there is none, then the packages" {
  local path python_package
  for path in usr/bin/apt-get usr/sbin/apk usr/bin/dnf usr/bin/pacman; do
    program "$path"
    python
    echo 'one==1.0 two' >"$PIP_LIST"
    rm -rf "$CONFIG/calls" "$ROOT/lsiopy"
    boot
    assert_boot rw
    case "$path" in *apt-get) python_package=python3-venv ;; *pacman) python_package=python ;; *) python_package=python3 ;; esac
    grep -q " $python_package\( $FRONTEND\)\?\$" "$CONFIG/calls"
    # behind the manager's
    diff <(grep -A9 python3' -m' "$CONFIG/calls") - <<'CALLS'
/usr/bin/python3 -m venv /lsiopy
/lsiopy/bin/python3 -m pip install -U pip wheel setuptools
/lsiopy/bin/python3 -m pip install one==1.0 two
CALLS
    assert_installed
    assert_log '^\[mod-init\] \*\*\*\* Installing all pip packages \*\*\*\*$'
    refute_log 'all mod packages'
    stop_container
    rm "$ROOT/$path"
  done
}

@test "pip: where there is a venv, it is used, and the manager is left alone; wheels are LinuxServer.io's for their systems" {
  program usr/bin/apt-get
  python
  program lsiopy/bin/python3
  : >"$ROOT/lsiopy/bin/pip"
  echo one >"$PIP_LIST"
  printf 'NAME="Ubuntu"\nID=ubuntu\n' >"$ROOT/etc/os-release"
  boot
  assert_boot rw
  assert_calls '/lsiopy/bin/python3 -m pip install -U pip wheel setuptools' \
    '/lsiopy/bin/python3 -m pip install -f https://wheel-index.linuxserver.io/ubuntu/ one'
  stop_container
  rm "$CONFIG/calls" "$ROOT/usr/bin/apt-get" "$ROOT/lsiopy/bin/pip"
  # one that is half made is made anew
  program usr/sbin/apk
  printf 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.1\n' >"$ROOT/etc/os-release"
  echo curl >"$REPO_LIST"
  echo one >"$PIP_LIST"
  boot
  assert_boot rw
  assert_calls '/sbin/apk add --no-cache curl python3' '/usr/bin/python3 -m venv /lsiopy' \
    '/lsiopy/bin/python3 -m pip install -U pip wheel setuptools' \
    '/lsiopy/bin/python3 -m pip install -f https://wheel-index.linuxserver.io/alpine-3.20/ one'
}

@test "what fails is said once, with its exit code; the rest is tried, the container goes on, the next start tries again" {
  program usr/bin/apt-get
  python
  echo one >"$REPO_LIST"
  echo two >"$PIP_LIST"
  exits apt-get 3
  boot_incomplete() { start && assert_incomplete "$1"; }
  boot_incomplete 'apt-get update exited 3, apt-get install exited 3'
  [ "$(wc -l <"$CONFIG/calls")" = 5 ]
  [ -e "$REPO_LIST" ] && [ -e "$PIP_LIST" ]
  [ "$(report '.stages[] | select(.name == "init-mods-package-install") | .reason')" = "apt-get update exited 3, apt-get install exited 3; $LATER" ]
  stop_container
  [ "$(exit_code)" = 0 ]
  rm "$CONFIG"/{calls,exit.apt-get}
  exits python3 4
  boot_incomplete 'pip install -U exited 4, pip install exited 4'
  [ -e "$REPO_LIST" ] && [ -e "$PIP_LIST" ]
  stop_container
  rm -r "$CONFIG"/{calls,exit.python3} "$ROOT/lsiopy"
  # a venv without pip
  : >"$CONFIG/no-pip"
  boot_incomplete 'there is no pip in /lsiopy to install the packages of /mod-pip-packages-to-install.list'
  stop_container
  rm "$CONFIG"/{calls,no-pip}
  boot
  assert_boot rw
  [ "$(grep -c . "$CONFIG/calls")" = 5 ]
  assert_installed
}

@test "a program that cannot be executed is a failure" {
  printf '#!/no/such/interpreter\n' >"$ROOT/usr/bin/dnf"
  chmod 0755 "$ROOT/usr/bin/dnf"
  echo one >"$REPO_LIST"
  start
  assert_incomplete 'dnf install exited 127'
  assert_log '^rc: warning: unable to exec /usr/bin/dnf: '
}

@test "words that would be options, or have control characters, are refused by name; the others are installed" {
  program usr/bin/apt-get
  python
  printf 'one -oDpkg::Pre-Invoke::=evil --purge two' >"$REPO_LIST"
  printf 'three\0-four\nfi\033ve six\r\n' >"$PIP_LIST"
  start
  assert_incomplete '/mod-repo-packages-to-install.list has what is no name of a package \(2 of them, the first is -oDpkg::Pre-Invoke::=evil\): refused, '\
'/mod-pip-packages-to-install.list has what is no name of a package \(3 of them, the first is three\?-four\): refused'
  grep -qx "/usr/bin/apt-get install -y --no-install-recommends one two $FRONTEND" "$CONFIG/calls"
  refute_log 'all pip packages'
  [ -e "$REPO_LIST" ] && [ -e "$PIP_LIST" ]
}

@test "lists that are no files, or too long, are said and not followed; an empty one is nothing to do" {
  program usr/bin/apt-get
  echo secret >"$ROOT/secret"
  ln -s secret "$REPO_LIST"
  mkdir "$PIP_LIST"
  start
  assert_incomplete 'unable to read /mod-repo-packages-to-install.list: Too many levels of symbolic links, '\
'unable to read /mod-pip-packages-to-install.list: Is a directory'
  stop_container
  refute_calls
  rm "$REPO_LIST"
  rmdir "$PIP_LIST"
  mkfifo "$PIP_LIST"
  head -c 65537 /dev/zero | tr '\0' 'a' >"$REPO_LIST"
  start
  assert_incomplete 'unable to read /mod-repo-packages-to-install.list: File too large, '\
'unable to read /mod-pip-packages-to-install.list: Invalid argument'
  stop_container
  refute_calls
  rm "$PIP_LIST"
  printf ' \n\n' >"$REPO_LIST"
  : >"$PIP_LIST"
  boot
  assert_boot rw
  refute_calls
  refute_log 'mod-init'
  assert_installed
}

@test "a list as long as may be: all of its names" {
  # shellcheck disable=SC2016
  program usr/bin/pacman 'echo "$# words, the last is $(eval echo "\${$#}")"'
  yes a | head -n 32767 >"$REPO_LIST"
  printf z >>"$REPO_LIST"
  boot
  assert_boot rw
  assert_log '^32770 words, the last is z$'
  assert_installed
}

@test "no package manager: one warning that names what there could be; pip works without where python is there" {
  echo one >"$REPO_LIST"
  start
  assert_incomplete 'none of apt-get, apk, dnf and pacman is in the image to install the packages of /mod-repo-packages-to-install.list'
  assert_log '^rc: warning: '
  [ -e "$REPO_LIST" ]
  stop_container
  rm "$REPO_LIST"
  echo two >"$PIP_LIST"
  python
  boot
  assert_boot rw
  assert_calls '/usr/bin/python3 -m venv /lsiopy' '/lsiopy/bin/python3 -m pip install -U pip wheel setuptools' '/lsiopy/bin/python3 -m pip install two'
  assert_installed
}

@test "read-only root, a read-only /usr, another user: skipped with one line that names the lists" {
  program usr/bin/apt-get
  echo one >"$REPO_LIST"
  echo two >"$PIP_LIST"
  boot --mount "$ROOT/usr:/usr:ro"
  assert_boot rw 'info: init-mods-package-install skipped'
  assert_log '^rc: info: init-mods-package-install skipped: /usr is not writable \(Read-only file system\): /mod-repo-'
  refute_log 'mod-init'
  stop_container
  boot --read-only --run exec
  assert_boot ro 'info: init-mods-package-install skipped'
  assert_log '^rc: info: init-mods-package-install skipped: the root file system is read-only: /mod-repo-packages-to-install.list; /mod-pip-packages-to-install.list$'
  refute_log 'mod-init'
  stop_container
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
  boot --user 1000:1000 --run 1777
  assert_boot nonroot-rw
  assert_log '^rc: info: init-mods-package-install skipped: not running as root: /mod-repo-'
  refute_log 'mod-init'
  refute_calls
  [ -e "$REPO_LIST" ] && [ -e "$PIP_LIST" ]
}

@test "a oneshot before the stage asks for packages, one behind it finds them" {
  # shellcheck disable=SC2016
  program usr/bin/apt-get '[ "$1" = update ] || { sleep 0.3; echo "$*" >/installed; }'
  definition mod-one oneshot 'up=sh -c "echo one two >>/mod-repo-packages-to-install.list"' needs=init-mods
  definition mod-two oneshot 'up=sh -c "echo three >>/mod-repo-packages-to-install.list"' needs='init-mods mod-one'
  definition init-mods-package-install '' needs='mod-one mod-two'
  definition mod-after oneshot 'up=sh -c "echo found: $(cat /installed)"' needs=init-mods-package-install
  mkdir -p "$ROOT/etc/s6-overlay/s6-rc.d/user/contents.d"
  echo bundle >"$ROOT/etc/s6-overlay/s6-rc.d/user/type"
  touch "$ROOT/etc/s6-overlay/s6-rc.d/user/contents.d/mod-"{one,two,after}
  boot
  assert_boot rw
  assert_log '^found: install -y --no-install-recommends one two three$'
  assert_installed
}

@test "L7 SIGTERM while apt-get works: gone at once, nothing left; the next start begins anew" {
  program usr/bin/apt-get 'echo working; [ -e /config/quick ] || { sleep 1000000 & exec sleep 1000000; }'
  echo one >"$REPO_LIST"
  # a grace without end: what SIGTERM does not end would never be killed
  start -e S6_KILL_GRACETIME=4294967295
  wait_log '^working$'
  stop_container
  [ "$(exit_code)" = 0 ]
  assert_log '^rc: warning: init-mods-package-install: .*: ended by the stop$'
  refute_log '^\[(services|ls).*\] done\.$'
  [ -e "$REPO_LIST" ]
  : >"$CONFIG/quick"
  boot
  assert_boot rw 'ended by the stop'
  assert_installed
}

# machine_programs PROGRAM...: those of this machine, with the libraries that they load, where the image has none, or busybox's; it is of the
# same release
machine_programs() {
  local program file
  for program in "$@"; do
    program=$(command -v "$program")
    for file in "$program" $(ldd "$program" | grep -o '/[^ ]*'); do
      [ -f "$ROOT$file" ] && [ ! -L "$ROOT$file" ] || install -D -m 0755 "$file" "$ROOT$file"
    done
  done
}

@test "the real apt-get installs a package from a repository in the image" {
  local deb
  machine_programs apt-get dpkg dpkg-deb dpkg-split dpkg-query tar ldconfig /usr/lib/apt/methods/{file,copy,store}
  mkdir -p "$ROOT"/etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d} "$ROOT"/var/lib/apt/lists/partial \
    "$ROOT"/var/cache/apt/archives/partial "$ROOT"/var/lib/dpkg/{info,updates,triggers} "$ROOT"/{var/log/apt,usr/share,repo}
  # what the architectures are called
  cp -R /usr/share/dpkg "$ROOT/usr/share/"
  [ -e "$ROOT/var/lib/dpkg/status" ] || : >"$ROOT/var/lib/dpkg/status"
  echo 'deb [trusted=yes] file:/repo ./' >"$ROOT/etc/apt/sources.list"
  # what it writes in pieces, to both of its outputs, would stand in the middle of other lines
  printf 'quiet "2";\nAPT::Sandbox::User "root";\n' >"$ROOT/etc/apt/apt.conf.d/99quiet"

  mkdir -p "$DIR/deb/DEBIAN" "$DIR/deb/usr/bin"
  printf 'Package: greeting\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@example>\nDescription: greets\n' >"$DIR/deb/DEBIAN/control"
  printf '#!/bin/sh\necho greetings\n' >"$DIR/deb/usr/bin/greeting"
  # shellcheck disable=SC2016
  printf '#!/bin/sh\necho "configured, $DEBIAN_FRONTEND"\n' >"$DIR/deb/DEBIAN/postinst"
  chmod 0755 "$DIR/deb/usr/bin/greeting" "$DIR/deb/DEBIAN/postinst"
  deb=$ROOT/repo/greeting_1.0_all.deb
  dpkg-deb --root-owner-group --build "$DIR/deb" "$deb" >/dev/null
  {
    cat "$DIR/deb/DEBIAN/control"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n' "${deb##*/}" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d ' ' -f 1)"
  } >"$ROOT/repo/Packages"

  echo greeting >"$REPO_LIST"
  mkdir "$ROOT/custom-cont-init.d"
  printf '#!/bin/sh\ngreeting\n' >"$ROOT/custom-cont-init.d/10-greet"
  chmod 0755 "$ROOT/custom-cont-init.d/10-greet"
  boot
  # dpkg writes to a terminal
  assert_log '^configured, noninteractive.?$'
  assert_log '^greetings$'
  assert_installed
  in_container dpkg-query -W -f '${Status}\n' greeting | grep -qx 'install ok installed'
  stop_container
  # one that is in no repository
  echo no-such-package >"$REPO_LIST"
  start
  assert_incomplete 'apt-get install exited 100'
}
