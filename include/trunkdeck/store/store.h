/*
 * The store: where the workspace lives. One interface over sqlite: and postgresql: (DESIGN.md 3); an API may follow.
 *
 * Every mutation is one transaction that locks the workspace row first, validates with the rules of validate.h against
 * what is in the store now, checks `version`, enforces the number limit, writes the record and its `change` row, and
 * commits. So change ids commit in order, two operators can't both take the last place, and what was acknowledged
 * survives kill -9.
 *
 * A handle belongs to one thread at a time (the store worker; a batch command's main thread). Calls block on I/O: the
 * screen never calls them. Every function that can fail returns false with *e: ERR_STORE_UNREACHABLE when the
 * connection is gone (the handle reconnects at the next call), ERR_READ_ONLY, ERR_STORE_FAILED for what the database could
 * not do (locked for too long, disk full, damaged), or what was refused. Nothing is retried silently. Callbacks must not
 * use the handle they are called from.
 */
#ifndef TRUNKDECK_STORE_STORE_H
#define TRUNKDECK_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/calls/coverage.h"
#include "trunkdeck/model/records.h"

struct store;

struct store_options {
	const char *actor;		/* who: written into every change; copied, without control bytes */
	bool read_only;			/* mutations and recording are refused with ERR_READ_ONLY */
	bool create;			/* make a workspace where there is none */
	bool migrate;			/* that, and bring an older schema up to date */
	bool follow_live;		/* store_wait() tells of live calls too */
	const struct td_clock *clock;	/* NULL = the system's; must outlive the store */
};

/* url: "sqlite:PATH", "sqlite::memory:", "postgresql://...". An empty embedded store becomes a workspace by itself; for any other
 * store that is not up to date, options must ask for it. ERR_CONFIG: unknown scheme; ERR_STORE_NEWER: schema newer than
 * the program; ERR_STORE_OLDER: it must be brought up to date first. */
bool store_open(struct store **out, const char *url, const struct store_options *options, struct err *e);
void store_close(struct store **s);
/* Takes PGPASSWORD out of the environment, for the connections of this process only: its children don't get it. Once, before there are
 * threads. */
void store_hide_password(void);
/* The URL without password, for people; owned by the store. */
const char *store_name(const struct store *s);

/* --- reading --- */

struct store_reader {
	void *arg;
	unsigned entities;		/* which records are read: ENTITY_BIT() of each */
	/* In the order of enum entity; providers by name, agents by title, numbers by provider and then e164. `numbers`: of a provider, how
	 * many it has. The record is valid during the callback only. */
	void (*record)(void *arg, const struct record *r, int64_t numbers);
	/* All but the numbers are through. May be NULL. */
	void (*badges_done)(void *arg, int64_t change_id);
	/* Asked now and then between numbers; false stops the read (it then still succeeds). May be NULL. */
	bool (*go_on)(void *arg);
};

#define ENTITY_BIT(entity) (1u << (entity))
#define ENTITIES_ALL (ENTITY_BIT(ENTITY_COUNT) - 1)

/* One consistent snapshot (one transaction): workspace, providers with badges, agents, then numbers. *change_id is the
 * feed position it belongs to. */
bool store_read(struct store *s, const struct store_reader *r, int64_t *change_id, struct err *e);
/* The same into an empty snapshot: with the numbers, complete; without them, workspace, providers with their counts, agents. */
struct snapshot;
bool store_read_snapshot(struct store *s, struct snapshot *to, bool numbers, struct err *e);
/* Changes that match all that is given, newest first. The feed is read with oldest_first and after_id. */
struct change_query {
	const char *entity;		/* its name; NULL = any */
	const char *key;		/* of the record; NULL = any */
	const char *actor;		/* without regard to case; NULL = anybody */
	int64_t since_us, until_us;	/* by when they were made, until_us excluded; 0 = open */
	int64_t before_id, after_id;	/* only between these ids, both excluded; 0 = open */
	bool oldest_first;
	size_t max;			/* 0 = all */
};

bool store_find_changes(struct store *s, const struct change_query *q, void (*fn)(void *arg, const struct change *c), void *arg,
			struct err *e);
/* One record; *found false when there is none. *r is initialised by the call either way. */
bool store_get(struct store *s, enum entity entity, const char *key, struct record *r, bool *found, struct err *e);

/* --- changing --- */

enum mutation_kind { MUTATION_ADD, MUTATION_EDIT, MUTATION_DELETE, MUTATION_REVERT };

struct mutation {
	enum mutation_kind kind;
	struct record record;		/* DELETE and REVERT need only the key; EDIT the whole record as it shall be */
	int64_t version;		/* EDIT, DELETE: the version started from; 0 = whatever is there */
	bool cascade;			/* DELETE of a provider: its numbers too, each with a change of its own */
	/* REVERT: takes the changes of these ids back, the last first. They are what one mutation made (see its result). Refused
	 * with ERR_CHANGED_MEANWHILE when one of their records has a later change that was not taken back itself. So a series
	 * of changes can be undone step by step, whoever changes other records meanwhile; taking back a REVERT is redo. Each row
	 * of the audit trail that comes of it names the change that it undoes. */
	int64_t first_change, last_change;
};

struct mutation_result {
	bool done;
	struct err err;			/* when not done */
	int64_t first_change;		/* when done: of the first of its change rows, */
	int64_t change_id;		/* and of the last: of a DELETE the record's own */
	struct record before;		/* when done: the record as it was, of an EDIT, or of a REVERT that edited or deleted it;
					 * else its strings are NULL */
	char changed_by[64];		/* ERR_CHANGED_MEANWHILE, where the store worker asked for it: by whom, and when */
	int64_t changed_at_us;
	struct record now;		/* done: the record as stored (deleted: as it was); ERR_CHANGED_MEANWHILE: what is there.
					 * entity is valid; record_clear() by the caller */
};

