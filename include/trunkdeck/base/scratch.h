/* A folder of one's own under the temporary directory, for a SQLite store that ends with the program. */
#ifndef TRUNKDECK_BASE_SCRATCH_H
#define TRUNKDECK_BASE_SCRATCH_H

#include <stdbool.h>

#include "err.h"

struct scratch {
	char *folder;			/* NULL = none was made */
	char *url;			/* of the store in it */
};

bool scratch_make(struct scratch *s, struct err *e);
/* Removes store and folder. */
void scratch_remove(struct scratch *s);

#endif
