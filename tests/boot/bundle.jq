# The runtime's config.json; see bundle.bash for what the variables mean.
def tmpfs($at; $options): { destination: $at, type: "tmpfs", source: "tmpfs", options: $options };
def bind: split(":") | { destination: .[1], type: "bind", source: .[0], options: (["rbind", "rprivate"] + .[2:]) };

# the arguments: of each list its length, then so many strings
def lists: if length == 0 then [] else (.[0] | tonumber) as $n | [.[1:$n + 1]] + (.[$n + 1:] | lists) end;

($ARGS.positional | lists) as [$args, $env, $groups, $mounts, $proc, $mask, $forbid]
| ($caps | split(" ") | map(select(. != "") | "CAP_" + .)) as $capabilities
| ($user | split(":") | map(tonumber)) as [$uid, $gid]
| {
  ociVersion: "1.0.2",
  hostname: "stillroot",
  root: { path: "rootfs", readonly: $readonly },
  process: {
    terminal: ($tty != ""),
    user: { uid: $uid, gid: $gid, additionalGids: ($groups | map(tonumber)) },
    args: (["/init"] + $args),
    env: (["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"] + $env),
    cwd: "/",
    noNewPrivileges: false,
    rlimits: (if $nofile == "" then [] else [$nofile | split(":") | map(tonumber) | { type: "RLIMIT_NOFILE", soft: .[0], hard: .[1] }] end),
    capabilities: (
      if $uid == 0 then { bounding: $capabilities, effective: $capabilities, permitted: $capabilities }
      else { bounding: $capabilities } end)
  },
  mounts: (
    [
      { destination: "/proc", type: "proc", source: "proc", options: (["nosuid", "noexec", "nodev"] + $proc) },
      tmpfs("/dev"; ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      { destination: "/dev/pts", type: "devpts", source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
      { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
      { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"] },
      tmpfs("/dev/shm"; ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"])
    ]
    + (if $run == "exec" then [tmpfs("/run"; ["nosuid", "nodev", "exec"])]
       elif $run == "noexec" then [tmpfs("/run"; ["nosuid", "nodev", "noexec"])]
       else [] end)
    + ($mounts | map(bind))),
  linux: (
    {
      namespaces: ([{ type: "pid" }, { type: "ipc" }, { type: "uts" }, { type: "mount" }] + $network),
      maskedPaths: (["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"] + $mask),
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    }
    + (if $forbid == [] then {}
       else { seccomp: { defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: $forbid, action: "SCMP_ACT_KILL_PROCESS" }] } } end)
    + (if $pids == "" then {} else { resources: { pids: { limit: ($pids | tonumber) } } } end))
}
