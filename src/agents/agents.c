/*
 * Reading every host, and putting what they say together: each agent once, in the region whose host has it. An agent that
 * says it belongs to the other region is taken from there, and is an issue only if it isn't there. An id that both hosts
 * claim is taken from the first region, always the same one, so that it does not change sides with every read.
 */
#include "config.h"

#include "trunkdeck/agents/agents.h"

#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "http.h"
#include "reading.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

struct hosts {
	struct reading by_region[REGION_COUNT];
};

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

/* --- putting together --- */

static void add_issue(struct agents_list *list, const struct page_agent *a, enum region region, const char *text)
{
	struct agents_issue *issue = &list->issues[list->issue_count++];

	*issue = (struct agents_issue){ .region = region, .known = a->agent.id[0] != '\0' };
	str_copy(issue->id, sizeof(issue->id), str_of(a->shown_id));
	str_copy(issue->text, sizeof(issue->text), str_of(text));
}

static bool is_at(const struct hosts *hosts, enum region region, const char *id)
{
	return reading_find(&hosts->by_region[region], id) != NULL;
}

/* Does another host, asked before this one, have the agent to itself? */
static bool is_claimed(const struct hosts *hosts, enum region region, const char *id)
{
	for (int r = 0; r < (int)region; r++) {
		const struct page_agent *other = reading_find(&hosts->by_region[r], id);

		if (other && !other->problem[0] && (!other->has_region || (int)other->agent.region == r))
			return true;
	}
	return false;
}

static void add_agent(struct agents_list *list, const struct hosts *hosts, const struct page_agent *a, enum region region)
{
	struct agent *to;

	if (a->problem[0]) {
		add_issue(list, a, region, a->problem);
	} else if (a->has_region && a->agent.region != region) {
		if (!is_at(hosts, a->agent.region, a->agent.id))
			add_issue(list, a, region, _("it belongs to the other region, whose host does not list it"));
	} else if (is_claimed(hosts, region, a->agent.id)) {
		add_issue(list, a, region, _("both regions' hosts claim it; the first one's is taken"));
	} else {
		to = &list->agents[list->count++];
		agent_copy(to, &a->agent);
		to->region = region;
	}
}

static void add_host(struct agents_list *list, const struct hosts *hosts, enum region region)
{
	const struct reading *r = &hosts->by_region[region];

	for (const struct listed *l = r->by_id; l; l = l->hh.next)
		add_agent(list, hosts, &l->is, region);
	for (size_t i = 0; i < r->nameless_count; i++)
		add_issue(list, &r->nameless[i], region, r->nameless[i].problem);
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

static void combine(struct agents_list *list, const struct hosts *hosts)
{
	size_t n = 1;

	for (int r = 0; r < REGION_COUNT; r++)
		n += reading_count(&hosts->by_region[r]);
	list->agents = xcalloc(n, sizeof(*list->agents));
	list->issues = xcalloc(n, sizeof(*list->issues));
	for (int r = 0; r < REGION_COUNT; r++)
		add_host(list, hosts, (enum region)r);
	qsort(list->agents, list->count, sizeof(*list->agents), by_id);
	qsort(list->issues, list->issue_count, sizeof(*list->issues), by_issue);
}

static bool any_answered(const struct agents_list *list, struct err *e)
{
	bool any = false;

	for (int r = REGION_COUNT; r-- > 0;) {
		any = any || list->regions[r].state == AGENTS_COMPLETE || list->regions[r].state == AGENTS_UNSETTLED;
		if (list->regions[r].state == AGENTS_FAILED)
			*e = list->regions[r].err;
	}
	return any;
}

bool agents_read(struct agents_list *list, const struct agents_options *o, const char *const *expected, size_t count,
		 struct err *e)
{
	struct hosts hosts = { .by_region = { { .total = -1 } } };

	*list = (struct agents_list){ .count = 0 };
	for (int r = 0; r < REGION_COUNT; r++) {
		if (o->url[r][0])
			reading_host(&hosts.by_region[r], o, (enum region)r, expected, count, &list->regions[r]);
	}
	combine(list, &hosts);
	for (int r = 0; r < REGION_COUNT; r++)
		reading_clear(&hosts.by_region[r]);
	return any_answered(list, e);
}

void agents_list_clear(struct agents_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		agent_clear(&list->agents[i]);
	free(list->agents);
	free(list->issues);
	*list = (struct agents_list){ .count = 0 };
}
