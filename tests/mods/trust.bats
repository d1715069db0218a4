#!/usr/bin/env bats
# What is not believed: answers that are not what their digest says, layers that mean harm. And no file that is half there, whenever it all ends.

load lib.bash
setup_file() {
  mods_setup_file
  # of a million entries and 10 GB: made once
  local kind
  for kind in "${KINDS[@]}"; do
    "$REPO/tests/mods/hostile" "$kind" "$BATS_FILE_TMPDIR/hostile.tar"
    push "hostile/$kind:1" --compress zstd "$BATS_FILE_TMPDIR/hostile.tar"
    rm "$BATS_FILE_TMPDIR/hostile.tar"
  done
}
teardown_file() { mods_teardown_file; }
setup() { mods_setup; }
teardown() { mods_teardown; }

# as tests/mods/hostile has them, with what is said
declare -A REASONS=(
  [dotdot]='usr/\.\./\.\./escape: it leads out of the root'
  [absolute]='/escape: it is absolute'
  [link-up]='usr/share/mod/link: it is a link that leads out of the root'
  [link-through]='usr/share/mod/link/escape: it is in what is no directory of the layer'
  [link-replaced]='usr/share/mod/'
  [hard-out]='usr/share/mod/link: it '
  [hard-root]='usr/share/mod/link: it is a hard link to what is no file of the layer'
  [hard-link]='usr/share/mod/hard: it is a hard link to what is no file of the layer'
  [device]='usr/share/mod/device: it is neither a file nor a link nor a directory'
  [block]='usr/share/mod/device: it is neither'
  [fifo]='usr/share/mod/fifo: it is neither'
  [whiteout]='etc/\.wh\.passwd: it is a whiteout'
  [opaque]='etc/\.wh\.\.wh\.\.opq: it is a whiteout'
  [control]='its name has control characters'
  [utf8]='its name is no UTF-8'
  [long]='it is too long'
  [state]='var/lib/stillroot'
  [many]='too many'
  [sparse]='usr/share/mod/hostile-sparse: the layer unpacks to more than'
  [damaged]=''
  [short]=''
  [none]=''
)
mapfile -t KINDS < <(printf '%s\n' "${!REASONS[@]}" | sort)

@test "hostile layers: each is refused by name, nothing of it is in the root, the one that is good is applied" {
  local kind mods=() before
  mod good/good:1 good
  for kind in "${KINDS[@]}"; do mods+=("$PLAIN/hostile/$kind:1"); done
  before=$(sha256sum "$ROOT"/etc/{passwd,group})
  fail_with "$(joined "${mods[@]}" "$PLAIN/good/good:1")"
  for kind in "${KINDS[@]}"; do assert_unable "$PLAIN/hostile/$kind:1" "${REASONS[$kind]}"; done
  assert_marks good
  [ -z "$(find "$ROOT" -xdev -name '*escape*' -not -path '*/proc/*' -newer "$SERVERS/net" -print -quit)" ]
  [ "$(sha256sum "$ROOT"/etc/{passwd,group})" = "$before" ]
  assert_no_staging
}

