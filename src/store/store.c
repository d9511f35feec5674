/*
 * The handle: opening by URL, reconnecting, waiting for changes.
 *
 * store_open() connects. The call that finds the connection lost fails, and the next call connects again. No request is
 * ever repeated automatically. Waiting compares the store's last change with the last change that was reported to the
 * caller, so that a notice missed during a reconnect loses nothing. Notices only make the next look come earlier.
 */
#include "config.h"

#include "trunkdeck/store/store.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "private.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"

/* How often to look even if the server sends notices, in case something in between drops them. */
enum { LISTEN_LOOK_MS = 15000 };

/* --- the handle --- */

static struct db *db_for(const char *url, struct err *e)
{
	struct str text = str_of(url);

	if (str_starts(text, STR("sqlite:")))
		return sqlite_new(url, e);
	if (str_starts(text, STR("postgresql://")) || str_starts(text, STR("postgres://")))
		return postgres_new(url, e);
	/* The hint does not repeat the URL, because it may hold a password. */
	err_set(e, ERR_CONFIG, "%s", _("the store's URL must begin with sqlite: or postgresql://"));
	return NULL;
}

bool store_connect(struct store *s, struct err *e)
{
	if (s->db->driver->is_connected(s->db))
		return true;
	if (!s->db->driver->connect(s->db, e))
		return false;
	if (store_migrate(s, e))
		return true;
	/* Disconnect, or the next call would use a schema that was refused. */
	s->db->driver->disconnect(s->db);
	return false;
}

/* Returns the actor in the form of createdBy: no control bytes, and not too long. */
static char *actor_text(const char *actor)
{
	size_t max = field_by_key(ENTITY_NUMBER, "createdBy")->max;
	char *clean = utf8_clean_dup(str_of(actor)), *cut = xmalloc(max + 1);

	str_copy(cut, max + 1, str_of(clean));
	free(clean);
	return cut;
}

bool store_open(struct store **out, const char *url, const struct store_options *options, struct err *e)
{
	struct db *db = db_for(url, e);
	struct store *s;

	*out = NULL;
	if (!db)
		return false;
	s = xcalloc(1, sizeof(*s));
	s->db = db;
	s->db->read_only = options->read_only;
	s->db->follow_live = options->follow_live;
	s->read_only = options->read_only;
	s->creates = options->create || options->migrate;
	s->migrates = options->migrate;
	s->actor = actor_text(options->actor);
	s->clock = options->clock ? options->clock : &clock_system;
	tables_init(&s->tables, db->driver);
	if (!store_connect(s, e)) {
		store_close(&s);
		return false;
	}
	*out = s;
	return true;
}

void store_close(struct store **s)
{
	if (!*s)
		return;
	tables_clear(&(*s)->tables);
	db_free(&(*s)->db);
	free((*s)->actor);
	FREE(s);
}

const char *store_name(const struct store *s)
{
	return s->db->name;
}

bool store_check_writable(const struct store *s, struct err *e)
{
	if (!s->read_only)
		return true;
	return err_set(e, ERR_READ_ONLY, _("nothing was changed: the store was opened for reading only"));
}

bool store_begin_write(struct store *s, struct err *e)
{
	return store_check_writable(s, e) && store_connect(s, e) && db_begin(s->db, DB_WRITE, e);
}

bool store_end_write(struct store *s, bool ok, struct err *e)
{
	if (ok && db_commit(s->db, e))
		return true;
	db_rollback(s->db);
	return false;
}

/* --- waiting --- */

static bool look(struct store *s, bool *changed, struct err *e)
{
	int64_t last;

	if (!db_query_int(s->db, "SELECT last_change FROM td.workspace", NULL, 0, 0, &last, e))
		return false;
	*changed = last > s->seen;
	if (*changed)
		s->seen = last;
	return true;
}

/* Sleeps until the next look is due. *fd_ready: other_fd ended the sleep. */
static bool sleep_until_due(struct store *s, int other_fd, int64_t timeout_ms, bool *fd_ready, struct err *e)
{
	int notice_fd = s->db->driver->notice_fd(s->db);
	int64_t due = notice_fd < 0 ? STORE_POLL_MS : LISTEN_LOOK_MS;
	struct pollfd fds[] = {
		{ .fd = other_fd, .events = POLLIN },
		{ .fd = notice_fd, .events = POLLIN },
	};
	bool any;

	if (timeout_ms < due)
		due = timeout_ms;
	if (poll(fds, ARRAY_LEN(fds), (int)due) < 0 && errno != EINTR)
		die("poll failed");
	*fd_ready = fds[0].revents;
	return !fds[1].revents || s->db->driver->take_notices(s->db, &any, e);
}

bool store_notifies(struct store *s)
{
	return s->db->driver->notice_fd(s->db) >= 0;
}

/* Notices that arrived with the answer to another request do not wake poll(), so look for them first. */
static bool take_waiting_notices(struct store *s, bool *any, struct err *e)
{
	*any = false;
	return !store_notifies(s) || s->db->driver->take_notices(s->db, any, e);
}

bool store_wait(struct store *s, int other_fd, int timeout_ms, bool *changed, struct err *e)
{
	int64_t end = clock_mono_ms(&clock_system) + timeout_ms;
	bool fd_ready = false, noticed;
	int64_t left;

	*changed = false;
	s->db->live_noticed = false;
	if (!store_connect(s, e))
		return false;
	for (;;) {
		if (!look(s, changed, e) || !take_waiting_notices(s, &noticed, e))
			return false;
		left = end - clock_mono_ms(&clock_system);
		if (*changed || s->db->live_noticed || fd_ready || left <= 0)
			return true;
		/* A notice that came during the look may be about a change that the look did not see. Look again. */
		if (!noticed && !sleep_until_due(s, other_fd, left, &fd_ready, e))
			return false;
	}
}
