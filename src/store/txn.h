/*
 * A transaction that changes records. It has the locked workspace, the records that were read, and the rows to be sent.
 *
 * txn_find() reads a record once and remembers it, or that it is absent. txn_put() and txn_remove() update the
 * remembered record, and send the change with its row of the audit trail. So later mutations of a batch see earlier
 * ones. Everything is undone unless txn_commit() succeeds. False means that the database failed: the transaction is
 * `broken` and of no more use, and txn_end() rolls it back.
 */
#ifndef STORE_TXN_H
#define STORE_TXN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "insert.h"
#include "private.h"

struct txn_entry;

struct txn {
	struct store *s;
	bool broken;
	int64_t now_us;
	int64_t first_change, last_change;
	int64_t undoes;				/* the id of the change that the next put or removal undoes; 0 = none */
	int64_t used;				/* numbers in the workspace; -1 = not counted yet */
	struct txn_entry *entries[ENTITY_COUNT];
	struct insert records;			/* of one entity at a time */
	enum entity records_of;			/* ENTITY_COUNT = none */
	struct insert changes;
	struct insert seen;			/* what agents were told of numbers, before they were changed */
	struct buf before, after;		/* JSON of the present change */
	bool imports;				/* the changes are those of an import: see number_context */
	bool terse;				/* the caller needs only to know whether it succeeded */
	struct txn_entry *wanted[TABLE_KEYS];	/* requested with txn_want(), not read yet */
	size_t wanted_n;
	enum entity wanted_of;
};

/* The transaction owns the record. It is valid until it is put or removed. NULL = there is none. */
bool txn_find(struct txn *t, enum entity entity, const char *key, const struct record **r, struct err *e);
/* Requests a record that will be looked for, so that many are read at once. Call txn_want_done() after the last. */
bool txn_want(struct txn *t, enum entity entity, const char *key, struct err *e);
bool txn_want_done(struct txn *t, struct err *e);
/* Sends the collected rows, and forgets the records of this kind: they are read again when they are looked for. */
bool txn_forget(struct txn *t, enum entity entity, struct err *e);

bool txn_begin(struct txn *t, struct store *s, struct err *e);
/* The row of the workspace, which is locked, with its present contents. */
const struct workspace *txn_workspace(const struct txn *t);
bool txn_commit(struct txn *t, struct err *e);
void txn_end(struct txn *t);

/* Adds the record, or replaces the one with its key. Takes *r over and leaves it cleared. *now (may be NULL) is the
 * record as it is now; *change_id is the id of its row of the audit trail. */
bool txn_put(struct txn *t, struct record *r, const struct record **now, int64_t *change_id, struct err *e);
/* Removes a record, which must exist. *r receives the record as it was; the caller clears it. */
bool txn_remove(struct txn *t, enum entity entity, const char *key, struct record *r, int64_t *change_id,
		struct err *e);
/* The number of numbers in the workspace. */
bool txn_used(struct txn *t, int64_t *used, struct err *e);
/* Sends all collected rows, so that the caller's own query sees them. */
bool txn_flush(struct txn *t, struct err *e);
bool txn_broken(struct txn *t);			/* sets `broken`; returns false */

#endif
