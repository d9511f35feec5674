/* Records to keys. Keys that an agent, a schedule or a number needs are appended before it. */
#include "config.h"

#include "trunkdeck/routes/desired.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/schedule.h"
#include "trunkdeck/model/tell.h"
#include "trunkdeck/routes/route.h"

/* The needs of one key. The names are kept until it has been packed. */
struct needs {
	struct route_need list[SCHEDULE_DATES_MAX];
	char names[SCHEDULE_DATES_MAX][ROUTE_NAME_SIZE];
	size_t count;
};

static void need(struct needs *n, enum route_family family, struct str name, bool former)
{
	if (name.len == 0 || name.len >= ROUTE_NAME_SIZE || n->count == ARRAY_LEN(n->list))
		return;
	str_copy(n->names[n->count], ROUTE_NAME_SIZE, name);
	n->list[n->count] = (struct route_need){ family, n->names[n->count], former };
	n->count++;
}

/* --- agents --- */

void desired_agent(struct buf *to, const struct agent *agent, const char *ca_file)
{
	bool usable = agent_usable(agent, NULL);
	char *object = usable && *agent->url ? agent_object(agent->url, ca_file, &(struct err){ 0 }) : NULL;
	char *uri = object ? agent_uri(agent->url) : NULL, *dial = agent_dial_made(agent->id, agent->url, agent->dial);
	char *client = xasprintf(AGENT_CLIENT_PREFIX "%s", agent->id);
	char *off = xasprintf("3,off,%" PRId64 ",%" PRId64 ",", agent->max_calls, agent->speaks_first_within);
	char *on = xasprintf("3,%s,%" PRId64 ",%" PRId64 ",%s", agent_kind_name(agent_kind_of(agent->url, agent->dial)),
			     agent->max_calls, agent->speaks_first_within, dial);
	const struct route_need needs = { ROUTE_FAMILY_OBJECT, client, false };
	struct route_key key = { .family = ROUTE_FAMILY_AGENT, .name = agent->id, .value = on, .spare = off };

	if (!usable || (*agent->url && !object))
		key.value = off;
	if (usable && *agent->dial)
		key.former = agent->dial;
	if (object) {
		route_pack(to, &(struct route_key){ .family = ROUTE_FAMILY_OBJECT, .name = client, .value = object, .uri = uri });
		key.needs = &needs;
		key.need_count = 1;
	}
	route_pack(to, &key);
	free(object);
	free(uri);
	free(dial);
	free(client);
	free(off);
	free(on);
}

/* --- schedules --- */

static void add_day(struct buf *to, struct needs *n, const char *id, const struct schedule_times *times, int64_t date)
{
	struct schedule_day day;
	struct buf name, value;

	buf_init(&name, BUF_UNBOUNDED);
	buf_init(&value, BUF_UNBOUNDED);
	buf_addf(&name, "%s.", id);
	schedule_add_date(&name, date);
	schedule_date(times, date, &day);
	buf_adds(&value, ROUTE_VALUE_FORMAT);
	schedule_add_ranges(&value, &day);
	route_pack(to, &(struct route_key){ .family = ROUTE_FAMILY_DAY, .name = name.p, .value = value.p });
	need(n, ROUTE_FAMILY_DAY, str_of(name.p), false);
	buf_clear(&name);
	buf_clear(&value);
}

void desired_schedule(struct buf *to, const struct schedule *schedule)
{
	struct schedule_times *times = xcalloc(1, sizeof(*times));
	struct needs needs;
	struct schedule_day day;
	int64_t dates[SCHEDULE_DATES_MAX];
	size_t date_count;
	struct buf value;

	/* Times that can't be read are never open. */
	schedule_read(times, schedule->open, schedule->exceptions);
	needs.count = 0;
	date_count = schedule_dates(times, dates);
	for (size_t i = 0; i < date_count; i++)
		add_day(to, &needs, schedule->id, times, dates[i]);
	buf_init(&value, BUF_UNBOUNDED);
	buf_addf(&value, ROUTE_VALUE_FORMAT "%s,%d", schedule->time_zone, date_count > 0);
	for (int weekday = 0; weekday < 7; weekday++) {
		buf_addc(&value, ',');
		schedule_weekday(times, weekday, &day);
		schedule_add_ranges(&value, &day);
	}
	route_pack(to, &(struct route_key){ .family = ROUTE_FAMILY_SCHEDULE, .name = schedule->id, .value = value.p,
					    .needs = needs.list, .need_count = needs.count });
	buf_clear(&value);
	free(times);
}

/* --- numbers --- */

static void add_chunks(struct buf *to, struct needs *n, const char *number, const struct tell *tell)
{
	for (size_t i = 0; i < tell_chunk_count(tell); i++) {
		char *name = xasprintf("%s.%s.%zu", number, tell->gen, i + 1), *value = str_dup(tell_chunk(tell, i));

		route_pack(to, &(struct route_key){ .family = ROUTE_FAMILY_TELL, .name = name, .value = value });
		need(n, ROUTE_FAMILY_TELL, str_of(name), false);
		free(name);
		free(value);
	}
}

bool desired_needs_new(const struct number *n, const struct agent *agent)
{
	return *n->split || *n->fallback || *n->schedule || *n->closed_agent || n->max_calls || n->max_duration ||
	       (agent && *agent->url && !*agent->dial);
}

