/* Lines typed into the palette, kept from one screen to the next. Embedded, all zero at first; main thread only. */
#ifndef UI_FRAME_PALETTE_HISTORY_H
#define UI_FRAME_PALETTE_HISTORY_H

#include <stddef.h>

#define PALETTE_HISTORY_MAX 50

struct palette_history {
	char *lines[PALETTE_HISTORY_MAX];	/* oldest first */
	size_t count;
	char *path;				/* NULL: kept in memory only */
};

/* Reads the operator's file; from then on lines are appended to it. */
void palette_history_open(struct palette_history *h);
/* Does not add a line that repeats the last one. */
void palette_history_add(struct palette_history *h, const char *text);
void palette_history_clear(struct palette_history *h);

#endif
