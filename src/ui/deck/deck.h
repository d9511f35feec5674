/* The Deck's state, shared by its files: view.c (rows, actions), match.c (the filter), draw_rows.c, delete.c. */
#ifndef UI_DECK_DECK_H
#define UI_DECK_DECK_H

#include "ui/frame/ui.h"

enum deck_row {
	DECK_PROVIDER,		/* data: struct provider */
	DECK_NUMBER,		/* data: struct number */
	DECK_EMPTY,		/* data: struct provider without numbers, opened */
};

/* The fields of the filter first, in their order; then what is only drawn. */
enum deck_column {
	DECK_E164, DECK_AGENT, DECK_LABEL, DECK_OF_PROVIDER, DECK_REGION, DECK_ROUTE, DECK_ENDPOINT, DECK_ENABLED,
	DECK_STATE, DECK_LIVE, DECK_CALLS, DECK_SUCCESS, DECK_RESPONSE,
	DECK_NAME, DECK_DOMAIN, DECK_REACH, DECK_BADGE,		/* of a provider; it has DECK_LIVE, too */
};

/* A number with its provider, or a provider without numbers, in the order of the Deck. */
struct deck_entry {
	const struct provider *provider;
	const struct number *number;	/* NULL = the provider has none */
	size_t text;			/* where its text begins in `texts` */
	uint64_t key;			/* of the number's row */
};

/* What a filter looks into: made when one is typed, kept until the workspace changes. */
struct deck_index {
	struct deck_entry *entries;
	size_t count, size;
	struct buf texts;		/* of each number, in lower case, what words without a field are looked for in */
	uint64_t generation;		/* of the snapshot; 0 = none was made */
	size_t *matches;		/* entries that match `matched` */
	size_t match_count;
	char *matched;			/* the text of a filter; NULL = states have changed since, or there was none */
};

struct deck {
	struct view view;
	bool opened_first;		/* the first provider was opened when the workspace came */
	struct deck_index index;
	const struct provider *matching;	/* of the last row, while matches are added */
};

/* view.c */
/* What is under the cursor: the number, NULL on a provider; its provider, NULL when the Deck is empty. */
const struct number *deck_number(const struct deck *d);
const struct provider *deck_provider(const struct deck *d);
/* Moves the cursor to the next or previous provider or number, into closed providers, too. */
void deck_step(struct deck *d, bool down);
/* The place of the number under the cursor among all numbers in the Deck's order, or of its provider among the providers; with
 * a filter, among those that match. */
void deck_position(const struct deck *d, bool of_number, size_t *at, size_t *count);

/* match.c */
extern const struct filter_rows deck_filter_rows;
uint64_t deck_number_key(const struct number *n);
/* Makes the index, if the workspace has changed since. */
void deck_match_prepare(struct deck *d);
/* Calls fn for each entry that matches the filter, in order. */
void deck_each_match(struct deck *d, void (*fn)(struct deck *d, const struct deck_entry *e));
void deck_match_free(struct deck *d);

/* draw_rows.c */
list_get_fn deck_get;
extern const struct list_kind deck_kinds[LIST_KINDS_MAX];
/* The state of a number's route: "ok", "pending", "missing on eu-1", "disabled", "no server". `to` has LIST_TEXT_SIZE. */
const char *deck_route_text(char *to, const struct app *a, const struct number *n, enum role *role);
/* How a provider is reached: "reachable 18 ms". */
const char *deck_endpoint_text(char *to, const struct app *a, const struct provider *p, enum role *role);
void deck_draw(void *state, const struct canvas *c, bool focused);

/* delete.c: asks, and says what stops working. */
void deck_delete_number(struct deck *d, const struct number *n);
void deck_delete_provider(struct deck *d, const struct provider *p);

extern const struct view_ops view_deck_ops;

#endif
