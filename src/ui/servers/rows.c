/*
 * The lines of a server. A fact that the server does not report is shown as missing, never as zero. A fact that our AMI
 * user may not read is "unknown", with the line of manager.conf that would allow it.
 */
#include "config.h"

#include "servers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/deck/endpoint_text.h"
#include "trunkdeck/ami/rights.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define NAME_WIDTH 16			/* of endpoints and registrations, at most */
#define STATE_WIDTH 17

void servers_lines_clear(struct servers_lines *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free(l->items[i].text);
		free(l->items[i].words);
	}
	free(l->items);
	*l = (struct servers_lines){ NULL, 0, 0 };
}

/* Appends a line; takes the text over. Its key is made of server, label and name, so that the cursor stays on it. */
static struct servers_line *add(struct servers_lines *l, const struct app_server *s, const char *label, const char *name,
				enum role role, char *text)
{
	char key[160];
	int len = snprintf(key, sizeof(key), "%s\n%s\n%s", s->config->name, label, name);
	struct servers_line *line;

	ARRAY_GROW(l->items, l->count, l->size);
	line = &l->items[l->count++];
	*line = (struct servers_line){ .server = s, .role = role, .text = text };
	str_copy(line->label, sizeof(line->label), str_of(label));
	line->key = mail_key(key, len < (int)sizeof(key) ? (size_t)len : sizeof(key) - 1);
	return line;
}

enum role servers_link_text(const struct app *a, const struct app_server *s, char *to, size_t size)
{
	const struct server_status *st = &s->status;
	int64_t now = clock_mono_ms(a->clock), left = st->retry_at_ms - now;
	char span[SHORT_SIZE];

	if (st->control == LINK_UNUSED) {
		snprintf(to, size, "%s", _("not connected: live calls come from the store"));
		return ROLE_DIM;
	}
	if (server_is_up(st)) {
		format_span(span, now - st->up_since_ms);
		snprintf(to, size, _("connected %s"), span);
		return st->rejecting ? ROLE_WARN : ROLE_GOOD;
	}
	if (left > 0)
		snprintf(to, size, _("retry in %d s"), (int)((left + 999) / 1000));
	else
		snprintf(to, size, "%s", link_state_text(st->tail != LINK_UP && st->tail != LINK_UNUSED ? st->tail : st->control));
	return st->err.code != ERR_NONE ? ROLE_ALARM : ROLE_NORMAL;
}

/* --- alarms --- */

static void also(struct buf *text)
{
	if (text->len > 0)
		buf_adds(text, ", ");
}

bool servers_alarm_text(struct app *a, const struct app_server *s, struct buf *text)
{
	const struct routes_stats *r = &s->status.routes;
	size_t before = text->len;

	if (s->status.err.code != ERR_NONE)
		buf_adds(text, s->status.err.message);
	if (s->status.rejecting) {
		also(text);
		buf_addf(text, _("most events rejected (%s)"), s->status.last_reject);
	}
	if (s->status.evicted > 0) {
		also(text);
		buf_addf(text,
			 _("%llu calls recorded as lost: too many at once"), (unsigned long long)s->status.evicted);
	}
	if (server_clock_is_off(&s->status.facts)) {
		char clock[SERVER_CLOCK_TEXT_SIZE];

		server_clock_text(&s->status.facts, clock);
		also(text);
		buf_addf(text, _("its clock differs: %s"), clock);
	}
	if (r->foreign_owner) {
		also(text);
		buf_adds(text, _("owned by another store"));
	}
	for (int i = 0; i < ROUTE_STATE_COUNT; i++) {
		if (r->by_state[i] == 0 || !route_state_needs_person((enum route_state)i))
			continue;
		also(text);
		buf_addf(text, "%zu %s", r->by_state[i], route_state_text((enum route_state)i));
	}
	if (r->refusal[0] != '\0') {
		also(text);
		buf_adds(text, r->mute ? _("nothing from the store") : _("a write refused"));
	}
	if (r->former && r->want_new > 0 && s->status.control == LINK_UP) {
		also(text);
		buf_addf(text, ngettext("install the new dialplan: %zu record needs it", "install the new dialplan: %zu records need it",
					r->want_new), r->want_new);
	}
	for (size_t i = 0; i < s->endpoints.count; i++) {
		const struct endpoint_report *e = &s->endpoints.endpoints[i];

		if (!endpoint_state_needs_person(e->state) || !app_endpoint_expected(a, s, e->name))
			continue;
		also(text);
		buf_addf(text, "%s %s", e->name, endpoint_state_text(e->state));
	}
	for (size_t i = 0; i < s->endpoints.registration_count; i++) {
		if (s->endpoints.registrations[i].registered)
			continue;
		also(text);
		buf_addf(text, _("%s not registered"), s->endpoints.registrations[i].name);
	}
	return text->len > before;
}

