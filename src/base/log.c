/*
 * The log has one descriptor, which is set before the threads start and closed after they end. A line is built on the
 * stack, bounded, and written with one write(2) to a file opened for appending. So the lines of several threads and
 * programs never mix. A failed write is ignored, because the program must not stop for its log.
 */
#include "config.h"

#include "trunkdeck/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

enum { LOG_LINE_MAX = 4096 };

static atomic_int log_fd = -1;
static atomic_int log_level;

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARN] = "warn",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

bool log_open(const char *path, enum log_level level, struct err *e)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd < 0)
		return err_set_message(e, ERR_FILE, _("Can't open the log %s: %s"), path, strerror(errno));
	log_close();
	log_level = (int)level;
	log_fd = fd;
	return true;
}

void log_close(void)
{
	int fd = atomic_exchange(&log_fd, -1);

	if (fd >= 0)
		close(fd);
}

static bool shown_as_is(uint32_t code, size_t bytes)
{
	bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
	bool direction = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
			 (code >= 0x2060 && code <= 0x2069);
	bool invalid = code == 0xfffd && bytes == 1;

	return !control && !direction && !invalid;
}

/* Escaping keeps every byte, which utf8_clean() would not. A log must show what an attacker sent. */
static void add_escaped(struct buf *line, struct str s)
{
	uint32_t code;
	size_t bytes;

	while ((bytes = utf8_next(s, &code))) {
		if (line->len + 4 * bytes > LOG_LINE_MAX) {
			buf_adds(line, "...");
			return;
		}
		if (shown_as_is(code, bytes))
			buf_add(line, s.p, bytes);
		else
			for (size_t i = 0; i < bytes; i++)
				buf_addf(line, "\\x%02x", (unsigned char)s.p[i]);
		s.p += bytes;
		s.len -= bytes;
	}
}

void log_msg(enum log_level level, const char *format, ...)
{
	char when[CLOCK_ISO_SIZE];
	struct buf line;
	va_list ap;
	char *text;
	int fd = log_fd;

	if (fd < 0 || (int)level > log_level)
		return;
	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	clock_format_iso(when, clock_wall_us(&clock_system));
	buf_init(&line, LOG_LINE_MAX + 64);
	buf_addf(&line, "%s %s ", when, level_names[level]);
	add_escaped(&line, str_of(text));
	buf_addc(&line, '\n');
	while (write(fd, line.p, line.len) < 0 && errno == EINTR)
		;
	buf_clear(&line);
	free(text);
}
