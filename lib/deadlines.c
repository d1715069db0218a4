/* ISC license. */

#include "deadlines.h"

struct deadline { size_t number ; tain when ; } ;

static struct deadline *entry (struct deadlines const *d, size_t place)
{
  return genalloc_s(struct deadline, &d->heap) + place ;
}

static size_t count (struct deadlines const *d)
{
  return genalloc_len(struct deadline, &d->heap) ;
}

static int before (struct deadline const *a, struct deadline const *b)
{
  return tain_less(&a->when, &b->when) || (!tain_less(&b->when, &a->when) && a->number < b->number) ;
}

static void put (struct deadlines *d, size_t place, struct deadline const *e)
{
  *entry(d, place) = *e ;
  genalloc_s(size_t, &d->places)[e->number] = place ;
}

/* Puts e where it belongs: at the hole at place, which moves up or down until those above are before it and those below are not. */
static void settle (struct deadlines *d, size_t place, struct deadline const *e)
{
  while (place && before(e, entry(d, (place - 1) / 2)))
  {
    put(d, place, entry(d, (place - 1) / 2)) ;
    place = (place - 1) / 2 ;
  }
  for (;;)
  {
    size_t child = 2 * place + 1 ;
    if (child + 1 < count(d) && before(entry(d, child + 1), entry(d, child))) child++ ;
    if (child >= count(d) || !before(entry(d, child), e)) break ;
    put(d, place, entry(d, child)) ;
    place = child ;
  }
  put(d, place, e) ;
}

/* Where i stands in the heap, or DEADLINES_NONE. */
static size_t place_of (struct deadlines const *d, size_t i)
{
  return i < genalloc_len(size_t, &d->places) ? genalloc_s(size_t, &d->places)[i] : DEADLINES_NONE ;
}

/* Makes room for i among the places. */
static int reach (struct deadlines *d, size_t i)
{
  static size_t const none = DEADLINES_NONE ;
  size_t n = genalloc_len(size_t, &d->places) ;
  if (i < n) return 1 ;
  if (!genalloc_readyplus(size_t, &d->places, i + 1 - n)) return 0 ;
  for (; n <= i ; n++) genalloc_append(size_t, &d->places, &none) ;
  return 1 ;
}

int deadlines_set (struct deadlines *d, size_t i, tain const *when)
{
  struct deadline const e = { .number = i, .when = *when } ;
  size_t place = place_of(d, i) ;
  if (!tain_less(when, &tain_infinite)) { deadlines_clear(d, i) ; return 0 ; }
  if (place == DEADLINES_NONE)
  {
    place = count(d) ;
    if (!reach(d, i) || !genalloc_append(struct deadline, &d->heap, &e)) return -1 ;
  }
  settle(d, place, &e) ;
  return 0 ;
}

void deadlines_clear (struct deadlines *d, size_t i)
{
  size_t place = place_of(d, i) ;
  struct deadline last ;
  if (place == DEADLINES_NONE) return ;
  genalloc_s(size_t, &d->places)[i] = DEADLINES_NONE ;
  last = *entry(d, count(d) - 1) ;
  genalloc_setlen(struct deadline, &d->heap, count(d) - 1) ;
  /* the last one fills the hole, unless it was the last that went */
  if (place < count(d)) settle(d, place, &last) ;
}

void deadlines_lower (struct deadlines const *d, tain *deadline)
{
  if (count(d) && tain_less(&entry(d, 0)->when, deadline)) *deadline = entry(d, 0)->when ;
}

size_t deadlines_take (struct deadlines *d, tain const *now)
{
  size_t i ;
  if (!count(d) || tain_less(now, &entry(d, 0)->when)) return DEADLINES_NONE ;
  i = entry(d, 0)->number ;
  deadlines_clear(d, i) ;
  return i ;
}

void deadlines_free (struct deadlines *d)
{
  genalloc_free(struct deadline, &d->heap) ;
  genalloc_free(size_t, &d->places) ;
}
