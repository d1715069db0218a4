/* ISC license. */

/* Every path that the project knows stands here and nowhere else.
   ROOT_*: relative to the descriptor of the root directory, so that a stage runs against a scratch root in a test.
   RUN_*: relative to the descriptor of /run. The others are absolute, for programs that only run in a booted container. */

#ifndef STILLROOT_PATHS_H
#define STILLROOT_PATHS_H

#define PATH_EXE "/" ROOT_EXE
#define PATH_COMMAND "/" ROOT_COMMAND
#define PATH_DOCKER_MODS "/" ROOT_DOCKER_MODS
#define PATH_SVSCAN "/" ROOT_SVSCAN
#define PATH_EXECLINEB PATH_COMMAND "/execlineb"
#define PATH_NULL "/dev/null"
#define PATH_BASH "/usr/bin/bash"
#define PATH_BIN_BASH "/bin/bash"
#define PATH_SH "/bin/sh"
#define PATH_TERMINATION_LOG "/dev/termination-log"
#define PATH_PROC "/proc"
#define PATH_UID_MAP PATH_PROC "/self/uid_map"
#define PATH_GID_MAP PATH_PROC "/self/gid_map"
#define PATH_SETGROUPS PATH_PROC "/self/setgroups"
#define PATH_OWN_CHILDREN PATH_PROC "/thread-self/children"
#define PATH_OWN_SCHEDSTAT PATH_PROC "/thread-self/schedstat"
#define PATH_OWN_FDS PATH_PROC "/self/fd"
/* of the container's control group, versions 2 and 1 */
#define PATH_PIDS "/sys/fs/cgroup"
#define PATH_PIDS_1 PATH_PIDS "/pids"
#define PIDS_MAX "pids.max"
#define PIDS_CURRENT "pids.current"
#define PATH_RUN "/run"
#define PATH_CONFIG "/" ROOT_CONFIG
#define PATH_TMP "/" ROOT_TMP
#define PATH_SCANDIR PATH_RUN "/" RUN_SCANDIR
#define PATH_LIVE PATH_RUN "/" RUN_LIVE
#define PATH_CONTENV PATH_RUN "/" RUN_CONTENV
#define PATH_UNCAUGHT_LOGS "/" ROOT_UNCAUGHT_LOGS
#define PATH_STATE_LOGS PATH_RUN "/" RUN_STATE_LOGS
#define PATH_SERVICEDIRS PATH_RUN "/" RUN_SERVICEDIRS
#define PATH_LEGACY_SERVICES PATH_RUN "/" RUN_LEGACY_SERVICES
#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#define ROOT_EXE "usr/lib/stillroot/stillroot"
#define ROOT_COMMAND "command"
#define ROOT_INIT "init"
#define ROOT_BIN "usr/bin"
/* where init-bake --adopt puts what it takes away, each at its path; and the list of it, of lines FROM<TAB>TO */
#define ROOT_ADOPTED "usr/lib/stillroot/adopted"
#define ROOT_ADOPTED_RECORD ROOT_ADOPTED "/record"
/* of s6-overlay and of the LinuxServer.io base */
#define ROOT_PACKAGES "package/admin"
#define ROOT_DOCKER_MODS "docker-mods"
#define ROOT_RUN "run"
#define ROOT_UNCAUGHT_LOGS ROOT_RUN "/uncaught-logs"
#define ROOT_TMP "tmp"
#define ROOT_VAR_RUN "var/run"
#define ROOT_ETC "etc"
#define ROOT_PASSWD "etc/passwd"
#define ROOT_GROUP "etc/group"
#define ROOT_SHADOW "etc/shadow"
#define ROOT_GSHADOW "etc/gshadow"
#define ROOT_PWD_LOCK "etc/.pwd.lock"
#define ROOT_PWD_LOCK_NEW ROOT_PWD_LOCK ".new"
#define ROOT_PASSWD_LOCK ROOT_PASSWD ".lock"
#define ROOT_GROUP_LOCK ROOT_GROUP ".lock"
#define ROOT_SHADOW_LOCK ROOT_SHADOW ".lock"
#define ROOT_GSHADOW_LOCK ROOT_GSHADOW ".lock"
#define ROOT_CONFIG "config"
#define ROOT_APP "app"
#define ROOT_DEFAULTS "defaults"
#define ROOT_MIGRATIONS "migrations"
#define CONFIG_MIGRATIONS ".migrations"   /* in ROOT_CONFIG */
#define ROOT_CUSTOM_SCRIPTS "custom-cont-init.d"
#define ROOT_CUSTOM_SERVICES "custom-services.d"
#define ROOT_CRONTABS "etc/crontabs"
#define ROOT_CRONTABS_DEFAULT "defaults/crontabs"
#define CONFIG_CRONTABS "crontabs"        /* in ROOT_CONFIG */
#define ROOT_CRONTABS_CONFIG ROOT_CONFIG "/" CONFIG_CRONTABS
#define ROOT_CRON_SPOOL "var/spool/cron/crontabs"
#define ROOT_CRON "usr/sbin/cron"
#define ROOT_MOD_PACKAGES "mod-repo-packages-to-install.list"
#define ROOT_MOD_PIP_PACKAGES "mod-pip-packages-to-install.list"

