#!/usr/bin/env bats
# What a node of the boot graph costs does not grow with their number. Instructions are counted, by cachegrind, never times: a step that goes
# through all nodes for each of them makes many nodes dearer than few.

load lib.bash
setup_file() { boot_setup_file; }
setup() {
  [ "$IMAGE" = busybox ] || skip 'the same program'
  boot_setup
  counted_root
}
teardown() { [ "$IMAGE" != busybox ] || boot_teardown; }

VALGRIND=/usr/libexec/valgrind
TOOL=cachegrind-$(dpkg --print-architecture)-linux
COUNT="/count/$TOOL --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null --vgdb=no"

# init, and what it becomes before it executes s6-svscan, is run by cachegrind's own program, which is static; valgrind itself is a launcher.
counted_root() {
  mkdir -p "$ROOT/count/bin" "$DIR/counts"
  ln -s /usr/lib/stillroot/stillroot "$ROOT/count/bin/init"
  ln -s /usr/lib/stillroot/stillroot "$ROOT/count/bin/s6-rc"
  ln -s /usr/lib/stillroot/stillroot "$ROOT/count/bin/init-status"
  cp "$VALGRIND/$TOOL" "$VALGRIND/default.supp" "$ROOT/count/"
  rm "$ROOT/init"
  printf '#!/bin/sh\nexport VALGRIND_LAUNCHER=/count/launcher VALGRIND_LIB=/count\nexec %s --log-file=/counts/%%p /count/bin/init "$@"\n' "$COUNT" >"$ROOT/init"
  chmod 0755 "$ROOT/init"
  mkdir "$ROOT/counts"
}

# tree KIND N: so many oneshots that wait for one another (chain), or for nothing (wide), or after one that fails (blocked), or longruns
tree() {
  local dir="$ROOT/etc/s6-overlay/s6-rc.d" i name
  rm -rf "$dir" && mkdir -p "$dir/user/contents.d" && echo bundle >"$dir/user/type"
  for ((i = 1; i <= $2; i++)); do
    name="$dir/n$i"
    mkdir -p "$name/dependencies.d"
    : >"$dir/user/contents.d/n$i"
    case $1 in
      longruns)
        echo longrun >"$name/type"
        printf '#!/bin/sh\nexec sleep 1000000\n' >"$name/run"
        chmod 0755 "$name/run"
        continue ;;
      blocked) [ "$i" -gt 1 ] || echo false >"$name/up" ;;
    esac
    echo oneshot >"$name/type"
    [ -e "$name/up" ] || echo true >"$name/up"
    [ "$1" = wide ] || [ "$i" = 1 ] || : >"$name/dependencies.d/n$((i - 1))"
  done
}

# instructions FILE: what cachegrind has counted, when the process has ended
instructions() {
  retry grep -qs 'I *refs:' "$1" || return
  sed -n 's/.*I *refs: *\([0-9,]*\).*/\1/p' "$1" | tr -d ,
}

stage2() { grep -lE 'Parent PID: 1$' -r "$ROOT/counts"; } # the file of what process 1 has forked

# counted NAME COMMAND...: in the container; adds its instructions to the file NAME
counted() {
  # shellcheck disable=SC2086
  in_container env VALGRIND_LAUNCHER=/count/launcher VALGRIND_LIB=/count $COUNT --log-file="/counts/$1" "/count/bin/$2" "${@:3}" >"$DIR/out"
  instructions "$ROOT/counts/$1" >>"$DIR/counts/$1"
}

# measure KIND N...: boots each, from few nodes to many, and stops all of it by s6-rc
measure() {
  local n
  for n in "${@:2}"; do
    tree "$1" "$n"
    start
    wait_log "^\[ls\.io-init\] done\.\$|the boot is not complete"
    instructions "$(stage2)" >>"$DIR/counts/boot"
    counted status init-status --json
    counted graph init-status --graph
    counted stop s6-rc -da change
    stop_container
    find "$ROOT/counts" -type f -delete
  done
}

# assert_flat N0 N1 N2 NAME...: from N0 to N2 nodes a node costs hardly more than from N0 to N1: trees get deeper, but nothing goes through all
# nodes for each of them. That would be some 4 instructions for each: little beside what the boot does for a node, much beside what others do.
assert_flat() {
  local what counts few many percent
  for what in "${@:4}"; do
    mapfile -t counts <"$DIR/counts/$what"
    few=$(((counts[1] - counts[0]) / ($2 - $1))) many=$(((counts[2] - counts[0]) / ($3 - $1)))
    echo "$what: $few instructions for each of $2 nodes, $many for each of $3"
    percent=120
    [ "$what" != boot ] || percent=110
    [ "$few" -gt 0 ] && [ $((many * 100)) -le $((few * percent)) ] || return
  done
}

@test "a thousand oneshots in a chain cost each what a hundred cost" { # bats test_tags=slow
  measure chain 0 100 1000
  assert_flat 0 100 1000 boot status graph stop
}

@test "a thousand oneshots that wait for nothing cost each what a hundred cost" { # bats test_tags=slow
  measure wide 0 100 1000
  assert_flat 0 100 1000 boot status graph stop
}

@test "a thousand oneshots that cannot start cost each what a hundred cost" { # bats test_tags=slow
  measure blocked 1 100 1000
  assert_flat 1 100 1000 boot status graph
}

@test "four hundred longruns cost each what forty cost" { # bats test_tags=slow
  measure longruns 0 40 400
  assert_flat 0 40 400 boot status graph stop
}
