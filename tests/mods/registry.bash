# shellcheck shell=bash
# Registries for the tests: Debian's docker-registry, real ones, in a network namespace of the test's own that containers join, all on one
# storage: what is pushed to the one is in the others. Source it behind
# lib.bash of the boot tests; wants $BATS_FILE_TMPDIR. registries_start in setup_file, registries_stop
# in teardown_file.
#
#   localhost:5000          plain HTTP, anonymous: what pushes go to
#   registry.test:5443      TLS, anonymous
#   registry.test:5444      TLS, with tokens of tests/mods/token, which is https://auth.test:5445/token
#   localhost:5001          plain HTTP, tests/mods/proxy before the first: faults as $FAULTS says, requests in $REQUESTS
#   registry.test:5446      TLS, the same before the one with tokens: faults as $TOKENFAULTS says, requests in $TOKENREQUESTS
#   registry-1.docker.io, lscr.io, ghcr.io: TLS, the same; requests in $PUBLICREQUESTS
#   blackhole.test          an address whose packets vanish

SERVERS=$BATS_FILE_TMPDIR/servers
NET=$SERVERS/net
CA=$SERVERS/ca.crt
FAULTS=$SERVERS/faults REQUESTS=$SERVERS/requests TOKENFAULTS=$SERVERS/token.faults TOKENREQUESTS=$SERVERS/token.requests
PUBLICREQUESTS=$SERVERS/public.requests
# of the container
# shellcheck disable=SC2034
HOSTS='127.0.0.1 localhost registry.test auth.test mirror.test wrong.test
127.0.0.1 registry-1.docker.io lscr.io ghcr.io
10.255.255.1 blackhole.test'

in_net() { nsenter --net="$NET" -- "$@"; }

# net_make: a namespace with loopback, and an address behind which there is nobody
net_make() {
  mkdir -p "$SERVERS"
  : >"$NET"
  unshare --net="$NET" sh -e -c '
    ip link set lo up
    ip link add near type veth peer name far
    ip addr add 10.255.255.2/24 dev near
    ip link set near up
    ip link set far up
    # it needs no answer to be sent to, and gives none
    ip neigh add 10.255.255.1 lladdr 02:00:00:00:00:01 dev near nud permanent'
}

# certificate NAME ALTERNATIVE,...: NAME.crt and NAME.key, by the CA of the tests
certificate() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$SERVERS/$1.key" -subj "/CN=$1" -out "$SERVERS/$1.csr" 2>"$SERVERS/openssl.log"
  openssl x509 -req -in "$SERVERS/$1.csr" -CA "$CA" -CAkey "$SERVERS/ca.key" -days 2 -out "$SERVERS/$1.crt" \
    -extfile <(printf 'subjectAltName=%s\n' "$2") 2>"$SERVERS/openssl.log"
}

certificates() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$SERVERS/ca.key" -subj '/CN=CA of the tests' -days 2 \
    -addext 'keyUsage=critical,keyCertSign' -out "$CA" 2>"$SERVERS/openssl.log"
  certificate server DNS:registry.test,DNS:auth.test,DNS:mirror.test
  certificate public DNS:registry-1.docker.io,DNS:lscr.io,DNS:ghcr.io,DNS:registry.test
  # what tokens are signed with: the registry trusts it itself
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$SERVERS/token.key" -subj '/CN=tokens of the tests' -days 2 -out "$SERVERS/token.crt" \
    2>"$SERVERS/openssl.log"
}

# serve NAME COMMAND...: in the background, in the namespace; its output goes to NAME.log, its process id to NAME.pid
serve() {
  # no function: its process id would be that of a shell around it
  nsenter --net="$NET" -- "${@:2}" >"$SERVERS/$1.log" 2>&1 </dev/null 3>&- &
  echo $! >"$SERVERS/$1.pid"
}

server_stop() { # NAME [SIGNAL]: returns when it is gone
  local pid
  [ -e "$SERVERS/$1.pid" ] || return 0
  pid=$(cat "$SERVERS/$1.pid")
  rm "$SERVERS/$1.pid"
  kill -s "${2:-TERM}" "$pid" 2>/dev/null || return 0
  retry is_gone "$pid"
}
is_gone() { ! kill -0 "$1" 2>/dev/null || [ "$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)" = Z ]; }