enum mutate_mode { MUTATE_ALL_OR_NOTHING, MUTATE_PARTIAL };

/* Applies n mutations in one transaction. results (may be NULL) has n rows. Returns true when the transaction committed:
 * with ALL_OR_NOTHING every mutation is done; with PARTIAL the refused ones say why in their row. False: nothing was
 * done; *e says why (of the first refused one), and each row of results has its own verdict in err all the same.
 * A provider added with an empty id gets the slug of its name, made unique. */
bool store_mutate(struct store *s, const struct mutation *m, size_t n, enum mutate_mode mode,
		  struct mutation_result *results, struct err *e);
void mutation_result_clear(struct mutation_result *r);

/* --- waiting for change --- */

/* Returns when the store may hold new changes (*changed), other_fd (-1 = none) is readable, or timeout_ms passed. LISTEN
 * where the server has it, else polling every STORE_POLL_MS. */
#define STORE_POLL_MS 1000
bool store_wait(struct store *s, int other_fd, int timeout_ms, bool *changed, struct err *e);
/* Does the server wake store_wait() by itself? Else look now and then. */
bool store_notifies(struct store *s);

/* --- calls --- */

/* Idempotent by (server, linkedid): a call recorded before is updated only if this one knows more (ended wins). */
bool store_record_calls(struct store *s, const struct call *calls, size_t n, struct err *e);

/* How a call went, see calls/call_detail.h. The text is JSON as call_story_to_json() makes it, at most STORY_MAX bytes. */
struct stored_story {
	char server[40], linkedid[64];
	int64_t started_us;
	char *text;
};

/* Of several stories of one call, which several recorders wrote, the longest stays. */
bool store_record_stories(struct store *s, const struct stored_story *stories, size_t n, struct err *e);

/* Calls fn with the story of a call, if one is stored. */
bool store_find_story(struct store *s, const char *server, const char *linkedid, void (*fn)(void *arg, const char *story), void *arg,
		      struct err *e);

/* A call in an order, to go on behind it: taken from one that was read in that order. */
struct call_mark {
	int64_t at_us;						/* its start, or its end in an order by end */
	char server[40], linkedid[64];
};

struct call_mark call_mark_of(const struct call *c, bool by_end);

struct call_query {
	const char *number, *agent, *provider, *region, *server;	/* NULL = any */
	const char *outcome;					/* name, NULL = any */
	int64_t since_us, until_us;				/* by start; 0 = open */
	int64_t recorded_since_us;				/* by when they were written; 0 = open */
	bool ended;						/* only those that have ended */
	bool by_end;						/* ordered by end, else by start */
	bool oldest_first;					/* else newest first */
	/* The story of each call, called before fn for it: JSON, see call_story_to_json(); "" = none is stored. NULL = not read. */
	void (*story)(void *arg, const char *story);
	const struct call_mark *after;				/* only what comes behind it in the order; NULL = all */
	size_t max;						/* 0 = all */
};

/* Many are read in pages: what others record meanwhile may be among them or not. */
bool store_calls(struct store *s, const struct call_query *q, void (*fn)(void *arg, const struct call *c), void *arg,
		 struct err *e);
/* Deletes calls that started before a moment, the oldest first, at most `max` of them, so that nobody waits for long;
 * *deleted < max says that no more are left. With the last of them go their stories, and what was listened to before that moment. */
bool store_expire_calls(struct store *s, int64_t before_us, size_t max, size_t *deleted, struct err *e);

/* --- what was listened to --- */

/* A recorder says: every call of this server that began within the span is in the store. */
struct covered_span {
	char server[40];
	struct span span;
	bool open;			/* and it goes on listening */
};

/* How often a recorder says so again. */
#define STORE_LISTENED_EVERY_MS 10000

/* Idempotent by (recorder, server, from_us); the latest word counts, whether it claims more or less. */
bool store_record_coverage(struct store *s, const char *recorder, const struct covered_span *spans, size_t n, struct err *e);
/* What no recorder heard of these servers (n = 0: of all ever listened to) in the window that coverage_begin() set. An open span
 * that was written in the last half minute counts as going on. */
bool store_find_coverage(struct store *s, const char *const *servers, size_t n, struct coverage *g, struct err *e);

/* --- live calls --- */

/* A recorder's life sign. */
struct live_beat {
	char recorder[33];
	int64_t seq;			/* of its last writing; counts up */
	int64_t beat;			/* changes at least every few seconds */
	const char *servers;		/* names of those it listens to now, by blanks; of any length; valid during the call or callback */
	bool anew;			/* publishing: what it wrote before is forgotten first */
	bool tidy;			/* publishing: what nobody needs any more goes: recorders long dead, and ... */
	int64_t old_seq;		/* ... calls that had ended by this writing of ours */
};

/* A recorder writes what changed since its last writing: live calls, and those that ended (state). One transaction, few statements. */
bool store_live_publish(struct store *s, const struct live_beat *b, const struct call *calls, size_t n, struct err *e);
/* It leaves, and with it its live calls. */
bool store_live_leave(struct store *s, const char *recorder, struct err *e);
/* All recorders; seen_us: when each wrote last, by its own clock. */
bool store_live_beats(struct store *s, void (*fn)(void *arg, const struct live_beat *b, int64_t seen_us), void *arg, struct err *e);
/* What a recorder has written after since_seq, in that order; 0 = everything it has. Calls that ended stay until it tidies. */
bool store_live_calls(struct store *s, const char *recorder, int64_t since_seq, void (*fn)(void *arg, const struct call *c),
		      void *arg, struct err *e);

#endif
