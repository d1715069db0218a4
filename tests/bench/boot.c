/* ISC license. */

/* boot [-r RUN] [-u UID] [-b SERVICE | -a SERVICE] [-m SERVICES] [-d PROGRAM] [-e NAME=VALUE]... [-v VARIABLES] [-l LINES] [-n PROCESSES] [-s TEXT] ROOT PROGRAM [ARG...]

   Boots PROGRAM as PID 1 in fresh namespaces and measures it. The root is an overlay over ROOT with a tmpfs as its upper layer, so that
   each boot finds it untouched; with -r it is remounted read-only, and /run is a tmpfs that is exec or noexec, or there is none, as RUN says. Capabilities are
   Docker's default ones; with -u, PROGRAM is executed as another user, with none.
   -b: a bare supervisor: /run/service/SERVICE is made beforehand from /etc/services.d/SERVICE, laid out as stillroot would.
   With -m there are so many more of it, numbered; with -a instead of -b, they are more in /etc/services.d. -d: one more there, which runs PROGRAM. -v: so many more
   variables, numbered. -l: it is ready when so many of the service's lines were on stdout (default: 1).
   -s: the boot is over when TEXT was on stderr (default: with the service's line on stdout); -n: and when PROCESSES are left.
   Prints "ready_us forks processes pss_kb stop_us exitcode stage2_kb done_us", tab-separated: stage2_kb is the peak of the process called init,
   which is there while a CMD runs, or 0; done_us the time of TEXT, or 0. Exits 100 or 111 when it cannot. */

#include <err.h>
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/capability.h>

#define USAGE \
  "usage: boot [-r exec|noexec|none] [-u UID] [-b SERVICE | -a SERVICE] [-m SERVICES] [-d PROGRAM] [-e NAME=VALUE]... [-v VARIABLES] [-l LINES] [-n PROCESSES] [-s TEXT] ROOT PROGRAM [ARG...]"
#define DIE_USER 100
#define DIE_SYSTEM 111
#define LINE "bench-service ready\n"
#define LIMIT_MS 20000
#define WORK "/tmp"   /* a tmpfs there, in the child's mount namespace alone */

/* docker run without --cap-add */
static int const kept_capabilities[] =
{
  CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_NET_BIND_SERVICE,
  CAP_NET_RAW, CAP_SYS_CHROOT, CAP_MKNOD, CAP_AUDIT_WRITE, CAP_SETFCAP
} ;

static struct { char const *name ; unsigned int minor ; } const devices[] =
{
  { "dev/null", 3 }, { "dev/zero", 5 }, { "dev/full", 7 }, { "dev/random", 8 }, { "dev/urandom", 9 }
} ;

static struct { char const *name, *target ; } const device_links[] =
{
  { "dev/fd", "/proc/self/fd" }, { "dev/stdin", "/proc/self/fd/0" }, { "dev/stdout", "/proc/self/fd/1" }, { "dev/stderr", "/proc/self/fd/2" }
} ;

#define VARIABLES_MAX 8

/* what is behind -r */
enum run { RUN_OF_ROOT, RUN_EXEC, RUN_NOEXEC, RUN_NONE } ;

struct options
{
  char const *root, *settled, *bare, *service, *deaf ;
  char *variables[VARIABLES_MAX] ;
  char **argv ;
  size_t nvariables ;
  unsigned int more, numbered, lines, processes ;
  enum run run ;
  uid_t uid ;
} ;
struct output { int fd[2] ; char text[65536] ; size_t len ; } ;

static uint64_t now_us (void)
{
  struct timespec ts ;
  clock_gettime(CLOCK_MONOTONIC, &ts) ;
  return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000 ;
}

static void must_mount (char const *source, char const *target, char const *type, unsigned long flags, char const *data)
{
  if (mount(source, target, type, flags, data) == -1) err(DIE_SYSTEM, "unable to mount %s on %s", source, target) ;
}

