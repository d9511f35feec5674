/* An endpoint's state, with its round-trip time or duration, and the server where it applies. */
#include "config.h"

#include "endpoint_text.h"

#include <stdio.h>
#include <string.h>

#include "ui/term/draw.h"
#include "trunkdeck/base/gettext.h"

static enum role role_of(enum endpoint_state s)
{
	if (endpoint_state_needs_person(s))
		return ROLE_ALARM;
	return s == ENDPOINT_REACHABLE ? ROLE_NORMAL : ROLE_DIM;
}

/* Appends " 18 ms", " 3 min", or nothing. */
static void add_figure(char *to, size_t size, enum endpoint_state state, int64_t rtt_us, int64_t since_ms, int64_t now_ms)
{
	size_t len = strlen(to);
	char span[SHORT_SIZE];

	if (state == ENDPOINT_REACHABLE && rtt_us >= 0) {
		snprintf(to + len, size - len, rtt_us < 10000 ? _(" %.1f ms") : _(" %.0f ms"), (double)rtt_us / 1000);
	} else if (endpoint_state_needs_person(state) && since_ms > 0) {
		format_span(span, now_ms - since_ms);
		snprintf(to + len, size - len, " %s", span);
	}
}

enum role provider_endpoint_text(char *to, size_t size, const struct endpoint_summary *sum, int64_t now_ms)
{
	to[0] = '\0';
	if (sum->servers == 0)
		return ROLE_DIM;
	if (sum->server)
		snprintf(to, size, "%s %s", sum->server, endpoint_state_text(sum->state));
	else
		snprintf(to, size, "%s", endpoint_state_text(sum->state));
	add_figure(to, size, sum->state, sum->rtt_us, sum->since_ms, now_ms);
	return role_of(sum->state);
}

enum role endpoint_text(char *to, size_t size, const struct endpoint_report *r, bool expected, int64_t now_ms)
{
	snprintf(to, size, "%s", endpoint_state_text(r->state));
	add_figure(to, size, r->state, r->rtt_us, r->since_ms, now_ms);
	return expected ? role_of(r->state) : ROLE_DIM;
}
