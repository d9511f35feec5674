/* Durations and ages in the few columns a list has. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "draw.h"
#include "trunkdeck/base/gettext.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_S 60
#define HOUR_S 3600
#define DAY_S 86400

void format_age(char *to, int64_t us)
{
	int64_t s = us < 0 ? 0 : us / SECOND_US;

	if (s < HOUR_S)
		snprintf(to, SHORT_SIZE, "%d:%02d", (int)(s / MINUTE_S), (int)(s % MINUTE_S));
	else if (s < DAY_S)
		snprintf(to, SHORT_SIZE, "%d:%02d:%02d", (int)(s / HOUR_S), (int)(s % HOUR_S / MINUTE_S), (int)(s % MINUTE_S));
	else
		snprintf(to, SHORT_SIZE, _("%" PRId64 " d"), s / DAY_S);
}

void format_seconds(char *to, int64_t us)
{
	if (us < 0)
		to[0] = '\0';
	else if (us < 10 * SECOND_US)
		snprintf(to, SHORT_SIZE, _("%d.%ds"), (int)(us / SECOND_US), (int)(us % SECOND_US / (SECOND_US / 10)));
	else
		snprintf(to, SHORT_SIZE, _("%" PRId64 "s"), us / SECOND_US);
}

void format_span(char *to, int64_t ms)
{
	int64_t s = ms < 0 ? 0 : ms / 1000;

	if (s < MINUTE_S)
		snprintf(to, SHORT_SIZE, _("%d s"), (int)s);
	else if (s < HOUR_S)
		snprintf(to, SHORT_SIZE, _("%d min"), (int)(s / MINUTE_S));
	else if (s < DAY_S)
		snprintf(to, SHORT_SIZE, _("%d h"), (int)(s / HOUR_S));
	else
		snprintf(to, SHORT_SIZE, _("%" PRId64 " d"), s / DAY_S);
}

void format_ago(char *to, int64_t ms)
{
	char span[SHORT_SIZE];

	if (ms < 10000) {
		snprintf(to, SHORT_SIZE, _("%d.%d s ago"), (int)(ms < 0 ? 0 : ms / 1000), ms < 0 ? 0 : (int)(ms % 1000 / 100));
		return;
	}
	format_span(span, ms);
	snprintf(to, SHORT_SIZE, _("%.10s ago"), span);
}

void format_when(char *to, const struct zone *z, int64_t wall_us, int64_t now_us, bool seconds)
{
	struct zone_time t, now;
	int len = 0;

	zone_local(z, wall_us, &t);
	zone_local(z, now_us, &now);
	if (t.year != now.year)
		len = snprintf(to, WHEN_SIZE, "%04d-", t.year % 10000);
	if (t.year != now.year || t.month != now.month || t.day != now.day)
		len += snprintf(to + len, WHEN_SIZE - (size_t)len, "%02d-%02d ", t.month % 100, t.day % 100);
	len += snprintf(to + len, WHEN_SIZE - (size_t)len, "%02d:%02d", t.hour % 100, t.minute % 100);
	if (seconds)
		snprintf(to + len, WHEN_SIZE - (size_t)len, ":%02d", t.second % 100);
	if (wall_us <= 0)
		to[0] = '\0';
}

void format_date(char *to, const struct zone *z, int64_t wall_us)
{
	struct zone_time t;

	zone_local(z, wall_us, &t);
	snprintf(to, WHEN_SIZE, "%04d-%02d-%02d %02d:%02d:%02d", t.year % 10000, t.month % 100, t.day % 100, t.hour % 100,
		 t.minute % 100, t.second % 100);
}
