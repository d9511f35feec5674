/* A private folder under the temporary directory, for a SQLite store that ends with the program. */
#ifndef TRUNKDECK_BASE_SCRATCH_H
#define TRUNKDECK_BASE_SCRATCH_H

#include <stdbool.h>

#include "err.h"

struct scratch {
	char *folder;			/* NULL = not made */
	char *url;			/* the URL of the store in it */
};

bool scratch_make(struct scratch *s, struct err *e);
/* Removes the store and the folder. */
void scratch_remove(struct scratch *s);

#endif
