/*
 * Two halves joined by a mailbox. The ami thread's half copies bytes into mail and counts the waiting bytes. The
 * writer's half has the files. After a gap the first half waits for the beginning of a frame to start a new file.
 */
#include "config.h"

#include "trunkdeck/work/raw_log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trunkdeck/ami/parse.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

#define WAITING_MAX ((size_t)16 * 1024 * 1024)
#define MAILS_MAX 65536
#define GREETING "Asterisk Call Manager/"
#define FRAME_START "\r\n\r\nEvent: "

/* Mail to the writer, in one block. */
struct chunk {
	size_t server;
	size_t len;
	char bytes[];
};

struct raw_file {
	char *server;
	char *path;
	/* for the ami thread */
	char banner[AMI_MAX_BANNER];
	uint64_t lost;			/* of the present gap; 0 = there is none */
	/* for the writer */
	int fd;				/* -1 = it failed */
	int64_t size, head_size;	/* of the file, and of its banner line */
	char head[AMI_MAX_BANNER + 2];	/* the banner line */
};

struct raw_log {
	pthread_t thread;
	struct mailbox *in, *to_main;
	mail_fn *handle;		/* of reports to the main thread */
	bool stop;			/* the writer's own */
	atomic_size_t waiting;		/* bytes in mail */
	int64_t max;
	int keep;
	struct raw_file *files;
	size_t count;
};

/* --- files --- */

static char *older_path(const struct raw_file *f, int n)
{
	return n == 0 ? xstrdup(f->path) : xasprintf("%s.%d", f->path, n);
}

static bool open_next(const struct raw_log *l, struct raw_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	for (int n = l->keep; n > 0; n--) {
		char *from = older_path(f, n - 1), *to = older_path(f, n);

		rename(from, to);
		free(from);
		free(to);
	}
	unlink(f->path);
	f->size = 0;
	f->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return f->fd >= 0;
}

static bool write_all(struct raw_file *f, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(f->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len -= (size_t)n;
		f->size += n;
	}
	return true;
}

/* Any other file with this name must not be lost by rotation. */
static bool is_recording(const char *path, struct err *e)
{
	char head[sizeof(GREETING) - 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);	/* a pipe must not block */
	struct stat st;
	ssize_t n;
	bool ours;

	if (fd < 0 && errno == ENOENT)
		return true;
	if (fd < 0)
		return err_set_message(e, ERR_FILE, "%s: %s", path, strerror(errno));
	n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? read(fd, head, sizeof(head)) : -1;
	close(fd);
	ours = n == 0 || (n == (ssize_t)sizeof(head) && memcmp(head, GREETING, sizeof(head)) == 0);
	if (ours)
		return true;
	err_set_message(e, ERR_FILE, _("%s exists, and is not a recorded stream"), path);
	return err_hint(e, "%s", _("choose another name, or move it away"));
}

/* --- the writer --- */

static void tell(struct raw_log *l, const struct raw_file *f, const struct err *why, uint64_t lost)
{
	struct raw_log_report *r = xcalloc(1, sizeof(*r));

	str_copy(r->server, sizeof(r->server), str_of(f->server));
	if (why)
		r->err = *why;
	r->lost = lost;
	mailbox_post(l->to_main, (struct mail){ l->handle, 0, r, free }, MAIL_MUST);
}

static void give_up(struct raw_log *l, struct raw_file *f)
{
	struct err e = { 0 };

	err_set_message(&e, ERR_FILE, "%s: %s", f->path, strerror(errno));
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	tell(l, f, &e, 0);
}

static bool write_head(struct raw_file *f)
{
	f->head_size = (int64_t)strlen(f->head);
	return write_all(f, f->head, strlen(f->head));
}

static void next_file(struct raw_log *l, struct raw_file *f)
{
	if (!open_next(l, f) || !write_head(f))
		give_up(l, f);
}

/* A file that has only a banner is used again: a server that comes and goes must not rotate the others out. */
static void begin(void *taker, void *value)
{
	const struct chunk *c = value;
	struct raw_log *l = taker;
	struct raw_file *f = &l->files[c->server];
	bool unused = f->size <= f->head_size;

	snprintf(f->head, sizeof(f->head), "%.*s\r\n", (int)c->len, c->bytes);
	if (f->fd >= 0 && !unused) {
		next_file(l, f);
	} else if (f->fd >= 0) {
		f->size = 0;
		if (ftruncate(f->fd, 0) != 0 || lseek(f->fd, 0, SEEK_SET) != 0 || !write_head(f))
			give_up(l, f);
	}
	atomic_fetch_sub(&l->waiting, c->len);
}