/* of package managers, and where they install to */
#define ROOT_USR "usr"
#define PATH_APT_GET "/usr/bin/apt-get"
#define PATH_APK "/sbin/apk"
#define PATH_USR_APK "/usr/bin/apk"
#define PATH_DNF "/usr/bin/dnf"
#define PATH_DNF5 "/usr/bin/dnf5"
#define PATH_PACMAN "/usr/bin/pacman"
#define PATH_SBIN_PACMAN "/usr/sbin/pacman"
#define ROOT_OS_RELEASE ROOT_ETC "/os-release"

/* the program that applies mods, and what it keeps: a record for each, and what is about to be put in its place */
#define ROOT_MODS_EXE "usr/lib/stillroot/stillroot-mods"
#define PATH_MODS_EXE "/" ROOT_MODS_EXE
#define ROOT_VAR_LIB "var/lib"
#define MODS_STATE "stillroot"            /* in ROOT_VAR_LIB */
#define ROOT_MODS_STATE ROOT_VAR_LIB "/" MODS_STATE
#define ROOT_MODS_RECORDS ROOT_MODS_STATE "/mods"
#define ROOT_MODS_WORK ROOT_MODS_STATE "/work"
#define ROOT_MODS_SIDELOADED "mods"
#define ROOT_MODS_CACHE "modcache"
#define ROOT_MODS_BANNED "etc/stillroot/banned-mods"
#define ROOT_LSIOPY "lsiopy"
#define ROOT_LSIOPY_PYTHON ROOT_LSIOPY "/bin/python3"
#define ROOT_LSIOPY_PIP ROOT_LSIOPY "/bin/pip"

#define ROOT_PROFILES "etc/cont-profile.d"
#define ROOT_BASE_SERVICES "usr/lib/stillroot/services.d"
#define ROOT_LOGGER ROOT_BASE_SERVICES "/" LOGGER_SERVICE
#define ROOT_S6_RC "usr/bin/s6-rc"
#define ROOT_S6_LOG ROOT_COMMAND "/s6-log"
#define ROOT_SVSCAN ROOT_COMMAND "/s6-svscan"
#define ROOT_DEV "dev"
#define ROOT_SHM ROOT_DEV "/shm"
#define ROOT_DEFINITIONS ROOT_ETC "/" ETC_DEFINITIONS
#define ROOT_BUNDLES ROOT_ETC "/" ETC_BUNDLES
#define ROOT_BRANDING ROOT_DEFINITIONS "/init-adduser/branding"

/* relative to etc, or to the runtime profile that stands in for it */
#define ETC_SERVICES "services.d"
#define ETC_CONT_INIT "cont-init.d"
#define ETC_CONT_FINISH "cont-finish.d"
#define ETC_FIX_ATTRS "fix-attrs.d"
#define ETC_DEFINITIONS "s6-overlay/s6-rc.d"
#define ETC_BUNDLES "s6-overlay/user-bundles.d"

