/*
 * A call in detail: its facts, its story with offsets from its arrival, its legs, its number, and that number's last calls.
 * The page follows the call while it is open and keeps what it showed when the call ends. Sections are drawn one below the
 * other, each returning the row after it; scrolling is a matter of the row the first one begins on.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/deck/deck.h"
#include "ui/metrics/figures.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/calls/call_json.h"
#include "trunkdeck/calls/cause.h"
#include "trunkdeck/model/e164.h"
#include "ui/frame/ui_private.h"

#define RECENT_CALLS 8
#define LABEL_WIDTH 13
#define NARROW 48
#define LOW_ROWS 12			/* from here down without blank lines */
#define FACT_SIZE 256
#define OFFSET_SIZE 32

struct call_page_view {
	struct ui *ui;
	struct app *app;
	struct scroll scroll;
	bool was_live;
};

/* Where sections are drawn. */
struct pen {
	const struct app *app;
	const struct call_detail *detail;
	struct canvas canvas;
	int y;
};

static const struct call *call_of(const struct pen *p)
{
	return &p->detail->call;
}

/* Seconds to the millisecond. */
static void format_offset(char *to, int64_t us)
{
	int64_t ms = us > 0 ? time_ms(us) : 0;

	snprintf(to, OFFSET_SIZE, "%" PRId64 ".%03d", ms / 1000, (int)(ms % 1000));
}

static void begin_section(struct pen *p, const char *title)
{
	if (p->canvas.area.rows > LOW_ROWS)
		p->y++;
	draw_text(&p->canvas, p->y++, 1, 0, ROLE_STRONG, title);
}

/* --- facts --- */

/* A fact that is not there has no line. */
static void put_fact(struct pen *p, const char *label, enum role r, const char *text)
{
	if (!*text)
		return;
	draw_text(&p->canvas, p->y, 1, LABEL_WIDTH - 1, ROLE_DIM, label);
	draw_foreign(&p->canvas, p->y++, 1 + LABEL_WIDTH, p->canvas.area.columns - LABEL_WIDTH - 2, r, text);
}

static void put_number(struct pen *p)
{
	const struct number *n = snapshot_number(p->app->snapshot, call_of(p)->number);
	char text[FACT_SIZE];

	snprintf(text, sizeof(text), "%s  %s", call_of(p)->number, n ? n->label : "");
	put_fact(p, _("Number"), ROLE_STRONG, text);
}

static void put_caller(struct pen *p)
{
	const struct call *c = call_of(p);
	const struct country *country = e164_caller_country(str_of(c->caller));
	char text[FACT_SIZE];

	snprintf(text, sizeof(text), "%s  %s", c->caller[0] ? c->caller : _("anonymous"), country ? country->name : "");
	put_fact(p, _("Caller"), ROLE_NORMAL, text);
}

static void put_agent(struct pen *p)
{
	const struct call *c = call_of(p);
	const struct agent *agent = snapshot_agent(p->app->snapshot, c->agent);

	put_fact(p, _("Agent"), ROLE_NORMAL, agent ? agent->title : c->agent[0] ? c->agent : c->agent_leg);
}

static void put_provider(struct pen *p)
{
	const struct call *c = call_of(p);
	const struct provider *provider = snapshot_provider(p->app->snapshot, c->provider);
	char text[FACT_SIZE];

	snprintf(text, sizeof(text), _("%s on %s"), provider ? provider->name : c->endpoint, c->server);
	put_fact(p, _("Provider"), ROLE_NORMAL, text);
}

static void put_state(struct pen *p)
{
	const struct call *c = call_of(p);
	char text[FACT_SIZE], age[SHORT_SIZE];

	if (c->state != CALL_ENDED) {
		format_age(age, time_minus(app_by_server_clock(p->app, c, clock_wall_us(p->app->clock)), c->started_us));
		snprintf(text, sizeof(text), _("%s, %s since it arrived"), call_state_text(c->state), age);
		put_fact(p, _("State"), c->state == CALL_TALKING ? ROLE_GOOD : ROLE_NORMAL, text);
		return;
	}
	format_age(age, c->talk_us);
	if (c->outcome == OUTCOME_ANSWERED)
		snprintf(text, sizeof(text), _("%s, talked for %s"), outcome_text(c->outcome), age);
	else
		snprintf(text, sizeof(text), "%s", outcome_text(c->outcome));
	put_fact(p, _("Outcome"), c->outcome == OUTCOME_ANSWERED ? ROLE_GOOD : ROLE_WARN, text);
}

