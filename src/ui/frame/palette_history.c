/*
 * What was typed after `:`, in memory and in $XDG_STATE_HOME/trunkdeck/history: a line each, oldest first. Every screen of the
 * operator appends to the file; it is read, and cut to what is kept, when a screen opens. A file that can't be read or
 * written is no reason to say anything: the lines of this screen are there all the same.
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

static void read_lines(struct palette_history *h, FILE *f)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), f)) {
		char *clean = utf8_clean_dup((struct str){ line, strcspn(line, "\n") });

		if (clean[0] != '\0')
			remember(h, clean);
		free(clean);
	}
}

/* What is kept, in place of a file that grows with every line typed. */
static void write_anew(const struct palette_history *h)
{
	char *path = xasprintf("%s.new", h->path);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");

	for (size_t i = 0; f && i < h->count; i++)
		fprintf(f, "%s\n", h->lines[i]);
	if (f && fclose(f) == 0)
		rename(path, h->path);
	free(path);
}

void palette_history_open(struct palette_history *h)
{
	char *dir = config_state_dir();
	FILE *f;

	h->path = xasprintf("%s/history", dir);
	free(dir);
	f = fopen(h->path, "re");
	if (!f)
		return;
	read_lines(h, f);
	fclose(f);
	write_anew(h);
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
