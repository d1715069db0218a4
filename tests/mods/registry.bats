#!/usr/bin/env bats
# Where mods come from: references, tokens, certificates, redirects, proxies; and what an image may look like.

bats_require_minimum_version 1.5.0
load lib.bash
setup_file() { mods_setup_file; }
teardown_file() { mods_teardown_file; }
setup() { mods_setup; }
teardown() { mods_teardown; }

@test "references: tag, none, digest, both; a registry with a port, with TLS, with tokens; long names: all are applied, none is asked for twice" {
  local one two mods=()
  mod team/tag:v1.2_x-y tag
  mod team/none:latest none
  one=$(mod team/digest:x digest)
  # the digest counts, whatever the tag is
  two=$(mod team/both:x both)
  mod team/both:x other
  mod team/tls:1 tls
  mod team/token:1 token
  mod deep/er/and__deep-er/na.me:1 deep
  mods=("$PLAIN/team/tag:v1.2_x-y" "$PLAIN/team/none" "127.0.0.1:5000/team/digest@$one" "$PLAIN/team/both:x@$two" registry.test:5443/team/tls:1
    registry.test:5446/team/token:1 "$PROXY/deep/er/and__deep-er/na.me:1")
  boot_with "$(joined "${mods[@]}")"
  assert_boot rw
  assert_marks both deep digest none tag tls token
  assert_applied "${mods[@]}"
  assert_log '^\[mod-init\] Running Docker Modification Logic$'
  assert_log '^\[mod-init\] Adding localhost:5000/team/none to container$'
  assert_log '^\[mod-init\] Downloading registry\.test:5443/team/tls:1 from registry\.test:5443$'
  assert_log '^\[mod-init\] Installing localhost:5001/deep/er/and__deep-er/na\.me:1$'
  in_order 'Running Docker Modification' 'Adding localhost:5000/team/tag' 'Installing localhost:5000/team/tag' 'team/tag.* applied' \
    'Installing localhost:5000/team/none' '^\[ls\.io-init\] done'
  # of one registry with the other: the manifest, and once again with a token; the layer
  [ "$(requests 'GET /v2/team/token/' "$TOKENREQUESTS")" = 3 ]
  [ "$(requests 'GET /v2/deep/.*/manifests/1$')" = 1 ]
  [ "$(requests 'GET /v2/deep/.*/blobs/')" = 1 ]
  assert_no_staging
}

# hosts: who was asked for manifests, each once
hosts() { grep '^GET .*/manifests/' "$PUBLICREQUESTS" | sed 's|^GET /v2/\(.*\)/manifests/.*"host": "\([^"]*\)".*|\2 \1|' | sort -u; }

