# The runtime's config.json; see bundle.bash for what the variables mean.
def tmpfs($at; $options): { destination: $at, type: "tmpfs", source: "tmpfs", options: $options };
def bind: split(":") | { destination: .[1], type: "bind", source: .[0], options: (["rbind", "rprivate"] + .[2:]) };

# the arguments: of each list its length, then so many strings
def lists: if length == 0 then [] else (.[0] | tonumber) as $n | [.[1:$n + 1]] + (.[$n + 1:] | lists) end;

($ARGS.positional | lists) as [$args, $env, $groups, $mounts, $proc, $mask, $forbid, $refuse, $tmpfs, $without, $join, $under, $ambient]
| ($caps | split(" ") | map(select(. != "") | "CAP_" + .)) as $capabilities
| ($user | split(":") | map(tonumber)) as [$uid, $gid]
| {
  ociVersion: "1.0.2",
  hostname: "stillroot",
  root: { path: "rootfs", readonly: $readonly },
  process: {
    terminal: ($tty != ""),
    user: { uid: $uid, gid: $gid, additionalGids: ($groups | map(tonumber)) },
    args: ($under + ["/init"] + $args),
    env: (["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"] + $env),
    cwd: "/",
    noNewPrivileges: ($privileges | not),
    rlimits: (if $nofile == "" then [] else [$nofile | split(":") | map(tonumber) | { type: "RLIMIT_NOFILE", soft: .[0], hard: .[1] }] end),
    capabilities: (
      if $uid == 0 then { bounding: $capabilities, effective: $capabilities, permitted: $capabilities }
      else ($ambient | map("CAP_" + .)) as $own
        | { bounding: ($capabilities + $own), effective: $own, permitted: $own, inheritable: $own, ambient: $own } end)
  },
  mounts: (
    [
      { destination: "/proc", type: "proc", source: "proc", options: (["nosuid", "noexec", "nodev"] + $proc) },
      tmpfs("/dev"; ["nosuid", "strictatime", "mode=755", "size=65536k"]),
      { destination: "/dev/pts", type: "devpts", source: "devpts",
        options: (["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
          # the group tty, where there is one
          + if $ids == "" or ($ids | split(":")[1] | tonumber) > 5 then ["gid=5"] else [] end) },
      { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
      { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"] },
      tmpfs("/dev/shm"; ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"])
    ]
    + (if $run == "" then []
       elif $run == "exec" or $run == "noexec" then [tmpfs("/run"; ["nosuid", "nodev", $run])]
       else [tmpfs("/run"; ["nosuid", "nodev", "exec", "mode=" + $run])] end)
    | map(select(.destination | IN($without[], ($tmpfs[] | split(":")[0])) | not))
    + ($tmpfs | map(split(":") | tmpfs(.[0]; .[1] | split(","))))
    + ($mounts | map(bind))),
  linux: (
    {
      namespaces: ([{ type: "pid" }, { type: "ipc" }, { type: "uts" }, { type: "mount" }] + $network
        + (if $ids == "" then [] else [{ type: "user" }] end)
        | map(. as { $type } | ($join | map(split(":") | select(.[0] == $type) | { $type, path: .[1] }))[0] // .)),
      maskedPaths: (["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"] + $mask),
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
    }
    + (if $ids == "" then {}
       else ($ids | split(":") | map(tonumber)) as [$host, $count]
         | [{ containerID: 0, hostID: $host, size: $count }] as $map | { uidMappings: $map, gidMappings: $map } end)
    + (if $forbid + $refuse == [] then {}
       else { seccomp: { defaultAction: "SCMP_ACT_ALLOW", syscalls: (
         [{ names: $forbid, action: "SCMP_ACT_KILL_PROCESS" } | select(.names != [])]
         + ($refuse | map(split(":") | { names: [.[1]], action: "SCMP_ACT_ERRNO", errnoRet: { EPERM: 1, ENOSYS: 38 }[.[0]] }))) } } end)
    + (if $pids == "" then {} else { resources: { pids: { limit: ($pids | tonumber) } } } end))
}
