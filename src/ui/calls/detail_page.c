/*
 * A call in detail: its facts, its story with offsets from its arrival, its legs, its number, and that number's last calls.
 * The page follows the call while it is open and keeps what it showed when the call ends.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/deck/deck.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/call_json.h"
#include "trunkdeck/calls/cause.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/schedule.h"
#include "trunkdeck/model/json_text.h"
#include "ui/frame/page.h"

#define RECENT_CALLS 8
#define LABEL_WIDTH 13
#define NARROW 46			/* columns without margins; a narrower page has less in a line */
#define LOW_ROWS 12			/* up to so many rows, blank lines are left out */
#define FACT_SIZE 256
#define OFFSET_SIZE 32
#define BAD_LOSS 20			/* per mille: more is heard */
#define BAD_SCORE 300			/* x 100: callers complain below it */

struct call_detail_view {
	struct ui *ui;
	struct app *app;
	bool was_live;
};

/* The place where the lines of a call are added. */
struct pen {
	const struct app *app;
	const struct call_detail *detail;
	struct page_lines *l;
};

static const struct call *call_of(const struct pen *p)
{
	return &p->detail->call;
}

/* Writes seconds with milliseconds. */
static void format_offset(char *to, int64_t us)
{
	int64_t ms = us > 0 ? time_ms(us) : 0;

	snprintf(to, OFFSET_SIZE, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}

static void begin_section(struct pen *p, const char *title)
{
	if (p->l->rows > LOW_ROWS)
		page_line(p->l, 0, 1, ROLE_NORMAL, "");
	page_line(p->l, 0, PAGE_CUT, ROLE_STRONG, title);
}

/* --- facts --- */

/* Returns the title of an agent, or the id of one that the workspace does not know. */
static const char *agent_title(const struct pen *p, const char *id)
{
	const struct agent *a = snapshot_agent(p->app->snapshot, id);

	return a && a->title[0] ? a->title : id;
}

/* Adds a line for a fact; none when the fact is missing. */
static void put_fact(struct pen *p, const char *label, enum role r, const char *text)
{
	if (!*text)
		return;
	page_line(p->l, 0, LABEL_WIDTH - 1, ROLE_DIM, label);
	page_also(p->l, LABEL_WIDTH, PAGE_CUT, r, text);
}

/* The opening times at the call's arrival, by the schedule as it is now. */
static void put_hours(struct pen *p, const struct number *n)
{
	const struct snapshot *s = p->app->snapshot;
	const struct schedule *schedule = n ? snapshot_schedule(s, n->schedule) : NULL;
	struct schedule_state state;
	struct buf text;

	if (!schedule || !call_is_told(call_of(p)))
		return;
	buf_init(&text, BUF_UNBOUNDED);
	schedule_now(&text, schedule, snapshot_workspace(s)->time_zone, call_of(p)->started_us, &state);
	buf_addf(&text, " (%s)", schedule->title[0] ? schedule->title : schedule->id);
	put_fact(p, _("Hours"), ROLE_NORMAL, text.p);
	buf_clear(&text);
}

static void draw_facts(struct pen *p)
{
	const struct app *a = p->app;
	const struct call *c = call_of(p);
	const struct number *n = snapshot_number(a->snapshot, c->number);
	const struct provider *provider = snapshot_provider(a->snapshot, c->provider);
	const struct country *country = e164_caller_country(str_of(c->caller));
	const bool ended = c->state == CALL_ENDED, answered = c->outcome == OUTCOME_ANSWERED;
	const char *agent_name = agent_title(p, c->agent);
	char text[FACT_SIZE], when[WHEN_SIZE], span[OFFSET_SIZE];
	bool first_audio;
	int64_t us = call_response_us(c, &first_audio);

	snprintf(text, sizeof(text), "%s  %s", c->number, n ? n->label : "");
	put_fact(p, _("Number"), ROLE_STRONG, text);
	if (strcmp(c->arrived, c->number) != 0)
		put_fact(p, _("Arrived as"), ROLE_NORMAL, c->arrived);
	if (c->served > SERVED_AGENT) {
		snprintf(text, sizeof(text), "%s  (%s)", agent_name[0] ? agent_name : c->agent_leg, call_served_text(c->served));
		put_fact(p, _("Agent"), ROLE_NORMAL, text);
	} else {
		put_fact(p, _("Agent"), ROLE_NORMAL, agent_name[0] ? agent_name : c->agent_leg);
	}
	snprintf(text, sizeof(text), _("%s on %s"), provider ? provider->name : c->endpoint, c->server);
	put_fact(p, _("Provider"), ROLE_NORMAL, text);
	snprintf(text, sizeof(text), "%s  %s", c->caller[0] ? c->caller : _("anonymous"), country ? country->name : "");
	put_fact(p, _("Caller"), ROLE_NORMAL, text);
	format_date(when, app_zone(a), c->started_us);
	put_fact(p, _("Arrived"), ROLE_NORMAL, when);
	put_hours(p, n);
	if (!ended) {
		format_age(span, time_minus(app_by_server_clock(a, c, clock_wall_us(a->clock)), c->started_us));
		snprintf(text, sizeof(text), _("%s, %s since it arrived"), call_state_text(c->state), span);
		put_fact(p, _("State"), c->state == CALL_TALKING ? ROLE_GOOD : ROLE_NORMAL, text);
	} else {
		format_age(span, c->talk_us);
		if (answered)
			snprintf(text, sizeof(text), _("%s, talked for %s"), outcome_text(c->outcome), span);
		else if (c->reason != REASON_NONE)
			snprintf(text, sizeof(text), "%s: %s", outcome_text(c->outcome), call_reason_text(c->reason));
		else
			snprintf(text, sizeof(text), "%s", outcome_text(c->outcome));
		put_fact(p, _("Outcome"), answered ? ROLE_GOOD : call_was_turned_away(c) ? ROLE_NORMAL : ROLE_WARN, text);
		format_date(when, app_zone(a), c->ended_us);
		put_fact(p, _("Ended"), ROLE_NORMAL, when);
		put_fact(p, _("Hung up by"), ROLE_NORMAL, hung_up_by_text(c->hung_up_by));
		if (c->sip_code)
			snprintf(text, sizeof(text), _("%s (%d), SIP %d: %s"), cause_text(c->cause), c->cause, c->sip_code,
				 sip_code_text(c->sip_code));
		else
			snprintf(text, sizeof(text), _("%s (%d)"), cause_text(c->cause), c->cause);
		put_fact(p, _("Cause"), ROLE_NORMAL, text);
	}
	if (us >= 0) {
		format_offset(span, us);
		snprintf(text, sizeof(text), _("%s s %s"), span, first_audio ? _("to the agent's first audio")
			 : ended ? _("to the agent's answer; no audio was heard") : _("to the agent's answer; no audio yet"));
		put_fact(p, _("Response"), ROLE_NORMAL, text);
	}
	put_fact(p, _("Transferred to"), ROLE_NORMAL, p->detail->story.transferred_to);
	if (c->joined_late)
		put_fact(p, _("Note"), ROLE_WARN, _("it was up before the program connected: its start is known to the second"));
	if (c->uncertain)
		put_fact(p, _("Note"), ROLE_WARN, _("some of its events were missed"));
	if (c->cached_s > 0) {
		format_age(span, c->cached_s * INT64_C(1000000));
		snprintf(text, sizeof(text), _("the database did not answer: its route was %s old"), span);
		put_fact(p, _("Note"), ROLE_WARN, text);
	}
	if (c->is_test)
		put_fact(p, _("Note"), ROLE_DIM, _("a test call: not counted in figures"));
}

/* --- the way to the agent, the sound, what the agent was told --- */

static void draw_way(struct pen *p)
{
	const bool narrow = p->l->columns < NARROW;
	const char *next = call_of(p)->attempts;
	struct call_attempt a;
	char took[OFFSET_SIZE];

	if (!*next)
		return;
	begin_section(p, _("Which way it went: agent, way, result, seconds"));
	while ((next = call_attempt_next(next, &a))) {
		page_line(p->l, 0, narrow ? LABEL_WIDTH - 1 : 20, ROLE_NORMAL, agent_title(p, a.agent));
		if (!narrow)
			page_also(p->l, 21, 14, ROLE_DIM, call_served_text(a.way));
		page_also(p->l, narrow ? LABEL_WIDTH : 36, narrow ? PAGE_CUT : 16, a.result == ATTEMPT_ANSWER ? ROLE_GOOD : ROLE_WARN,
			  attempt_result_text(a.result));
		format_offset(took, a.ms * 1000);
		if (!narrow)
			page_also(p->l, 53, -9, ROLE_NORMAL, took);
	}
}

/* Adds "loss 0.1 %  jitter 4 ms  score 4.3" of what is known. */
static void put_sound(struct pen *p, const char *label, int loss, int jitter_us, int score)
{
	char text[FACT_SIZE];
	size_t len = 0;

	text[0] = '\0';
	if (loss >= 0)
		len += (size_t)snprintf(text, sizeof(text), _("loss %d.%d %%  "), loss / 10, loss % 10);
	if (jitter_us >= 0)
		len += (size_t)snprintf(text + len, sizeof(text) - len, _("jitter %d ms  "), (jitter_us + 500) / 1000);
	if (score >= 0)
		len += (size_t)snprintf(text + len, sizeof(text) - len, _("score %d.%d"), (score + 5) / 100, (score + 5) / 10 % 10);
	put_fact(p, label, (loss > BAD_LOSS || (score >= 0 && score < BAD_SCORE)) ? ROLE_WARN : ROLE_NORMAL, text);
}

static void draw_sound(struct pen *p)
{
	const struct call *c = call_of(p);
	char text[FACT_SIZE];

	if (c->loss < 0 && c->jitter_us < 0 && c->score < 0 && c->far_score < 0 && c->rtt_us < 0)
		return;
	begin_section(p, _("How it sounded"));
	put_sound(p, _("Received"), c->loss, c->jitter_us, c->score);
	put_sound(p, _("Far end"), c->far_loss, c->far_jitter_us, c->far_score);
	if (c->rtt_us < 0)
		return;
	snprintf(text, sizeof(text), _("%d ms"), (c->rtt_us + 500) / 1000);
	put_fact(p, _("Round trip"), ROLE_NORMAL, text);
}

static void draw_told(struct pen *p)
{
	const struct call *c = call_of(p);
	struct told_params told;
	bool known = call_params_find(p->app->call_params, p->app->snapshot, c, &told);

	if (!c->uuid[0])
		return;
	begin_section(p, _("What the agent was told"));
	put_fact(p, "uuid", ROLE_NORMAL, c->uuid);
	if (known)
		put_fact(p, _("Label"), ROLE_NORMAL, told.label);
	for (size_t i = 0; known && i < told.count; i++)
		put_fact(p, told.list[i].key, ROLE_NORMAL, told.list[i].value);
	if (!known)
		put_fact(p, _("Parameters"), ROLE_DIM, _("have changed since, and are not kept"));
	put_fact(p, _("SIP Call-ID"), ROLE_DIM, c->sip_call_id);
	put_fact(p, _("... of agent"), ROLE_DIM, c->agent_sip_call_id);
}

/* --- story and legs --- */

static void draw_step(struct pen *p, const struct call_step *s)
{
	const bool narrow = p->l->columns < NARROW;
	char offset[OFFSET_SIZE];

	format_offset(offset, time_minus(s->at_us, call_of(p)->started_us));
	page_line(p->l, 0, -9, ROLE_DIM, offset);
	page_also(p->l, 11, narrow ? PAGE_CUT : 28, ROLE_NORMAL, call_step_text((enum call_step_kind)s->kind));
	if (s->leg != CALL_NO_LEG && !narrow)
		page_also(p->l, 40, PAGE_CUT, ROLE_DIM, p->detail->story.legs[s->leg].channel);
}

static const char *why_no_story(const struct pen *p)
{
	if (p->app->watch.waiting)
		return _("Reading the events...");
	if (call_of(p)->state != CALL_ENDED)
		return _("The events of this call are not known here.");
	return call_of(p)->outcome == OUTCOME_ANSWERED ? _("The events are stored only of calls that were not answered.")
	: _("The events of this call were not recorded.");
}

static void draw_story(struct pen *p)
{
	const struct call_story *s = &p->detail->story;

	begin_section(p, _("What happened, seconds from its arrival"));
	if (s->step_count == 0)
		page_line(p->l, 0, PAGE_CUT, ROLE_DIM, why_no_story(p));
	for (uint8_t i = 0; i < s->step_count; i++) {
		if (i == CALL_STEPS / 2 && s->steps_lost)
			page_linef(p->l, 11, PAGE_CUT, ROLE_DIM,
				   ngettext("%u step left out", "%u steps left out", s->steps_lost), s->steps_lost);
		draw_step(p, &s->steps[i]);
	}
}

static void draw_leg(struct pen *p, const struct call_leg *l)
{
	const bool narrow = p->l->columns < NARROW;
	char joined[OFFSET_SIZE], left[OFFSET_SIZE];

	page_line(p->l, 0, 6, l->role == LEG_OTHER ? ROLE_DIM : ROLE_NORMAL, call_role_text(l->role));
	page_also(p->l, 7, 10, l->left_us ? ROLE_DIM : ROLE_NORMAL, call_leg_state_text(l));
	if (!narrow) {
		format_offset(joined, time_minus(l->joined_us, call_of(p)->started_us));
		page_also(p->l, 18, -9, ROLE_DIM, joined);
		format_offset(left, time_minus(l->left_us, call_of(p)->started_us));
		page_also(p->l, 29, -9, ROLE_DIM, l->left_us ? left : "");
	}
	page_also(p->l, narrow ? 19 : 40, PAGE_CUT, ROLE_NORMAL, l->channel);
}

static void draw_legs(struct pen *p)
{
	const struct call_story *s = &p->detail->story;

	if (s->leg_count == 0)
		return;
	begin_section(p, _("Legs: from, to, channel"));
	for (uint8_t i = 0; i < s->leg_count; i++)
		draw_leg(p, &s->legs[i]);
	if (s->legs_lost)
		page_linef(p->l, 0, PAGE_CUT, ROLE_DIM, ngettext("%u leg left out", "%u legs left out", s->legs_lost),
			   s->legs_lost);
}

/* --- the number and its calls --- */

static void draw_number(struct pen *p)
{
	const struct number *n = snapshot_number(p->app->snapshot, call_of(p)->number);
	const struct number_metrics *m = metrics_number(p->app->metrics, call_of(p)->number);
	char text[LIST_TEXT_SIZE];
	size_t live;
	enum role role = ROLE_NORMAL;
	const char *route;
	int permille;

	begin_section(p, _("Its number"));
	if (!n) {
		page_line(p->l, 0, PAGE_CUT, ROLE_DIM, _("The number is not in this workspace."));
	} else {
		route = deck_route_text(text, p->app, n, &role);
		put_fact(p, _("Route"), role, route);
	}
	live = live_count_number(p->app->live, call_of(p)->number);
	snprintf(text, sizeof(text), _("%zu live"), live);
	put_fact(p, _("Now"), ROLE_NORMAL, text);
	if (!m || m->offered == 0)
		return;
	permille = metrics_success_permille(m);
	live = live > m->peak_concurrent ? live : m->peak_concurrent;	/* a call of this moment may not be counted yet */
	if (permille < 0)
		snprintf(text, sizeof(text), _("Offered %llu  Peak %zu"), (unsigned long long)m->offered, live);
	else
		snprintf(text, sizeof(text), _("Offered %llu  Answered %d.%d%%  Peak %zu"), (unsigned long long)m->offered,
			 permille / 10, permille % 10, live);
	put_fact(p, p->app->today_known ? _("Today") : _("Lately"), permille >= 0 && permille < 500 ? ROLE_ALARM : ROLE_NORMAL, text);
}

static void draw_recent(struct pen *p, const struct call *c)
{
	const bool narrow = p->l->columns < NARROW;
	const int outcome = narrow ? 12 : 37;
	char when[WHEN_SIZE], talk[SHORT_SIZE], response[SHORT_SIZE];
	bool first_audio;

	format_when(when, app_zone(p->app), c->ended_us, clock_wall_us(p->app->clock), !narrow);
	page_line(p->l, 0, PAGE_CUT, ROLE_DIM, when);
	if (!narrow)
		page_also(p->l, 21, 15, ROLE_NORMAL, c->caller[0] ? c->caller : _("anonymous"));
	page_also(p->l, outcome, 11, c->outcome == OUTCOME_ANSWERED || call_was_turned_away(c) ? ROLE_NORMAL : ROLE_WARN,
		  outcome_text(c->outcome));
	format_age(talk, c->talk_us);
	page_also(p->l, outcome + 12, -7, ROLE_NORMAL, c->talk_us ? talk : "");
	format_seconds(response, call_response_us(c, &first_audio));
	page_also(p->l, outcome + 20, -6, first_audio ? ROLE_NORMAL : ROLE_DIM, response);
	if (!narrow)
		page_also(p->l, outcome + 28, PAGE_CUT, ROLE_DIM, hung_up_by_text(c->hung_up_by));
}

static void draw_history(struct pen *p)
{
	const struct found_calls *found = &p->app->found[CALL_ASKER_CALL];
	size_t before;

	begin_section(p, _("Its last calls: ended, caller, outcome, talk, reply, hung up by"));
	before = p->l->count;
	for (size_t i = 0; i < found->count; i++)
		if (strcmp(found->calls[i].linkedid, call_of(p)->linkedid) != 0)
			draw_recent(p, &found->calls[i]);
	if (p->l->count > before)
		return;
	page_line(p->l, 0, PAGE_CUT, ROLE_DIM, found->err.code != ERR_NONE ? found->err.message
		  : found->waiting ? _("Reading the store...") : _("None in the store."));
}

/* --- the page --- */

static void detail_fill(void *arg, struct page_lines *l)
{
	const struct call_detail_view *v = arg;
	struct pen p = { .app = v->app, .detail = &v->app->watch.detail, .l = l };

	draw_facts(&p);
	draw_way(&p);
	draw_sound(&p);
	draw_story(&p);
	draw_legs(&p);
	draw_told(&p);
	draw_number(&p);
	draw_history(&p);
}

static void copy(const struct call_detail_view *v, bool json)
{
	const struct call_detail *d = &v->app->watch.detail;
	json_t *o = json ? call_detail_to_json(d) : NULL;
	char *text = json ? json_text(o, 0) : utf8_clean_dup(str_of(d->call.caller));

	if (text[0] != '\0')
		ui_copy(v->ui, text, json ? _("Copied as JSON") : _("Copied the caller's number"));
	else
		messages_add(v->app->messages, MESSAGE_WARN, "%s", _("There is nothing to copy here"));
	free(text);
	json_decref(o);
}

static bool detail_key(void *state, key_code key)
{
	if (key != 'y' && key != 'Y')
		return false;
	copy(state, key == 'Y');
	return true;
}

static void ask_recent(struct app *a)
{
	struct call_question q = { .max = RECENT_CALLS };

	if (a->watch.detail.call.number[0] == '\0') {
		app_forget_calls(a, CALL_ASKER_CALL);	/* with "" the store would return the calls of all numbers */
		return;
	}
	str_copy(q.number, sizeof(q.number), str_of(a->watch.detail.call.number));
	app_ask_calls(a, CALL_ASKER_CALL, &q);
}

static void detail_update(void *state, unsigned dirty)
{
	struct call_detail_view *v = state;
	bool live = v->app->watch.detail.call.state != CALL_ENDED;

	(void)dirty;
	if (v->was_live && !live)
		ask_recent(v->app);
	v->was_live = live;
	ui_touch(v->ui);
}

static void detail_close(void *state)
{
	struct call_detail_view *v = state;

	app_unwatch_call(v->app);
	app_forget_calls(v->app, CALL_ASKER_CALL);
	free(v);
}

static const struct page_ops detail_ops = {
	.hint = N_("j down  k up  Space page  y copy  Y as JSON  Esc back"), .fill = detail_fill, .key = detail_key,
	.update = detail_update, .close = detail_close,
};

void call_detail_open(struct ui *ui, const struct call *c)
{
	struct call_detail_view *v = xcalloc(1, sizeof(*v));

	v->ui = ui;
	v->app = ui_app(ui);
	v->was_live = c->state != CALL_ENDED;
	app_watch_call(v->app, c);
	ask_recent(v->app);
	page_open(ui, &detail_ops, xstrdup(_("Call")), v);
}
