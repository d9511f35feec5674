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

/* What packed files begin with, and what unpacks them to standard output. */
static const struct {
	struct str magic;
	const char *unpack;
} packers[] = {
	{ { "\xfd" "7zXZ", 5 }, "xzcat" },
	{ { "\x1f\x8b", 2 }, "zcat" },
	{ { "BZh", 3 }, "bzcat" },
	{ { "\x28\xb5\x2f\xfd", 4 }, "zstdcat" },
};

static bool refuse_packed(int fd, const char *path, struct err *e)
{
	char head[8];
	ssize_t n = pread(fd, head, sizeof(head), 0);
	struct str begin = { head, n > 0 ? (size_t)n : 0 };

	for (size_t i = 0; i < ARRAY_LEN(packers); i++) {
		if (!str_starts(begin, packers[i].magic))
			continue;
		err_set_message(e, ERR_FILE, _("%s is packed"), path);
		err_hint(e, "%s %s | trunkdeck replay -", packers[i].unpack, path);
		return false;
	}
	return true;
}

static bool check(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set_message(e, ERR_FILE, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set_message(e, ERR_FILE, "%s: %s", path, strerror(EISDIR));
	return !S_ISREG(st.st_mode) || refuse_packed(fd, path, e);
}

bool recording_open(struct recording *r, const char *path, struct err *e)
{
	*r = (struct recording){ .fd = STDIN_FILENO };
	if (strcmp(path, "-") == 0)
		return true;
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (r->fd < 0)
		return err_set_message(e, ERR_FILE, "%s: %s", path, strerror(errno));
	if (check(r->fd, path, e))
		return true;
	recording_close(r);
	return false;
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

/* Puts the CR before each LF that lacks it, and the blank after the colon of an empty value, which goes with it when an
 * editor trims lines. `from` lies behind `to` in one buffer, two bytes of room for each of its own. */
static size_t mend_line_ends(struct recording *r, char *to, const char *from, size_t n)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		char c = from[i];

		if (c == '\n' && r->last == ':')
			to[out++] = ' ';
		if (c == '\n' && r->last != '\r')
			to[out++] = '\r';
		to[out++] = c;
		r->last = c;
	}
	return out;
}

ssize_t recording_read(struct recording *r, char *to, size_t size)
{
	const size_t part = size / 3;
	char *from = to + size - part;
	const char *lf;
	ssize_t n;

	if (r->judged && !r->bare_lf)
		return read(r->fd, to, size);
	n = read(r->fd, from, part);
	if (n <= 0)
		return n;
	lf = r->judged ? NULL : memchr(from, '\n', (size_t)n);
	if (lf) {
		r->judged = true;
		r->bare_lf = (lf > from ? lf[-1] : r->last) != '\r';
	}
	if (r->bare_lf)
		return (ssize_t)mend_line_ends(r, to, from, (size_t)n);
	r->last = from[n - 1];
	memmove(to, from, (size_t)n);
	return n;
}

bool recording_refuse(struct err *e, const char *path)
{
	err_set_message(e, ERR_FILE, _("%s is no recorded AMI stream: there is not one event in it"), path);
	err_hint(e, "%s", _("'trunkdeck record --raw FILE' records one"));
	return false;
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
