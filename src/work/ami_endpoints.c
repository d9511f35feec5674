/*
 * Asks about providers' endpoints and registrations, on the control link.
 *
 * Everything is asked when the link comes up, and once a minute afterwards. Between these times, events of the tail
 * (ContactStatus, Registry, Reload) cause a question about that endpoint at once. The event is not taken as the answer,
 * because it is about one contact of possibly several. If we may not ask, the events are believed, but like all events
 * only in Asterisk's own form, which has more keys than a caller can write (ami/parse.h).
 *
 * Each endpoint has at most one question in flight. The count of the server's other endpoints is asked only once per
 * connection and after a reload, because the list is long on a server with telephones.
 *
 * Bounds: ENDPOINTS_MAX endpoints are watched and REGISTRATIONS_MAX registrations kept; further ones are counted. An
 * endpoint is asked about at most once a second, whatever events arrive.
 */
#include "config.h"

#include "ami_server.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/ami/rights.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define ASK_AGAIN_MS 1000		/* after an event */
#define REPORT_EVERY_MS 250

struct endpoint_watch {
	uint64_t id;			/* tag of its questions; an answer may come after the watch has ended */
	struct endpoint_report now;
	struct endpoint_probe probe;
	bool asking;
	bool due;
	int64_t asked_ms;
};

WORDS_DEFINE(endpoints_ask, enum endpoints_ask, ENDPOINTS_ASK_TABLE)

static int64_t now_ms(void)
{
	return clock_mono_ms(&clock_system);
}

static bool may_ask(const struct ami_endpoints *p, enum endpoints_ask a)
{
	return !(p->report->denied & 1u << a);
}

/* Records that our user may not ask, if the answer says so. */
static bool is_denied(struct ami_endpoints *p, const struct ami_frame *f, enum endpoints_ask a)
{
	if (f->kind != AMI_RESPONSE || !ami_is_denied(ami_get(f, AMI_KEY_MESSAGE)))
		return false;
	p->report->denied |= 1u << a;
	p->dirty = true;
	return true;
}

/* --- what is watched --- */

static void set_unknown(struct endpoint_report *r)
{
	r->state = ENDPOINT_UNKNOWN;
	r->rtt_us = -1;
	r->since_ms = 0;
	r->contacts = r->answering = 0;
}

void ami_endpoints_init(struct ami_server *s, bool on)
{
	struct ami_endpoints *p = &s->endpoints;

	p->on = on;
	p->due_ms = -1;
	p->report = xcalloc(1, sizeof(*p->report));
	p->heard = xcalloc(1, sizeof(*p->heard));
	p->report->others = -1;
	str_copy(p->report->server, sizeof(p->report->server), str_of(s->config.name));
}

void ami_endpoints_clear(struct ami_server *s)
{
	free(s->endpoints.watched);
	free(s->endpoints.report);
	free(s->endpoints.heard);
}

static struct endpoint_watch *find(struct endpoint_watch *watched, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(name, str_of(watched[i].now.name)))
			return &watched[i];
	return NULL;
}

void ami_endpoints_watch(struct ami_server *s)
{
	struct ami_endpoints *p = &s->endpoints;
	struct endpoint_watch *before = p->watched, *known;
	size_t count = p->count;

	if (!p->on)
		return;
	p->watched = xcalloc(ENDPOINTS_MAX, sizeof(*p->watched));
	p->count = p->report->more = 0;
	for (size_t i = 0; i < s->prefix_count; i++) {
		const char *name = s->prefixes[i].endpoint;
		struct endpoint_watch *w = &p->watched[p->count];

		if (find(p->watched, p->count, str_of(name)))
			continue;
		if (p->count == ENDPOINTS_MAX) {
			p->report->more++;
			continue;
		}
		p->count++;
		known = find(before, count, str_of(name));
		if (known) {
			*w = *known;
			continue;
		}
		*w = (struct endpoint_watch){ .id = ++p->last_id, .due = true, .asked_ms = now_ms() - ASK_AGAIN_MS };
		str_copy(w->now.name, sizeof(w->now.name), str_of(name));
		set_unknown(&w->now);
	}
	free(before);
	p->others_due = p->dirty = true;
}

void ami_endpoints_control_up(struct ami_server *s)
{
	struct ami_endpoints *p = &s->endpoints;

	p->report->denied = 0;
	p->due_ms = now_ms();
	p->others_due = true;
}

void ami_endpoints_control_down(struct ami_server *s)
{
	struct ami_endpoints *p = &s->endpoints;

	for (size_t i = 0; i < p->count; i++) {
		set_unknown(&p->watched[i].now);
		p->watched[i].asking = false;
	}
	p->asking = p->counting = false;
	p->due_ms = -1;
	p->report->registration_count = p->report->more_registrations = 0;
	p->report->others = -1;
	p->dirty = true;
}

/* --- endpoints --- */

static void ask(struct ami_server *s, struct endpoint_watch *w);