@test "names without a registry are docker.io's; the family's mods come from lscr.io, unless DOCKER_MODS_FORCE_REGISTRY" {
  local wanted='linuxserver/mods:hub|ghcr.io/linuxserver/mods:ghcr|someone/mods:one|official:1|ghcr.io/someone/mods:two|lscr.io/linuxserver/mods:own'
  mod linuxserver/mods:hub hub
  mod linuxserver/mods:ghcr ghcr
  mod linuxserver/mods:own own
  mod someone/mods:one one
  mod someone/mods:two two
  mod library/official:1 official
  boot_with "$wanted"
  assert_marks ghcr hub official one own two
  [ "$(hosts)" = 'ghcr.io someone/mods
lscr.io linuxserver/mods
registry-1.docker.io library/official
registry-1.docker.io someone/mods' ]
  assert_log '^\[mod-init\] Downloading linuxserver/mods:hub from lscr\.io$'
  stop_container
  forget_mods
  requests_forget
  boot_with "$wanted" -e DOCKER_MODS_FORCE_REGISTRY=true
  assert_marks ghcr hub official one own two
  [ "$(hosts)" = 'ghcr.io linuxserver/mods
ghcr.io someone/mods
lscr.io linuxserver/mods
registry-1.docker.io library/official
registry-1.docker.io linuxserver/mods
registry-1.docker.io someone/mods' ]
}

@test "images: OCI's media types and Docker's; gzip, zstd, none; an index of several architectures with attestations, in either form" {
  local how names=() mods=()
  other=arm64
  [ "$(uname -m)" = x86_64 ] && own=amd64 || own=arm64 other=amd64
  for how in gzip zstd none; do
    push "formats/$how:oci" --compress "$how" "$(layer "oci-$how" "$(mark "oci-$how")=x")"
    push "formats/$how:docker" --docker --compress "$how" "$(layer "docker-$how" "$(mark "docker-$how")=x")"
    mods+=("$PLAIN/formats/$how:oci" "$PLAIN/formats/$how:docker")
    names+=("oci-$how" "docker-$how")
  done
  layer other "$(mark other)=x"
  for how in oci docker; do
    names+=("index-$how")
    mods+=("$PLAIN/formats/index:$how")
    layer "index-$how" "$(mark "index-$how")=x"
    how=${how/oci/}
    push "formats/index:${how:-oci}" ${how:+--docker} --index --attestations "$other=$BATS_TEST_TMPDIR/layers/other" \
      "$own=$BATS_TEST_TMPDIR/layers/index-${how:-oci}" "riscv64=$BATS_TEST_TMPDIR/layers/other"
  done
  boot_with "$(joined "${mods[@]}")"
  assert_boot rw
  mapfile -t names < <(printf '%s\n' "${names[@]}" | sort)
  assert_marks "${names[@]}"
}

@test "images and names that are none: each is one warning that says what is wrong, the others are applied, the boot goes on" {
  mod good/good:1 good
  push bad/arch:1 --index "s390x=$(layer s390x "$(mark bad)=x")"
  push bad/layers:1 "$(layer first "$(mark bad)=x")" "$(layer second "$(mark bad)=x")"
  mod private/mod:1 bad
  # a reference has no blanks, and what is between blanks is a reference
  fail_with "$PLAIN/bad/arch:1|$PLAIN/bad/layers:1|$PLAIN/bad/tag:none|registry.test:5444/private/mod:1|$PLAIN/Upper/x:1|http://$PLAIN/a/b|$PLAIN/a/b@sha256:12|$PLAIN/a/b:|registry.test:99999/a/b|-a/b|$PLAIN/good/good:1||$PLAIN/a//b"
  assert_marks good
  assert_unable "$PLAIN/bad/arch:1" 's390x'
  assert_unable "$PLAIN/bad/layers:1" '2 layers'
  assert_unable "$PLAIN/bad/tag:none" '404.*; correct'
  assert_unable registry.test:5444/private/mod:1 '401|403'
  assert_unable "$PLAIN/Upper/x:1" 'upper case.*; correct'
  assert_unable "http://$PLAIN/a/b" 'it is a URL'
  assert_unable "$PLAIN/a/b@sha256:12" 'its digest'
  assert_unable "$PLAIN/a/b:" 'its tag is empty'
  assert_unable registry.test:99999/a/b 'registry'
  assert_unable -a/b 'its name'
  assert_unable "$PLAIN/a//b" 'its name'
  assert_log 'unable to apply ' 11
  assert_no_staging
}

@test "tokens: a server that has none to give, or nonsense; a challenge that cannot be understood: named" {
  mod tokens/mod:1 mod
  printf '403\n{}' >"$SERVERS/token.answer"
  fail_with registry.test:5444/tokens/mod:1
  assert_unable registry.test:5444/tokens/mod:1 '403'
  stop_container
  printf '200\n{"token": "\\u0000\\n", "access_token": 5}' >"$SERVERS/token.answer"
  fail_with registry.test:5444/tokens/mod:1
  assert_unable registry.test:5444/tokens/mod:1 'auth\.test:5445/token has no token'
  stop_container
  rm "$SERVERS/token.answer"
  mod a/a:1 mod
  mod a/b:1 mod
  mod a/c:1 mod
  faults '/a/a/ challenge Bearer realm="file:///etc/passwd"' '/a/b/ challenge Bearer realm="unended' '/a/c/ challenge Basic realm="x"'
  fail_with "$(joined "$PROXY"/a/{a,b,c}:1)"
  assert_unable "$PROXY/a/a:1" 'WWW-Authenticate'
  assert_unable "$PROXY/a/b:1" 'WWW-Authenticate'
  assert_unable "$PROXY/a/c:1" 'password'
  assert_marks
}

@test "TLS: a registry whose CA the image does not have, or whose name is another; one without TLS that is not of this machine: one line each" {
  mod tls/mod:1 mod
  mod tls/good:1 good
  fail_with "wrong.test:5443/tls/mod:1|registry.test:5000/tls/mod:1|$PLAIN/tls/good:1"
  assert_unable wrong.test:5443/tls/mod:1 'certificate'
  assert_unable registry.test:5000/tls/mod:1 'TLS|SSL'
  assert_marks good
  stop_container
  cp "$BASE/etc/ssl/certs/ca-certificates.crt" "$ROOT/etc/ssl/certs/"
  fail_with "registry.test:5443/tls/mod:1|registry.test:5444/tls/mod:1"
  assert_unable registry.test:5443/tls/mod:1 'certificate.*CA'
  assert_unable registry.test:5444/tls/mod:1 'certificate.*CA'
  refute_log 'curl: \('
}

@test "a layer that lies elsewhere: another host gets no token; from TLS to none is refused" {
  mod away/mod:1 mod
  mod away/less:1 less
  printf '%s\n' '/away/mod/blobs/ redirect https://mirror.test:5447' '/away/less/blobs/ redirect http://mirror.test:5001' >"$TOKENFAULTS"
  serve mirror "$REPO/tests/mods/proxy" --faults /dev/null --log "$SERVERS/mirror.requests" --tls "$SERVERS/server" 5447 http://127.0.0.1:5000
  server_answers mirror https://registry.test 5447
  : >"$SERVERS/mirror.requests"
  fail_with 'registry.test:5446/away/mod:1|registry.test:5446/away/less:1'
  server_stop mirror
  : >"$TOKENFAULTS"
  assert_marks mod
  assert_unable registry.test:5446/away/less:1 ''
  [ "$(requests 'GET /v2/away/mod/blobs/' "$SERVERS/mirror.requests")" = 1 ]
  grep 'GET /v2/away/mod/blobs/' "$TOKENREQUESTS" | grep -q '"authorization": "Bearer '
  run ! grep -i 'authorization' "$SERVERS/mirror.requests"
  [ "$(requests 'GET /v2/away/less/blobs/' "$REQUESTS")" = 0 ]
}

@test "proxies of the environment are used; what a user's curl is told is not" {
  mod proxies/mod:1 mod
  mod proxies/tls:1 tls
  mkdir -p "$ROOT/root" "$ROOT/curlhome"
  printf 'proxy = http://localhost:1\nmax-time = 0.001\n' | tee "$ROOT/root/.curlrc" "$ROOT/curlhome/.curlrc" >"$ROOT/etc/.curlrc"
  boot_with "$PLAIN/proxies/mod:1|registry.test:5443/proxies/tls:1" -e http_proxy=http://localhost:5001 -e https_proxy=http://localhost:5001 \
    -e no_proxy=auth.test -e HOME=/root -e CURL_HOME=/curlhome
  assert_marks mod tls
  have_requests '^GET http://localhost:5000/v2/proxies/mod/'
  have_requests '^CONNECT registry\.test:5443'
}

@test "DOCKER_MODS_DEBUG: each request is a line, and no token is in one" {
  mod debug/mod:1 mod
  boot_with registry.test:5444/debug/mod:1 -e DOCKER_MODS_DEBUG=true
  assert_log '^\[mod-init\] .*https://registry\.test:5444/v2/debug/mod/manifests/1: 401'
  assert_log '^\[mod-init\] .*https://auth\.test:5445/token\?.*: 200'
  assert_log '^\[mod-init\] .*https://registry\.test:5444/v2/debug/mod/manifests/1 .*: 200'
  assert_log '^\[mod-init\] .*https://registry\.test:5444/v2/debug/mod/blobs/sha256:.*: 200'
  # a JWT's beginning
  refute_log 'eyJ'
  stop_container
  boot_with registry.test:5444/debug/mod:1
  refute_log 'https://'
}

@test "curl is not in the image: a warning says what to do" {
  local n
  rm "$ROOT/usr/bin/curl"
  # more than one: a process that is to get one may find curl gone before or behind what it tells it
  fail_with "$(joined "$PLAIN"/curl/{a,b,c,d,e,f}:1)"
  for n in a b c d e f; do assert_unable "$PLAIN/curl/$n:1" 'curl is not in the image; install'; done
  assert_marks
}
