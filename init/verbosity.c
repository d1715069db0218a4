/* ISC license. */

#include <skalibs/buffer.h>
#include <skalibs/types.h>

#include "verbosity.h"

unsigned int verbosity = 2 ;

void verbosity_set (char const *s)
{
  unsigned int n ;
  if (s && uint0_scan(s, &n)) verbosity = n ;
}

void say_out_strings (char const *const *v)
{
  for (; *v ; v++) buffer_puts(buffer_1small, *v) ;
  buffer_putsflush(buffer_1small, "\n") ;
}
