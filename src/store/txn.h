/*
 * A transaction that changes records: the locked workspace, the records it has looked at, and the rows on their way.
 *
 * txn_find() reads a record once and remembers it, absent ones too; txn_put() and txn_remove() change what is remembered and
 * send the change with its row of the audit trail, so that later mutations of the batch see the earlier ones. Everything is
 * undone unless txn_commit() succeeds. A function that returns false here means that the database failed: the
 * transaction is of no more use (`broken`), and txn_end() rolls it back.
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
	int64_t undoes;				/* the change that the next put or removal takes back; 0 = none */
	int64_t used;				/* numbers in the workspace; -1 = not counted yet */
	struct txn_entry *entries[ENTITY_COUNT];
	struct insert records;			/* of one entity at a time */
	enum entity records_of;			/* ENTITY_COUNT = none */
	struct insert changes;
	struct buf before, after;		/* JSON of the present change */
	bool terse;				/* nobody wants to know more than whether it was done */
	struct txn_entry *wanted[TABLE_KEYS];	/* announced by txn_want(), not looked up yet */
	size_t wanted_n;
	enum entity wanted_of;
};

/* The record is the transaction's, and valid until it is put or removed. NULL = there is none. */
bool txn_find(struct txn *t, enum entity entity, const char *key, const struct record **r, struct err *e);
/* Tells that a record will be looked for: many are then read at once. After the last txn_want_done(). */
bool txn_want(struct txn *t, enum entity entity, const char *key, struct err *e);
bool txn_want_done(struct txn *t, struct err *e);

bool txn_begin(struct txn *t, struct store *s, struct err *e);
/* Which row is locked, as it is now. */
const struct workspace *txn_workspace(const struct txn *t);
bool txn_commit(struct txn *t, struct err *e);
void txn_end(struct txn *t);

/* Adds the record, or replaces the one of its key. Takes *r over and leaves it cleared. *now, which may be NULL, is
 * the record as it is now, *change_id that of the audit trail. */
bool txn_put(struct txn *t, struct record *r, const struct record **now, int64_t *change_id, struct err *e);
/* The record must be there. *r gets it as it was; the caller clears it. */
bool txn_remove(struct txn *t, enum entity entity, const char *key, struct record *r, int64_t *change_id,
		struct err *e);
/* Numbers in the workspace. */
bool txn_used(struct txn *t, int64_t *used, struct err *e);
/* Sends what is on its way, so that a query of the caller's own sees it. */
bool txn_flush(struct txn *t, struct err *e);
bool txn_broken(struct txn *t);			/* marks it so; returns false */

#endif
