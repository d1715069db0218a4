#!/usr/bin/env bats
# init-status: the boot graph, as lines, as JSON, as DOT.

load lib.bash
load definition.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

longrun() { definition "$1" longrun notification-fd=3 "run=#!/bin/sh
echo >&3
exec sleep 1000000" "${@:2}"; }

bundle_of() { # BUNDLE NAME...
  local name dir="$ROOT/etc/s6-overlay/s6-rc.d/$1"
  mkdir -p "$dir/contents.d"
  echo bundle >"$dir/type"
  for name in "${@:2}"; do : >"$dir/contents.d/$name"; done
}

GRAPH= # the last one that dot_graph has read

# Reads the graph: every line is of the few forms that there are, every node is there once, every edge between two of them.
dot_graph() { # [COMMAND...], by default init-status --graph in the container
  local string='([^"\\&]|\\\\|\\"|\\n|&amp;)*' word='"[a-z0-9,]+"' nodes
  [ $# -gt 0 ] || set -- in_container init-status --graph
  GRAPH=$("$@") || return
  [ "$(sed -n '1p;$p' <<<"$GRAPH")" = $'digraph boot {\n}' ] || { echo "no digraph: $GRAPH"; return 1; }
  sed '1d;$d' <<<"$GRAPH" | LC_ALL=C grep -vE "^  (node \[fontname=\"Helvetica\"\]|n[0-9]+ \[label=\"$string\", shape=$word, style=$word, fillcolor=$word\]|n[0-9]+ -> n[0-9]+)\$" &&
    { echo "strange lines, above"; return 1; }
  nodes=$(sed -n 's/^  \(n[0-9]*\) \[.*/\1/p' <<<"$GRAPH")
  [ -n "$nodes" ] && [ -z "$(sort <<<"$nodes" | uniq -d)" ] || { echo "no node, or one twice"; return 1; }
  sed -n 's/^  \(n[0-9]*\) -> \(n[0-9]*\)$/\1\n\2/p' <<<"$GRAPH" | sort -u | grep -vxF -f <(echo "$nodes") && { echo "edges to nowhere"; return 1; }
  return 0
}

dot_line() { grep -E "^  n[0-9]+ \[label=\"$1(\\\\n[0-9]+ ms)?\", " <<<"$GRAPH"; } # LABEL, a pattern: the node's line
dot_id() { dot_line "$1" | sed 's/^  \(n[0-9]*\) .*/\1/'; }
dot_has() { dot_line "$1" | grep -qF ", shape=\"$2\", $3"; } # LABEL SHAPE STYLE
dot_edge() { grep -qx "  $(dot_id "$1") -> $(dot_id "$2")" <<<"$GRAPH"; } # FROM TO

refute() { if "$@"; then return 1; fi; } # COMMAND...: it fails

# node NAME: kind, state and what it waits for, in the order of names
node() { report ".graph[] | select(.name == \"$1\") | [.kind, .state] + (.after | sort) | join(\" \")"; }

@test "the graph has each node with its kind, its state and what it waits for" {
  definition init-good oneshot needs=init-config
  definition init-config-end '' needs=init-good
  definition init-bad oneshot up=false needs=init-config
  definition init-blocked oneshot needs=init-bad
  definition init-aside oneshot
  longrun svc-web 'needs=init-services init-good'
  bundle_of both init-good svc-web
  bundle_of user both init-bad init-blocked
  start
  wait_log 'the boot is not complete'
  [ "$(node init-good)" = 'oneshot up init-config' ]
  [ "$(node init-config-end)" = 'stage up init-config init-crontab-config init-good' ]
  [ "$(node init-bad)" = 'oneshot failed init-config' ]
  [ "$(node init-blocked)" = 'oneshot blocked init-bad' ]
  [ "$(node init-aside)" = 'oneshot down' ]
  [ "$(node svc-web)" = 'longrun up init-good init-services' ]
  [ "$(node both)" = 'bundle up init-good svc-web' ]
  [ "$(node user)" = 'bundle blocked both init-bad init-blocked' ]
  [ "$(node keeper)" = 'longrun blocked legacy-services' ]
  report '.graph | map(select(.name == "init-good"))[0].ms >= 0'
  report '.graph | map(select(.name == "both"))[0] | has("ms") and .ms == null'
  in_container init-status | grep -E '^  init-good +oneshot +up +after init-config$'
  in_container init-status | grep -E '^  both +bundle +up +of init-good, svc-web$|^  both +bundle +up +of svc-web, init-good$'
  in_container init-status | grep -E '^  svc-web +ready +[0-9]+ +ms'
  dot_graph
  dot_has init-good ellipse 'style="filled", fillcolor="palegreen"'
  dot_has init-bad ellipse 'style="filled,bold", fillcolor="salmon"'
  dot_has init-blocked ellipse 'style="filled,dashed", fillcolor="mistyrose"'
  dot_has init-aside ellipse 'style="filled,dotted", fillcolor="lightgrey"'
  dot_has svc-web box3d 'style="filled"'
  dot_has both folder 'style="filled"'
  dot_has init-config-end box 'style="filled"'
  # from what comes first to what waits for it
  dot_edge init-config init-good
  dot_edge init-good init-config-end
  refute dot_edge init-good init-config
  dot_edge init-good both
}

@test "steps of the boot are left out, what runs through them is not" {
  boot
  report '[.graph[].name] - ["init-envfile", "init-adduser", "init-services"] | length > 0'
  for name in definitions stage2-hook settings umask user-remap own-config device-groups; do refute node "$name"; done
  # through what the account's steps wait for, and no edge more from the step that all stages wait for
  [ "$(node init-adduser)" = 'stage up init-migrations' ]
  [ "$(node init-migrations)" = 'stage up init-envfile' ]
  [ "$(node init-os-end)" = 'stage up init-adduser init-device-perms init-envfile' ]
  dot_graph
  dot_edge init-migrations init-adduser
  refute dot_edge init-envfile init-services
}

@test "the graph is for everybody who can read /run" {
  boot
  dot_graph in_container_as 12345:12345 init-status --graph
  dot_has keeper box3d 'style="filled", fillcolor="palegreen"'
  in_container_as 12345:12345 init-status --json | jq -e '.graph[] | select(.name == "keeper") | .state == "up"'
}

@test "while the container boots, the graph shows what is up and what waits" {
  mkfifo "$CONFIG/go"
  definition init-slow oneshot 'up=sh -c "touch /config/begun; read -r line </config/go"' needs=init-config
  definition init-after oneshot needs=init-slow
  bundle_of user init-after
  start
  retry test -e "$CONFIG/begun"
  [ "$(report .result)" = booting ]
  [ "$(node init-config)" = 'stage up init-os-end' ]
  [[ "$(node init-slow)" =~ ^oneshot\ (starting|waiting)\ init-config$ ]]
  [ "$(node init-after)" = 'oneshot waiting init-slow' ]
  [ "$(node user)" = 'bundle waiting init-after' ]
  dot_graph
  dot_has init-after ellipse 'style="filled,dashed", fillcolor="white"'
  echo >"$CONFIG/go"
  wait_log '^\[ls\.io-init\] done\.$'
  [ "$(node init-after)" = 'oneshot up init-slow' ]
  [ "$(node user)" = 'bundle up init-after' ]
}

@test "while a oneshot never ends, what has failed meanwhile and what that blocks are shown, and when the rest came up" {
  definition init-never oneshot 'up=sleep 1000000'
  definition init-bad oneshot up=/no/such/script
  definition init-after oneshot needs=init-bad
  definition init-good oneshot needs=init-config
  longrun svc-bad $'finish=#!/bin/sh\nexit 125'
  printf '#!/bin/sh\nexit 1\n' >"$ROOT/etc/s6-overlay/s6-rc.d/svc-bad/run"
  chmod 0755 "$ROOT/etc/s6-overlay/s6-rc.d/svc-bad/finish"
  bundle_of user init-never init-after init-good svc-bad
  start
  node_is() { [ "$(node "$1")" = "$2" ]; }
  retry node_is init-bad 'oneshot failed'
  retry node_is svc-bad 'longrun failed'
  retry node_is init-after 'oneshot blocked init-bad'
  [ "$(node init-never)" = 'oneshot starting' ]
  report '.graph[] | select(.name == "init-good") | .state == "up" and .ms != null'
  [ "$(report .result)" = booting ]
  [ "$(service_status init-after)" = blocked ]
  stop_container
}

@test "after s6-rc and s6-svc, the graph shows what is up now" {
  longrun svc-web
  definition init-aside oneshot
  bundle_of user svc-web
  boot
  [ "$(node svc-web)" = 'longrun up' ]
  in_container s6-rc -d change svc-web
  [ "$(node svc-web)" = 'longrun down' ]
  # a bundle is what is in it
  [ "$(node user)" = 'bundle down svc-web' ]
  in_container s6-rc -u change svc-web init-aside
  [ "$(node svc-web)" = 'longrun up' ]
  [ "$(node user)" = 'bundle up svc-web' ]
  [ "$(node init-aside)" = 'oneshot up' ]
  # behind the back of s6-rc
  in_container s6-svc -wD -d /run/service/svc-web
  [ "$(node svc-web)" = 'longrun down' ]
  in_container s6-svc -wU -u /run/service/svc-web
  [ "$(node svc-web)" = 'longrun up' ]
}

@test "no name of a definition breaks the graph" {
  local name names=('x"]; evil [label="y' 'a\' 'b\n' 'c\"' '&lt;d' '<b>e' 'f -> g' 'n0 -> n1' '}' 'up       12 ms' '#h' '; i' $'j\tk' $'l\el' 'ü' "$(printf 'm%.0s' {1..255})")
  for name in "${names[@]}"; do definition "$name" oneshot; done
  # what is no UTF-8, and differs in nothing else
  definition $'\xff' oneshot
  definition $'\xfe' oneshot
  definition init-last oneshot
  for name in "${names[@]}" $'\xff' $'\xfe'; do : >"$ROOT/etc/s6-overlay/s6-rc.d/init-last/dependencies.d/$name"; done
  bundle_of user init-last
  boot
  dot_graph
  [ "$(grep -c ' shape="ellipse", style="filled", fillcolor="palegreen"' <<<"$GRAPH")" = $((${#names[@]} + 3)) ]
  [ "$(grep -c -- "-> $(dot_id init-last)\$" <<<"$GRAPH")" = $((${#names[@]} + 2)) ]
  grep -F '[label="x\"]; evil [label=\"y\n' <<<"$GRAPH"
  grep -F '[label="a\\\n' <<<"$GRAPH"
  grep -F '[label="b\\n\n' <<<"$GRAPH"
  grep -F '[label="c\\\"\n' <<<"$GRAPH"
  grep -F '[label="&amp;lt;d\n' <<<"$GRAPH"
  grep -F '[label="j?k\n' <<<"$GRAPH"
  in_container init-status --json >"$DIR/json"
  for name in "${names[@]}"; do
    jq -e --arg name "$name" '.graph[] | select(.name == $name) | .kind == "oneshot" and .state == "up" and .ms >= 0' "$DIR/json" || { echo "not so: $name"; return 1; }
  done
  # no line more than there are nodes, nothing that a terminal would obey
  [ "$(in_container init-status | sed '1,/^graph:$/d' | wc -l)" = "$(jq '.graph | length' "$DIR/json")" ]
  [ "$(in_container init-status | sed '1,/^graph:$/d' | LC_ALL=C grep -c '[[:cntrl:]]')" = 0 ]
}

@test "without a graph or a report, init-status says so and exits 100" {
  local code=0
  boot
  rm "$(inside /run/s6-rc)/graph"
  in_container init-status --graph >"$DIR/out" 2>&1 || code=$?
  [ "$code" = 100 ]
  [ "$(cat "$DIR/out")" = 'init-status: fatal: there is no boot graph /run/s6-rc/graph: the boot has not come so far' ]
  # the rest is there all the same
  report '.result == "done" and .graph == []'
  in_container init-status | grep -E '^  keeper +up'
  echo nonsense >"$(inside /run/s6-rc)/graph"
  code=0
  in_container init-status --graph >"$DIR/out" 2>&1 || code=$?
  [ "$code" = 111 ]
  in_container init-status 2>"$DIR/out" | grep -E '^  keeper +up'
  grep '^init-status: warning: unable to read the boot graph in /run/s6-rc: ' "$DIR/out"
  rm "$(inside /run/s6)/boot-report.json"
  for option in --graph --json ''; do
    code=0
    in_container init-status $option >"$DIR/out" 2>&1 || code=$?
    [ "$code" = 100 ]
    [ "$(cat "$DIR/out")" = 'init-status: fatal: there is no boot report /run/s6/boot-report.json: was this container booted by stillroot?' ]
  done
}
