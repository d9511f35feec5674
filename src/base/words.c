#include "config.h"

#include "trunkdeck/base/words.h"

#include <string.h>

int words_find(const struct words *w, const char *name)
{
	for (int i = 0; i < w->count; i++)
		if (strcmp(w->rows[i].name, name) == 0)
			return i;
	return -1;
}
