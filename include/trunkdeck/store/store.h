/*
 * The store: where the workspace is kept. One interface for sqlite: and postgresql: (DESIGN.md 3).
 *
 * Each mutation is one transaction. It locks the workspace's row first, validates with the rules of validate.h against
 * the present records, checks `version`, enforces the number limit, writes the record and its `change` row, and
 * commits. So change ids commit in order, two operators cannot both take the last place, and acknowledged changes
 * survive kill -9.
 *
 * A handle belongs to one thread at a time (the store worker, or a batch command's main thread). Calls block on I/O, so
 * the screen never makes them. Every function that can fail returns false with *e: ERR_STORE_UNREACHABLE when the
 * connection is lost (the handle reconnects at the next call), ERR_READ_ONLY, ERR_STORE_FAILED when the database failed
 * (locked for too long, disk full, damaged), or the code of a refusal. Nothing is retried silently. A callback must not
 * use the handle that called it.
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
	const char *actor;		/* written into every change; copied, without control bytes */
	bool read_only;			/* mutations and recording are refused with ERR_READ_ONLY */
	bool create;			/* make a workspace if there is none */
	bool migrate;			/* the same, and migrate an older schema */
	bool follow_live;		/* store_wait() also returns for live calls */
	const struct td_clock *clock;	/* NULL = the system clock; must outlive the store */
};

/* url: "sqlite:PATH", "sqlite::memory:", "postgresql://...". An empty embedded store becomes a workspace without being
 * asked; any other store that is not up to date is changed only if `options` say so. ERR_CONFIG: unknown scheme;
 * ERR_STORE_NEWER: the schema is newer than the program; ERR_STORE_OLDER: migrate it first. */
bool store_open(struct store **out, const char *url, const struct store_options *options, struct err *e);
void store_close(struct store **s);
/* Moves PGPASSWORD from the environment into this process; children do not get it. Once, before threads start. */
void store_hide_password(void);
/* The URL without password, for display; owned by the store. */
const char *store_name(const struct store *s);

/* --- reading --- */

struct store_reader {
	void *arg;
	unsigned entities;		/* which records are read: ENTITY_BIT() of each */
	/* Called in the order of enum entity: providers by name, agents and schedules by title, blocks by caller, numbers by
	 * e164. (In any other order the database looks each number up, which doubles the time to load.) `numbers`: the
	 * number count of a provider. The record is valid during the callback only. */
	void (*record)(void *arg, const struct record *r, int64_t numbers);
	/* Called when everything but the numbers has been read. May be NULL. */
	void (*badges_done)(void *arg, int64_t change_id);
	/* Called now and then between numbers. False stops the read, which still succeeds. May be NULL. */
	bool (*go_on)(void *arg);
};

#define ENTITY_BIT(entity) (1u << (entity))
#define ENTITIES_ALL (ENTITY_BIT(ENTITY_COUNT) - 1)

/* Reads one consistent snapshot (one transaction): workspace, providers with badges, agents, schedules,
 * blocks, then numbers. *change_id
 * is the position of the snapshot in the change feed. */
bool store_read(struct store *s, const struct store_reader *r, int64_t *change_id, struct err *e);
/* Reads into an empty snapshot. Without numbers it has the workspace, the agents, and the providers with counts. */
struct snapshot;
bool store_read_snapshot(struct store *s, struct snapshot *to, bool numbers, struct err *e);
/* Finds changes that match all conditions, newest first. To read the feed, set oldest_first and after_id. */
struct change_query {
	const char *entity;		/* its name; NULL = any */
	const char *key;		/* of the record; NULL = any */
	const char *actor;		/* case is ignored; NULL = any */
	int64_t since_us, until_us;	/* by the time of the change, until_us excluded; 0 = open */
	int64_t before_id, after_id;	/* ids between these two, both excluded; 0 = open */
	bool oldest_first;
	bool with_urls;			/* for the feed: each change of an agent has its present URL, not masked */
	size_t max;			/* 0 = all */
};

bool store_find_changes(struct store *s, const struct change_query *q, void (*fn)(void *arg, const struct change *c), void *arg,
			struct err *e);
/* Reads one record. *found is false when there is none. *r is initialised in both cases. */
bool store_get(struct store *s, enum entity entity, const char *key, struct record *r, bool *found, struct err *e);