@test "what is no one's but root's: owners, set-user-id and writable for all are not taken from a layer; links within it are" {
  local dir
  dir=$(layer own "$(mark plain)=x")
  cp "$dir/$(mark plain)" "$dir/$(mark set-id)"
  chmod 6777 "$dir/$(mark set-id)"
  mkdir -m 1777 "$dir/$(mark sticky)"
  ln -s plain "$dir/$(mark link)"
  ln -s /etc/hostname "$dir/$(mark absolute)"
  ln "$dir/$(mark plain)" "$dir/$(mark twin)"
  tar -C "$dir" --owner=1000 --group=1000 -cf "$BATS_TEST_TMPDIR/own.tar" usr
  push own/mod:1 "$BATS_TEST_TMPDIR/own.tar"
  boot_with "$PLAIN/own/mod:1"
  assert_marks absolute link plain set-id sticky twin
  [ "$(cd "$ROOT/usr/share/mod" && stat -c '%n %u:%g %a' plain set-id sticky twin)" = 'plain 0:0 644
set-id 0:0 755
sticky 0:0 755
twin 0:0 644' ]
  [ "$(readlink "$ROOT/$(mark link)" "$ROOT/$(mark absolute)")" = $'plain\n/etc/hostname' ]
  cmp "$ROOT/$(mark plain)" "$ROOT/$(mark twin)"
}

# nested N: JSON that is deep
nested() { printf '%0*d' "$1" 0 | tr 0 '['; }

@test "bytes that are not what the digest says, a layer that ends in the middle each time, manifests that are none: named, nothing in the root" {
  local kind pinned mods=()
  for kind in layer cut large nested text html; do mod "wrong/$kind:1" "$kind"; done
  pinned=$(mod wrong/pinned:1 pinned)
  nested 100000 >"$BATS_TEST_TMPDIR/nested"
  { printf '{"schemaVersion":2,"x":"'; head -c 5000000 /dev/zero | tr '\0' x; printf '"}'; } >"$BATS_TEST_TMPDIR/large"
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":"none"}' >"$BATS_TEST_TMPDIR/text"
  echo '<html>log in to this network</html>' >"$BATS_TEST_TMPDIR/html"
  faults '/layer/blobs/ wrong' '/cut/blobs/ truncate' '/pinned/manifests/ wrong' \
    "/large/manifests/ file $BATS_TEST_TMPDIR/large application/vnd.oci.image.manifest.v1+json" \
    "/nested/manifests/ file $BATS_TEST_TMPDIR/nested application/vnd.oci.image.manifest.v1+json" \
    "/text/manifests/ file $BATS_TEST_TMPDIR/text application/vnd.oci.image.manifest.v1+json" \
    "/html/manifests/ file $BATS_TEST_TMPDIR/html text/html"
  for kind in layer cut large nested text html; do mods+=("$PROXY/wrong/$kind:1"); done
  mkdir -m 0755 "$ROOT/modcache"
  fail_with "$(joined "${mods[@]}" "$PROXY/wrong/pinned@$pinned")"
  assert_unable "$PROXY/wrong/layer:1" 'is not what its digest says \(sha256:[0-9a-f]{64}\)'
  assert_unable "$PROXY/wrong/pinned@$pinned" "is not what its digest says \\($pinned\\)"
  assert_unable "$PROXY/wrong/cut:1" 'not whole.*; '
  assert_unable "$PROXY/wrong/large:1" 'sends more than'
  assert_unable "$PROXY/wrong/nested:1" ''
  assert_unable "$PROXY/wrong/text:1" ''
  assert_unable "$PROXY/wrong/html:1" ''
  assert_marks
  assert_no_staging
  stop_container
  # what has come wrong is not kept: as soon as it is right, it is applied
  faults
  boot_with "$PROXY/wrong/layer:1|$PROXY/wrong/pinned@$pinned"
  assert_marks layer pinned
}

@test "errors that pass: 500 for the manifest, the token and the layer, a connection that ends in the middle; applied in the end" {
  mod passing/status:1 status
  mod passing/cut:1 cut
  faults '2 /status/manifests/ status 500' '1 /status/blobs/ status 503' '1 /cut/blobs/ truncate' '1 /cut/manifests/ status 429'
  boot_with "$PROXY/passing/status:1|$PROXY/passing/cut:1"
  assert_boot rw
  assert_marks cut status
  [ "$(requests '/status/manifests/')" = 3 ]
  [ "$(requests '/status/blobs/')" = 2 ]
  [ "$(requests '/cut/blobs/')" = 2 ]
}

@test "no room: named, nothing is half there, the boot goes on; the next one, with room, applies it" {
  local dir
  dir=$(layer big "$(mark big)=x")
  # unpacked, more than the root has left; packed, little
  for n in 1 2 3 4; do head -c 10000000 /dev/zero >"$dir/$(mark "big-$n")"; done
  push room/big:1 "$dir"
  mod room/good:1 good
  fail_with "$PLAIN/room/big:1|$PLAIN/room/good:1"
  assert_unable "$PLAIN/room/big:1" 'No space left on device.*; free some space'
  assert_marks good
  assert_no_staging
  stop_container
  mount -o remount,size=128m "$DIR/layer"
  boot_with "$PLAIN/room/big:1|$PLAIN/room/good:1"
  assert_marks big big-1 big-2 big-3 big-4 good
}

FILES=2000

# content VERSION: a mod of many files, all the same in one version
content() {
  local dir=$BATS_TEST_TMPDIR/layers/$1
  mkdir -p "$dir/usr/share/many"
  head -c 2000 /dev/zero | tr '\0' "$1" >"$BATS_TEST_TMPDIR/$1"
  # shellcheck disable=SC2046
  (cd "$dir/usr/share/many" && tee $(seq -w 0 $((FILES - 1))) <"$BATS_TEST_TMPDIR/$1" >/dev/null)
  push "kill/many:$1" "$dir"
}

# tagged VERSION: what is asked for is that
tagged() {
  local url=http://127.0.0.1:5000/v2/kill/many/manifests type=application/vnd.oci.image.manifest.v1+json
  in_net curl -sSf -H "Accept: $type" "$url/$1" | in_net curl -sSf -X PUT -H "Content-Type: $type" --data-binary @- "$url/1"
}

# how many files are of which version; one that is of neither is a failure
count_versions() {
  local a b
  a=$(sha256sum <"$BATS_TEST_TMPDIR/a") b=$(sha256sum <"$BATS_TEST_TMPDIR/b")
  (cd "$ROOT/usr/share/many" && sha256sum ./* | awk -v a="${a%% *}" -v b="${b%% *}" '
    $1 == a { of_a++; next } $1 == b { of_b++; next } { print "neither: " $0; bad = 1 }
    END { print of_a + 0, of_b + 0; exit bad || of_a + of_b != '"$FILES"' }')
}

@test "killed at any moment of applying: each file is the old or the new one, whole; the next start goes on, the last one has it all" {
  local try wait version versions kinds=''
  content a
  content b
  tagged a
  boot_with "$PLAIN/kill/many:1"
  stop_container
  [ "$(count_versions)" = "$FILES 0" ]
  for ((try = 0; try < 16; try++)); do
    # what is said; then, that so many files are staged; then, in steps, that a file is in its place
    case $try in
      0) wait=(--log '\[mod-init\] Adding') ;;
      1) wait=(--log '\[mod-init\] Downloading') ;;
      [2-4]) wait=(--count "$DIR/layer/upper/$STATE/staging" $(((try - 2) * FILES / 3 + 1))) ;;
      5 | 6) wait=(--log '\[mod-init\] (Installing|Finishing)') ;;
      *) wait=(--replaced "$DIR/layer/upper/usr/share/many/$(printf '%04d' $(((try - 7) * FILES / 9)))") ;;
    esac
    version=b
    [ $((try % 2)) -eq 0 ] || version=a
    tagged $version
    start_with "$PLAIN/kill/many:1"
    "$REPO/tests/mods/killer" "$(init_pid)" "$LOG" "${wait[@]}"
    retry ended
    versions=$(count_versions) || { echo "$versions"; return 1; }
    kinds+="$versions;"
  done
  echo "of a and b after each: $kinds"
  tagged b
  boot_with "$PLAIN/kill/many:1"
  assert_boot rw
  [ "$(count_versions)" = "0 $FILES" ]
  assert_no_staging
  # at least one has been killed between two files
  [[ $kinds =~ (^|;)[1-9][0-9]*\ [1-9] ]]
}

@test "killed, or told to stop, while it downloads: nothing is there, and the next start has it" {
  local signal
  mod kill/slow:1 slow "usr/share/slow=$(head -c 200000 /dev/urandom | base64 -w 0)"
  for signal in KILL TERM; do
    forget_mods
    rm -f "$ROOT/usr/share/slow"
    requests_forget
    faults '/blobs/ slow 20000'
    start_with "$PROXY/kill/slow:1"
    wait_log '^\[mod-init\] Downloading '
    retry have_requests '/blobs/'
    stop_container "$signal"
    [ "$signal" = KILL ] || { refute_log 'killed' && assert_no_staging; }
    [ ! -e "$ROOT/usr/share/slow" ]
    assert_marks
    faults
    boot_with "$PROXY/kill/slow:1"
    assert_marks slow
    assert_no_staging
    stop_container
  done
}
