/* ISC license. */

#ifndef STILLROOT_VERSION_H
#define STILLROOT_VERSION_H

#define STILLROOT_VERSION "0.1.0"

#endif