/* A change has a time only if it was seen to happen. */
static void take_state(struct ami_endpoints *p, struct endpoint_watch *w, struct endpoint_report new)
{
	if (new.state == w->now.state)
		new.since_ms = w->now.since_ms;
	else if (w->now.state != ENDPOINT_UNKNOWN && new.state != ENDPOINT_UNKNOWN)
		new.since_ms = now_ms();
	w->now = new;
	p->dirty = true;
}

static void on_value(void *arg, uint64_t id, const struct ami_frame *f, bool last)
{
	struct ami_server *s = arg;
	struct ami_endpoints *p = &s->endpoints;
	size_t i = 0;

	(void)last;
	while (i < p->count && p->watched[i].id != id)
		i++;
	if (i == p->count || !p->watched[i].asking)
		return;
	p->watched[i].asking = false;
	if (is_denied(p, f, ENDPOINTS_ASK_STATES))
		return;
	endpoint_probe_answer(&p->watched[i].probe, ami_get(f, AMI_KEY_VALUE));
	ask(s, &p->watched[i]);
}

/* Sends the next question, or takes the result. */
static void ask(struct ami_server *s, struct endpoint_watch *w)
{
	char variable[256];
	const struct ami_field fields[] = { { "Variable", variable }, { NULL, NULL } };
	struct endpoint_report result;
	struct err e = { 0 };

	if (endpoint_probe_next(&w->probe, variable, sizeof(variable))) {
		w->asking = ami_link_request(s->control, endpoints_ask_name(ENDPOINTS_ASK_STATES), fields, on_value, s, w->id,
					     &e);
		return;
	}
	endpoint_probe_result(&w->probe, &result);
	take_state(&s->endpoints, w, result);
}

/* --- registrations --- */

static void clean(char *to, size_t size, struct str from)
{
	char *text = utf8_clean_dup(from);

	str_copy(to, size, str_of(text));
	free(text);
}

static void listed(struct ami_endpoints *p, const struct ami_frame *f)
{
	struct registration_report *r = &p->heard->registrations[p->heard->registration_count];

	if (p->heard->registration_count == REGISTRATIONS_MAX) {
		p->heard->more_registrations++;
		return;
	}
	*r = (struct registration_report){ .registered = str_eq(ami_get(f, AMI_KEY_STATUS), STR("Registered")) };
	clean(r->name, sizeof(r->name), ami_find(f, "ObjectName"));
	clean(r->at, sizeof(r->at), ami_find(f, "ServerUri"));
	clean(r->status, sizeof(r->status), ami_get(f, AMI_KEY_STATUS));
	for (size_t i = 0; i < p->report->registration_count; i++) {
		const struct registration_report *before = &p->report->registrations[i];

		if (strcmp(before->name, r->name) == 0)
			r->since_ms = before->registered == r->registered ? before->since_ms : now_ms();
	}
	p->heard->registration_count++;
}

static void on_registration(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_endpoints *p = &((struct ami_server *)arg)->endpoints;

	(void)tag;
	if (!is_denied(p, f, ENDPOINTS_ASK_REGISTRATIONS) && f->kind == AMI_EVENT && !last)
		listed(p, f);
	if (!last)
		return;
	p->asking = false;
	/* An error other than a denial means that there are no registrations, or that the module is not loaded. */
	if (!may_ask(p, ENDPOINTS_ASK_REGISTRATIONS))
		return;
	p->report->registration_count = p->heard->registration_count;
	p->report->more_registrations = p->heard->more_registrations;
	memcpy(p->report->registrations, p->heard->registrations, sizeof(p->report->registrations));
	p->dirty = true;
}

/* --- other endpoints --- */

static void on_other(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_endpoints *p = &((struct ami_server *)arg)->endpoints;

	(void)tag;
	if (!is_denied(p, f, ENDPOINTS_ASK_OTHERS) && f->kind == AMI_EVENT && !last)
		p->heard->others += !find(p->watched, p->count, ami_find(f, "ObjectName"));
	if (!last)
		return;
	p->counting = false;
	if (may_ask(p, ENDPOINTS_ASK_OTHERS))
		p->report->others = p->heard->others;
	p->dirty = true;
}

/* --- events --- */

static bool has_all(const struct ami_frame *f, const char *const *keys)
{
	for (; *keys; keys++)
		if (!ami_find(f, *keys).p)
			return false;
	return true;
}

static void contact_changed(struct ami_endpoints *p, const struct ami_frame *f)
{
	static const char *const keys[] = { "URI", "ContactStatus", "AOR", "EndpointName", "RoundtripUsec", NULL };
	struct endpoint_watch *w = find(p->watched, p->count, ami_find(f, "EndpointName"));
	struct endpoint_report told;

	if (!w || !has_all(f, keys))
		return;
	w->due = true;
	if (may_ask(p, ENDPOINTS_ASK_STATES))
		return;
	told = w->now;
	told.state = endpoint_state_of_contact(ami_find(f, "ContactStatus"));
	told.rtt_us = -1;
	told.since_ms = now_ms();
	if (told.state == ENDPOINT_REACHABLE)
		str_to_i64(ami_find(f, "RoundtripUsec"), &told.rtt_us);
	take_state(p, w, told);
}

