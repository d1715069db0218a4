#!/usr/bin/env bats
# init-status --explain: it works where nothing boots, what it prints is valid, and what it prints boots.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

# explained [OPTION...]: what init-status --explain says as the entry point of a container of these options is the log. $FORM: of one form alone
explained() {
  start "$@" --under sh --under -c --under "exec init-status --explain ${FORM-}"
  [ "$(exit_code)" = 0 ]
}

# The printed command line as options of the bundle, in FLAGS.
printed_flags() {
  local line words
  line=$(grep '^docker run ' "$LOG")
  [ "$(wc -l <<<"$line")" = 1 ]
  read -r -a words <<<"${line#docker run }"
  [ "${words[-1]}" = IMAGE ]
  set -- "${words[@]::${#words[@]}-1}"
  FLAGS=()
  while [ $# -gt 0 ]; do
    case "$1 ${2-}" in
      --read-only*) FLAGS+=("$1"); shift; continue ;;
      '--tmpfs /run:exec') FLAGS+=(--run exec) ;;
      '--tmpfs /run:exec,uid='*) FLAGS+=(--tmpfs "$2") ;;
      '--tmpfs /tmp') FLAGS+=(--tmpfs '/tmp:mode=1777,nosuid,nodev,noexec') ;;
      '--security-opt no-new-privileges') FLAGS+=(--no-new-privileges) ;;
      '-v /srv/app:/config') ;;
      '--user '* | '--cap-'* | '-e '*) FLAGS+=("$1" "$2") ;;
      *) echo "no such flag: $*"; return 1 ;;
    esac
    shift 2
  done
}

# yaml EXPRESSION: of d, the one document on the log, in Python; prints its value. The log is nothing but the document and comments.
yaml() {
  python3 -c 'import sys, yaml
with open(sys.argv[1]) as f: d = yaml.safe_load(f)
def short(x): return "".join(sorted(str(x))) if isinstance(x, set) else x
c = d["spec"]["containers"][0] if "spec" in d else d["services"]["app"]
print(short(eval(sys.argv[2])))' "$LOG" "$1"
}

# assert_explained MODE [OPTION...]: with the options it does not boot, with those that are printed it does
assert_explained() {
  explained "${@:2}"
  assert_log '^# It does not boot as it is run now: '
  printed_flags
  start "${@:2}"
  [ "$(exit_code)" = 100 ]
  boot "${FLAGS[@]}"
  assert_boot "$1" '^init: info|^rc: info'
  [ "$1" != rw ] || [ "$(in_container id -u abc)" = 1000 ]
  stop_container
  explained "${FLAGS[@]}"
  assert_log '^# Nothing that can be seen from here keeps this container from booting as it is run now$'
  refute_log 'does not boot'
}

@test "init-status --explain: what does not boot does with the flags that it prints" {
  assert_explained ro --read-only --tmpfs /dev:uid=911
  [ "${FLAGS[*]}" = '--read-only --run exec --tmpfs /tmp:mode=1777,nosuid,nodev,noexec' ]
  service keeper <<<$'#!/usr/bin/with-contenv sh\nexec sleep 1000000'
  assert_explained nonroot-ro --read-only --user 1000:1000 --no-mount /dev/shm
  [ "${FLAGS[*]}" = '--read-only --user 1000:1000 --tmpfs /run:exec,uid=1000 --tmpfs /tmp:mode=1777,nosuid,nodev,noexec' ]
  assert_explained rw --cap-drop ALL -e PUID=1000 -e PGID=1001
  [ "${FLAGS[*]}" = '--cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER --cap-add KILL -e PUID=1000 -e PGID=1001' ]
  assert_explained rw --cap-drop SETUID -e PUID=1000
  [ "${FLAGS[*]}" = '--cap-add SETUID -e PUID=1000' ]
}

