/* ISC license. */

#ifndef STILLROOT_PROGRAMS_H
#define STILLROOT_PROGRAMS_H

#include <skalibs/gccattributes.h>

/* The programs of the one executable; main.c calls them by the name it is invoked under. */

/* Usage lines: for --help and for wrong use. */
#define WITH_CONTENV_USAGE "with-contenv PROGRAM [ARGUMENTS...]"
#define PRINTCONTENV_USAGE "printcontenv NAME"
#define LSIOWN_USAGE "lsiown [-cfvhHLPR] USER[:GROUP]|:GROUP PATH..."
#define INIT_STATUS_USAGE "init-status [--json | --graph | --explain [docker | compose | kubernetes]]"
#define INIT_BAKE_USAGE "init-bake [--check | --restore | --adopt [--keep STAGE]...] [DIR] | init-bake mods REFERENCE..."
#define HALT_USAGE "halt"
#define S6_RC_USAGE "s6-rc [-abeEp] [-u|-d|-D] [-n N] [-v VERBOSITY] [-t MS] [-l /run/s6-rc] change|start|stop|list|listall|diff|help [NAME...]"

typedef int program_func (int argc, char const *const *argv, char const *const *envp) ;

extern program_func init_main ;
extern program_func stop_main ;       /* s6-svscan's signal handlers */
extern program_func halt_main ;
extern program_func finish_main ;     /* .s6-svscan/finish: the last program of PID 1 */
extern program_func crash_main ;      /* .s6-svscan/crash */
extern program_func service_run_main ; /* run, in service directories of ours */

/* finish there; what s6-svscan executes has the same name, but no arguments */
extern int service_finish_main (int argc, char const *const *argv) gccattr_noreturn ;
extern program_func cron_main ;        /* run of svc-cron */
extern program_func logger_run_main ; /* run of the catch-all logger */
extern program_func with_contenv_main ;
extern program_func printcontenv_main ;
extern program_func lsiown_main ;
extern program_func init_status_main ;
extern program_func init_bake_main ;
extern program_func s6_rc_main ;

#endif
