#!/usr/bin/env bats
# `FROM` an image with s6-overlay and the LinuxServer.io base, `COPY` of stillroot, `RUN init-bake --adopt`, on a real engine.

bats_require_minimum_version 1.5.0

setup_file() {
  cd "$BATS_TEST_DIRNAME/../.." || return 1
  # shellcheck source=tests/docker/engine.bash
  source tests/docker/engine.bash
  engine_start
  export IMAGE=stillroot-test-adopted CONTEXT=$ENGINE_DIR/context
  tests/image/s6-overlay build/bake/s6-overlay >&2
  tar -C build/bake/s6-overlay -c . | docker import - stillroot-test-overlay >"$ENGINE_DIR/import"
  make --no-print-directory -s install DESTDIR="$CONTEXT/root" >&2
}

teardown_file() {
  # shellcheck source=tests/docker/engine.bash
  source "$BATS_TEST_DIRNAME/engine.bash"
  # the default engine may hold other people's
  docker image rm -f "$IMAGE" stillroot-test-overlay >"$ENGINE_DIR/removed" 2>&1 || true
  engine_stop
}

# build INSTRUCTION...: without a network
build() {
  printf '%s\n' "$@" >"$CONTEXT/Dockerfile"
  docker build --network none -t "$IMAGE" "$CONTEXT"
}

in_image() { docker run --rm --entrypoint sh "$IMAGE" -c "$1"; }

D=/etc/s6-overlay/s6-rc.d

@test "COPY takes the place of links, RUN init-bake --adopt that of the stages; --restore in a later layer brings them back" {
  # as s6-overlay alone has it: COPY must not write through it
  run -0 build 'FROM stillroot-test-overlay' 'RUN ["ln", "-sf", "../../command/with-contenv", "/usr/bin/with-contenv"]' \
    'COPY root/ /' 'RUN ["init-bake", "--adopt"]' 'ENTRYPOINT ["/init"]'
  [[ $output == *'init-bake: info: replaced definition init-adduser'*'init-bake: info: the image is ready'* ]]
  [[ $output != *'init-bake: warning'* ]]
  in_image "cmp /usr/bin/with-contenv /usr/lib/stillroot/stillroot && cmp /command/with-contenv /usr/lib/stillroot/stillroot &&
    cmp /init /usr/lib/stillroot/stillroot && grep own /package/admin/s6-overlay/command/with-contenv &&
    test ! -e $D/init-adduser/type && test -e /usr/lib/stillroot/adopted$D/init-adduser/type && init-bake --check"
  run -0 build "FROM $IMAGE" 'RUN ["init-bake", "--restore"]'
  in_image "test -e $D/init-adduser/type && grep own $D/init-adduser/run && grep own /command/with-contenv && test ! -e /usr/lib/stillroot/adopted"
}

@test "an image that would not boot is not built" {
  run build 'FROM stillroot-test-overlay' 'COPY root/ /' "RUN [\"rm\", \"$D/init-adduser/up\"]" 'RUN ["init-bake"]'
  [ "$status" -ne 0 ]
  [[ $output == *"init-bake: fatal: $D/init-adduser/up: is missing"*'returned a non-zero code: 100'* ]]
}