/* --- the lines --- */

static void milliseconds(char *to, size_t size, int64_t us)
{
	if (us < 0)
		snprintf(to, size, "%s", _("unknown"));
	else
		snprintf(to, size, _("%.1f ms"), (double)us / 1000);
}

static void add_events(struct servers_lines *l, const struct app_server *s)
{
	const struct server_status *st = &s->status;
	bool odd = st->rejected > 0 || st->dropped > 0;

	add(l, s, _("Events"), "", odd ? ROLE_WARN : ROLE_NORMAL,
	    xasprintf(_("%llu read  %llu rejected%s%s  %llu dropped  %llu resyncs  %zu live calls"), (unsigned long long)st->events,
		      (unsigned long long)st->rejected, st->last_reject[0] ? ": " : "", st->last_reject,
		      (unsigned long long)st->dropped, (unsigned long long)st->resyncs, st->live));
}

/* Appends a text in exactly `width` columns. It is cleaned, because servers choose the names. */
static void add_column(struct buf *to, const char *text, int width)
{
	char *clean = utf8_clean_dup(str_of(text));

	utf8_pad(to, clean, width, false);
	buf_adds(to, "  ");
	free(clean);
}

/* Returns the width of the longest name, so that the states are aligned. */
static int name_width(const struct endpoints_report *e)
{
	int width = 0;

	for (size_t i = 0; i < e->count + e->registration_count; i++) {
		const char *name = i < e->count ? e->endpoints[i].name : e->registrations[i - e->count].name;
		int len = (int)strlen(name);

		width = len > width ? len : width;
	}
	return width < NAME_WIDTH ? width : NAME_WIDTH;
}

static void add_endpoint(struct servers_lines *l, struct app *a, const struct app_server *s, const struct endpoint_report *r)
{
	bool expected = app_endpoint_expected(a, s, r->name);
	char state[64];
	enum role role;
	struct buf text;

	/* The server need not have the endpoint of a provider in the other region. */
	if (!expected && r->state == ENDPOINT_ABSENT)
		return;
	role = endpoint_text(state, sizeof(state), r, expected, clock_mono_ms(a->clock));
	buf_init(&text, BUF_UNBOUNDED);
	add_column(&text, r->name, name_width(&s->endpoints));
	if (r->contacts > 1) {
		add_column(&text, state, STATE_WIDTH);
		buf_addf(&text, _("%u of %u contacts answer"), r->answering, r->contacts);
	} else {
		buf_adds(&text, state);
	}
	add(l, s, _("Provider"), r->name, role, buf_take(&text));
}

static void add_registration(struct servers_lines *l, const struct app *a, const struct app_server *s,
			     const struct registration_report *r)
{
	char state[64], span[SHORT_SIZE];
	struct buf text;

	snprintf(state, sizeof(state), "%s", r->status);
	if (!r->registered && r->since_ms > 0) {
		format_span(span, clock_mono_ms(a->clock) - r->since_ms);
		snprintf(state, sizeof(state), "%s %s", r->status, span);
	}
	buf_init(&text, BUF_UNBOUNDED);
	add_column(&text, r->name, name_width(&s->endpoints));
	add_column(&text, state, STATE_WIDTH);
	buf_adds(&text, r->at);
	add(l, s, _("Register"), r->name, r->registered ? ROLE_NORMAL : ROLE_ALARM, buf_take(&text));
}

/* Appends the endpoints that no provider names, and how many are beyond the limits. */
static void add_more(struct servers_lines *l, const struct app_server *s)
{
	const struct endpoints_report *e = &s->endpoints;
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	if (e->more > 0)
		buf_addf(&text, ngettext("%zu provider not watched  ", "%zu providers not watched  ", e->more), e->more);
	if (e->more_registrations > 0)
		buf_addf(&text, ngettext("%zu more registration  ", "%zu more registrations  ", e->more_registrations),
			 e->more_registrations);
	if (e->others > 0)
		buf_addf(&text, ngettext("%lld endpoint that no provider names", "%lld endpoints that no provider names",
					 (unsigned long)e->others), (long long)e->others);
	if (text.len > 0)
		add(l, s, _("Others"), "", ROLE_DIM, buf_take(&text));
	buf_clear(&text);
}

