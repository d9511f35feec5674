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

int recording_open(const char *path, struct err *e)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return STDIN_FILENO;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err_set_message(e, ERR_FILE, "%s: %s", path, strerror(errno));
	else if (!check(fd, path, e)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

void recording_close(int fd)
{
	if (fd != STDIN_FILENO)
		close(fd);
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