static void make_devices (void)
{
  size_t i = 0 ;
  must_mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755") ;
  for (; i < sizeof devices / sizeof devices[0] ; i++)
    if (mknod(devices[i].name, S_IFCHR | 0666, makedev(1, devices[i].minor)) == -1 || chmod(devices[i].name, 0666) == -1)
      err(DIE_SYSTEM, "unable to make %s", devices[i].name) ;
  for (i = 0 ; i < sizeof device_links / sizeof device_links[0] ; i++)
    if (symlink(device_links[i].target, device_links[i].name) == -1) err(DIE_SYSTEM, "unable to make %s", device_links[i].name) ;
  if (mkdir("dev/shm", 01777) == -1) err(DIE_SYSTEM, "unable to make dev/shm") ;
  must_mount("tmpfs", "dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777") ;
}

/* run is a link and notification-fd says 3, as the bench's root has it */
static void make_service (char const *where, char const *service, unsigned int number, char const *target, uid_t owner)
{
  char dir[256], path[300] ;
  int fd ;
  snprintf(dir, sizeof dir, number ? "%s/%s%u" : "%s/%s", where, service, number) ;
  snprintf(path, sizeof path, "%s/run", dir) ;
  if (mkdir(dir, 0755) == -1 || chown(dir, owner, owner) == -1 || symlink(target, path) == -1) err(DIE_SYSTEM, "unable to make %s", path) ;
  snprintf(path, sizeof path, "%s/notification-fd", dir) ;
  fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) ;
  if (fd == -1 || write(fd, "3\n", 2) != 2) err(DIE_SYSTEM, "unable to write %s", path) ;
  close(fd) ;
}

static void make_services (struct options const *o)
{
  char const *service = o->bare ? o->bare : o->service ;
  char target[256] ;
  unsigned int i = o->bare ? 0 : 1 ;
  if (!service) return ;
  snprintf(target, sizeof target, "/etc/services.d/%s/run", service) ;
  /* the image's link, which leads to where stillroot would make it */
  if (o->bare && unlink("run/service") == -1 && errno != ENOENT) err(DIE_SYSTEM, "unable to remove run/service") ;
  if (o->bare && (mkdir("run/service", 0755) == -1 || chown("run/service", o->uid, o->uid) == -1)) err(DIE_SYSTEM, "unable to make run/service") ;
  for (; i <= o->more ; i++) make_service(o->bare ? "run/service" : "etc/services.d", service, i, target, o->bare ? o->uid : 0) ;
}

/* Docker's own options, but for noexec */
static void mount_run (struct options const *o)
{
  unsigned long flags = MS_NOSUID | MS_NODEV ;
  if (o->run == RUN_OF_ROOT || o->run == RUN_NONE) return ;
  must_mount("tmpfs", "run", "tmpfs", o->run == RUN_NOEXEC ? flags | MS_NOEXEC : flags, "mode=755") ;
}

static void enter_root (struct options const *o)
{
  char data[256] ;
  int root ;
  if (unshare(CLONE_NEWNS) == -1) err(DIE_SYSTEM, "unable to unshare the mount namespace") ;
  must_mount("none", "/", 0, MS_REC | MS_PRIVATE, 0) ;
  /* opened first: ROOT may lie under WORK */
  root = open(o->root, O_PATH | O_DIRECTORY | O_CLOEXEC) ;
  if (root == -1) err(DIE_USER, "unable to open %s", o->root) ;
  must_mount("tmpfs", WORK, "tmpfs", 0, "mode=755") ;
  snprintf(data, sizeof data, "lowerdir=/proc/self/fd/%d,upperdir=" WORK "/upper,workdir=" WORK "/work", root) ;
  if (mkdir(WORK "/upper", 0755) == -1 || mkdir(WORK "/work", 0755) == -1 || mkdir(WORK "/root", 0755) == -1)
    err(DIE_SYSTEM, "unable to make directories in " WORK) ;
  must_mount("overlay", WORK "/root", "overlay", 0, data) ;
  close(root) ;
  if (chdir(WORK "/root") == -1) err(DIE_SYSTEM, "unable to enter the root") ;
  must_mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0) ;
  make_devices() ;
  mount_run(o) ;
  make_services(o) ;
  if (o->deaf) make_service("etc/services.d", "deaf", 0, o->deaf, 0) ;
  if (o->run) must_mount("none", ".", 0, MS_REMOUNT | MS_BIND | MS_RDONLY, 0) ;
  if (syscall(SYS_pivot_root, ".", ".") == -1 || umount2(".", MNT_DETACH) == -1 || chdir("/") == -1)
    err(DIE_SYSTEM, "unable to make it the root") ;
}

