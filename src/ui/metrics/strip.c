/* The strip: today's figures at a glance. The app keeps these figures for other views too. */
#include "config.h"

#include <stdio.h>

#include "figures.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

const char *metrics_strip_title(const struct app *a)
{
	return a->today_known ? _("Today") : _("Since the start");
}

void metrics_strip_draw(const struct app *a, const struct canvas *c)
{
	const struct number_metrics *n = metrics_total(a->metrics);

	static const struct { double quantile; const char *label; } responses[] = {
		{ 0.5, N_("Response p50") }, { 0.95, N_("p95") }, { 0.99, N_("p99") },
	};
	int x = figures_put_calls(c, 0, 1, n, n->concurrent);
	char text[32];			/* at least SHORT_SIZE */

	if (n->talk.count > 0) {
		format_age(text, histogram_quantile(&n->talk, 0.5));
		x = figures_put(c, 0, x, _("Talk p50"), text, ROLE_NORMAL);
	}
	for (size_t i = 0; n->response.count > 0 && i < ARRAY_LEN(responses); i++) {
		format_seconds(text, histogram_quantile(&n->response, responses[i].quantile));
		x = figures_put(c, 0, x, _(responses[i].label), text, ROLE_NORMAL);
	}
	figures_hours(c, 1, _("Hours"), n->by_hour);
	x = FIGURES_INDENT + 24 + 3;
	for (int o = 0; o < OUTCOME_COUNT; o++) {
		if (o == OUTCOME_ANSWERED || n->outcomes[o] == 0)
			continue;
		snprintf(text, sizeof(text), "%llu", (unsigned long long)n->outcomes[o]);
		x = figures_put(c, 1, x, outcome_text((enum call_outcome)o), text, ROLE_NORMAL);
	}
}