/* Appends the server's own row: its alarms or, without alarms, the state of its routes. */
static void add_head(struct servers_lines *l, struct app *a, const struct app_server *s)
{
	const struct routes_stats *r = &s->status.routes;
	size_t waiting = deletions_waiting(a->deletions, s->config->name);
	struct servers_line *line;
	enum role role = ROLE_NORMAL;
	char link[64];
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	if (a->replay) {
		role = ROLE_DIM;
		buf_adds(&text, s->config->host);
	} else if (servers_alarm_text(a, s, &text)) {
		role = ROLE_ALARM;
	} else {
		if (r->by_state[ROUTE_VERIFIED] > 0)
			buf_addf(&text, ngettext("%zu route ok", "%zu routes ok", r->by_state[ROUTE_VERIFIED]),
				 r->by_state[ROUTE_VERIFIED]);
		else
			buf_adds(&text, _("no routes"));
		if (r->by_state[ROUTE_PENDING] > 0)
			buf_addf(&text, ", %zu %s", r->by_state[ROUTE_PENDING], route_state_text(ROUTE_PENDING));
		if (waiting > 0)
			buf_addf(&text, ngettext(", %zu deletion not verified", ", %zu deletions not verified", waiting), waiting);
	}
	if (!a->replay && server_is_plain_off_loopback(s->config)) {
		role = role == ROLE_ALARM ? role : ROLE_WARN;
		buf_adds(&text, _(", not encrypted"));
	}
	servers_link_text(a, s, link, sizeof(link));
	line = add(l, s, "", "\n", role, buf_take(&text));
	line->head = true;
	line->words = xasprintf("%s\n%s", link, line->text);
}

void servers_lines_add(struct servers_lines *l, struct app *a, const struct app_server *s)
{
	const struct server_status *st = &s->status;
	const struct endpoints_report *e = &s->endpoints;
	bool plain = server_is_plain_off_loopback(s->config);
	char rtt[24], lag[24], text[SHORT_SIZE] = "", clock[SERVER_CLOCK_TEXT_SIZE];
	struct buf routes;
	bool well;

	add_head(l, a, s);
	/* A recorded stream has only the events of a server. */
	if (a->replay) {
		add_events(l, s);
		return;
	}
	if (st->err.code != ERR_NONE)
		add(l, s, _("Trouble"), "", ROLE_ALARM, xstrdup(st->err.message));
	if (st->err.code != ERR_NONE && st->err.hint[0] != '\0')
		add(l, s, "", "hint", ROLE_NORMAL, xstrdup(st->err.hint));
	buf_init(&routes, BUF_UNBOUNDED);
	well = servers_routes_text(a, s, &routes);
	add(l, s, _("Routes"), "", well ? ROLE_NORMAL : ROLE_ALARM, buf_take(&routes));
	for (size_t i = 0; i < e->count; i++)
		add_endpoint(l, a, s, &e->endpoints[i]);
	for (size_t i = 0; i < e->registration_count; i++)
		add_registration(l, a, s, &e->registrations[i]);
	add_more(l, s);
	for (int i = 0; i < ENDPOINTS_ASK_COUNT; i++) {
		enum endpoints_ask asked = (enum endpoints_ask)i;
		const char *action = endpoints_ask_name(asked);

		if (!(e->denied & 1u << i))
			continue;
		add(l, s, _("Unknown"), action, ROLE_NORMAL, xasprintf(_("%s: our AMI user may not ask"), endpoints_ask_text(asked)));
		add(l, s, "", action, ROLE_DIM, ami_right_line(s->config->user, ami_right_of(action)));
	}
	add(l, s, _("Address"), "", plain ? ROLE_WARN : ROLE_NORMAL,
	    xasprintf("%s:%d%s  %s", s->config->host, s->config->port, plain ? _(" not encrypted") : s->config->tls ? " TLS" : "",
		      s->config->user));
	milliseconds(rtt, sizeof(rtt), st->rtt_us);
	milliseconds(lag, sizeof(lag), st->lag_us);
	if (st->uptime_s >= 0)
		format_age(text, st->uptime_s * 1000000);
	server_clock_text(&st->facts, clock);
	/* The packager's suffix of "22.10.1+dfsg+~cs6.17.60671434-1" is shown in the JSON only. */
	add(l, s, _("Asterisk"), "", server_clock_is_off(&st->facts) ? ROLE_WARN : ROLE_NORMAL,
	    xasprintf(_("%.*s  up %s  round trip %s  event lag %s  clock %s"),
		      st->facts.version[0] ? (int)strcspn(st->facts.version, "+~") : 99,
		      st->facts.version[0] ? st->facts.version : _("version unknown"), text[0] != '\0' ? text : _("unknown"), rtt, lag,
		      clock));
	if (!a->live_from_store) {
		add_events(l, s);
	} else if (s->source.known) {
		format_ago(text, clock_mono_ms(a->clock) - s->source.beat_ms);
		add(l, s, _("Live calls"), "", app_live_is_stale(a, s) ? ROLE_WARN : ROLE_NORMAL,
		    xasprintf(_("from the store, recorder heard %s"), text));
	} else {
		add(l, s, _("Live calls"), "", ROLE_WARN, xstrdup(_("from the store, but no recorder listens to this server")));
	}
}
