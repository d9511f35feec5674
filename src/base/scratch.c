#include "config.h"

#include "trunkdeck/base/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define STORE "trunkdeck.db"

bool scratch_make(struct scratch *s, struct err *e)
{
	const char *tmp = getenv("TMPDIR");

	s->folder = xasprintf("%s/trunkdeck-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
	if (!mkdtemp(s->folder)) {
		FREE(&s->folder);
		return err_set_message(e, ERR_FILE, _("no temporary folder: %s"), strerror(errno));
	}
	s->url = xasprintf("sqlite:%s/" STORE, s->folder);
	return true;
}

void scratch_remove(struct scratch *s)
{
	static const char *const files[] = { STORE, STORE "-wal", STORE "-shm" };

	for (size_t i = 0; s->folder && i < ARRAY_LEN(files); i++) {
		char *path = xasprintf("%s/%s", s->folder, files[i]);

		unlink(path);
		free(path);
	}
	if (s->folder)
		rmdir(s->folder);
	FREE(&s->url);
	FREE(&s->folder);
}
