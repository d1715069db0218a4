/* ISC license. */

#ifndef STILLROOT_DEFINITION_H
#define STILLROOT_DEFINITION_H

#include <signal.h>

#include "definitionfile.h"

/* One definition directory of s6-rc's source format: s6-rc-compile's documentation has its files and what they mean. */

enum definition_kind { DEFINITION_NONE, DEFINITION_ONESHOT, DEFINITION_LONGRUN, DEFINITION_BUNDLE, DEFINITION_BUILTIN } ;

/* The lists of names in a definition. */
enum definition_list
{
  DEFINITION_DEPENDENCIES,
  DEFINITION_CONTENTS,      /* of a bundle */
  DEFINITION_PRODUCER_FOR,  /* of a longrun, as those below */
  DEFINITION_CONSUMER_FOR,
  DEFINITION_PIPELINE_NAME,
  DEFINITION_LISTS
} ;

struct definition_settings
{
  unsigned int timeout_up, timeout_down, timeout_kill, timeout_finish ;   /* ms; 0: none */
  unsigned int notification_fd, lock_fd ;                                 /* 0: none */
  unsigned int max_death_tally ;
  int down_signal ;
  int essential ;           /* flag-essential: no stop but that of everything takes it down; of a bundle: all in it */
  int has_finish ;
} ;

/* What s6-supervise does without the files. */
#define DEFINITION_SETTINGS_DEFAULT { .timeout_finish = 5000, .max_death_tally = 100, .down_signal = SIGTERM }

/* A text of a oneshot that is larger is none. */
#define DEFINITION_SCRIPT_MAX 65536

struct definition
{
  enum definition_kind kind ;   /* DEFINITION_NONE: no type file; there are only additions to a definition of another source */
  int broken ;                  /* there was a complaint about its type */
  int has_contents ;
  struct definition_settings settings ;
  struct namelist lists[DEFINITION_LISTS] ;
  stralloc up, down ;           /* of a oneshot, each with a NUL behind it; empty without the file */
} ;

/* The file that a list stands in. */
extern char const *definition_list_file (enum definition_list) ;

/* Reads the definition in the directory of the place; what is wrong becomes complaints, and what can be read is there all the same.
   *ret is to be freed in any case. */
extern void definition_read (struct definitionplace const *, struct definition *ret) ;

extern void definition_free (struct definition *) ;

#endif
