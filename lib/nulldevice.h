/* ISC license. */

#ifndef STILLROOT_NULLDEVICE_H
#define STILLROOT_NULLDEVICE_H

/* /dev/null, or what stands in for it where a runtime gives none: a descriptor that can be neither read nor written (O_PATH), so that no
   file that is opened later gets its number. */

/* Whether there is the device, and not just something of its name. */
extern int nulldevice_exists (void) ;

/* flags: as for open(2). Returns a descriptor, or -1 and sets errno. */
extern int nulldevice_open (int flags) ;

/* Opens those of the descriptors 0 to 2 that are not open. Returns 0, or -1 and sets errno. */
extern int nulldevice_fill_stdio (void) ;

#endif
