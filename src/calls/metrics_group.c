/* Whose figures: the groups by name, and what puts a call into one. */
#include "config.h"

#include "trunkdeck/calls/metrics.h"

#include <string.h>

#include "trunkdeck/base/gettext.h"

static const struct {
	const char *name, *text;
} groups[] = {
#define GROUP_ROW(id, name, text) { name, text },
	METRICS_GROUP_TABLE(GROUP_ROW)
#undef GROUP_ROW
};

const char *metrics_group_name(enum metrics_group g)
{
	return groups[g].name;
}

const char *metrics_group_text(enum metrics_group g)
{
	return _(groups[g].text);
}

bool metrics_group_parse(const char *name, enum metrics_group *out)
{
	for (int i = 0; i < METRICS_GROUP_COUNT; i++) {
		if (strcmp(groups[i].name, name) == 0) {
			*out = (enum metrics_group)i;
			return true;
		}
	}
	return false;
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
