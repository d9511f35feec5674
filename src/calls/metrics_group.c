/* Whose figures: the groups by name, and what puts a call into one. */
#include "config.h"

#include "trunkdeck/calls/metrics.h"

WORDS_DEFINE(metrics_group, enum metrics_group, METRICS_GROUP_TABLE)

bool metrics_group_parse(const char *name, enum metrics_group *out)
{
	int found = words_find(&metrics_group_words, name);

	if (found >= 0)
		*out = (enum metrics_group)found;
	return found >= 0;
}

const char *metrics_group_of(enum metrics_group g, const struct call *c)
{
	switch (g) {
	case METRICS_BY_NUMBER:
		return c->number;
	case METRICS_BY_PROVIDER:
		return c->provider;
	case METRICS_BY_AGENT:
		return c->agent;
	case METRICS_BY_REGION:
		return c->region;
	default:
		return "";
	}
}
