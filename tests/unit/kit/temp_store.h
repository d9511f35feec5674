/* A SQLite store in its own folder, for tests that open it through the program's own functions. A value. */
#ifndef TESTS_TEMP_STORE_H
#define TESTS_TEMP_STORE_H

struct temp_store {
	char folder[64];
	char *url;			/* not made yet: the first that opens it makes it */
};

void temp_store_make(struct temp_store *t);
/* Call it after all have closed the store. */
void temp_store_remove(struct temp_store *t);

#endif
