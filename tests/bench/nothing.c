/* ISC license. */

/* The oneshot of the bench. */

int main (void)
{
  return 0 ;
}