static void put_end(struct pen *p)
{
	const struct call *c = call_of(p);
	char text[FACT_SIZE], when[WHEN_SIZE];

	if (c->state != CALL_ENDED)
		return;
	format_date(when, app_zone(p->app), c->ended_us);
	put_fact(p, _("Ended"), ROLE_NORMAL, when);
	put_fact(p, _("Hung up by"), ROLE_NORMAL, hung_up_by_text(c->hung_up_by));
	if (c->sip_code)
		snprintf(text, sizeof(text), _("%s (%d), SIP %d: %s"), cause_text(c->cause), c->cause, c->sip_code,
			 sip_code_text(c->sip_code));
	else
		snprintf(text, sizeof(text), _("%s (%d)"), cause_text(c->cause), c->cause);
	put_fact(p, _("Cause"), ROLE_NORMAL, text);
}

static const char *response_text(const struct call *c, bool first_audio)
{
	if (first_audio)
		return _("to the agent's first audio");
	return c->state == CALL_ENDED ? _("to the agent's answer; no audio was heard") : _("to the agent's answer; no audio yet");
}

static void put_response(struct pen *p)
{
	const struct call *c = call_of(p);
	char text[FACT_SIZE], seconds[OFFSET_SIZE];
	bool first_audio;
	int64_t us = call_response_us(c, &first_audio);

	if (us < 0)
		return;
	format_offset(seconds, us);
	snprintf(text, sizeof(text), _("%s s %s"), seconds, response_text(c, first_audio));
	put_fact(p, _("Response"), ROLE_NORMAL, text);
}

static void put_doubts(struct pen *p)
{
	const struct call *c = call_of(p);

	if (c->joined_late)
		put_fact(p, _("Note"), ROLE_WARN, _("it was up before we came: its start is to the second"));
	if (c->uncertain)
		put_fact(p, _("Note"), ROLE_WARN, _("not everything of it was seen"));
	if (c->is_test)
		put_fact(p, _("Note"), ROLE_DIM, _("a test call: in no figure"));
}

static void draw_facts(struct pen *p)
{
	char when[WHEN_SIZE];

	put_number(p);
	put_agent(p);
	put_provider(p);
	put_caller(p);
	format_date(when, app_zone(p->app), call_of(p)->started_us);
	put_fact(p, _("Arrived"), ROLE_NORMAL, when);
	put_state(p);
	put_end(p);
	put_response(p);
	put_fact(p, _("Transferred to"), ROLE_NORMAL, p->detail->story.transferred_to);
	put_doubts(p);
}

/* --- story and legs --- */

static void draw_step(struct pen *p, const struct call_step *s)
{
	const struct canvas *c = &p->canvas;
	const int text_width = c->area.columns < NARROW ? 0 : 28;
	char offset[OFFSET_SIZE];

	format_offset(offset, time_minus(s->at_us, call_of(p)->started_us));
	draw_right(c, p->y, 1, 9, ROLE_DIM, offset);
	draw_text(c, p->y, 12, text_width, ROLE_NORMAL, call_step_text((enum call_step_kind)s->kind));
	if (s->leg != CALL_NO_LEG && text_width)
		draw_foreign(c, p->y, 12 + text_width + 1, c->area.columns - text_width - 14, ROLE_DIM,
			     p->detail->story.legs[s->leg].channel);
	p->y++;
}

static const char *why_no_story(const struct pen *p)
{
	if (p->app->watch.waiting)
		return _("asking...");
	if (call_of(p)->state != CALL_ENDED)
		return _("is not known here");
	return call_of(p)->outcome == OUTCOME_ANSWERED ? _("is stored only of calls that were not answered") : _("was not recorded");
}