/* where init-bake looks for the programs that /command links to, in this order */
#define ROOT_EXECLINE_DIR "usr/lib/execline/bin"
#define ROOT_PROGRAM_DIRS ROOT_BIN, "bin", "usr/sbin", "sbin"

#define RUN_STATE "s6"
#define RUN_SCANDIR "service"
#define RUN_RESULTS "s6-linux-init-container-results"
#define RUN_EXITCODE RUN_RESULTS "/exitcode"
#define RUN_CONTENV RUN_STATE "/container_environment"
/* s6-rc's live directory: whoever looks for a service's directory finds .../servicedirs/NAME */
#define RUN_LIVE "s6-rc"
#define RUN_SERVICEDIRS RUN_LIVE "/servicedirs"
#define RUN_PIPES RUN_LIVE "/pipes"
#define RUN_BOOTGRAPH RUN_LIVE "/graph"
#define RUN_BOOTGRAPH_STATE RUN_LIVE "/state"
#define RUN_LIVE_LOCK RUN_LIVE "/lock"
#define RUN_LEGACY_SERVICES RUN_STATE "/legacy-services"
#define RUN_CUSTOM_SERVICES RUN_STATE "/custom-services"
#define RUN_DEVICES RUN_STATE "/devices"
#define RUN_CRONTABS RUN_STATE "/crontabs"
#define RUN_UMASK RUN_STATE "/umask"
#define RUN_CMDPID RUN_STATE "/cmdpid"
#define RUN_BASEDIR RUN_STATE "/basedir"
#define RUN_BASEDIR_BIN RUN_BASEDIR "/bin"
#define RUN_REPORT_JSON RUN_STATE "/boot-report.json"
#define RUN_REPORT_TEXT RUN_STATE "/boot-report.txt"
/* on a read-only root without a tmpfs on /run, where nothing can be made in that but through its links */
#define RUN_STATE_LOGS RUN_STATE "/uncaught-logs"
#define RUN_LOGGER_FIFO RUN_SCANDIR "/" LOGGER_SERVICE "/" LOGGER_FIFO
#define RUN_CONSOLE RUN_STATE "/console"   /* a link to the container's own standard error, where S6_LOGGING has taken ours */
#define RUN_HALT RUN_STATE "/halt"
#define RUN_RC_LOCK RUN_STATE "/rc.lock"
#define RUN_STOP_LOCK RUN_STATE "/stop.lock"

/* the service that s6-svscan takes for its own logger, and the fifo in its directory */
#define LOGGER_SERVICE "s6-svscan-log"
#define LOGGER_FIFO "fifo"

/* in a service directory of ours: what its run and its finish execute, and the fifos that run makes its standard input and output */
#define SERVICE_SCRIPT "script"
#define SERVICE_FINISH "finish-script"
#define SERVICE_STDIN "stdin"
#define SERVICE_STDOUT "stdout"

#define SCANDIR_CONTROL RUN_SCANDIR "/.s6-svscan"

/* Where /run is no memory of its own, the state is a directory of this name, in ROOT_DEV or ROOT_SHM, and links in /run lead to it: those of
   all that stands directly in it to RUN_ANCHOR/..., and that one on to the directory. They are relative, so that they lead to the container's
   own for whoever looks in from outside too. */
#define STATEDIR "stillroot"
#define STATEDIR_LOCK "lock"
#define RUN_ANCHOR STATEDIR
#define ANCHOR_TO_DEV "../" ROOT_DEV "/" STATEDIR
#define ANCHOR_TO_SHM "../" ROOT_SHM "/" STATEDIR
#define SHM_TO_DEV "../" STATEDIR       /* what ROOT_SHM/STATEDIR is when the directory is in ROOT_DEV */
#define PATH_STATEDIR_DEV "/" ROOT_DEV "/" STATEDIR
#define PATH_STATEDIR_SHM "/" ROOT_SHM "/" STATEDIR

#endif