static void drop_capabilities (void)
{
  int cap = 0 ;
  for (; prctl(PR_CAPBSET_READ, cap) >= 0 ; cap++)
  {
    size_t i = 0 ;
    while (i < sizeof kept_capabilities / sizeof kept_capabilities[0] && kept_capabilities[i] != cap) i++ ;
    if (i == sizeof kept_capabilities / sizeof kept_capabilities[0] && prctl(PR_CAPBSET_DROP, cap) == -1)
      err(DIE_SYSTEM, "unable to drop capability %d", cap) ;
  }
}

/* The environment: what is in first, then the numbered variables. */
static char **make_environment (char **first, unsigned int more)
{
  static char const example[] = "VARIABLE_4294967295=the value of a variable" ;
  char **envp = calloc(more + VARIABLES_MAX + 2, sizeof *envp) ;
  char *s = malloc(more * sizeof example + 1) ;
  size_t n = 0 ;
  unsigned int i = 0 ;
  if (!envp || !s) err(DIE_SYSTEM, "unable to make the environment") ;
  for (; first[n] ; n++) envp[n] = first[n] ;
  for (; i < more ; i++, s += sizeof example)
  {
    snprintf(s, sizeof example, "VARIABLE_%u=the value of a variable", i) ;
    envp[n++] = s ;
  }
  return envp ;
}

static _Noreturn void child (struct options const *o, struct output const *out, struct output const *log, uint64_t volatile *started)
{
  static char path[] = "PATH=/command:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" ;
  char *first[VARIABLES_MAX + 2] = { path } ;
  char **envp ;
  int null ;
  memcpy(first + 1, o->variables, o->nvariables * sizeof *first) ;
  envp = make_environment(first, o->numbered) ;
  enter_root(o) ;
  null = open("/dev/null", O_RDONLY | O_CLOEXEC) ;
  drop_capabilities() ;
  setsid() ;
  if (null == -1 || dup2(null, 0) == -1 || dup2(out->fd[1], 1) == -1 || dup2(log->fd[1], 2) == -1) err(DIE_SYSTEM, "unable to set up stdio") ;
  /* with them go all capabilities */
  if (o->uid && (setresgid(o->uid, o->uid, o->uid) == -1 || setresuid(o->uid, o->uid, o->uid) == -1)) err(DIE_SYSTEM, "unable to become %u", (unsigned int)o->uid) ;
  *started = now_us() ;
  execve(o->argv[0], o->argv, envp) ;
  err(DIE_SYSTEM, "unable to exec %s", o->argv[0]) ;
}

static void take (struct output *o)
{
  ssize_t r = read(o->fd[0], o->text + o->len, sizeof o->text - 1 - o->len) ;
  if (r > 0) o->len += (size_t)r ;
  o->text[o->len] = 0 ;
}

static _Noreturn void give_up (pid_t pid, struct output const *log, char const *why)
{
  kill(pid, SIGKILL) ;
  errx(DIE_SYSTEM, "%s; its stderr was:\n%s", why, log->text) ;
}

static unsigned int count_lines (char const *s)
{
  unsigned int n = 0 ;
  for (; (s = strstr(s, LINE)) ; s += sizeof LINE - 1) n++ ;
  return n ;
}

/* Returns the time of the service's line, the last one that is waited for, once the boot is over; *ret_done is when it said so. */
static uint64_t wait_ready (struct options const *o, pid_t pid, struct output *out, struct output *log, uint64_t *ret_done)
{
  uint64_t ready = 0, deadline = now_us() + LIMIT_MS * 1000 ;
  *ret_done = 0 ;
  while (!ready || (o->settled && !*ret_done))
  {
    struct pollfd p[2] = { { .fd = out->fd[0], .events = POLLIN }, { .fd = log->fd[0], .events = POLLIN } } ;
    if (poll(p, 2, LIMIT_MS) <= 0 || now_us() > deadline) give_up(pid, log, "the boot did not end in time") ;
    if (p[0].revents)
    {
      uint64_t now = now_us() ;
      take(out) ;
      if (!ready && count_lines(out->text) >= o->lines) ready = now ;   /* others may write there too */
    }
    if (p[1].revents)
    {
      uint64_t now = now_us() ;
      take(log) ;
      if (o->settled && !*ret_done && strstr(log->text, o->settled)) *ret_done = now ;
    }
    if ((p[0].revents | p[1].revents) & POLLHUP && waitpid(pid, 0, WNOHANG) == pid) give_up(pid, log, "PID 1 died") ;
  }
  return ready ;
}

