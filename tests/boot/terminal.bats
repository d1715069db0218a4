#!/usr/bin/env bats
# The CMD's standard input and terminal.

load lib.bash
setup_file() { boot_setup_file; }
setup() { boot_setup; }
teardown() { boot_teardown; }

@test "L8 echo id | a shell as CMD: standard input reaches it, and its end too" {
  echo 'id -u; echo end of input' >"$DIR/input"
  INPUT=$DIR/input start --read-only --run exec sh
  [ "$(exit_code)" = 0 ]
  assert_log '^0$'
  assert_log '^end of input$'
}

@test "L8 no service takes the CMD's input" {
  service thief <<'RUN'
#!/usr/bin/with-contenv sh
cat
exec sleep 1000000
RUN
  echo 'echo not stolen' >"$DIR/input"
  INPUT=$DIR/input start sh
  [ "$(exit_code)" = 0 ]
  assert_log '^not stolen$'
}

@test "L8 a shell on a terminal: it is the foreground process group, job control works, Ctrl-C ends its job alone" {
  mkfifo "$DIR/input"
  # both ends, so that neither opening waits
  exec 7<>"$DIR/input"
  INPUT=$DIR/input start --tty --read-only --run exec sh -i
  # each marker is computed: the terminal echoes what is typed
  echo 'echo "mark$((1 + 1))"; tty' >&7
  wait_log 'mark2'
  wait_log '/dev/(pts/[0-9]|console)'
  # not SIGTERM: an interactive dash ignores it, and for a moment so does the child that it has just forked
  echo 'sleep 1000000 & kill -KILL %1; wait %1; echo "waited$?"' >&7
  wait_log 'waited137'
  echo 'echo "mark$((1 + 2))"; sleep 1000000; echo "interrupted$((100 + $?))"' >&7
  wait_log 'mark3'
  sleeping() { cat "$(inside /proc)"/[0-9]*/cmdline | tr '\0' ' ' | grep -q 'sleep 1000000.*sleep 1000000'; }
  retry sleeping
  printf '\003' >&7
  echo 'echo "mark$((2 + 2))"; exit 5' >&7
  wait_log 'mark4'
  [ "$(exit_code)" = 5 ]
  exec 7>&-
  refute_log "can't access tty|job control turned off|cannot set terminal"
}

@test "L8 Ctrl-C reaches a CMD that is no shell with job control, and not process 1" {
  mkfifo "$DIR/input"
  exec 7<>"$DIR/input"
  INPUT=$DIR/input start --tty --read-only --run exec sh -c '
    trap "echo caught$((1 + 1))" INT
    echo armed$((1 + 1))
    until [ "$line" = end ]; do read -r line || continue; done
    exit 6'
  wait_log 'armed2'
  printf '\003' >&7
  wait_log 'caught2'
  echo end >&7
  [ "$(exit_code)" = 6 ]
  exec 7>&-
}

@test "L8 Ctrl-C on a terminal while a script runs is a stop, which ends the script" {
  mkdir "$ROOT/custom-cont-init.d"
  printf '#!/bin/sh\necho sleeping\nexec sleep 1000000\n' >"$ROOT/custom-cont-init.d/10-sleep"
  chmod 0755 "$ROOT/custom-cont-init.d/10-sleep"
  mkfifo "$DIR/input"
  exec 7<>"$DIR/input"
  INPUT=$DIR/input start --tty --read-only --run exec sh
  wait_log 'sleeping'
  printf '\003' >&7
  [ "$(exit_code)" = 0 ]
  assert_log 'init-custom-files: /custom-cont-init.d/10-sleep: ended by the stop'
  exec 7>&-
}
