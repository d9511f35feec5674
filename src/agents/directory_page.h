/*
 * One page of the agent directory: bytes in, agents out. Pure. The bytes come from the network and are not trusted. If they are no
 * page, the page fails; if one agent can't be used, only that agent has a problem.
 */
#ifndef AGENTS_DIRECTORY_PAGE_H
#define AGENTS_DIRECTORY_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/model/records.h"

/* The settings for reading a page. */
struct directory_rules {
	const char *dial;		/* template of the dial string */
	const char *workspace;		/* agents of another owner are not ours; "" = all are */
};

struct directory_agent {
	struct agent agent;		/* acceptable to the store, unless there is a problem; id "" = unknown */
	bool has_region;		/* the entry names its region */
	char shown_id[80];		/* safe to show, even when it is no id */
	char problem[160];		/* why it can't be used, translated; "" = it can */
};

struct directory_page {
	struct directory_agent *agents;	/* those of "agents", then those of "starredAgents" */
	size_t count;
	size_t starred;			/* how many of them are of "starredAgents" */
	int64_t total;			/* of all pages; -1 = not given */
	int64_t number;			/* page number in the answer; -1 = not given */
	bool says_more, more;
};

/* On failure *e is ERR_DIRECTORY_ANSWER and does not name the host. *out is initialised in both cases. */
bool directory_page_parse(struct directory_page *out, const char *bytes, size_t len, const struct directory_rules *rules,
			  struct err *e);
void directory_page_clear(struct directory_page *p);
void directory_agent_clear(struct directory_agent *a);

/* The message in the body of a refusal ({"message": ...}), safe to show and without the secret; "" = none. */
void directory_refusal(const char *bytes, size_t len, const char *secret, char *to, size_t size);
/* Removes every occurrence of the secret from a text. */
void directory_hide(char *text, const char *secret);

/* The dial string of an agent; caller frees. */
char *directory_dial(const char *template, const char *id);

#endif