/* Reads what agents were told of numbers under these generations (model/tell.h) before the numbers were changed or deleted.
 * n = 0: under all generations, and what they are told of the numbers now. In no order. */
bool store_each_told(struct store *s, const char *const *gens, size_t n,
		     void (*fn)(void *arg, const char *gen, const char *label, const char *params), void *arg, struct err *e);

/* --- changing --- */

enum mutation_kind { MUTATION_ADD, MUTATION_EDIT, MUTATION_DELETE, MUTATION_REVERT };

struct mutation {
	enum mutation_kind kind;
	struct record record;		/* DELETE and REVERT use only the key; EDIT needs the whole record */
	int64_t version;		/* EDIT, DELETE: the version that was changed; 0 = any */
	bool cascade;			/* DELETE of a provider: also deletes its numbers, each with its own change */
	/* DELETE of an agent or a schedule: the id of another one. Records that refer to the deleted one refer to this one
	 * instead, each with its own change before the deletion's. "" = the deletion is refused if there are such records. */
	char replace_with[65];
	/* REVERT: undoes the changes of these ids, the last one first. They are the changes of one mutation (see its
	 * result). Refused with ERR_CHANGED_MEANWHILE if one of the records has a later change that was not undone. So
	 * a series of changes can be undone step by step while others change other records. To undo a REVERT is redo.
	 * Each resulting row of the audit trail names the change that it undoes. */
	int64_t first_change, last_change;
};

struct mutation_result {
	bool done;
	struct err err;			/* when not done */
	int64_t first_change;		/* when done: the id of the first of its changes */
	int64_t change_id;		/* when done: the id of the last one; of a DELETE, the record's own */
	struct record before;		/* when done: the record before an EDIT, or before a REVERT that edited or
					 * deleted it; else its strings are NULL */
	char changed_by[64];		/* ERR_CHANGED_MEANWHILE, if the store worker asked: by whom, and when */
	int64_t changed_at_us;
	struct record now;		/* done: the stored record (deleted: as it was); ERR_CHANGED_MEANWHILE: the
					 * present one. entity is valid; the caller calls record_clear() */
};

enum mutate_mode { MUTATE_ALL_OR_NOTHING, MUTATE_PARTIAL };

/* Applies n mutations in one transaction. results has n rows, or is NULL. True: committed. With ALL_OR_NOTHING all are
 * done; with PARTIAL a refused one has its error in its row. False: nothing was done, and *e is the error (of the first
 * refused one); each row of results still has its own error. An added provider with an empty id gets a unique slug. */
bool store_mutate(struct store *s, const struct mutation *m, size_t n, enum mutate_mode mode,
		  struct mutation_result *results, struct err *e);
void mutation_result_clear(struct mutation_result *r);

/* One transaction that is made part by part, so that memory does not grow with the number of mutations. It holds the
 * workspace's lock from begin to end, so its owner must not wait for anything between. `imports`: parameters may have
 * line ends (number_context). */
struct store_batch;
bool store_batch_begin(struct store *s, bool imports, struct store_batch **out, struct err *e);
/* Begins a part: reads the records with these keys together. Records that were found before are no longer valid. */
bool store_batch_expect(struct store_batch *b, enum entity entity, const char *const *keys, size_t n, struct err *e);
/* Finds a record as it is within the transaction; NULL = there is none. Valid until it is changed, or the next part. */
bool store_batch_find(struct store_batch *b, enum entity entity, const char *key, const struct record **r, struct err *e);
/* False: the mutation was refused and the transaction goes on, or the database failed (ERR_CLASS_UNREACHABLE). */
bool store_batch_mutate(struct store_batch *b, const struct mutation *m, struct err *e);
bool store_batch_commit(struct store_batch *b, struct err *e);
/* Undoes everything that was not committed. */
void store_batch_end(struct store_batch **b);

/* --- waiting for change --- */

/* Returns when the store may hold new changes (*changed), other_fd (-1 = none) is readable, or timeout_ms passed. Uses
 * LISTEN if the server has it, else polls every STORE_POLL_MS. */
#define STORE_POLL_MS 1000
bool store_wait(struct store *s, int other_fd, int timeout_ms, bool *changed, struct err *e);
/* Does the server wake store_wait()? If not, the caller has to look regularly. */
bool store_notifies(struct store *s);

/* --- calls --- */

