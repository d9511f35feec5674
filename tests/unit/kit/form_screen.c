/* See form_screen.h. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "form_screen.h"
#include "trunkdeck/app/hours.h"
#include "trunkdeck/base/mem.h"

#define MONDAY_EVENING_US INT64_C(1767640000000000)	/* 2026-01-05T19:06:40Z */

static struct ui ui;
static struct td_clock still;

struct ui *form_ui(void)
{
	return &ui;
}

/* --- the screen and the app below the form --- */

struct app *ui_app(struct ui *u)
{
	return &u->app;
}

struct term *ui_term(struct ui *u)
{
	return u->term;
}

void ui_touch(struct ui *u)
{
	(void)u;
}

void ui_push(struct ui *u, const struct overlay_ops *ops, void *state)
{
	u->ops = ops;
	u->state = state;
}

void ui_pop(struct ui *u, void *state)
{
	const struct overlay_ops *ops = u->ops;

	assert_ptr_equal(u->state, state);
	u->ops = NULL;
	ops->close(state);
}

void ui_key(struct ui *u, key_code key)
{
	size_t len = strlen(u->below);

	if (!u->ops)
		u->below[len] = (char)key;
	else if (u->ops->key(u->state, key))
		ui_pop(u, u->state);
}

void app_mutate(struct app *a, const struct mutation *m, app_result_fn *fn, void *arg)
{
	(void)a;
	assert_false(ui.has_asked);
	ui.asked = *m;
	record_copy(&ui.asked.record, &m->record);
	ui.has_asked = true;
	ui.answer = fn;
	ui.answer_arg = arg;
}

void app_forget(struct app *a, void *arg)
{
	(void)a;
	assert_ptr_equal(arg, ui.answer_arg);
	ui.answer = NULL;
	ui.forgotten++;
}

const char *app_why_no_change(const struct app *a)
{
	(void)a;
	return ui.why_no_change;
}

static void forget_asked(void)
{
	if (ui.has_asked)
		record_clear(&ui.asked.record);
	ui.has_asked = false;
}

/* --- a workspace --- */

void set_text(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text);
}

static void put_provider(const char *id, const char *name, enum region region, const char *prefix)
{
	struct record r;

	record_init(&r, ENTITY_PROVIDER);
	set_text(&r.provider.id, id);
	set_text(&r.provider.name, name);
	set_text(&r.provider.sip_domain, "sip.example.com");
	set_text(&r.provider.inbound_prefix, prefix);
	r.provider.region = region;
	r.provider.version = 1;
	snapshot_put(ui.app.snapshot, &r);
}

void put_agent(const char *id, const char *title, enum region region, const char *problem)
{
	struct record r;

	record_init(&r, ENTITY_AGENT);
	set_text(&r.agent.id, id);
	set_text(&r.agent.title, title);
	set_text(&r.agent.dial, "Local/x");
	set_text(&r.agent.voice_problem, problem);
	r.agent.voice_enabled = !problem[0];
	r.agent.region = region;
	snapshot_put(ui.app.snapshot, &r);
}

static void put_schedule(const char *id, const char *title, const char *zone, const char *open)
{
	struct record r;

	record_init(&r, ENTITY_SCHEDULE);
	set_text(&r.schedule.id, id);
	set_text(&r.schedule.title, title);
	set_text(&r.schedule.time_zone, zone);
	set_text(&r.schedule.open, open);
	snapshot_put(ui.app.snapshot, &r);
}

void put_number(const char *e164, const char *agent, const char *label, const char *params, int64_t version)
{
	struct record r;

	record_init(&r, ENTITY_NUMBER);
	set_text(&r.number.e164, e164);
	set_text(&r.number.provider, "twilio");
	set_text(&r.number.agent, agent);
	set_text(&r.number.label, label);
	set_text(&r.number.params, params);
	r.number.version = version;
	snapshot_put(ui.app.snapshot, &r);
}

void put_workspace(enum plan plan)
{
	struct record r;

	record_init(&r, ENTITY_WORKSPACE);
	r.workspace.plan = plan;
	snapshot_put(ui.app.snapshot, &r);
}

