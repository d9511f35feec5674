/*
 * The lines typed after `:`, in memory and in $XDG_STATE_HOME/trunkdeck/history: one a line, oldest first. Every screen
 * of the operator appends to the file. A screen that starts reads it and shortens it to the lines that are kept. If the
 * file can't be read or written, this screen keeps its lines in memory.
 */
#include "config.h"

#include "palette_history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/config/config.h"

#define LINE_MAX_BYTES 512

static void remember(struct palette_history *h, const char *text)
{
	if (h->count > 0 && strcmp(h->lines[h->count - 1], text) == 0)
		return;
	if (h->count == PALETTE_HISTORY_MAX) {
		free(h->lines[0]);
		memmove(&h->lines[0], &h->lines[1], (PALETTE_HISTORY_MAX - 1) * sizeof(h->lines[0]));
		h->count--;
	}
	h->lines[h->count++] = xstrdup(text);
}

void palette_history_open(struct palette_history *h)
{
	char *dir = config_state_dir(), *anew, line[LINE_MAX_BYTES];
	FILE *f;
	int fd;

	h->path = xasprintf("%s/history", dir);
	free(dir);
	f = fopen(h->path, "re");
	if (!f)
		return;
	while (fgets(line, sizeof(line), f)) {
		char *clean = utf8_clean_dup((struct str){ line, strcspn(line, "\n") });

		if (clean[0] != '\0')
			remember(h, clean);
		free(clean);
	}
	fclose(f);

	/* The file grows with each typed line, so it is replaced by the lines that are kept. */
	anew = xasprintf("%s.new", h->path);
	fd = open(anew, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	f = fd < 0 ? NULL : fdopen(fd, "w");
	for (size_t i = 0; f && i < h->count; i++)
		fprintf(f, "%s\n", h->lines[i]);
	if (f && fclose(f) == 0)
		rename(anew, h->path);
	free(anew);
}

void palette_history_add(struct palette_history *h, const char *text)
{
	char *line = xasprintf("%s\n", text);
	int fd = h->path ? open(h->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;

	remember(h, text);
	if (fd >= 0) {
		ssize_t written = write(fd, line, strlen(line));

		(void)written;
		close(fd);
	}
	free(line);
}

void palette_history_clear(struct palette_history *h)
{
	for (size_t i = 0; i < h->count; i++)
		free(h->lines[i]);
	free(h->path);
	*h = (struct palette_history){ 0 };
}
