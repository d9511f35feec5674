/* The rules that mutate.c and revert.c share. False with *e: the record is refused, or the database failed. */
#ifndef STORE_MUTATE_H
#define STORE_MUTATE_H

#include "txn.h"

enum { WHO_SIZE = 128 };

/* May the record be stored? `there`: the stored number of the same key, NULL = none. */
bool mutate_check_record(struct txn *t, const struct record *r, const struct record *there, bool adding, struct err *e);
/* Sets the members that only the store sets. `there`: the record before the change or deletion, NULL = new. */
void mutate_stamp(struct txn *t, struct record *r, const struct record *there);
/* Removes a stored record unless other records refer to it. *was receives it; the caller clears it. */
bool mutate_remove_record(struct txn *t, enum entity entity, const char *key, bool cascade, struct record *was,
			  int64_t *change_id, struct err *e);

/* --- uses.c: the records that refer to a record --- */

/* Refuses the deletion of a record that others refer to, and names them. True: there are none. */
bool uses_refuse(struct txn *t, enum entity entity, const char *key, struct err *e);
/* Lets the records that refer to this agent or schedule refer to another one. */
bool uses_replace(struct txn *t, const struct record *of, const char *by, struct err *e);

bool mutate_revert(struct txn *t, const struct mutation *m, struct mutation_result *result, struct err *e);

#endif
