/*
 * The agent directory: the agents of a control-plane API, read over HTTP, and the changes that they cause in the store.
 * agents_read() asks and blocks. agents_merge() compares, and is pure. work/agent_sync.h does both and writes the result.
 *
 * The API, one host per region: GET URL/agents/search?page=N&limit=50, "Authorization: Bearer SECRET", answered by
 *   {"agents": [{"ID", "title", "region", "disabled", "ownerID", "voiceConfig": {"transcriber": {"provider"},
 *    "speechGen": {"provider"}}, ...}], "starredAgents": [...], "total", "page", "limit", "hasMore"}
 * An agent can speak when both providers are set. Each region has a host, and an agent that names the other region is
 * taken from that region's host only. An entry that can't be used (it has no valid id, a value has the wrong type, ...)
 * is an issue: it is reported, and the agent is left as it is.
 *
 * An agent that is *gone* loses the routes of its numbers, so it is believed to be gone only when every host was read
 * completely. If pages move while they are read, an agent may be missing from all of them without being gone. So a read
 * of several pages is repeated until two reads agree (AGENTS_READS_MAX) if the total changed, an agent came twice, or
 * an expected agent is missing. If all agents of a region would go at once, they are held back until the operator
 * confirms it, because a wrong secret or workspace looks the same.
 *
 * No message has the secret: it is removed from answers. Redirects are not followed. Sizes are bounded. No shared data.
 */
#ifndef TRUNKDECK_AGENTS_AGENTS_H
#define TRUNKDECK_AGENTS_AGENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"

#define AGENTS_PAGE_LIMIT 50			/* agents to ask for; all versions of the API allow it */
#define AGENTS_PAGE_BYTES ((size_t)8 << 20)	/* of one answer */
#define AGENTS_READ_BYTES ((size_t)64 << 20)	/* of one complete read of a host */
#define AGENTS_READ_COUNT 100000		/* agents of one host */
#define AGENTS_READS_MAX 4			/* reads of a host until two agree */

/* An agent that was in the directory has this as its voice_problem. Not translated: it is stored, and operators with
 * different languages share the store. */
#define AGENTS_GONE_TEXT "no longer in the directory"

struct agents_options {
	const char *url[REGION_COUNT];	/* up to "/agents"; "" = the region is not read */
	const char *secret;
	const char *workspace;		/* "" = the secret's own */
	const char *dial;		/* template of the dial string; "{agent_id}" stands for the id */
	const char *ca_file;		/* PEM file; "" = the system's authorities */
	int connect_timeout_ms;
	int timeout_ms;			/* of one request, from name resolution to the last byte */
	int stall_s;			/* a transfer that is too slow for this long has failed */
	int tries;			/* for one request: after time-outs, 429, 5xx */
	int first_wait_ms;		/* before the second try; doubled each time, jittered */
	int longest_wait_ms;		/* a longer Retry-After makes the request fail */
	struct mailbox *stop;		/* mail to it stops the read at once; NULL = none */
	/* Waits between tries; false = stop. NULL: the default wait, which also watches stop. */
	bool (*wait)(void *arg, int ms);
	void *wait_arg;
};

void agents_options_init(struct agents_options *o);	/* empty texts, default times */
/* May a secret be sent to the address? It must be https, or http on this machine, and have nothing but host, port and path. */
bool agents_url_check(const char *url, struct err *e);
/* Checks that the template has {agent_id} and makes a valid dial string. */
bool agents_dial_check(const char *template, struct err *e);

enum agents_state {
	AGENTS_NOT_ASKED,	/* no address */
	AGENTS_COMPLETE,	/* an agent that is not in the list is not in the directory */
	AGENTS_UNSETTLED,	/* the listed agents exist; others may exist too */
	AGENTS_FAILED,
};

struct agents_region {
	enum agents_state state;
	struct err err;			/* FAILED, UNSETTLED: why */
	size_t count;			/* listed agents, including issues */
	int retry_after_s;		/* FAILED: the server's Retry-After; 0 = none */
};

struct agents_issue {
	char id[80];			/* safe to show; "" = the entry has none */
	enum region region;		/* of the host that listed it */
	bool known;			/* the id is valid, so the agent is not gone */
	char text[160];			/* translated */
};

struct agents_list {
	struct agent *agents;		/* sorted by id, no id twice; source "api", version 0 */
	size_t count;
	struct agents_issue *issues;	/* sorted by id */
	size_t issue_count;
	struct agents_region regions[REGION_COUNT];
};

/* Reads every host. `expected`: ids that were in the directory before; if one is missing, the host is read again.
 * Returns true when at least one host answered; the regions have the results. False: *e is the first failure. The list
 * is initialised in both cases. */
bool agents_read(struct agents_list *list, const struct agents_options *o, const char *const *expected, size_t count,
		 struct err *e);
void agents_list_clear(struct agents_list *list);

enum agents_change_kind { AGENTS_ADDED, AGENTS_CHANGED, AGENTS_RESTORED, AGENTS_GONE, AGENTS_CHANGE_KINDS };

const char *agents_change_name(enum agents_change_kind k);	/* "added", "changed", "restored", "gone" */

struct agents_change {
	enum agents_change_kind kind;
	char fields[96];		/* JSON keys of the changed fields: "title, region"; "" for ADDED */
};

struct agents_plan {
	struct mutation *mutations;	/* each has one agent as it shall be */
	struct agents_change *changes;	/* the kind of each mutation */
	size_t count;
	struct agents_issue *issues;	/* of the list, and local agents whose ids the directory also has */
	size_t issue_count;
	size_t unchanged;
	size_t held_back;		/* agents not marked gone or not added: see above */
	bool held[REGION_COUNT];	/* all the region's agents would be gone */
};

/* Computes the changes that bring the store in line with the directory. `stored` has the store's agents. Only agents of
 * source "api" are changed. An agent that is gone is kept, but can't take calls. An agent is not moved out of a region
 * whose host was not read completely. all_may_go: accept it if all agents of a region are gone. */
void agents_merge(struct agents_plan *plan, const struct agents_list *list, struct snapshot *stored, bool all_may_go);
void agents_plan_clear(struct agents_plan *plan);
/* True if the directory is expected to have the stored agent. */
bool agents_expects(const struct agent *stored);

#endif
