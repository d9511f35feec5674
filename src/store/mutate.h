/* What the files of mutations share: the rules, inside a transaction. Each returns false with *e: refused, or the database failed. */
#ifndef STORE_MUTATE_H
#define STORE_MUTATE_H

#include "txn.h"

enum { WHO_SIZE = 128 };

/* May the record become this? `there`: the number that is there already, NULL = none. */
bool mutate_check_record(struct txn *t, const struct record *r, const struct record *there, bool adding, struct err *e);
/* Sets what the store sets by itself. `there`: the record as it was, also before it was deleted; NULL = it is new. */
void mutate_stamp(struct txn *t, struct record *r, const struct record *there);
/* Removes a record that is there, unless others refer to it. *was gets it; the caller clears it. */
bool mutate_remove_record(struct txn *t, enum entity entity, const char *key, bool cascade, struct record *was,
			  int64_t *change_id, struct err *e);
bool mutate_revert(struct txn *t, const struct mutation *m, struct mutation_result *result, struct err *e);

#endif