answers() { in_net curl -s --cacert "$CA" --resolve "registry.test:$2:127.0.0.1" --resolve "auth.test:$2:127.0.0.1" -o /dev/null --max-time 5 "$1:$2/v2/"; }

answers_or_gone() { answers "$2" "$3" || is_gone "$(cat "$SERVERS/$1.pid")"; }

server_answers() { # NAME URL PORT
  retry answers_or_gone "$@" && answers "$2" "$3" || { cat "$SERVERS/$1.log" >&2; return 1; }
}

# registry_start NAME PORT [tls | token]
registry_start() {
  {
    cat <<CONFIG
version: 0.1
log: { level: info, accesslog: { disabled: true } }
storage:
  filesystem: { rootdirectory: $SERVERS/storage }
  delete: { enabled: true }
  maintenance: { uploadpurging: { enabled: false } }
http:
  addr: 127.0.0.1:$2
  secret: one
CONFIG
    [ -z "${3-}" ] || printf '  tls: { certificate: %s, key: %s }\n' "$SERVERS/server.crt" "$SERVERS/server.key"
    [ "${3-}" != token ] || cat <<CONFIG
auth:
  token: { realm: 'https://auth.test:5445/token', service: 'registry of the tests', issuer: tests, rootcertbundle: $SERVERS/token.crt }
CONFIG
  } >"$SERVERS/$1.yml"
  # what it tells of itself would go to a collector of traces
  serve "$1" env OTEL_TRACES_EXPORTER=none docker-registry serve "$SERVERS/$1.yml"
}

plain_start() {
  registry_start plain 5000
  server_answers plain http://localhost 5000
}

registries_start() {
  net_make
  certificates
  : >"$FAULTS"
  : >"$TOKENFAULTS"
  registry_start plain 5000
  registry_start tls 5443 tls
  registry_start token 5444 token
  serve auth "$REPO/tests/mods/token" 5445 "$SERVERS"
  serve proxy "$REPO/tests/mods/proxy" --faults "$FAULTS" --log "$REQUESTS" 5001 http://127.0.0.1:5000
  serve tokenproxy "$REPO/tests/mods/proxy" --faults "$TOKENFAULTS" --log "$TOKENREQUESTS" --tls "$SERVERS/server" --ca "$CA" 5446 https://registry.test:5444
  serve public "$REPO/tests/mods/proxy" --faults /dev/null --log "$PUBLICREQUESTS" --tls "$SERVERS/public" 443 http://127.0.0.1:5000
  server_answers plain http://localhost 5000
  server_answers tls https://registry.test 5443
  server_answers token https://registry.test 5444
  server_answers auth https://auth.test 5445
  server_answers proxy http://localhost 5001
  server_answers tokenproxy https://registry.test 5446
  server_answers public https://registry.test 443
  requests_forget
}

registries_stop() {
  local pid
  for pid in "$SERVERS"/*.pid; do
    [ ! -e "$pid" ] || server_stop "$(basename "$pid" .pid)"
  done
  umount "$NET"
}

# push REPOSITORY:TAG [OPTION...] SOURCE...: as tests/mods/push has it, to the registries; says the digests
push() { in_net "$REPO/tests/mods/push" http://127.0.0.1:5000 "$@"; }

# requests PATTERN [LOG]: how many there were, of METHOD PATH
requests() { cut -f 1 "${2:-$REQUESTS}" | grep -cE -- "$1" || true; }
requests_forget() { : >"$REQUESTS"; : >"$TOKENREQUESTS"; : >"$PUBLICREQUESTS"; }
have_requests() { [ "$(requests "$1")" -ge "${2:-1}" ]; } # PATTERN [TIMES]

# faults LINE...: of $FAULTS, as tests/mods/proxy has them; without, none
faults() {
  [ $# -eq 0 ] || printf '%s\n' "$@" >"$FAULTS.new"
  [ $# -gt 0 ] || : >"$FAULTS.new"
  mv "$FAULTS.new" "$FAULTS"
}
