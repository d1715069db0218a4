/* ISC license. */

#ifndef STILLROOT_REQUIREMENTS_H
#define STILLROOT_REQUIREMENTS_H

#include "look.h"
#include "snippet.h"

/* What the runtime is to be told for the container to boot in the way it is run now. Kinds of needs; their a and b: */
#define NEED_READONLY 1u
#define NEED_USER 2u           /* uid, gid */
#define NEED_GROUP 4u          /* gid; there is none for root's */
#define NEED_RUN 8u            /* path of a tmpfs that is exec and root's, name */
#define NEED_RUN_USER 16u      /* path of one that is another user's, uid */
#define NEED_TMP 32u           /* path of another one, name */
#define NEED_CAP_DROP 64u      /* all but those that are added */
#define NEED_CAP_ADD 128u      /* name */
#define NEED_NO_NEW 256u       /* no_new_privs */
#define NEED_NO_NEW_POD 512u   /* no_new_privs where it is needed in a pod alone */
#define NEED_ENV 1024u         /* name, value */
#define NEED_VOLUME 2048u      /* path, name */

#define REQUIREMENTS_MAX 20

struct requirements
{
  struct snippet_need needs[REQUIREMENTS_MAX] ;
  size_t n ;
} ;

/* What is allocated for it lasts until the program ends. Without memory, a reason is empty. */
extern void requirements_find (struct requirements *, struct look const *) ;

#endif