@test "init-status --explain: what boots is said to, and needs no more than it has" {
  explained
  assert_log '^# Nothing that can be seen from here keeps this container from booting as it is run now$'
  assert_log '^docker run -v /srv/app:/config IMAGE$'
  explained --read-only
  assert_log '^# Nothing that can be seen from here keeps this container from booting as it is run now$'
  assert_log '^# /run needs no mount: links lead from it to /dev/stillroot, in memory$'
  assert_log '^docker run --read-only --tmpfs /tmp -v /srv/app:/config IMAGE$'
  assert_log '^# --tmpfs /tmp: missing: most applications write there'
  printed_flags
  boot "${FLAGS[@]}"
  assert_boot ro '^init: info'
  stop_container
  explained --read-only --user 1000:1000 --cap-drop ALL --no-new-privileges --tmpfs /tmp:mode=1777
  assert_log '^docker run --read-only --user 1000:1000 --tmpfs /tmp --security-opt no-new-privileges -v /srv/app:/config IMAGE$'
  assert_log '^# --tmpfs /tmp: most applications write there; it is right as it is now$'
  assert_log '^# -v /srv/app:/config: .*not writable now.* make it 1000:1000.s$'
  explained --cap-drop ALL --cap-add SETUID --cap-add SETGID --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER --cap-add KILL
  assert_log '^docker run --cap-drop ALL( --cap-add [A-Z_]+){6} -v'
  explained --read-only --run noexec
  assert_log '^docker run --read-only --tmpfs /run:exec --tmpfs /tmp -v /srv/app:/config IMAGE$'
}

@test "init-status --explain: what is asked for and will not be done is named, with what is done instead" {
  mkdir "$ROOT/custom-services.d"
  echo 'echo never' >"$ROOT/custom-services.d/mine"
  explained --read-only -e PUID=1000 -e UMASK=077 -e $'DOCKER_MODS=one\nevil: yes'
  assert_log '^# PUID=1000 is skipped \(user-remap\): the root file system is read-only; .*911:911.*--user'
  assert_log '^# UMASK=077 is skipped '
  assert_log '^# DOCKER_MODS=one\?evil: yes is skipped '
  assert_log '^# /custom-services.d: mine is skipped '
  refute_log '^docker run .* -e '
  explained -e PUID=abc -e 'UMASK= 077 ' -e S6_RUNTIME_PROFILE=none -e S6_LOGGING=1
  assert_log '^# It does not boot as it is run now: PUID is not a number'
  assert_log '^# It does not boot as it is run now: S6_RUNTIME_PROFILE=none: '
  assert_log '^docker run -e UMASK=077 -v'
  rm "$ROOT/command/s6-log"
  explained -e S6_LOGGING=1
  assert_log '^# It does not boot as it is run now: S6_LOGGING=1: there is no /command/s6-log'
}

@test "init-status --explain compose, kubernetes: YAML that says the same" {
  local FORM=compose
  explained --read-only --tmpfs /dev:uid=911 --cap-drop ALL
  [ "$(yaml 'c["image"], c["read_only"], c["tmpfs"], c["cap_drop"], len(c["cap_add"]), c["volumes"]')" = \
    "('IMAGE', True, ['/run:exec', '/tmp'], ['ALL'], 6, ['/srv/app:/config'])" ]
  explained --user 1000:1000 --no-new-privileges
  [ "$(yaml 'c["user"], c["security_opt"], "read_only" in c')" = "('1000:1000', ['no-new-privileges:true'], False)" ]
  explained -e PUID=1000 -e PGID=0100 -e UMASK=002
  [ "$(yaml 'c["environment"]')" = "{'PUID': '1000', 'PGID': '0100', 'UMASK': '002'}" ]
  FORM=kubernetes
  explained --read-only --user 1000:1001 --no-mount /dev/shm
  [ "$(yaml 'd["apiVersion"], d["kind"], d["spec"]["securityContext"], c["securityContext"]')" = \
    "('v1', 'Pod', {'runAsUser': 1000, 'runAsGroup': 1001, 'runAsNonRoot': True, 'fsGroup': 1001}, {'readOnlyRootFilesystem': True, 'allowPrivilegeEscalation': False})" ]
  [ "$(yaml '[m["mountPath"] for m in c["volumeMounts"]], [m["name"] for m in c["volumeMounts"]] == [v["name"] for v in d["spec"]["volumes"]]')" = "(['/run', '/tmp', '/config'], True)" ]
  [ "$(yaml '[v.get("emptyDir") for v in d["spec"]["volumes"]]')" = "[{'medium': 'Memory'}, {}, None]" ]
  explained --read-only --cap-drop ALL -e PUID=1000
  [ "$(yaml 'c["securityContext"]["capabilities"]')" = "{'drop': ['ALL'], 'add': ['SETUID', 'SETGID', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL']}" ]
  explained -e UMASK=002
  [ "$(yaml 'c["env"]')" = "[{'name': 'UMASK', 'value': '002'}]" ]
}