/* The number behind key in a file of /proc, or 0. */
static unsigned long number_in (char const *pid, char const *file, char const *key)
{
  char path[64], line[256] ;
  unsigned long n = 0 ;
  FILE *f ;
  snprintf(path, sizeof path, "/proc/%.10s/%s", pid, file) ;
  f = fopen(path, "re") ;
  if (!f) return 0 ;
  while (fgets(line, sizeof line, f)) if (!strncmp(line, key, strlen(key))) n = strtoul(line + strlen(key), 0, 10) ;
  fclose(f) ;
  return n ;
}

static int is_stage2 (char const *pid)
{
  char path[64], name[16] = "" ;
  FILE *f ;
  snprintf(path, sizeof path, "/proc/%.10s/comm", pid) ;
  f = fopen(path, "re") ;
  if (!f) return 0 ;
  if (!fgets(name, sizeof name, f)) name[0] = 0 ;
  fclose(f) ;
  return !strcmp(name, "init\n") ;
}

/* The processes of the PID namespace of pid, and the sum of their proportional set sizes. */
static unsigned int tree (pid_t pid, unsigned long *ret_pss, unsigned long *ret_stage2)
{
  char path[64], wanted[64] = "", ns[64] ;
  unsigned int n = 0 ;
  struct dirent *d ;
  DIR *dir = opendir("/proc") ;
  if (!dir) err(DIE_SYSTEM, "unable to open /proc") ;
  snprintf(path, sizeof path, "/proc/%d/ns/pid", pid) ;
  if (readlink(path, wanted, sizeof wanted - 1) <= 0) err(DIE_SYSTEM, "unable to read %s", path) ;
  *ret_pss = *ret_stage2 = 0 ;
  while ((d = readdir(dir)))
  {
    if (d->d_name[0] < '1' || d->d_name[0] > '9' || strlen(d->d_name) > 10) continue ;
    snprintf(path, sizeof path, "/proc/%.10s/ns/pid", d->d_name) ;
    memset(ns, 0, sizeof ns) ;
    if (readlink(path, ns, sizeof ns - 1) <= 0 || strcmp(ns, wanted)) continue ;
    n++ ;
    *ret_pss += number_in(d->d_name, "smaps_rollup", "Pss:") ;
    if (is_stage2(d->d_name)) *ret_stage2 = number_in(d->d_name, "status", "VmHWM:") ;
  }
  closedir(dir) ;
  return n ;
}

/* A process of our own in the namespace takes the next number there: two less (PID 1 and itself) is what was forked. */
static unsigned int count_forks (void)
{
  unsigned int n ;
  int p[2] ;
  pid_t pid ;
  if (pipe2(p, O_CLOEXEC) == -1) err(DIE_SYSTEM, "unable to make a pipe") ;
  pid = fork() ;
  if (pid == -1) err(DIE_SYSTEM, "unable to fork") ;
  if (!pid)
  {
    n = (unsigned int)getpid() ;
    _exit(write(p[1], &n, sizeof n) != sizeof n) ;
  }
  if (read(p[0], &n, sizeof n) != sizeof n || waitpid(pid, 0, 0) != pid) err(DIE_SYSTEM, "unable to count the processes") ;
  close(p[0]) ;
  close(p[1]) ;
  return n - 2 ;
}

