/*
 * The servers' reports about providers' endpoints, and their summary for a provider's card.
 */
#include "config.h"

#include "app_private.h"

#include <string.h>

#include "trunkdeck/base/mem.h"

void on_endpoints(void *taker, void *value)
{
	const struct endpoints_report *r = value;
	struct app *a = taker;
	struct app_server *s = app_server(a, r->server);

	if (s)
		s->endpoints = *r;
	a->dirty |= APP_DIRTY_SERVERS;
}

bool endpoints_settled(const struct app *a)
{
	size_t count;
	const struct provider *const *providers = snapshot_providers(a->snapshot, &count);

	for (size_t i = 0; i < a->server_count && !a->private->recorder && !a->replay; i++) {
		const struct app_server *s = &a->servers[i];

		if (!s->endpoints.settled)
			return false;
		for (size_t j = 0; j < count; j++)
			if (!app_endpoint(s, provider_endpoint(providers[j])) && !s->endpoints.more)
				return false;
	}
	return true;
}

const struct endpoint_report *app_endpoint(const struct app_server *s, const char *name)
{
	for (size_t i = 0; i < s->endpoints.count; i++)
		if (strcmp(s->endpoints.endpoints[i].name, name) == 0)
			return &s->endpoints.endpoints[i];
	return NULL;
}

bool app_endpoint_expected(const struct app *a, const struct app_server *s, const char *name)
{
	size_t count;
	const struct provider *const *providers = snapshot_providers(a->snapshot, &count);

	for (size_t i = 0; i < count; i++)
		if (providers[i]->region == s->config->region && strcmp(provider_endpoint(providers[i]), name) == 0)
			return true;
	return false;
}

struct endpoint_summary app_provider_endpoint(const struct app *a, const struct provider *p)
{
	static const int rank[ENDPOINT_STATE_COUNT] = {		/* the highest rank is the worst */
		[ENDPOINT_REACHABLE] = 0, [ENDPOINT_UNWATCHED] = 1, [ENDPOINT_UNKNOWN] = 2, [ENDPOINT_UNREACHABLE] = 3,
		[ENDPOINT_ABSENT] = 4,
	};
	struct endpoint_summary sum = { .state = ENDPOINT_UNKNOWN, .rtt_us = -1 };
	size_t same = 0;		/* servers in the worst state */

	for (size_t i = 0; i < a->server_count && !a->replay; i++) {
		const struct app_server *s = &a->servers[i];
		const struct endpoint_report *r = app_endpoint(s, provider_endpoint(p));
		enum endpoint_state state = r ? r->state : ENDPOINT_UNKNOWN;

		if (s->config->region != p->region)
			continue;
		if (sum.servers++ == 0 || rank[state] > rank[sum.state]) {
			sum = (struct endpoint_summary){ state, r ? r->rtt_us : -1, r ? r->since_ms : 0, s->config->name, sum.servers };
			same = 1;
		} else if (state == sum.state) {
			same++;
			sum.rtt_us = r && r->rtt_us > sum.rtt_us ? r->rtt_us : sum.rtt_us;
			sum.since_ms = r && r->since_ms < sum.since_ms ? r->since_ms : sum.since_ms;
		}
	}
	if (same == sum.servers)
		sum.server = NULL;
	return sum;
}
