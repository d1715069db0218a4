/* ISC license. */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <skalibs/djbunix.h>

#include "live.h"
#include "paths.h"
#include "verbosity.h"

static int read_states (struct live *l)
{
  size_t n = bootgraph_size(&l->graph) ;
  l->states = malloc(n + 1) ;
  if (!l->states) return -1 ;
  l->statefd = bootgraph_state_open(l->runfd, n) ;
  if (l->statefd == -1 || bootgraph_state_read(l->statefd, l->states, n) == -1) return -1 ;
  l->kept = n ;
  return 0 ;
}

static void forget (struct live *l)
{
  bootgraph_free(&l->graph) ;
  free(l->states) ;
  l->states = 0 ;
  if (l->statefd >= 0) fd_close(l->statefd) ;
  l->statefd = -1 ;
}

int live_open (struct live *ret, int runfd, int contenvfd)
{
  int e ;
  *ret = (struct live){ .runfd = runfd, .contenvfd = contenvfd, .statefd = -1, .graph = BOOTGRAPH_ZERO, .kept = 0, .states = 0 } ;
  ret->scanfd = openat(runfd, RUN_SCANDIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC) ;
  if (ret->scanfd >= 0 && bootgraph_read(&ret->graph, runfd) == 0 && read_states(ret) == 0) return 0 ;
  e = errno ;
  forget(ret) ;
  return (errno = e, -1) ;
}

int live_add (struct live *l, char const *name)
{
  struct bootgraph_node const node = { .name = name, .kind = BOOTGRAPH_LONGRUN, .legacy = 1, .up = "", .down = "" } ;
  char *states = realloc(l->states, bootgraph_size(&l->graph) + 1) ;
  if (!states) return -1 ;
  l->states = states ;
  states[bootgraph_size(&l->graph)] = BOOTGRAPH_UP ;
  return bootgraph_add(&l->graph, &node) ;
}

int live_is_up (struct live const *l, size_t i)
{
  return l->states[i] == BOOTGRAPH_UP ;
}

void live_set (struct live *l, size_t i, int up)
{
  char state = up ? BOOTGRAPH_UP : BOOTGRAPH_DOWN ;
  if (l->states[i] == state) return ;
  l->states[i] = state ;
  if (i < l->kept && bootgraph_state_set(l->statefd, i, state) == -1)
    say_warningsys("keep the state of ", bootgraph_node(&l->graph, i)->name, " in " PATH_RUN "/" RUN_BOOTGRAPH_STATE) ;
}

void live_close (struct live *l)
{
  forget(l) ;
  if (l->scanfd >= 0) fd_close(l->scanfd) ;
  l->scanfd = -1 ;
}
