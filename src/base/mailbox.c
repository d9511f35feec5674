/*
 * A list in order of arrival, and a hash of the waiting (handler, key) pairs. One mutex protects both.
 *
 * The eventfd's counter is 1 while messages wait and the mailbox is not held, and otherwise 0. It is written when the
 * list stops being empty and read when it becomes empty, under the lock, so that list and counter always agree. The
 * descriptor never blocks, so this is not waiting for I/O. Memory is allocated and values are freed outside the lock,
 * because a free function may be slow.
 */
#include "config.h"

#include "trunkdeck/base/mailbox.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define uthash_malloc(size) xmalloc(size)
#define uthash_fatal(why) die("uthash: %s", why)
#include <uthash.h>
#include <utlist.h>

/* Hashed as bytes, so the struct must have no padding. */
struct mail_id {
	uint64_t handle;
	uint64_t key;
};

struct entry {
	struct mail mail;
	struct mail_id id;
	struct entry *prev, *next;
	UT_hash_handle hh;
};

struct mailbox {
	pthread_mutex_t lock;
	struct entry *queue;
	struct entry *by_id;
	size_t waiting;
	size_t max;
	uint64_t dropped;
	uint64_t coalesced;
	unsigned held;			/* the number of open mailbox_hold() calls */
	bool raised;			/* the counter is 1 */
	int fd;
};

struct mailbox *mailbox_new(size_t max)
{
	struct mailbox *mb = xcalloc(1, sizeof(*mb));

	mb->max = max;
	mb->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (mb->fd < 0)
		die("eventfd: %s", strerror(errno));
	pthread_mutex_init(&mb->lock, NULL);
	return mb;
}

void mailbox_free(struct mailbox **mb)
{
	struct mail m;

	if (!*mb)
		return;
	while (mailbox_take(*mb, &m))
		mail_discard(&m);
	close((*mb)->fd);
	pthread_mutex_destroy(&(*mb)->lock);
	FREE(mb);
}

static void raise_fd(struct mailbox *mb)
{
	if (mb->raised || mb->held)
		return;
	if (eventfd_write(mb->fd, 1))
		die("eventfd: %s", strerror(errno));
	mb->raised = true;
}

static void lower_fd(struct mailbox *mb)
{
	eventfd_t count;

	if (!mb->raised)
		return;
	mb->raised = false;
	if (eventfd_read(mb->fd, &count))
		die("eventfd: %s", strerror(errno));
}

enum fate { FATE_QUEUED, FATE_MERGED, FATE_DROPPED };

/* Must be called under the lock. If *e replaces a waiting value, *e holds the old value afterwards. */
static enum fate put(struct mailbox *mb, struct entry *e, enum mail_flags flags)
{
	struct entry *same = NULL;

	if (e->mail.key)
		HASH_FIND(hh, mb->by_id, &e->id, sizeof(e->id), same);
	if (same) {
		struct mail old = same->mail;

		same->mail = e->mail;
		e->mail = old;
		mb->coalesced++;
		return FATE_MERGED;
	}
	if (mb->waiting >= mb->max && flags != MAIL_MUST) {
		mb->dropped++;
		return FATE_DROPPED;
	}
	DL_APPEND(mb->queue, e);
	if (e->mail.key)
		HASH_ADD(hh, mb->by_id, id, sizeof(e->id), e);
	mb->waiting++;
	raise_fd(mb);
	return FATE_QUEUED;
}

bool mailbox_post(struct mailbox *mb, struct mail m, enum mail_flags flags)
{
	struct entry *e = xcalloc(1, sizeof(*e));
	enum fate fate;

	e->mail = m;
	e->id = (struct mail_id){ (uint64_t)(uintptr_t)m.handle, m.key };
	pthread_mutex_lock(&mb->lock);
	fate = put(mb, e, flags);
	pthread_mutex_unlock(&mb->lock);
	if (fate != FATE_QUEUED) {
		mail_discard(&e->mail);
		free(e);
	}
	return fate != FATE_DROPPED;
}

void mailbox_hold(struct mailbox *mb)
{
	pthread_mutex_lock(&mb->lock);
	mb->held++;
	pthread_mutex_unlock(&mb->lock);
}

void mailbox_release(struct mailbox *mb)
{
	pthread_mutex_lock(&mb->lock);
	mb->held--;
	if (mb->waiting)
		raise_fd(mb);
	pthread_mutex_unlock(&mb->lock);
}

bool mailbox_take(struct mailbox *mb, struct mail *out)
{
	struct entry *e;

	pthread_mutex_lock(&mb->lock);
	e = mb->queue;
	if (e) {
		DL_DELETE(mb->queue, e);
		if (e->mail.key)
			HASH_DEL(mb->by_id, e);
		if (!--mb->waiting)
			lower_fd(mb);
	}
	pthread_mutex_unlock(&mb->lock);
	if (!e)
		return false;
	*out = e->mail;
	free(e);
	return true;
}

bool mailbox_wait(struct mailbox *mb, int timeout_ms, struct mail *out)
{
	int64_t deadline = clock_mono_ms(&clock_system) + timeout_ms;
	struct pollfd readable = { .fd = mb->fd, .events = POLLIN };
	int left = timeout_ms;

	while (!mailbox_take(mb, out)) {
		if (!left)
			return false;
		if (poll(&readable, 1, left) < 0 && errno != EINTR)
			die("poll: %s", strerror(errno));
		if (timeout_ms >= 0) {
			int64_t rest = deadline - clock_mono_ms(&clock_system);

			left = rest > 0 ? (int)rest : 0;
		}
	}
	return true;
}

int mailbox_fd(const struct mailbox *mb)
{
	return mb->fd;
}

size_t mailbox_waiting(struct mailbox *mb)
{
	size_t waiting;

	pthread_mutex_lock(&mb->lock);
	waiting = mb->waiting;
	pthread_mutex_unlock(&mb->lock);
	return waiting;
}

uint64_t mailbox_dropped(struct mailbox *mb)
{
	uint64_t dropped;

	pthread_mutex_lock(&mb->lock);
	dropped = mb->dropped;
	pthread_mutex_unlock(&mb->lock);
	return dropped;
}

uint64_t mailbox_coalesced(struct mailbox *mb)
{
	uint64_t coalesced;

	pthread_mutex_lock(&mb->lock);
	coalesced = mb->coalesced;
	pthread_mutex_unlock(&mb->lock);
	return coalesced;
}

void mail_deliver(struct mail *m, void *taker)
{
	if (m->handle)
		m->handle(taker, m->value);
	mail_discard(m);
}

void mail_discard(struct mail *m)
{
	if (m->free_value && m->value)
		m->free_value(m->value);
	m->value = NULL;
}

uint64_t mail_key(const char *bytes, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++) {
		hash ^= (unsigned char)bytes[i];
		hash *= UINT64_C(0x100000001b3);
	}
	return hash ? hash : 1;
}
