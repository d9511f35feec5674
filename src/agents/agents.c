/*
 * Reads every host and merges the answers: each agent once, in the region whose host has it. An agent that names the
 * other region is taken from that region's host, and is an issue only if it is not there. An id that both hosts claim
 * is always taken from the first region, so that it does not change sides with every read.
 */
#include "config.h"

#include "trunkdeck/agents/agents.h"

#include <stdlib.h>
#include <string.h>

#include "directory_page.h"
#include "http.h"
#include "directory.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

void agents_options_init(struct agents_options *o)
{
	*o = (struct agents_options){
		.secret = "",
		.workspace = "",
		.dial = "",
		.ca_file = "",
		.connect_timeout_ms = 10000,
		.timeout_ms = 30000,
		.stall_s = 10,
		.tries = 4,
		.first_wait_ms = 500,
		.longest_wait_ms = 30000,
	};
	for (int r = 0; r < REGION_COUNT; r++)
		o->url[r] = "";
}

bool agents_url_check(const char *url, struct err *e)
{
	return http_url_check(url, e);
}

/* --- merging the answers --- */

static void add_issue(struct agents_list *list, const struct directory_agent *a, enum region region, const char *text)
{
	struct agents_issue *issue = &list->issues[list->issue_count++];

	*issue = (struct agents_issue){ .region = region, .known = a->agent.id[0] != '\0' };
	str_copy(issue->id, sizeof(issue->id), str_of(a->shown_id));
	str_copy(issue->text, sizeof(issue->text), str_of(text));
}

/* Adds an agent that the region's host has. */
static void add_agent(struct agents_list *list, const struct directory *hosts, const struct directory_agent *a,
		      enum region region)
{
	const struct directory_agent *other;
	bool is_claimed = false;
	struct agent *to;

	for (int r = 0; r < (int)region; r++) {
		other = directory_find(&hosts[r], a->agent.id);
		is_claimed = is_claimed || (other && !other->problem[0] && (!other->has_region || (int)other->agent.region == r));
	}
	if (a->problem[0]) {
		add_issue(list, a, region, a->problem);
	} else if (a->has_region && a->agent.region != region) {
		if (!directory_find(&hosts[a->agent.region], a->agent.id))
			add_issue(list, a, region,
				  _("it names the other region, but that region's directory does not list it"));
	} else if (is_claimed) {
		add_issue(list, a, region,
			  _("the directories of both regions list it as theirs; that of the first region is used"));
	} else {
		to = &list->agents[list->count++];
		agent_copy(to, &a->agent);
		to->region = region;
	}
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct agent *)a)->id, ((const struct agent *)b)->id);
}

static int by_issue(const void *a, const void *b)
{
	const struct agents_issue *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	return order ? order : (int)x->region - (int)y->region;
}

bool agents_read(struct agents_list *list, const struct agents_options *o, const char *const *expected, size_t count,
		 struct err *e)
{
	struct directory hosts[REGION_COUNT] = { { .total = -1 } };
	bool any = false;
	size_t n = 1;

	*list = (struct agents_list){ .count = 0 };
	for (int r = 0; r < REGION_COUNT; r++) {
		if (o->url[r][0])
			directory_read(&hosts[r], o, (enum region)r, expected, count, &list->regions[r]);
		n += directory_count(&hosts[r]);
	}
	list->agents = xcalloc(n, sizeof(*list->agents));
	list->issues = xcalloc(n, sizeof(*list->issues));
	for (int r = 0; r < REGION_COUNT; r++) {
		for (const struct listed *l = hosts[r].by_id; l; l = l->hh.next)
			add_agent(list, hosts, &l->is, (enum region)r);
		for (size_t i = 0; i < hosts[r].nameless_count; i++)
			add_issue(list, &hosts[r].nameless[i], (enum region)r, hosts[r].nameless[i].problem);
	}
	qsort(list->agents, list->count, sizeof(*list->agents), by_id);
	qsort(list->issues, list->issue_count, sizeof(*list->issues), by_issue);
	for (int r = REGION_COUNT; r-- > 0;) {
		directory_clear(&hosts[r]);
		any = any || list->regions[r].state == AGENTS_COMPLETE || list->regions[r].state == AGENTS_UNSETTLED;
		if (list->regions[r].state == AGENTS_FAILED)
			*e = list->regions[r].err;
	}
	return any;
}

void agents_list_clear(struct agents_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		agent_clear(&list->agents[i]);
	free(list->agents);
	free(list->issues);
	*list = (struct agents_list){ .count = 0 };
}
