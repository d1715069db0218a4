# shellcheck shell=bash
# The trees of tests/definitions, each as it stands in an image, with the daemons that they run: on lib.bash of the boot tests.

BOOT_IMAGE=daemons
# shellcheck source=tests/boot/lib.bash
source "${BASH_SOURCE[0]%/*}/../boot/lib.bash"

# definitions TREE: the image has it. Its files are root's, as a COPY makes them.
definitions() {
  cp -R --preserve=mode "$REPO/tests/definitions/$1/." "$ROOT/"
}

pid_of() { in_container s6-svstat -o pid "/run/service/$1"; }
# killed SERVICE, whose process was PID: another one has taken its place
has_another_pid() {
  local pid
  pid=$(pid_of "$1") && [ "$pid" -gt 0 ] && [ "$pid" != "$2" ]
}
kill_service() { # NAME SIGNAL: and wait until it is there again
  local pid
  pid=$(pid_of "$1")
  in_container kill -s "$2" "$pid"
  retry has_another_pid "$1" "$pid"
}