int form_set_up(void **state)
{
	(void)state;
	clock_init_virtual(&still, MONDAY_EVENING_US);
	ui.app.clock = &still;
	ui.app.snapshot = snapshot_new();
	put_workspace(PLAN_ENTERPRISE);
	put_provider("peoplefone", "Peoplefone", REGION_EU, "+44");
	put_provider("twilio", "Twilio", REGION_NA, "");
	put_agent("billing", "Billing", REGION_EU, "");
	put_agent("sales", "Sales", REGION_NA, "");
	put_agent("support", "Customer Support", REGION_NA, "");
	put_agent("survey", "Survey Bot", REGION_NA, "no speech provider");
	put_schedule("office", "Office hours", "Europe/Berlin", "mon-fri 09:00-18:00");
	put_number("+14155550101", "support", "main line", "{\"note\":\"a\\u200db\",\"prio\":3}", 7);
	snapshot_numbers_complete(ui.app.snapshot);
	return 0;
}

int form_tear_down(void **state)
{
	(void)state;
	if (ui.ops)
		ui_pop(&ui, ui.state);
	forget_asked();
	hours_free(&ui.app.hours);
	snapshot_free(&ui.app.snapshot);
	ui.why_no_change = NULL;
	ui.forgotten = 0;
	memset(ui.below, 0, sizeof(ui.below));
	term_set_size(ui.term, 24, 80);
	return 0;
}

/* --- an operator --- */

void press(const char *names)
{
	char *copy = xstrdup(names), *rest = NULL;
	key_code key;

	for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		assert_true(keymap_parse(name, &key));
		ui_key(&ui, key);
	}
	free(copy);
}

void type_text(const char *text)
{
	for (; *text; text++)
		ui_key(&ui, (key_code)(unsigned char)*text);
}

void paste_text(const char *text)
{
	ui_key(&ui, KEYS_PASTE_BEGIN);
	for (; *text; text++)
		ui_key(&ui, *text == '\n' ? KEYS_ENTER : (key_code)(unsigned char)*text);
	ui_key(&ui, KEYS_PASTE_END);
}

char *screen_text(void)
{
	struct rect all = { 0, 0, term_rows(ui.term), term_columns(ui.term) };
	struct canvas c = canvas_of(all, false);

	term_frame_begin(ui.term);
	if (ui.ops)
		ui.ops->draw(ui.state, &c);
	term_frame_end(ui.term);
	return term_dump(ui.term, false);
}

/* On one line: frames and line breaks become one blank. */
bool shows(const char *text)
{
	char *screen = screen_text(), *to = screen;
	bool found;

	for (char *from = screen; *from;) {
		size_t frame = !strncmp(from, "\xe2\x94\x82", 3) ? 3 : *from == ' ' || *from == '\n';

		if (!frame)
			*to++ = *from++;
		else if (to > screen && to[-1] != ' ')
			*to++ = ' ';
		from += frame;
	}
	*to = '\0';
	found = strstr(screen, text) != NULL;
	free(screen);
	return found;
}

void open_add(const char *provider)
{
	form_number_add(&ui, provider ? provider : "", "");
}

void open_edit(const char *e164)
{
	form_number_edit(&ui, snapshot_number(ui.app.snapshot, e164), NULL);
}

void answer(struct mutation_result *r)
{
	app_result_fn *fn = ui.answer;

	assert_non_null(fn);
	ui.answer = NULL;
	forget_asked();
	fn(ui.answer_arg, r);
}

void answer_done(void)
{
	struct mutation_result r = { .done = true };

	record_copy(&r.now, &ui.asked.record);
	answer(&r);
	record_clear(&r.now);
}

void answer_refused(enum err_code code, const char *message, const char *hint)
{
	struct mutation_result r = { .done = false };

	record_init(&r.now, ui.asked.record.entity);
	if (message)
		err_set_message(&r.err, code, "%s", message);
	else
		err_set(&r.err, code, NULL);
	err_hint(&r.err, "%s", hint);
	answer(&r);
	record_clear(&r.now);
}

void fill_number(void)
{
	open_add("twilio");
	type_text("+15551234567");
	press("Tab Tab");
	type_text("sup");
	press("Enter");
}

int form_start(void **state)
{
	const struct term_options options = { .headless = true, .rows = 24, .columns = 80 };
	struct err e;

	(void)state;
	if (!setlocale(LC_ALL, "C.UTF-8") || !term_start(&ui.term, &options, &e))
		return -1;
	theme_start(WHEN_ALWAYS);
	return 0;
}

int form_stop(void **state)
{
	(void)state;
	term_stop(&ui.term);
	return 0;
}
