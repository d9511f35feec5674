/*
 * The questions about providers' endpoints and registrations, on the control link.
 *
 * Everything is asked when the link comes up and then quietly once a minute. In between the tail tells what changes
 * (ContactStatus, Registry, Reload): such an event is a reason to ask about that endpoint at once, not the answer, because it
 * is about one contact of maybe several. Where we may not ask, the events are all there is and are believed; like any event
 * only in the form Asterisk gives them, whose keys are more than a caller can write (ami/parse.h).
 *
 * Each endpoint has one question in flight at most. How many endpoints the server has besides is asked once per connection
 * and after a reload only: the list is long where telephones register.
 *
 * Bounded: ENDPOINTS_MAX endpoints are watched, REGISTRATIONS_MAX registrations kept; what is beyond is counted. An endpoint
 * is asked about once a second at most, whatever events say.
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
	uint64_t id;			/* tag of its questions: an answer may come when it is watched no more */
	struct endpoint_report now;
	struct endpoint_probe probe;
	bool asking;
	bool due;
	int64_t asked_ms;
};

static const struct { const char *action, *text; } asks[] = {
#define ENDPOINTS_ASK_ROW(id, action, text) { action, text },
	ENDPOINTS_ASK_TABLE(ENDPOINTS_ASK_ROW)
#undef ENDPOINTS_ASK_ROW
};

const char *endpoints_ask_action(enum endpoints_ask a)
{
	return asks[a].action;
}

const char *endpoints_ask_text(enum endpoints_ask a)
{
	return _(asks[a].text);
}

static int64_t now_ms(void)
{
	return clock_mono_ms(&clock_system);
}

static bool may_ask(const struct ami_endpoints *p, enum endpoints_ask a)
{
	return !(p->report->denied & 1u << a);
}

static void deny(struct ami_endpoints *p, enum endpoints_ask a)
{
	p->report->denied |= 1u << a;
	p->dirty = true;
}