void ami_endpoints_event(struct ami_server *s, const struct ami_frame *f)
{
	static const char *const registry[] = { "ChannelType", "Username", "Domain", "Status", NULL };
	struct ami_endpoints *p = &s->endpoints;
	struct str name = ami_get(f, AMI_KEY_EVENT);
	bool reloaded = str_eq(name, STR("Reload")) || str_eq(name, STR("FullyBooted"));

	if (!p->on || f->kind != AMI_EVENT || f->reject || !f->async)
		return;
	if (str_eq(name, STR("ContactStatus")))
		contact_changed(p, f);
	else if (str_eq(name, STR("Registry")) && has_all(f, registry))
		p->registrations_due = true;
	else if (reloaded)
		p->others_due = p->registrations_due = true;
	for (size_t i = 0; reloaded && i < p->count; i++)
		p->watched[i].due = true;
}

/* --- time --- */

static bool may_begin(const struct ami_endpoints *p, const struct endpoint_watch *w)
{
	return w->due && !w->asking && may_ask(p, ENDPOINTS_ASK_STATES);
}

static bool may_list(const struct ami_endpoints *p)
{
	return p->registrations_due && !p->asking && may_ask(p, ENDPOINTS_ASK_REGISTRATIONS);
}

static void report(struct ami_server *s, int64_t now)
{
	struct ami_endpoints *p = &s->endpoints;
	struct endpoints_report *r = p->report;

	p->dirty = false;
	p->sent_at_ms = now;
	r->settled = !p->asking && !p->counting && !may_list(p) && !p->others_due;
	r->count = p->count;
	for (size_t i = 0; i < p->count; i++) {
		r->endpoints[i] = p->watched[i].now;
		r->settled = r->settled && !p->watched[i].asking && !may_begin(p, &p->watched[i]);
	}
	ami_server_post(s, s->handlers->endpoints, mail_key(s->config.name, strlen(s->config.name)), r, sizeof(*r), MAIL_MUST);
}

static bool ask_all(struct ami_server *s, enum endpoints_ask a, ami_answer_fn *fn)
{
	const struct ami_field none[] = { { NULL, NULL } };
	struct err e = { 0 };

	return ami_link_request(s->control, endpoints_ask_name(a), none, fn, s, 0, &e);
}

void ami_endpoints_turn(struct ami_server *s, int64_t now)
{
	struct ami_endpoints *p = &s->endpoints;

	if (!p->on)
		return;
	if (p->dirty && now >= p->sent_at_ms + REPORT_EVERY_MS)
		report(s, now);
	if (ami_link_state(s->control) != LINK_UP)
		return;
	if (p->due_ms >= 0 && now >= p->due_ms) {
		p->due_ms = now + s->timing->endpoints_every;
		p->registrations_due = true;
		for (size_t i = 0; i < p->count; i++)
			p->watched[i].due = true;
	}
	for (size_t i = 0; i < p->count; i++) {
		struct endpoint_watch *w = &p->watched[i];

		if (!may_begin(p, w) || now < w->asked_ms + ASK_AGAIN_MS)
			continue;
		w->due = false;
		w->asked_ms = now;
		endpoint_probe_begin(&w->probe, w->now.name);
		ask(s, w);
	}
	if (may_list(p) && now >= p->asked_ms + ASK_AGAIN_MS) {
		p->registrations_due = false;
		p->asked_ms = now;
		p->heard->registration_count = p->heard->more_registrations = 0;
		p->asking = ask_all(s, ENDPOINTS_ASK_REGISTRATIONS, on_registration);
	}
	if (p->others_due && !p->counting) {
		p->others_due = false;
		p->dirty = true;		/* settled may have become true */
		p->heard->others = 0;
		p->counting = may_ask(p, ENDPOINTS_ASK_OTHERS) && ask_all(s, ENDPOINTS_ASK_OTHERS, on_other);
	}
}

int64_t ami_endpoints_next_at_ms(const struct ami_server *s)
{
	const struct ami_endpoints *p = &s->endpoints;
	int64_t at = p->on && p->dirty ? p->sent_at_ms + REPORT_EVERY_MS : -1;

	if (!p->on || ami_link_state(s->control) != LINK_UP)
		return at;
	at = clock_earlier(at, p->due_ms);
	for (size_t i = 0; i < p->count; i++)
		if (may_begin(p, &p->watched[i]))
			at = clock_earlier(at, p->watched[i].asked_ms + ASK_AGAIN_MS);
	return may_list(p) ? clock_earlier(at, p->asked_ms + ASK_AGAIN_MS) : at;
}
