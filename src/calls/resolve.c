/* Names what the workspace knows of a call: the provider by the endpoint, the agent and the region by the number. The agent
 * and the provider that the dialplan named are kept. */
#include "config.h"

#include "trunkdeck/model/snapshot.h"

#include "trunkdeck/base/str.h"
#include "trunkdeck/calls/call.h"

void snapshot_resolve_call(const struct snapshot *s, struct call *c)
{
	const struct provider *p = snapshot_provider_by_endpoint(s, c->endpoint);
	const struct number *n = snapshot_number(s, c->number);

	if (n && !p)
		p = snapshot_provider(s, n->provider);
	if (p && !(call_is_told(c) && c->provider[0]))
		str_copy(c->provider, sizeof(c->provider), str_of(p->id));
	if (n) {
		if (!call_is_told(c))
			str_copy(c->agent, sizeof(c->agent), str_of(n->agent));
		str_copy(c->region, sizeof(c->region), str_of(region_name(n->region)));
	}
}