static bool is_denied(const struct ami_frame *f)
{
	return f->kind == AMI_RESPONSE && ami_is_denied(ami_get(f, AMI_KEY_MESSAGE));
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

static void add_watch(struct ami_endpoints *p, const struct endpoint_watch *known, const char *name)
{
	struct endpoint_watch *w;

	if (find(p->watched, p->count, str_of(name)))
		return;
	if (p->count == ENDPOINTS_MAX) {
		p->report->more++;
		return;
	}
	w = &p->watched[p->count++];
	if (known) {
		*w = *known;
		return;
	}
	*w = (struct endpoint_watch){ .id = ++p->last_id, .due = true, .asked_ms = now_ms() - ASK_AGAIN_MS };
	str_copy(w->now.name, sizeof(w->now.name), str_of(name));
	set_unknown(&w->now);
}

void ami_endpoints_watch(struct ami_server *s)
{
	struct ami_endpoints *p = &s->endpoints;
	struct endpoint_watch *before = p->watched;
	size_t count = p->count;

	if (!p->on)
		return;
	p->watched = xcalloc(ENDPOINTS_MAX, sizeof(*p->watched));
	p->count = p->report->more = 0;
	for (size_t i = 0; i < s->prefix_count; i++) {
		const char *name = s->prefixes[i].endpoint;

		add_watch(p, find(before, count, str_of(name)), name);
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

/* A change that was not seen to happen has no time. */
static void take_state(struct ami_endpoints *p, struct endpoint_watch *w, struct endpoint_report new)
{
	if (new.state == w->now.state)
		new.since_ms = w->now.since_ms;
	else if (w->now.state != ENDPOINT_UNKNOWN && new.state != ENDPOINT_UNKNOWN)
		new.since_ms = now_ms();
	w->now = new;
	p->dirty = true;
}

static struct endpoint_watch *by_id(struct ami_endpoints *p, uint64_t id)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->watched[i].id == id)
			return &p->watched[i];
	return NULL;
}

static void on_value(void *arg, uint64_t id, const struct ami_frame *f, bool last)
{
	struct ami_server *s = arg;
	struct endpoint_watch *w = by_id(&s->endpoints, id);

	(void)last;
	if (!w || !w->asking)
		return;
	w->asking = false;
	if (is_denied(f)) {
		deny(&s->endpoints, ENDPOINTS_ASK_STATES);
		return;
	}
	endpoint_probe_answer(&w->probe, ami_get(f, AMI_KEY_VALUE));
	ask(s, w);
}

/* The next question, or the result. */
static void ask(struct ami_server *s, struct endpoint_watch *w)
{
	char variable[256];
	const struct ami_field fields[] = { { "Variable", variable }, { NULL, NULL } };
	struct endpoint_report result;
	struct err e = { 0 };

	if (endpoint_probe_next(&w->probe, variable, sizeof(variable))) {
		w->asking = ami_link_request(s->control, endpoints_ask_action(ENDPOINTS_ASK_STATES), fields, on_value, s, w->id,
					     &e);
		return;
	}
	endpoint_probe_result(&w->probe, &result);
	take_state(&s->endpoints, w, result);
}

static void begin(struct ami_server *s, struct endpoint_watch *w, int64_t now)
{
	w->due = false;
	w->asked_ms = now;
	endpoint_probe_begin(&w->probe, w->now.name);
	ask(s, w);
}

/* --- registrations --- */

static void clean(char *to, size_t size, struct str from)
{
	char *text = utf8_clean_dup(from);

	str_copy(to, size, str_of(text));
	free(text);
}

static const struct registration_report *known_registration(const struct endpoints_report *r, const char *name)
{
	for (size_t i = 0; i < r->registration_count; i++)
		if (strcmp(r->registrations[i].name, name) == 0)
			return &r->registrations[i];
	return NULL;
}

static void listed(struct ami_endpoints *p, const struct ami_frame *f)
{
	struct registration_report *r = &p->heard->registrations[p->heard->registration_count];
	const struct registration_report *before;

	if (p->heard->registration_count == REGISTRATIONS_MAX) {
		p->heard->more_registrations++;
		return;
	}
	*r = (struct registration_report){ .registered = str_eq(ami_get(f, AMI_KEY_STATUS), STR("Registered")) };
	clean(r->name, sizeof(r->name), ami_find(f, "ObjectName"));
	clean(r->at, sizeof(r->at), ami_find(f, "ServerUri"));
	clean(r->status, sizeof(r->status), ami_get(f, AMI_KEY_STATUS));
	before = known_registration(p->report, r->name);
	if (before)
		r->since_ms = before->registered == r->registered ? before->since_ms : now_ms();
	p->heard->registration_count++;
}

static void end_registrations(struct ami_endpoints *p)
{
	p->report->registration_count = p->heard->registration_count;
	p->report->more_registrations = p->heard->more_registrations;
	memcpy(p->report->registrations, p->heard->registrations, sizeof(p->report->registrations));
	p->dirty = true;
}

static void on_registration(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_endpoints *p = &((struct ami_server *)arg)->endpoints;

	(void)tag;
	if (is_denied(f))
		deny(p, ENDPOINTS_ASK_REGISTRATIONS);
	else if (f->kind == AMI_EVENT && !last)
		listed(p, f);
	if (!last)
		return;
	p->asking = false;
	/* An error that is no denial is Asterisk's way to say that there are none, or that the module is not loaded. */
	if (may_ask(p, ENDPOINTS_ASK_REGISTRATIONS))
		end_registrations(p);
}

static void ask_registrations(struct ami_server *s, int64_t now)
{
	const struct ami_field none[] = { { NULL, NULL } };
	struct ami_endpoints *p = &s->endpoints;
	struct err e = { 0 };

	p->registrations_due = false;
	p->asked_ms = now;
	p->heard->registration_count = p->heard->more_registrations = 0;
	p->asking = ami_link_request(s->control, endpoints_ask_action(ENDPOINTS_ASK_REGISTRATIONS), none, on_registration, s, 0,
				     &e);
}

/* --- the others --- */

static void on_other(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_endpoints *p = &((struct ami_server *)arg)->endpoints;

	(void)tag;
	if (is_denied(f))
		deny(p, ENDPOINTS_ASK_OTHERS);
	else if (f->kind == AMI_EVENT && !last)
		p->heard->others += !find(p->watched, p->count, ami_find(f, "ObjectName"));
	if (!last)
		return;
	p->counting = false;
	if (may_ask(p, ENDPOINTS_ASK_OTHERS))
		p->report->others = p->heard->others;
	p->dirty = true;
}

static void ask_others(struct ami_server *s)
{
	const struct ami_field none[] = { { NULL, NULL } };
	struct ami_endpoints *p = &s->endpoints;
	struct err e = { 0 };

	p->others_due = false;
	p->dirty = true;		/* settled may be true now */
	if (!may_ask(p, ENDPOINTS_ASK_OTHERS))
		return;
	p->heard->others = 0;
	p->counting = ami_link_request(s->control, endpoints_ask_action(ENDPOINTS_ASK_OTHERS), none, on_other, s, 0, &e);
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

static void reloaded(struct ami_endpoints *p)
{
	p->others_due = p->registrations_due = true;
	for (size_t i = 0; i < p->count; i++)
		p->watched[i].due = true;
}

void ami_endpoints_event(struct ami_server *s, const struct ami_frame *f)
{
	static const char *const registry[] = { "ChannelType", "Username", "Domain", "Status", NULL };
	struct ami_endpoints *p = &s->endpoints;
	struct str name = ami_get(f, AMI_KEY_EVENT);

	if (!p->on || f->kind != AMI_EVENT || f->reject || !f->async)
		return;
	if (str_eq(name, STR("ContactStatus")))
		contact_changed(p, f);
	else if (str_eq(name, STR("Registry")) && has_all(f, registry))
		p->registrations_due = true;
	else if (str_eq(name, STR("Reload")) || str_eq(name, STR("FullyBooted")))
		reloaded(p);
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

static bool is_settled(const struct ami_endpoints *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->watched[i].asking || may_begin(p, &p->watched[i]))
			return false;
	return !p->asking && !p->counting && !may_list(p) && !p->others_due;
}

static void report(struct ami_server *s, int64_t now)
{
	struct ami_endpoints *p = &s->endpoints;

	p->dirty = false;
	p->report->settled = is_settled(p);
	p->sent_at_ms = now;
	p->report->count = p->count;
	for (size_t i = 0; i < p->count; i++)
		p->report->endpoints[i] = p->watched[i].now;
	ami_server_post(s, s->handlers->endpoints, mail_key(s->config.name, strlen(s->config.name)), p->report, sizeof(*p->report),
			MAIL_MUST);
}

static void everything_is_due(struct ami_server *s, int64_t now)
{
	struct ami_endpoints *p = &s->endpoints;

	p->due_ms = now + s->timing->endpoints_every;
	p->registrations_due = true;
	for (size_t i = 0; i < p->count; i++)
		p->watched[i].due = true;
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
	if (p->due_ms >= 0 && now >= p->due_ms)
		everything_is_due(s, now);
	for (size_t i = 0; i < p->count; i++)
		if (may_begin(p, &p->watched[i]) && now >= p->watched[i].asked_ms + ASK_AGAIN_MS)
			begin(s, &p->watched[i], now);
	if (may_list(p) && now >= p->asked_ms + ASK_AGAIN_MS)
		ask_registrations(s, now);
	if (p->others_due && !p->counting)
		ask_others(s);
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
