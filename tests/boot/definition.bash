# shellcheck shell=bash
# Definitions of services in the image, for tests of what they do together. Source it after lib.bash.

# definition NAME TYPE [FILE=CONTENT...]: FILE needs: what it depends on; no TYPE: there is no such file
definition() {
  local dir="$ROOT/etc/s6-overlay/s6-rc.d/$1" file name
  mkdir -p "$dir/dependencies.d"
  [ -z "$2" ] || echo "$2" >"$dir/type"
  for file in "${@:3}"; do
    [ "${file%%=*}" != needs ] || { for name in ${file#*=}; do : >"$dir/dependencies.d/$name"; done; continue; }
    printf '%s\n' "${file#*=}" >"$dir/${file%%=*}"
  done
  [ "$2" != oneshot ] || [ -e "$dir/up" ] || : >"$dir/up"
  for file in run finish; do [ ! -e "$dir/$file" ] || chmod 0755 "$dir/$file"; done
}