static void draw_story(struct pen *p)
{
	const struct call_story *s = &p->detail->story;

	begin_section(p, _("What happened, seconds from its arrival"));
	if (s->step_count == 0)
		draw_text(&p->canvas, p->y++, 1, 0, ROLE_DIM, why_no_story(p));
	for (uint8_t i = 0; i < s->step_count; i++) {
		if (i == CALL_STEPS / 2 && s->steps_lost)
			draw_textf(&p->canvas, p->y++, 12, 0, ROLE_DIM,
				   ngettext("%u step left out", "%u steps left out", s->steps_lost), s->steps_lost);
		draw_step(p, &s->steps[i]);
	}
}

static void draw_leg(struct pen *p, const struct call_leg *l)
{
	const struct canvas *c = &p->canvas;
	const int channel = c->area.columns < NARROW ? 20 : 41;
	char joined[OFFSET_SIZE], left[OFFSET_SIZE];

	draw_text(c, p->y, 1, 6, l->role == LEG_OTHER ? ROLE_DIM : ROLE_NORMAL, call_role_text(l->role));
	draw_text(c, p->y, 8, 10, l->left_us ? ROLE_DIM : ROLE_NORMAL, call_leg_state_text(l));
	if (channel > 20) {
		format_offset(joined, time_minus(l->joined_us, call_of(p)->started_us));
		draw_right(c, p->y, 19, 9, ROLE_DIM, joined);
		format_offset(left, time_minus(l->left_us, call_of(p)->started_us));
		draw_right(c, p->y, 30, 9, ROLE_DIM, l->left_us ? left : "");
	}
	draw_foreign(c, p->y++, channel, c->area.columns - channel - 1, ROLE_NORMAL, l->channel);
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
		draw_textf(&p->canvas, p->y++, 1, 0, ROLE_DIM, ngettext("%u leg left out", "%u legs left out", s->legs_lost),
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

	begin_section(p, _("Its number"));
	if (!n) {
		draw_text(&p->canvas, p->y++, 1, 0, ROLE_DIM, _("is not in this workspace"));
	} else {
		route = deck_route_text(text, p->app, n, &role);
		put_fact(p, _("Route"), role, route);
	}
	live = live_count_number(p->app->live, call_of(p)->number);
	snprintf(text, sizeof(text), _("%zu live"), live);
	put_fact(p, _("Now"), ROLE_NORMAL, text);
	if (!m || m->offered == 0)
		return;
	draw_text(&p->canvas, p->y, 1, LABEL_WIDTH - 1, ROLE_DIM, p->app->today_known ? _("Today") : _("Lately"));
	figures_put_calls(&p->canvas, p->y++, 1 + LABEL_WIDTH, m, live);
}

static void draw_recent(struct pen *p, const struct call *c)
{
	const struct canvas *on = &p->canvas;
	const bool narrow = on->area.columns < NARROW;
	const int outcome = narrow ? 13 : 38;
	char when[WHEN_SIZE], talk[SHORT_SIZE], response[SHORT_SIZE];
	bool first_audio;

	format_when(when, app_zone(p->app), c->ended_us, clock_wall_us(p->app->clock), !narrow);
	draw_text(on, p->y, 1, 0, ROLE_DIM, when);
	if (!narrow)
		draw_foreign(on, p->y, 22, 15, ROLE_NORMAL, c->caller[0] ? c->caller : _("anonymous"));
	draw_text(on, p->y, outcome, 11, c->outcome == OUTCOME_ANSWERED ? ROLE_NORMAL : ROLE_WARN, outcome_text(c->outcome));
	format_age(talk, c->talk_us);
	draw_right(on, p->y, outcome + 12, 7, ROLE_NORMAL, c->talk_us ? talk : "");
	format_seconds(response, call_response_us(c, &first_audio));
	draw_right(on, p->y, outcome + 20, 6, first_audio ? ROLE_NORMAL : ROLE_DIM, response);
	if (!narrow)
		draw_text(on, p->y, outcome + 28, 0, ROLE_DIM, hung_up_by_text(c->hung_up_by));
	p->y++;
}

static void draw_history(struct pen *p)
{
	const struct call_page *page = &p->app->pages[CALL_ASKER_CALL];
	int before;

	begin_section(p, _("Its last calls: ended, caller, outcome, talk, reply, hung up by"));
	before = p->y;
	for (size_t i = 0; i < page->count; i++)
		if (strcmp(page->calls[i].linkedid, call_of(p)->linkedid) != 0)
			draw_recent(p, &page->calls[i]);
	if (p->y > before)
		return;
	draw_text(&p->canvas, p->y++, 1, 0, ROLE_DIM, page->err.code != ERR_NONE ? page->err.message
		  : page->waiting ? _("Reading the store...") : _("none in the store"));
}

/* --- the page --- */

/* Draws from line `top` on; returns how many lines there are. */
static int draw_sections(const struct call_page_view *v, const struct canvas *c)
{
	struct pen p = { .app = v->app, .detail = &v->app->watch.detail, .canvas = *c, .y = -v->scroll.top };

	draw_facts(&p);
	draw_story(&p);
	draw_legs(&p);
	draw_number(&p);
	draw_history(&p);
	return p.y + v->scroll.top;
}

static void detail_draw(void *state, const struct canvas *screen)
{
	struct call_page_view *v = state;
	struct canvas page = frame_page(v->ui, screen, _("Call"));
	int top = v->scroll.top;

	v->scroll.lines = draw_sections(v, &page);
	scroll_fit(&v->scroll, page.area.rows);
	if (v->scroll.top != top) {
		draw_clear(&page);
		draw_sections(v, &page);
	}
	frame_page_note(screen, &page, (size_t)v->scroll.top, (size_t)v->scroll.lines);
	term_cursor(ui_term(v->ui), -1, 0);
}

static void copy(const struct call_page_view *v, bool json)
{
	const struct call_detail *d = &v->app->watch.detail;
	json_t *o = json ? call_detail_to_json(d) : NULL;
	char *text = json ? json_dumps(o, JSON_COMPACT) : utf8_clean_dup(str_of(d->call.caller));

	if (text[0] != '\0')
		ui_copy(v->ui, text, json ? _("Copied as JSON") : _("Copied the caller's number"));
	else
		messages_add(v->app->messages, MESSAGE_WARN, "%s", _("There is nothing to copy here"));
	free(text);
	json_decref(o);
}

static bool detail_key(void *state, key_code key)
{
	struct call_page_view *v = state;

	if (key == 'q' || key == KEYS_ESC || key == KEYS_ENTER)
		return true;
	if (key == 'y' || key == 'Y')
		copy(v, key == 'Y');
	else if (!scroll_key(&v->scroll, key))
		ui_no_such_key(v->ui, key);
	return false;
}

static void ask_recent(struct app *a)
{
	struct call_question q = { .max = RECENT_CALLS };

	if (a->watch.detail.call.number[0] == '\0') {
		app_forget_calls(a, CALL_ASKER_CALL);	/* "" would ask for everybody's */
		return;
	}
	str_copy(q.number, sizeof(q.number), str_of(a->watch.detail.call.number));
	app_ask_calls(a, CALL_ASKER_CALL, &q);
}

static void detail_update(void *state, unsigned dirty)
{
	struct call_page_view *v = state;
	bool live = v->app->watch.detail.call.state != CALL_ENDED;

	(void)dirty;
	if (v->was_live && !live)
		ask_recent(v->app);
	v->was_live = live;
	ui_touch(v->ui);
}

static void detail_close(void *state)
{
	struct call_page_view *v = state;

	app_unwatch_call(v->app);
	app_forget_calls(v->app, CALL_ASKER_CALL);
	free(v);
}

static const struct overlay_ops detail_ops = {
	.name = "call",
	.page = true,
	.draw = detail_draw,
	.key = detail_key,
	.update = detail_update,
	.close = detail_close,
	.hint = N_("j down  k up  Space page  y copy  Y as JSON  Esc back"),
};

void call_detail_open(struct ui *ui, const struct call *c)
{
	struct call_page_view *v = xcalloc(1, sizeof(*v));

	v->ui = ui;
	v->app = ui_app(ui);
	v->was_live = c->state != CALL_ENDED;
	app_watch_call(v->app, c);
	ask_recent(v->app);
	ui_push(ui, &detail_ops, v);
}