/* Idempotent by (server, linkedid): a stored call is replaced only by one that knows more. An end counts most. */
bool store_record_calls(struct store *s, const struct call *calls, size_t n, struct err *e);

/* How a call went, see calls/call_detail.h. The text is JSON of call_story_to_json(), at most STORY_MAX bytes. */
struct stored_story {
	char server[40], linkedid[64];
	int64_t started_us;
	char *text;
};

/* If several recorders write the story of one call, the longest one is kept. */
bool store_record_stories(struct store *s, const struct stored_story *stories, size_t n, struct err *e);

/* Calls fn with the story of a call, if one is stored. */
bool store_find_story(struct store *s, const char *server, const char *linkedid, void (*fn)(void *arg, const char *story), void *arg,
		      struct err *e);

/* The position of a call in an order, to continue after it. Only valid in the order that the call was read in. */
struct call_mark {
	int64_t at_us;						/* its start; its end if the order is by end */
	char server[40], linkedid[64];
};

struct call_mark call_mark_of(const struct call *c, bool by_end);

struct call_query {
	const char *number, *agent, *provider, *region, *server;	/* NULL = any */
	const char *outcome;					/* name, NULL = any */
	int64_t since_us, until_us;				/* by start, until_us excluded; 0 = open */
	int64_t recorded_since_us;				/* by when they were written; 0 = open */
	bool ended;						/* only those that have ended */
	bool by_end;						/* ordered by end, else by start */
	bool oldest_first;					/* else newest first */
	/* Called before fn with the story as JSON (call_story_to_json()); "" = none. NULL = stories are not read. */
	void (*story)(void *arg, const char *story);
	const struct call_mark *after;				/* only calls after it in the order; NULL = all */
	size_t max;						/* 0 = all */
};

/* Many calls are read in pages. Calls that are recorded during the read may be missing. */
bool store_calls(struct store *s, const struct call_query *q, void (*fn)(void *arg, const struct call *c), void *arg,
		 struct err *e);
/* Deletes at most `max` calls that started before a moment, the oldest first, so that nobody waits for long. *deleted <
 * max: none are left, and their stories and the coverage before that moment are deleted too. */
bool store_expire_calls(struct store *s, int64_t before_us, size_t max, size_t *deleted, struct err *e);

/* --- coverage --- */

/* A recorder's statement that every call of this server that began within the span is in the store. */
struct covered_span {
	char server[40];
	struct span span;
	bool open;			/* the recorder is still listening */
};

/* How often a recorder renews its statement. */
#define STORE_LISTENED_EVERY_MS 10000

/* Idempotent by (recorder, server, from_us). A later statement replaces an earlier one, whether longer or shorter. */
bool store_record_coverage(struct store *s, const char *recorder, const struct covered_span *spans, size_t n, struct err *e);
/* Finds the times when no recorder listened to these servers (n = 0: all that were ever listened to), in the window
 * that coverage_begin() set. An open span that was written in the last half minute still goes on. */
bool store_find_coverage(struct store *s, const char *const *servers, size_t n, struct coverage *g, struct err *e);

/* --- live calls --- */

/* A row that a recorder keeps renewing while it runs. */
struct live_beat {
	char recorder[33];
	int64_t seq;			/* the number of its last write; counts up */
	int64_t beat;			/* changes at least every few seconds */
	const char *servers;		/* it listens to these, separated by blanks; valid during the call or callback */
	bool anew;			/* to publish: first delete everything it wrote before */
	bool tidy;			/* to publish: also delete dead recorders and ... */
	int64_t old_seq;		/* ... this recorder's calls that had ended by this write */
};

/* Writes a recorder's changes since its last write: live and ended calls (state). One transaction, few statements. */
bool store_live_publish(struct store *s, const struct live_beat *b, const struct call *calls, size_t n, struct err *e);
/* Removes a recorder that stops, and its live calls. */
bool store_live_leave(struct store *s, const char *recorder, struct err *e);
/* Lists all recorders. seen_us: the time of each one's last write, by its own clock. */
bool store_live_beats(struct store *s, void (*fn)(void *arg, const struct live_beat *b, int64_t seen_us), void *arg, struct err *e);
/* Reads a recorder's writes after since_seq, in order; 0 = all of them. Ended calls stay until the recorder tidies. */
bool store_live_calls(struct store *s, const char *recorder, int64_t since_seq, void (*fn)(void *arg, const struct call *c),
		      void *arg, struct err *e);

#endif
