/* The Deck's state, shared by its files: view.c (rows, actions), match.c (the filter), draw_rows.c, rules.c, delete.c. */
#ifndef UI_DECK_DECK_H
#define UI_DECK_DECK_H

#include "ui/frame/ui.h"

enum deck_row {
	DECK_PROVIDER,		/* data: struct provider */
	DECK_NUMBER,		/* data: struct number */
	DECK_EMPTY,		/* data: struct provider that is open and has no numbers */
};

/* The fields of the filter come first, in their order; columns that are only drawn follow. */
enum deck_column {
	DECK_E164, DECK_AGENT, DECK_LABEL, DECK_OF_PROVIDER, DECK_REGION, DECK_ROUTE, DECK_ENDPOINT, DECK_ENABLED,
	DECK_FALLBACK, DECK_SPLIT, DECK_SCHEDULE, DECK_CLOSED_AGENT, DECK_MAX_CALLS, DECK_MAX_DURATION, DECK_NOTES, DECK_HOURS,
	DECK_CLOSED, DECK_DEFAULT_AGENT, DECK_ROUTING,
	DECK_ANSWERED_BY, DECK_STATE, DECK_LIVE, DECK_CALLS, DECK_SUCCESS, DECK_RESPONSE,
	DECK_NAME, DECK_DOMAIN, DECK_REACH, DECK_BADGE,		/* of a provider; it has DECK_LIVE, too */
};

/* A number with its provider, or a provider without numbers, in the order of the Deck. */
struct deck_entry {
	const struct provider *provider;
	const struct number *number;	/* NULL = the provider has none */
	size_t text;			/* where its text begins in `texts` */
	uint64_t key;			/* key of the number's row */
};

/* The texts that a filter searches. Made with the first filter, and kept until the workspace changes. */
struct deck_index {
	struct deck_entry *entries;
	size_t count, size;
	struct buf texts;		/* for each number, in lower case: searched for words without a field */
	uint64_t generation;		/* of the snapshot; 0 = none was made */
	int64_t minute;			/* of the clock when the rows were matched: schedules open and close */
	size_t *matches;		/* entries that match `matched` */
	size_t match_count;
	char *param;			/* the last parameter that was asked for; NULL = none */
	char *matched;			/* the filter of `matches`; NULL = none, or states have changed since */
};

struct deck {
	struct view view;
	bool opened_first;		/* the first provider was opened when the workspace was read */
	struct deck_index index;
	const struct provider *matching;	/* provider of the last row, while matches are added */
};

/* view.c */
/* Return the number under the cursor (NULL on a provider), and its provider (NULL when the Deck is empty). */
const struct number *deck_number(const struct deck *d);
const struct provider *deck_provider(const struct deck *d);
/* Moves the cursor to the next or previous provider or number. Opens closed providers on the way. */
void deck_step(struct deck *d, bool down);
/* Gives the position of the cursor's number among all numbers in the Deck's order, or of its provider among the
 * providers. With a filter, only matches count. */
void deck_position(const struct deck *d, bool of_number, size_t *at, size_t *count);

/* match.c */
extern const struct filter_rows deck_filter_rows;
uint64_t deck_number_key(const struct number *n);
/* Makes the index if the workspace has changed since the last one. */
void deck_match_prepare(struct deck *d);
/* Has a minute begun since the rows were matched? Then schedules may have opened or closed. */
bool deck_match_is_old(const struct deck *d);
/* Calls fn for each entry that matches the filter, in order. */
void deck_each_match(struct deck *d, void (*fn)(struct deck *d, const struct deck_entry *e));
void deck_match_free(struct deck *d);

/* rules.c: what a caller gets besides the agent, and what is in force now. Texts are in `to` (LIST_TEXT_SIZE) or static. */
/* "Sales 90 %, Trial 10 %, else Reception", or as much of it as fits the cell. */
const char *deck_answered_by(char *to, const struct deck *d, const struct number *n, enum role *role);
/* "closed until Mon 09:00", "4 of 5 calls (per server)"; "" if there is nothing to say. */
const char *deck_number_rule(char *to, const struct deck *d, const struct number *n, enum role *role);
const char *deck_provider_rule(char *to, const struct deck *d, const struct provider *p, enum role *role);
/* "pstn.twilio.com, else Reception", which answers unconfigured numbers, if that fits. */
const char *deck_domain(char *to, const struct deck *d, const struct provider *p);
const char *deck_default_agent_field(char *to, const struct deck *d, const struct provider *p);
/* Returns a field of the filter, from DECK_FALLBACK to DECK_CLOSED. */
const char *deck_rule_field(char *to, const struct deck *d, const struct number *n, enum deck_column column);

/* draw_rows.c */
list_get_fn deck_get;
extern const struct list_kind deck_kinds[LIST_KINDS_MAX];
/* Returns a route's state: "ok", "pending", "missing on eu-1", "disabled", "no server". `to` has LIST_TEXT_SIZE. */
const char *deck_route_text(char *to, const struct app *a, const struct number *n, enum role *role);
/* Returns whether a provider can be reached: "reachable 18 ms". */
const char *deck_endpoint_text(char *to, const struct app *a, const struct provider *p, enum role *role);
void deck_draw(void *state, const struct canvas *c, bool focused);

/* delete.c: asks for confirmation; the question says what stops working. */
void deck_delete_number(struct deck *d, const struct number *n);
void deck_delete_provider(struct deck *d, const struct provider *p);

extern const struct view_ops view_deck_ops;

#endif