/* Reads what comes until PID 1 has ended, so that nothing blocks on a full pipe; its end wakes the poll through the pipe's. */
static uint64_t stop (pid_t pid, struct output *out, struct output *log, int *ret_status)
{
  uint64_t start = now_us(), deadline = start + LIMIT_MS * 1000 ;
  if (kill(pid, SIGTERM) == -1) err(DIE_SYSTEM, "unable to signal PID 1") ;
  for (;;)
  {
    struct pollfd p[2] = { { .fd = out->fd[0], .events = POLLIN }, { .fd = log->fd[0], .events = POLLIN } } ;
    if (poll(p, 2, LIMIT_MS) <= 0 || now_us() > deadline) give_up(pid, log, "the stop did not end in time") ;
    if (p[0].revents & POLLIN) { take(out) ; out->len = 0 ; }
    if (p[1].revents & POLLIN) { take(log) ; if (log->len > sizeof log->text / 2) log->len = 0 ; }
    if ((p[0].revents & (POLLIN | POLLHUP)) == POLLHUP && (p[1].revents & (POLLIN | POLLHUP)) == POLLHUP) break ;
  }
  if (waitpid(pid, ret_status, 0) != pid) err(DIE_SYSTEM, "unable to wait for PID 1") ;
  return now_us() - start ;
}

static enum run run_of (char const *s)
{
  static char const *const names[] = { [RUN_OF_ROOT] = "", [RUN_EXEC] = "exec", [RUN_NOEXEC] = "noexec", [RUN_NONE] = "none" } ;
  unsigned int i = RUN_EXEC ;
  for (; i < sizeof names / sizeof names[0] ; i++) if (!strcmp(s, names[i])) return i ;
  errx(DIE_USER, USAGE) ;
}

static void parse (int argc, char **argv, struct options *o)
{
  int c ;
  while ((c = getopt(argc, argv, "+r:u:b:a:m:d:e:v:l:n:s:")) != -1)
    switch (c)
    {
      case 'r' : o->run = run_of(optarg) ; break ;
      case 'u' : o->uid = (uid_t)strtoul(optarg, 0, 10) ; break ;
      case 'a' : o->service = optarg ; break ;
      case 'd' : o->deaf = optarg ; break ;
      case 'b' : o->bare = optarg ; break ;
      case 'm' : o->more = (unsigned int)strtoul(optarg, 0, 10) ; break ;
      case 'l' : o->lines = (unsigned int)strtoul(optarg, 0, 10) ; break ;
      case 'e' :
        if (o->nvariables == VARIABLES_MAX) errx(DIE_USER, "too many variables") ;
        o->variables[o->nvariables++] = optarg ;
        break ;
      case 'v' : o->numbered = (unsigned int)strtoul(optarg, 0, 10) ; break ;
      case 'n' : o->processes = (unsigned int)strtoul(optarg, 0, 10) ; break ;
      case 's' : o->settled = optarg ; break ;
      default : errx(DIE_USER, USAGE) ;
    }
  if (argc - optind < 2) errx(DIE_USER, USAGE) ;
  o->root = argv[optind] ;
  o->argv = argv + optind + 1 ;
}

int main (int argc, char **argv)
{
  static struct output out, log ;
  struct options o = { .lines = 1 } ;
  uint64_t ready, done, deadline, stopped ;
  uint64_t volatile *started = mmap(0, sizeof *started, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) ;
  unsigned int forks, processes ;
  unsigned long pss, stage2 ;
  int status ;
  pid_t pid ;
  parse(argc, argv, &o) ;
  if (started == MAP_FAILED || pipe2(out.fd, O_CLOEXEC) == -1 || pipe2(log.fd, O_CLOEXEC) == -1) err(DIE_SYSTEM, "unable to start") ;
  if (unshare(CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) == -1) err(DIE_SYSTEM, "unable to unshare namespaces") ;
  pid = fork() ;
  if (pid == -1) err(DIE_SYSTEM, "unable to fork") ;
  if (!pid) child(&o, &out, &log, started) ;
  close(out.fd[1]) ;
  close(log.fd[1]) ;
  ready = wait_ready(&o, pid, &out, &log, &done) ;
  /* the boot's last process may still be on its way out */
  deadline = now_us() + LIMIT_MS * 1000 ;
  do processes = tree(pid, &pss, &stage2) ; while (o.processes && processes != o.processes && now_us() < deadline) ;
  if (o.processes && processes != o.processes) give_up(pid, &log, "another number of processes is left than expected") ;
  forks = count_forks() ;
  stopped = stop(pid, &out, &log, &status) ;
  printf("%llu\t%u\t%u\t%lu\t%llu\t%d\t%lu\t%llu\n", (unsigned long long)(ready - *started), forks, processes, pss, (unsigned long long)stopped,
    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), stage2, (unsigned long long)(done ? done - *started : 0)) ;
  return 0 ;
}
