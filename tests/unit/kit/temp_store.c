#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "temp_store.h"
#include "trunkdeck/base/mem.h"

void temp_store_make(struct temp_store *t)
{
	snprintf(t->folder, sizeof(t->folder), "/tmp/trunkdeck-test-XXXXXX");
	assert_non_null(mkdtemp(t->folder));
	t->url = xasprintf("sqlite:%s/store.db", t->folder);
}

void temp_store_remove(struct temp_store *t)
{
	static const char *const files[] = { "store.db", "store.db-wal", "store.db-shm" };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		char *path = xasprintf("%s/%s", t->folder, files[i]);

		unlink(path);
		free(path);
	}
	rmdir(t->folder);
	FREE(&t->url);
}
