/* A SQLite store in a folder of its own, for tests that open it through the program's own parts. Embedded. */
#ifndef TESTS_TEMP_STORE_H
#define TESTS_TEMP_STORE_H

struct temp_store {
	char folder[64];
	char *url;			/* nothing is there yet: whoever opens it first makes it */
};

void temp_store_make(struct temp_store *t);
/* After everybody has closed it. */
void temp_store_remove(struct temp_store *t);

#endif
