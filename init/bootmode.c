/* ISC license. */

#include "bootmode.h"

unsigned int bootmode_of (struct rootfs const *root, struct privileges const *p)
{
  if (p->euid) return root->readonly ? BOOT_NONROOT_RO : BOOT_NONROOT_RW ;
  return root->readonly ? BOOT_RO : BOOT_RW ;
}

char const *bootmode_name (unsigned int mode)
{
  return mode == BOOT_RW ? "rw" : mode == BOOT_RO ? "ro" : mode == BOOT_NONROOT_RW ? "nonroot-rw" : "nonroot-ro" ;
}