@test "init-status --explain works without /run, /proc and a shell's help, changes nothing, and refuses other words" {
  rm -r "$ROOT/run"
  # Debian's own umount is in a package that a small image does without
  start --read-only --no-mount /dev/shm --cap-add SYS_ADMIN --mount "$(command -v busybox):/busybox:ro" --under sh --under -c \
    --under '/busybox umount -l /proc && exec s6-applyuidgid -u 1000 -g 1000 -G 1000 init-status --explain'
  [ "$(exit_code)" = 0 ]
  assert_log '^docker run --read-only --user 1000:1000 --tmpfs /run:exec,uid=1000 --tmpfs /tmp'
  touch "$DIR/mark"
  explained
  [ -z "$(find "$ROOT" -xdev -type f -newer "$DIR/mark")" ]
  [ ! -e "$ROOT/run/s6" ]
  start --under sh --under -c --under 'exec init-status --explain podman'
  [ "$(exit_code)" = 100 ]
  assert_log '^init-status: usage: '
}

@test "init-status --explain in a container that has booted" {
  local form
  boot --read-only -e PUID=1000
  in_container init-status --explain >"$LOG"
  assert_log '^# Nothing that can be seen from here keeps this container from booting as it is run now$'
  assert_log '^# PUID=1000 is skipped '
  for form in docker compose kubernetes; do
    in_container init-status --explain "$form" >"$DIR/$form"
    [ "$(grep -cE '^(docker run|services:|apiVersion:)' "$DIR/$form")" = 1 ]
  done
}

@test "init-status --explain: what would end the boot with 100 is named: limits, mounts, room, users, bundles, ids" {
  mkdir "$DIR/small"
  mount -t tmpfs -o mode=0755,size=4k stillroot-test "$DIR/small"
  explained --mount "$DIR/small:/run"
  assert_log '^# It does not boot as it is run now: /run has not enough room$'
  mkdir -p "$DIR/run/service"
  explained --mount "$DIR/run:/run" --mount "$DIR/run/service:/run/service"
  assert_log '^# It does not boot as it is run now: something is mounted on /run/service$'
  explained -e S6_RUNTIME_BUNDLEDIR=/none -e S6_LOGGING=1 -e S6_CATCHALL_USER=nobody-here
  assert_log '^# It does not boot as it is run now: S6_RUNTIME_BUNDLEDIR=/none: there is no such directory$'
  assert_log '^# It does not boot as it is run now: S6_CATCHALL_USER=nobody-here: there is no such user in /etc/passwd$'
  refute_log '^# Nothing that can be seen'
  explained --map-ids 0:65536 -e PUID=70000
  assert_log '^# It does not boot as it is run now: PUID 70000 is not mapped in this user namespace'
  explained --nofile 10:10
  assert_log '^# It does not boot as it is run now: the limit of open files is too low: 10$'
}
