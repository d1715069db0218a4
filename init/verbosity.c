/* ISC license. */

#include <skalibs/buffer.h>
#include <skalibs/stralloc.h>
#include <skalibs/types.h>

#include "contenv.h"
#include "variables.h"
#include "verbosity.h"

unsigned int verbosity = 2 ;

void verbosity_set (char const *s)
{
  unsigned int n ;
  if (s && uint0_scan(s, &n)) verbosity = n ;
}

void verbosity_load (int contenvfd)
{
  stralloc value = STRALLOC_ZERO ;
  if (contenv_get(contenvfd, VAR_VERBOSITY, &value) == 1) verbosity_set(value.s) ;
  stralloc_free(&value) ;
}

void say_out_strings (char const *const *v)
{
  for (; *v ; v++) buffer_puts(buffer_1small, *v) ;
  buffer_putsflush(buffer_1small, "\n") ;
}
