/* ISC license. */

#ifndef STILLROOT_REMEDIES_H
#define STILLROOT_REMEDIES_H

#include "paths.h"

/* How a fatal line says what mends it, where the runtime's flags do. Each remedy names the flag of docker run, the key of a compose file
   and the field of a Kubernetes Pod, and is a part of one line: no full stop, no line end. */

/* Where more than a flag may be missing. */
#define REMEDY_EXPLAIN "; all of it: docker run --rm --entrypoint init-status IMAGE --explain"

/* /run cannot be used, and nothing can take its place. runc gives a tmpfs the mode of the image's directory, whatever its mode= says: for another
   user than root it takes uid=, whose number stands between the two parts. */
#define REMEDY_RUN_TMPFS \
  "give " PATH_RUN " a tmpfs: docker run --tmpfs " PATH_RUN ":exec, compose \"tmpfs: " PATH_RUN ":exec\", Kubernetes an emptyDir mounted on " PATH_RUN
#define REMEDY_RUN REMEDY_RUN_TMPFS REMEDY_EXPLAIN
#define REMEDY_RUN_USER_BEFORE "give " PATH_RUN " a tmpfs of this user's: docker run --tmpfs " PATH_RUN ":exec,uid="
#define REMEDY_RUN_USER_AFTER ", compose the same under \"tmpfs:\", Kubernetes an emptyDir mounted on " PATH_RUN REMEDY_EXPLAIN

/* What is mounted on it cannot be used: by nobody but its owner, safely; by two containers. */
#define REMEDY_RUN_OWN \
  "mount it as root's, with mode 0755 or 1777: docker run --tmpfs " PATH_RUN ":exec, compose \"tmpfs: " PATH_RUN ":exec\", Kubernetes an emptyDir"
#define REMEDY_RUN_ALONE "give each a volume of its own there (docker run -v, compose volumes, Kubernetes volumes)"

/* What has to be there does not fit into /run. */
#define REMEDY_RUN_SPACE \
  "give " PATH_RUN " more space: docker run --tmpfs " PATH_RUN ":exec,size=64m, compose \"tmpfs: " PATH_RUN ":exec,size=64m\"," \
  " Kubernetes a higher sizeLimit of the emptyDir mounted on " PATH_RUN

/* Something is mounted where our own has to be. */
#define REMEDY_MOUNT "mount nothing there (docker run -v and --mount, compose volumes, Kubernetes volumeMounts)"

/* A variable has a value that cannot be used; the line has named it. */
#define FLAGS_VARIABLE "(docker run -e, compose environment, Kubernetes env)"
#define REMEDY_UNSET "unset the variable " FLAGS_VARIABLE
#define REMEDY_VARIABLE "correct or " REMEDY_UNSET

/* Nothing can be run as another user; the line has named the capabilities that are missing. */
#define FLAGS_CAPS "(docker run --cap-add, compose cap_add, Kubernetes capabilities.add)"
#define REMEDY_CAPS \
  "add them " FLAGS_CAPS ", or run all as that user (docker run --user, compose user, Kubernetes runAsUser)" REMEDY_EXPLAIN

/* A resource limit is too low. Kubernetes has no field for it: its pods have what the node's runtime gives. */
#define REMEDY_NOFILE "raise it (docker run --ulimit nofile=1024, compose ulimits)"
#define REMEDY_FSIZE "raise it (docker run --ulimit fsize=-1, compose ulimits)"

/* An id is not mapped in the user namespace. */
#define REMEDY_IDS "extend the map (/etc/subuid and /etc/subgid on the host, userns-remap of dockerd)"

#endif