void desired_number(struct buf *to, const struct snapshot *s, const struct number *n)
{
	const struct provider *provider = snapshot_provider(s, n->provider);
	const char *endpoint = provider ? provider_endpoint(provider) : "", *split = n->split;
	struct route_key key = { .family = ROUTE_FAMILY_NUMBER, .name = n->e164, .off = !n->enabled };
	struct needs needs;
	struct tell tell;
	struct str agent;
	struct buf value;
	int weight;

	buf_init(&value, BUF_UNBOUNDED);
	if (!n->enabled) {
		/* With its endpoint, so that its calls are not taken for those of another provider's number. */
		buf_addf(&value, ROUTE_VALUE_FORMAT "off,,,,%s,,,,,,,", endpoint);
		key.value = value.p;
		route_pack(to, &key);
		buf_clear(&value);
		return;
	}
	needs.count = 0;
	tell_init(&tell, n);
	add_chunks(to, &needs, n->e164, &tell);
	buf_addf(&value, ROUTE_VALUE_FORMAT "on,%s,%zu,%s,%s,%s,", tell.gen, tell.len, n->provider, endpoint, n->agent);
	while (split_next(&split, &agent, &weight)) {
		buf_addf(&value, "%s%.*s:%d", value.p[value.len - 1] == ',' ? "" : "/", (int)agent.len, agent.p, weight);
		need(&needs, ROUTE_FAMILY_AGENT, agent, false);
	}
	buf_addf(&value, ",%s,%s,%s,%" PRId64 ",%" PRId64, n->fallback, n->schedule, n->closed_agent, n->max_calls, n->max_duration);
	need(&needs, ROUTE_FAMILY_AGENT, str_of(n->agent), true);
	need(&needs, ROUTE_FAMILY_AGENT, str_of(n->fallback), false);
	need(&needs, ROUTE_FAMILY_AGENT, str_of(n->closed_agent), false);
	need(&needs, ROUTE_FAMILY_SCHEDULE, str_of(n->schedule), false);
	need(&needs, ROUTE_FAMILY_TRUNK, str_of(endpoint), false);
	key.value = value.p;
	key.former = n->agent;
	key.wants_new = desired_needs_new(n, snapshot_agent(s, n->agent));
	key.needs = needs.list;
	key.need_count = needs.count;
	route_pack(to, &key);
	buf_clear(&value);
	tell_clear(&tell);
}

/* --- keys of the whole server --- */

/* A routing context may return any agent. */
static void add_trunk(struct buf *to, struct snapshot *s, const struct provider *p)
{
	size_t count, n = 0;
	const struct agent *const *agents = snapshot_agents(s, &count);
	struct route_need *needs = xcalloc(count + 1, sizeof(*needs));
	char *value = xasprintf(ROUTE_VALUE_FORMAT "%s,%s,%" PRId64 ",%s,%s,%" PRId64 ",%s", p->id, p->inbound_prefix, p->max_calls,
				p->routing, p->default_agent, p->default_max_calls, region_name(p->region));

	for (size_t i = 0; *p->routing && i < count; i++)
		needs[n++] = (struct route_need){ ROUTE_FAMILY_AGENT, agents[i]->id, false };
	if (!*p->routing && *p->default_agent)
		needs[n++] = (struct route_need){ ROUTE_FAMILY_AGENT, p->default_agent, false };
	route_pack(to, &(struct route_key){ .family = ROUTE_FAMILY_TRUNK, .name = provider_endpoint(p), .value = value,
					    .former = *p->inbound_prefix ? p->inbound_prefix : NULL, .needs = needs,
					    .need_count = n });
	free(value);
	free(needs);
}

/* Of the providers that share an endpoint, the one with the first id counts. */
static bool is_first_of_endpoint(const struct provider *const *providers, size_t count, const struct provider *p)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(providers[i]->id, p->id) < 0 && strcmp(provider_endpoint(providers[i]), provider_endpoint(p)) == 0)
			return false;
	return true;
}

static void add_block(struct buf *to, const struct block *b)
{
	/* The block still holds in the second in which it ends. */
	char *value = xasprintf(ROUTE_VALUE_FORMAT "%" PRId64, (b->until + 999999) / 1000000);

	route_pack(to, &(struct route_key){ .family = ROUTE_FAMILY_BLOCK, .name = b->caller, .value = value, .wants_new = true });
	free(value);
}

void desired_standing(struct buf *to, struct snapshot *s)
{
	const struct workspace *w = snapshot_workspace(s);
	size_t provider_count, block_count;
	const struct provider *const *providers = snapshot_providers(s, &provider_count);
	const struct block *const *blocks = snapshot_blocks(s, &block_count);
	bool exact = false, anonymous = false, trunks = false, lengths[E164_SIZE] = { false };
	struct buf value;

	for (size_t i = 0; i < provider_count; i++) {
		const struct provider *p = providers[i];

		if (is_first_of_endpoint(providers, provider_count, p))
			add_trunk(to, s, p);
		trunks = trunks || p->max_calls || *p->routing || *p->default_agent;
	}
	for (size_t i = 0; i < block_count; i++) {
		const char *caller = blocks[i]->caller;
		size_t len = strlen(caller);

		add_block(to, blocks[i]);
		if (caller[0] != '+')
			anonymous = true;
		else if (caller[len - 1] != '*')
			exact = true;
		else if (len - 1 < ARRAY_LEN(lengths))
			lengths[len - 1] = true;
	}
	buf_init(&value, BUF_UNBOUNDED);
	buf_addf(&value, ROUTE_VALUE_FORMAT "%d,", exact);
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++)
		if (lengths[i])
			buf_addf(&value, "%s%zu", value.p[value.len - 1] == ',' ? "" : "/", i);
	buf_addf(&value, ",%d,%d,%" PRId64 ",%" PRId64, anonymous, trunks, w->max_calls_per_caller, w->max_duration);
	route_pack(to, &(struct route_key){ .family = ROUTE_FAMILY_HAS, .name = "has", .value = value.p });
	buf_clear(&value);
}