static void append(void *taker, void *value)
{
	const struct chunk *c = value;
	struct raw_log *l = taker;
	struct raw_file *f = &l->files[c->server];
	bool full = f->size + (int64_t)c->len > l->max && f->size > f->head_size;
	const char *start = full ? memmem(c->bytes, c->len, FRAME_START, sizeof(FRAME_START) - 1) : NULL;
	size_t here = start ? (size_t)(start - c->bytes) + 4 : c->len;

	if (f->fd >= 0 && !write_all(f, c->bytes, here))
		give_up(l, f);
	if (f->fd >= 0 && start)
		next_file(l, f);
	if (f->fd >= 0 && start && !write_all(f, c->bytes + here, c->len - here))
		give_up(l, f);
	atomic_fetch_sub(&l->waiting, c->len);
}

static void on_stop(void *taker, void *value)
{
	(void)value;
	((struct raw_log *)taker)->stop = true;
}

static void *run(void *arg)
{
	struct raw_log *l = arg;
	struct mail m;

	while (!l->stop && mailbox_wait(l->in, -1, &m))
		mail_deliver(&m, l);
	return NULL;
}

/* --- the ami thread's half --- */

static bool post(struct raw_log *l, mail_fn *handle, size_t server, const char *bytes, size_t len)
{
	struct chunk *c;

	if (handle == append && atomic_load(&l->waiting) + len > WAITING_MAX)
		return false;
	c = xmalloc(sizeof(*c) + len);
	*c = (struct chunk){ .server = server, .len = len };
	memcpy(c->bytes, bytes, len);
	atomic_fetch_add(&l->waiting, len);
	if (mailbox_post(l->in, (struct mail){ handle, 0, c, free }, handle == append ? MAIL_MAY_DROP : MAIL_MUST))
		return true;
	atomic_fetch_sub(&l->waiting, len);
	return false;
}

static void end_gap(struct raw_log *l, size_t server)
{
	struct raw_file *f = &l->files[server];

	if (f->lost)
		tell(l, f, NULL, f->lost);
	f->lost = 0;
	post(l, begin, server, f->banner, strlen(f->banner));
}

void raw_log_begin(struct raw_log *l, size_t server, struct str banner)
{
	str_copy(l->files[server].banner, sizeof(l->files[server].banner), banner);
	end_gap(l, server);
}

void raw_log_add(struct raw_log *l, size_t server, const char *bytes, size_t len)
{
	struct raw_file *f = &l->files[server];
	size_t skip = 0;

	if (f->lost) {
		const char *start = memmem(bytes, len, FRAME_START, sizeof(FRAME_START) - 1);

		skip = start && atomic_load(&l->waiting) < WAITING_MAX / 2 ? (size_t)(start - bytes) + 4 : len;
		f->lost += skip;
		if (skip < len)
			end_gap(l, server);
	}
	if (skip < len && !post(l, append, server, bytes + skip, len - skip))
		f->lost += len - skip;
}

/* --- start and stop --- */

static void raw_log_free(struct raw_log **log)
{
	struct raw_log *l = *log;

	for (size_t i = 0; i < l->count; i++) {
		if (l->files[i].fd >= 0)
			close(l->files[i].fd);
		free(l->files[i].server);
		free(l->files[i].path);
	}
	free(l->files);
	mailbox_free(&l->in);
	FREE(log);
}

bool raw_log_start(struct raw_log **out, const struct raw_log_options *options, const struct server_config *servers,
		   size_t count, struct mailbox *to_main, mail_fn *handle, struct err *e)
{
	struct raw_log *l = xcalloc(1, sizeof(*l));
	sigset_t all, before;
	bool ok = true;
	int failure;

	l->max = options->max;
	l->keep = options->keep;
	l->to_main = to_main;
	l->handle = handle;
	l->in = mailbox_new(MAILS_MAX);
	l->files = xcalloc(count, sizeof(*l->files));
	for (; ok && l->count < count; l->count++) {
		struct raw_file *f = &l->files[l->count];

		f->fd = -1;
		f->server = xstrdup(servers[l->count].name);
		f->path = count == 1 ? xstrdup(options->path) : xasprintf("%s.%s", options->path, f->server);
		for (int n = 0; ok && n <= l->keep; n++) {
			char *path = older_path(f, n);

			ok = is_recording(path, e);
			free(path);
		}
		ok = ok && (open_next(l, f) || err_set_message(e, ERR_FILE, "%s: %s", f->path, strerror(errno)));
	}
	if (ok) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before);
		failure = pthread_create(&l->thread, NULL, run, l);
		pthread_sigmask(SIG_SETMASK, &before, NULL);
		ok = failure == 0 || err_set_message(e, ERR_FILE, "pthread_create: %s", strerror(failure));
	}
	if (!ok)
		raw_log_free(&l);
	*out = l;
	return ok;
}

void raw_log_stop(struct raw_log **log)
{
	if (!*log)
		return;
	mailbox_post((*log)->in, (struct mail){ .handle = on_stop }, MAIL_MUST);
	pthread_join((*log)->thread, NULL);
	raw_log_free(log);
}
