#!/usr/bin/env bats
# What a node of the boot graph, a variable, a line of passwd cost does not grow with their number. Instructions are counted, by cachegrind, never
# times: a step that goes through all of them for each makes many dearer than few.

load lib.bash
load counts.bash
setup_file() { boot_setup_file; }
setup() {
  [ "$IMAGE" = busybox ] || skip 'the same program'
  boot_setup
  counted_root
}
teardown() { [ "$IMAGE" != busybox ] || boot_teardown; }

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
    echo "$what: $few instructions for each of $2, $many for each of $3"
    percent=120
    [ "$what" != boot ] || percent=112
    [ "$few" -gt 0 ] && [ $((many * 100)) -le $((few * percent)) ] || return
  done
}

@test "a thousand oneshots in a chain cost each what a hundred cost" {
  measure chain 0 100 1000
  assert_flat 0 100 1000 boot status graph stop
}

@test "a thousand oneshots that wait for nothing cost each what a hundred cost" {
  measure wide 0 100 1000
  assert_flat 0 100 1000 boot status graph stop
}

@test "a thousand oneshots that cannot start cost each what a hundred cost" {
  measure blocked 1 100 1000
  assert_flat 1 100 1000 boot status graph
}

@test "four hundred longruns cost each what forty cost" {
  measure longruns 0 40 400
  assert_flat 0 40 400 boot status graph stop
}

# boots KIND N...: boots each, from few to many
boots() {
  local n i
  for n in "${@:2}"; do
    local options=()
    case $1 in
      variables) for ((i = 0; i < n; i++)); do options+=(-e "VARIABLE_$i=the value of a variable"); done ;;
      # the last line is that of the user who is remapped
      passwd)
        awk -v n="$n" 'BEGIN { for (i = 1; i <= n; i++) printf "user%d:x:%d:%d::/home/user%d:/bin/false\n", i, i + 2000, i + 2000, i }' >"$DIR/passwd"
        cat "$BASE/etc/passwd" >>"$DIR/passwd"
        cp "$DIR/passwd" "$ROOT/etc/passwd"
        cp "$BASE/etc/group" "$ROOT/etc/group"
        options=(-e PUID=1000) ;;
      services) for ((i = 1; i <= n; i++)); do service "s$i" notification-fd=3 <<<$'#!/bin/sh\necho >&3\nexec sleep 1000000'; done ;;
    esac
    counted_boot "${options[@]}"
    instructions_of init >>"$DIR/counts/init"
    instructions_of stage2 >>"$DIR/counts/stage2"
  done
}

@test "ten thousand variables cost each what a thousand cost" {
  boots variables 10 1000 10000
  assert_flat 10 1000 10000 init stage2
}

@test "a hundred thousand lines of passwd cost each what ten thousand cost" {
  boots passwd 10 10000 100000
  assert_flat 10 10000 100000 stage2
}

@test "four hundred services of services.d cost each what forty cost" {
  boots services 0 40 400
  assert_flat 0 40 400 init stage2
}
