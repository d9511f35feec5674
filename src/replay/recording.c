#include "config.h"

#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trunkdeck/ami/event.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

/* The first bytes of packed files, and the command that unpacks them to standard output. */
static const struct {
	struct str magic;
	const char *unpack;
} packers[] = {
	{ { "\xfd" "7zXZ", 5 }, "xzcat" },
	{ { "\x1f\x8b", 2 }, "zcat" },
	{ { "BZh", 3 }, "bzcat" },
	{ { "\x28\xb5\x2f\xfd", 4 }, "zstdcat" },
};

bool recording_open(struct recording *r, const char *path, struct err *e)
{
	char head[8];
	struct stat st;
	struct str begin = { head, 0 };
	ssize_t n = 0;

	*r = (struct recording){ .fd = STDIN_FILENO };
	if (strcmp(path, "-") == 0)
		return true;
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0 || fstat(r->fd, &st) != 0 || (S_ISDIR(st.st_mode) && (errno = EISDIR))) {
		err_set_message(e, ERR_FILE, "%s: %s", path, strerror(errno));
		recording_close(r);
		return false;
	}
	if (S_ISREG(st.st_mode))
		n = pread(r->fd, head, sizeof(head), 0);
	begin.len = n > 0 ? (size_t)n : 0;
	for (size_t i = 0; i < ARRAY_LEN(packers); i++) {
		if (!str_starts(begin, packers[i].magic))
			continue;
		err_set_message(e, ERR_FILE, _("%s is compressed"), path);
		err_hint(e, "%s %s | trunkdeck replay -", packers[i].unpack, path);
		recording_close(r);
		return false;
	}
	return true;
}

void recording_close(struct recording *r)
{
	if (r->fd > STDIN_FILENO)
		close(r->fd);
	r->fd = -1;
}

bool recording_rewind(struct recording *r)
{
	r->last = '\n';
	return lseek(r->fd, 0, SEEK_SET) == 0;
}

/* In a file with bare LFs, each LF gets its CR, and an empty value gets the blank after its colon, which an editor
 * removes with the CR. The bytes are read into the last third of the buffer and moved down: each needs two more at
 * most. */
ssize_t recording_read(struct recording *r, char *to, size_t size)
{
	const size_t part = size / 3;
	const char *from = to + size - part, *lf;
	size_t out = 0;
	ssize_t n;

	if (r->judged && !r->bare_lf)
		return read(r->fd, to, size);
	n = read(r->fd, to + size - part, part);
	if (n <= 0)
		return n;
	lf = r->judged ? NULL : memchr(from, '\n', (size_t)n);
	if (lf) {
		r->judged = true;
		r->bare_lf = (lf > from ? lf[-1] : r->last) != '\r';
	}
	for (ssize_t i = 0; i < n; i++) {
		char c = from[i];

		if (r->bare_lf && c == '\n' && r->last == ':')
			to[out++] = ' ';
		if (r->bare_lf && c == '\n' && r->last != '\r')
			to[out++] = '\r';
		to[out++] = c;
		r->last = c;
	}
	return (ssize_t)out;
}

bool recording_refuse(struct err *e, const char *path)
{
	err_set_message(e, ERR_FILE, _("%s is not a recorded AMI stream: it has no event"), path);
	return err_hint(e, "%s", _("'trunkdeck record --raw FILE' records one"));
}

void recording_frame(struct tracker *t, const struct ami_frame *f, int64_t *last_us)
{
	struct call_event event;

	if (f->kind != AMI_EVENT)
		return;
	if (f->reject != AMI_ACCEPTED) {
		tracker_taint(t, ami_get(f, AMI_KEY_UNIQUEID));
		return;
	}
	ami_event_decode(&event, f, *last_us);
	*last_us = event.at_us;
	if (event.kind != EVENT_OTHER)
		tracker_apply(t, &event);
}
