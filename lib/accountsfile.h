/* ISC license. */

#ifndef STILLROOT_ACCOUNTSFILE_H
#define STILLROOT_ACCOUNTSFILE_H

#include <skalibs/stralloc.h>

/* The text of passwd, group, shadow or gshadow in memory: one entry per line, fields between colons, the name first.
   Lines that are no entries (NIS, comments, anything) are only ever passed over. Nothing here touches a file but accountsfile_load. */

#define ACCOUNTSFILE_FIELDS 4

struct accountsfile_field { size_t pos, len ; } ; /* in the text */

/* Half a million users; what is larger, for example a sparse file, could take all memory there is. */
#define ACCOUNTSFILE_MAX 67108864

/* Appends the content of file to *text. Returns a descriptor of it, or -1 and sets errno: ELOOP it is a symbolic link,
   ENXIO it is no regular file, EFBIG it is larger than that. */
extern int accountsfile_load (int rootfd, char const *file, stralloc *text) ;

/* Splits the line at *pos into its first fields, at most ACCOUNTSFILE_FIELDS, and moves *pos to the next line.
   Returns the number of fields, or -1 at the end. */
extern int accountsfile_next (stralloc const *text, size_t *pos, struct accountsfile_field *f) ;

/* The same of the first line from *pos on whose first field is name. Other lines are not split, which is what many of them cost least. */
extern int accountsfile_next_named (stralloc const *text, size_t *pos, char const *name, struct accountsfile_field *f) ;

/* Whether the field is s. */
extern int accountsfile_is (stralloc const *text, struct accountsfile_field const *f, char const *s) ;

/* Whether the field, a list with commas, has the element s. */
extern int accountsfile_has (stralloc const *text, struct accountsfile_field const *f, char const *s) ;

/* Splits the only line called name. Returns the number of its fields, or -1 and sets errno: ENOENT there is none,
   ENOTUNIQ there are more. */
extern int accountsfile_find (stralloc const *text, char const *name, struct accountsfile_field *f) ;

/* Whether the only line called name has the n ids from its third field on. Returns 1, 0 when there is no such line, or -1 and sets
   errno: EEXIST it has others, EINVAL the fields are no ids, ENOTUNIQ. */
extern int accountsfile_has_ids (stralloc const *text, char const *name, unsigned int const *ids, unsigned int n) ;

/* The edits. They return 1 when the text changed, 0 when it was so already, -1 and set errno when it cannot be done, the text
   untouched: that of accountsfile_find, EINVAL the entry is too short or the id there no number, ENOMEM.
   set_id: field number field (from 0) of the entry name becomes id. 0911 is 911 already.
   add_member: the list in the fourth field of the entry name gets member.
   add: the entry line (no newline in it) is appended, before NIS entries at the end. Always changes the text. */
extern int accountsfile_set_id (stralloc *text, char const *name, unsigned int field, unsigned int id) ;
extern int accountsfile_add_member (stralloc *text, char const *name, char const *member) ;
extern int accountsfile_add (stralloc *text, char const *line) ;

#endif
