/* The strip: today's figures at a glance. The app keeps these figures for other views too. */
#include "config.h"

#include <stdio.h>

#include "figures.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/base/gettext.h"

const char *metrics_strip_title(const struct app *a)
{
	return a->today_known ? _("Today") : _("Since the start");
}

static void draw_response(const struct canvas *c, int y, int x, const struct number_metrics *n)
{
	char text[SHORT_SIZE];

	if (n->talk.count > 0) {
		format_age(text, histogram_quantile(&n->talk, 0.5));
		x = figures_put(c, y, x, _("Talk p50"), text, ROLE_NORMAL);
	}
	if (n->response.count == 0)
		return;
	format_seconds(text, histogram_quantile(&n->response, 0.5));
	x = figures_put(c, y, x, _("Response p50"), text, ROLE_NORMAL);
	format_seconds(text, histogram_quantile(&n->response, 0.95));
	x = figures_put(c, y, x, _("p95"), text, ROLE_NORMAL);
	format_seconds(text, histogram_quantile(&n->response, 0.99));
	figures_put(c, y, x, _("p99"), text, ROLE_NORMAL);
}

static void draw_unanswered(const struct canvas *c, int y, int x, const struct number_metrics *n)
{
	char text[32];

	for (int o = 0; o < OUTCOME_COUNT; o++) {
		if (o == OUTCOME_ANSWERED || n->outcomes[o] == 0)
			continue;
		snprintf(text, sizeof(text), "%llu", (unsigned long long)n->outcomes[o]);
		x = figures_put(c, y, x, outcome_text((enum call_outcome)o), text, ROLE_NORMAL);
	}
}

void metrics_strip_draw(const struct app *a, const struct canvas *c)
{
	const struct number_metrics *n = metrics_total(a->metrics);

	draw_response(c, 0, figures_put_calls(c, 0, 1, n, n->concurrent), n);
	figures_hours(c, 1, _("Hours"), n->by_hour);
	draw_unanswered(c, 1, FIGURES_INDENT + 24 + 3, n);
}
