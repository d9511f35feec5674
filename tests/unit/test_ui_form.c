/*
 * The forms of numbers and providers, on a screen without a terminal, with an app that only takes down what it is asked:
 * what they send to the store, what they say, and that nothing typed is lost.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/mem.h"
#include "ui/ui.h"

/* --- the screen and the app below the form --- */

struct ui {
	struct app app;
	struct term *term;
	const struct overlay_ops *ops;	/* of the one overlay, NULL = none */
	void *state;
	char below[64];			/* keys that reached what is below the form */
	const char *why_no_change;
	struct mutation asked;		/* the last mutation, record cleared by reset() */
	bool has_asked;
	app_result_fn *answer;
	void *answer_arg;
	int forgotten;
};

static struct ui ui;

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

static void set(char **to, const char *text)
{
	free(*to);
	*to = xstrdup(text);
}

static void put_provider(const char *id, const char *name, enum region region, const char *prefix)
{
	struct record r;

	record_init(&r, ENTITY_PROVIDER);
	set(&r.provider.id, id);
	set(&r.provider.name, name);
	set(&r.provider.sip_domain, "sip.example.com");
	set(&r.provider.inbound_prefix, prefix);
	r.provider.region = region;
	r.provider.version = 1;
	snapshot_put(ui.app.snapshot, &r);
}

static void put_agent(const char *id, const char *title, enum region region, const char *problem)
{
	struct record r;

	record_init(&r, ENTITY_AGENT);
	set(&r.agent.id, id);
	set(&r.agent.title, title);
	set(&r.agent.dial, "Local/x");
	set(&r.agent.voice_problem, problem);
	r.agent.voice_enabled = !problem[0];
	r.agent.region = region;
	snapshot_put(ui.app.snapshot, &r);
}

static void put_number(const char *e164, const char *agent, const char *label, const char *params, int64_t version)
{
	struct record r;

	record_init(&r, ENTITY_NUMBER);
	set(&r.number.e164, e164);
	set(&r.number.provider, "twilio");
	set(&r.number.agent, agent);
	set(&r.number.label, label);
	set(&r.number.params, params);
	r.number.version = version;
	snapshot_put(ui.app.snapshot, &r);
}

static void put_workspace(enum plan plan)
{
	struct record r;

	record_init(&r, ENTITY_WORKSPACE);
	r.workspace.plan = plan;
	snapshot_put(ui.app.snapshot, &r);
}

static int set_up(void **state)
{
	(void)state;
	ui.app.snapshot = snapshot_new();
	put_workspace(PLAN_ENTERPRISE);
	put_provider("peoplefone", "Peoplefone", REGION_EU, "+44");
	put_provider("twilio", "Twilio", REGION_NA, "");
	put_agent("billing", "Billing", REGION_EU, "");
	put_agent("sales", "Sales", REGION_NA, "");
	put_agent("support", "Customer Support", REGION_NA, "");
	put_agent("survey", "Survey Bot", REGION_NA, "no speech provider");
	put_number("+14155550101", "support", "main line", "{\"note\":\"a\\u200db\",\"prio\":3}", 7);
	snapshot_numbers_complete(ui.app.snapshot);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (ui.ops)
		ui_pop(&ui, ui.state);
	forget_asked();
	snapshot_free(&ui.app.snapshot);
	ui.why_no_change = NULL;
	ui.forgotten = 0;
	memset(ui.below, 0, sizeof(ui.below));
	term_set_size(ui.term, 24, 80);
	return 0;
}

/* --- an operator --- */

static void press(const char *names)
{
	char *copy = xstrdup(names), *rest = NULL;
	key_code key;

	for (char *name = strtok_r(copy, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		assert_true(keymap_parse(name, &key));
		ui_key(&ui, key);
	}
	free(copy);
}

static void type(const char *text)
{
	for (; *text; text++)
		ui_key(&ui, (key_code)(unsigned char)*text);
}

static void paste(const char *text)
{
	ui_key(&ui, KEYS_PASTE_BEGIN);
	for (; *text; text++)
		ui_key(&ui, *text == '\n' ? KEYS_ENTER : (key_code)(unsigned char)*text);
	ui_key(&ui, KEYS_PASTE_END);
}

static char *screen_text(void)
{
	struct rect all = { 0, 0, term_rows(ui.term), term_columns(ui.term) };
	struct canvas c = canvas_of(all, false);

	term_frame_begin(ui.term);
	if (ui.ops)
		ui.ops->draw(ui.state, &c);
	term_frame_end(ui.term);
	return term_dump(ui.term, false);
}

/* On one line, whatever was wrapped: frames and blanks become one blank. */
static bool shows(const char *text)
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

#define assert_shown(text) do { \
	if (!shows(text)) { \
		char *screen_ = screen_text(); \
		print_error("not shown: %s\n%s\n", (text), screen_); \
		free(screen_); \
		fail(); \
	} \
} while (0)
#define assert_not_shown(text) assert_false(shows(text))

static void open_add(const char *provider)
{
	form_number_open(&ui, provider, NULL);
}

static void open_edit(const char *e164)
{
	form_number_open(&ui, NULL, snapshot_number(ui.app.snapshot, e164));
}

static void answer(struct mutation_result *r)
{
	app_result_fn *fn = ui.answer;

	assert_non_null(fn);
	ui.answer = NULL;
	forget_asked();
	fn(ui.answer_arg, r);
}

static void answer_done(void)
{
	struct mutation_result r = { .done = true };

	record_copy(&r.now, &ui.asked.record);
	answer(&r);
	record_clear(&r.now);
}

static void answer_refused(enum err_code code, const char *message, const char *hint)
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

/* A number that only needs to be saved. */
static void fill_number(void)
{
	open_add("twilio");
	type("+15551234567");
	press("Tab Tab");
	type("sup");
	press("Enter");
}

/* --- adding --- */

static void test_add(void **state)
{
	const struct number *n = &ui.asked.record.number;

	(void)state;
	fill_number();
	press("Tab");
	type("Sales hotline");
	press("Tab Tab");
	type("department=sales");
	press("Tab");
	type("priority");
	press("Tab");
	type("3");
	press("^S");
	assert_true(ui.has_asked);
	assert_int_equal(ui.asked.kind, MUTATION_ADD);
	assert_int_equal(ui.asked.version, 0);
	assert_string_equal(n->e164, "+15551234567");
	assert_string_equal(n->provider, "twilio");
	assert_string_equal(n->agent, "support");
	assert_string_equal(n->label, "Sales hotline");
	assert_string_equal(n->params, "{\"department\":\"sales\",\"priority\":3}");
	assert_int_equal(n->region, REGION_NA);
	assert_true(n->enabled);
	assert_shown("saving...");
	answer_done();
	assert_null(ui.ops);
}

static void test_enter_leads_to_the_end(void **state)
{
	(void)state;
	open_add("twilio");
	type("+15551234567");
	press("Enter Enter");
	type("sales");
	press("Enter Enter Enter Enter");
	assert_false(ui.has_asked);
	press("Enter");
	assert_true(ui.has_asked);
	assert_string_equal(ui.asked.record.number.agent, "sales");
	answer_done();
}

static void test_button_saves(void **state)
{
	(void)state;
	fill_number();
	press("BackTab BackTab BackTab BackTab Enter");
	assert_true(ui.has_asked);
	answer_done();
}

/* --- messages --- */

static void test_required(void **state)
{
	(void)state;
	open_add("");
	press("^S");
	assert_false(ui.has_asked);
	assert_shown("Phone number is required: Enter a number such as");
	assert_shown("Trunk is required");
	assert_shown("Agent is required");
}

static void test_number_messages(void **state)
{
	static const struct { const char *typed, *said; } cases[] = {
		{ "+1", "Invalid phone number format: too short: 1 digits" },
		{ "+0155512345", "a country code never starts with 0" },
		{ "+15551x34567", "only digits are allowed after the +" },
		{ "+9991234567", "+999 is not an assigned country code" },
		{ "+14155550101", "Phone number already exists: already on provider Twilio" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_add("twilio");
		type(cases[i].typed);
		press("Tab");
		assert_shown(cases[i].said);
		press("Esc Esc");
		assert_null(ui.ops);
	}
}

static void test_did_you_mean(void **state)
{
	(void)state;
	open_add("twilio");
	type("+1 (555) 123-4567");
	assert_shown("did you mean +15551234567?");
	assert_shown("^F uses it");
	press("^F");
	assert_not_shown("did you mean");
	assert_shown("United States");
	press("^U");
	type("+15559");
	assert_not_shown("too short");
	press("Tab");
	assert_shown("too short");
}

/* A national form is read in the country of the provider's prefix. */
static void test_national_form(void **state)
{
	(void)state;
	open_add("peoplefone");
	type("020 7123 4567");
	assert_shown("did you mean +442071234567?");
}

/* What was wrong once is judged while it is mended. */
static void test_live_while_wrong(void **state)
{
	(void)state;
	open_add("twilio");
	type("15551234567");
	press("Tab BackTab");
	assert_shown("did you mean");
	press("Home");
	type("+");
	assert_not_shown("did you mean");
	press("End ^U");
	assert_shown("Phone number is required");
}

static void test_agent_that_cannot(void **state)
{
	(void)state;
	open_add("twilio");
	type("+15551234567");
	press("Tab Tab");
	assert_shown("no speech provider");
	type("survey");
	press("Enter");
	assert_shown("Agent can't take calls: no speech provider");
	press("^S");
	assert_false(ui.has_asked);
	press("^U");
	type("nobody");
	press("Tab");
	assert_shown("Agent not found: nothing matches \"nobody\"");
}

static void test_pick_by_keys(void **state)
{
	(void)state;
	open_add("twilio");
	type("+15551234567");
	press("Tab Right Left Left");
	assert_shown("Peoplefone");
	press("Tab Down Down Up Enter ^S");
	assert_string_equal(ui.asked.record.number.provider, "peoplefone");
	assert_string_equal(ui.asked.record.number.agent, "billing");
	answer_done();
}

/* Nothing is covered unless one is to be chosen. */
static void test_list_of_a_pick(void **state)
{
	(void)state;
	open_edit("+14155550101");
	assert_not_shown("Survey");
	press("Space");
	assert_shown("Survey Bot");
	press("Esc");
	assert_not_shown("Survey");
	assert_non_null(ui.ops);
	press("Space Down Enter");
	assert_shown("was Customer Support");
	press("Up Down Down");
	assert_shown("> Label");
}

static void test_region_follows_until_set(void **state)
{
	(void)state;
	open_add("twilio");
	assert_shown("(\xe2\x80\xa2) na");
	type("+44");
	assert_shown("(\xe2\x80\xa2) eu");
	press("^U");
	assert_shown("(\xe2\x80\xa2) na");
	press("Tab Right Right Right Tab Tab Space BackTab BackTab BackTab");
	assert_not_shown("suggested");
	type("+1555");
	assert_shown("(\xe2\x80\xa2) na");
}

static void test_region_warning(void **state)
{
	(void)state;
	fill_number();
	assert_not_shown("callers will wait");
	press("e");
	assert_shown("The agent runs in na, the number is in eu");
	press("^S");
	assert_int_equal(ui.asked.record.number.region, REGION_EU);
	answer_done();
}

static void test_limit_is_near(void **state)
{
	(void)state;
	put_workspace(PLAN_FREE);
	put_number("+14155550102", "support", "", "{}", 1);
	put_number("+14155550103", "support", "", "{}", 1);
	put_number("+14155550104", "support", "", "{}", 1);
	fill_number();
	assert_shown("4 of 5 used");
	press("^S");
	answer_refused(ERR_NUMBER_LIMIT, NULL, "5 of 5 used (plan free): delete a number or raise the plan");
	assert_shown("Phone number limit reached: 5 of 5 used");
	assert_shown("+15551234567");
	assert_shown("Customer Support");
}

/* --- parameters --- */

static void test_param_rows(void **state)
{
	(void)state;
	open_edit("+14155550101");
	assert_shown("\"a\\u200Db\"");
	press("Tab Tab Tab Tab Tab Tab ^U");	/* the key of the second row */
	press("BackTab BackTab");
	assert_not_shown("prio");
	assert_shown("1 change");
	press("^S");
	assert_string_equal(ui.asked.record.number.params, "{\"note\":\"a\xe2\x80\x8d" "b\"}");
	answer_done();
}

static void test_param_types(void **state)
{
	(void)state;
	fill_number();
	press("Tab Tab Tab");
	paste("vip = true\n");
	press("Tab");
	type("id=\"42\"");
	press("Tab");
	type("empty=null");
	press("^S");
	assert_string_equal(ui.asked.record.number.params, "{\"empty\":null,\"id\":\"42\",\"vip\":true}");
	answer_done();
}

static void test_param_twice(void **state)
{
	(void)state;
	open_edit("+14155550101");
	press("Tab Tab Tab Tab Tab Tab Tab Tab");
	type("prio=1");
	press("^S");
	assert_false(ui.has_asked);
	assert_shown("this key is there already");
}

/* --- editing --- */

static void test_edit(void **state)
{
	(void)state;
	open_edit("+14155550101");
	type("bill");
	press("Enter");
	assert_shown("was Customer Support");
	press("Tab");
	type("!");
	assert_shown("2 changes");
	press("F2");
	assert_int_equal(ui.asked.kind, MUTATION_EDIT);
	assert_int_equal(ui.asked.version, 7);
	assert_string_equal(ui.asked.record.number.e164, "+14155550101");
	assert_string_equal(ui.asked.record.number.agent, "billing");
	assert_string_equal(ui.asked.record.number.label, "main line!");
	assert_string_equal(ui.asked.record.number.params, "{\"note\":\"a\\u200db\",\"prio\":3}");
	answer_done();
	assert_null(ui.ops);
}

static void test_edit_of_nothing(void **state)
{
	(void)state;
	open_edit("+14155550101");
	press("Tab Tab BackTab ^S");
	assert_false(ui.has_asked);
	assert_null(ui.ops);
}

static void test_changed_meanwhile(void **state)
{
	struct mutation_result r = { .done = false };

	(void)state;
	open_edit("+14155550101");
	press("Tab Tab");
	type(" one");
	press("^S");
	record_copy(&r.now, &ui.asked.record);
	set(&r.now.number.label, "theirs");
	set(&r.now.number.agent, "sales");
	r.now.number.version = 8;
	err_set(&r.err, ERR_CHANGED_MEANWHILE, NULL);
	answer(&r);
	record_clear(&r.now);
	assert_shown("Changed by somebody else meanwhile: ^R loads theirs");
	assert_shown("main line one");
	assert_shown("now: theirs");
	assert_shown("now: Sales");
	press("^R");
	assert_not_shown("main line");
	press("Tab Tab");
	type(" too");
	press("^S");
	assert_int_equal(ui.asked.version, 8);
	assert_string_equal(ui.asked.record.number.label, "theirs too");
	assert_string_equal(ui.asked.record.number.agent, "sales");
	answer_done();
}

/* Noticed before saving, when the change feed brings it. */
static void test_changed_while_open(void **state)
{
	(void)state;
	open_edit("+14155550101");
	put_number("+14155550101", "sales", "theirs", "{}", 8);
	ui.ops->update(ui.state, APP_DIRTY_WORKSPACE);
	assert_shown("^R loads theirs");
	press("^R");
	assert_not_shown("^R");
	assert_shown("Sales");
}

/* --- what the store says --- */

static void test_store_refusals(void **state)
{
	static const struct { enum err_code code; const char *message, *hint, *said; } cases[] = {
		{ ERR_NUMBER_EXISTS, NULL, "already on provider Telnyx", "Phone number already exists: already on provider Telnyx" },
		{ ERR_AGENT_NOT_FOUND, NULL, "there is no agent support", "Agent not found: there is no agent support" },
		{ ERR_TRUNK_NOT_FOUND, NULL, "there is no provider twilio", "Trunk not found: there is no provider twilio" },
		{ ERR_FIELD_INVALID, "label: this value is not allowed", "no such label", "no such label" },
		{ ERR_STORE_UNREACHABLE, NULL, "it comes back by itself", "Store unreachable: it comes back by itself" },
	};

	(void)state;
	fill_number();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		press("^S");
		assert_true(ui.has_asked);
		answer_refused(cases[i].code, cases[i].message, cases[i].hint);
		assert_shown(cases[i].said);
		assert_shown("+15551234567");
	}
	press("^S");
	answer_done();
}

static void test_no_change_possible(void **state)
{
	(void)state;
	fill_number();
	ui.why_no_change = "the store is unreachable";
	press("^S");
	assert_false(ui.has_asked);
	assert_shown("Can't be saved now: the store is unreachable");
	ui.why_no_change = NULL;
	press("^S");
	assert_true(ui.has_asked);
	answer_done();
}

static void test_keys_wait(void **state)
{
	(void)state;
	fill_number();
	press("^S j k");
	assert_string_equal(ui.below, "");
	answer_done();
	assert_string_equal(ui.below, "jk");
}

static void test_keys_wait_for_a_refusal(void **state)
{
	(void)state;
	fill_number();
	press("Tab ^S");
	type("abc");
	answer_refused(ERR_STORE_FAILED, NULL, "disk full");
	assert_shown("Store failed: disk full");
	assert_shown("Label abc");
	assert_string_equal(ui.below, "");
}

static void test_escape_while_saving(void **state)
{
	(void)state;
	fill_number();
	press("^S j Esc");
	assert_null(ui.ops);
	assert_int_equal(ui.forgotten, 1);
	assert_string_equal(ui.below, "");
}

/* --- leaving --- */

static void test_discard_is_asked_once(void **state)
{
	(void)state;
	open_add("twilio");
	type("+1");
	press("Esc");
	assert_shown("unsaved: Esc again to discard");
	type("5");
	assert_not_shown("unsaved");
	press("Esc Esc");
	assert_null(ui.ops);
	open_add("twilio");
	press("Tab Tab Esc");
	assert_null(ui.ops);
}

static void test_escape_clears_a_search(void **state)
{
	(void)state;
	open_edit("+14155550101");
	type("bill");
	assert_not_shown("Customer");
	press("Esc");
	assert_non_null(ui.ops);
	assert_shown("Customer Support");
	press("Esc");
	assert_null(ui.ops);
}

static void test_paste_saves_nothing(void **state)
{
	(void)state;
	open_add("twilio");
	paste("+15551234567\n\n");
	press("Tab Tab");
	paste("support\n");
	press("Tab");
	paste("eu\n\n\t\n");		/* a toggle takes no text */
	assert_false(ui.has_asked);
	press("^S");
	assert_string_equal(ui.asked.record.number.e164, "+15551234567");
	assert_string_equal(ui.asked.record.number.agent, "support");
	assert_int_equal(ui.asked.record.number.region, REGION_NA);
	answer_done();
}

/* --- providers --- */

static void test_provider(void **state)
{
	const struct provider *p = &ui.asked.record.provider;

	(void)state;
	form_provider_open(&ui, NULL);
	type("Twilio");
	press("Tab");
	assert_shown("Provider already exists");
	type("sip:pstn.example.com:5060");
	press("Tab");
	assert_shown("no sip:, no port: write pstn.example.com");
	press("^S ^U");
	type("Telnyx");
	press("Tab ^U");
	type("pstn.example.com");
	press("Tab");
	type("telnyx-in");
	press("Tab e Tab");
	type("+44");
	press("^S");
	assert_int_equal(ui.asked.kind, MUTATION_ADD);
	assert_string_equal(p->id, "");
	assert_string_equal(p->name, "Telnyx");
	assert_string_equal(p->sip_domain, "pstn.example.com");
	assert_string_equal(p->endpoint, "telnyx-in");
	assert_string_equal(p->inbound_prefix, "+44");
	assert_int_equal(p->region, REGION_EU);
	answer_done();
}

static void test_provider_edit(void **state)
{
	(void)state;
	form_provider_open(&ui, snapshot_provider(ui.app.snapshot, "twilio"));
	type(" US");
	press("^S");
	assert_int_equal(ui.asked.kind, MUTATION_EDIT);
	assert_int_equal(ui.asked.version, 1);
	assert_string_equal(ui.asked.record.provider.id, "twilio");
	assert_string_equal(ui.asked.record.provider.name, "Twilio US");
	answer_done();
}

/* --- sizes --- */

/* The field with the cursor shows at every size, whatever is typed: keys by a small generator, always the same. */
static void test_every_size(void **state)
{
	static const char *const keys[] = { "Tab", "BackTab", "Down", "Up", "Enter", "a", "5", "+", "^U", "Right", "=", "^F", "PageDown" };
	uint32_t seed = 1;

	(void)state;
	for (int rows = 1; rows <= 26; rows++) {
		for (int columns = 1; columns <= 130; columns += 1 + columns / 7) {
			term_set_size(ui.term, rows, columns);
			if (!ui.ops)
				open_add("twilio");
			free(screen_text());
			seed = seed * 1664525 + 1013904223;
			press(keys[(seed >> 16) % ARRAY_LEN(keys)]);
			free(screen_text());
			if (ui.has_asked)
				answer_refused(ERR_STORE_FAILED, NULL, "disk full");
		}
	}
}

static void test_cursor_is_in_the_field(void **state)
{
	static const struct { int rows, columns; } sizes[] = { { 24, 80 }, { 40, 120 }, { 10, 40 }, { 5, 20 }, { 4, 80 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		term_set_size(ui.term, sizes[i].rows, sizes[i].columns);
		open_add("twilio");
		press("Tab Tab");
		type("sup");
		press("Enter Tab");
		type("zzzz");
		assert_shown("zzzz");
		press("^U Esc Esc");
	}
}

static int start(void **state)
{
	const struct term_options options = { .headless = true, .rows = 24, .columns = 80 };
	struct err e;

	(void)state;
	if (!setlocale(LC_ALL, "C.UTF-8") || !term_start(&ui.term, &options, &e))
		return -1;
	theme_start(WHEN_ALWAYS);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	term_stop(&ui.term);
	return 0;
}

#define FORM_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORM_TEST(test_add),
		FORM_TEST(test_enter_leads_to_the_end),
		FORM_TEST(test_button_saves),
		FORM_TEST(test_required),
		FORM_TEST(test_number_messages),
		FORM_TEST(test_did_you_mean),
		FORM_TEST(test_national_form),
		FORM_TEST(test_live_while_wrong),
		FORM_TEST(test_agent_that_cannot),
		FORM_TEST(test_pick_by_keys),
		FORM_TEST(test_list_of_a_pick),
		FORM_TEST(test_region_follows_until_set),
		FORM_TEST(test_region_warning),
		FORM_TEST(test_limit_is_near),
		FORM_TEST(test_param_rows),
		FORM_TEST(test_param_types),
		FORM_TEST(test_param_twice),
		FORM_TEST(test_edit),
		FORM_TEST(test_edit_of_nothing),
		FORM_TEST(test_changed_meanwhile),
		FORM_TEST(test_changed_while_open),
		FORM_TEST(test_store_refusals),
		FORM_TEST(test_no_change_possible),
		FORM_TEST(test_keys_wait),
		FORM_TEST(test_keys_wait_for_a_refusal),
		FORM_TEST(test_escape_while_saving),
		FORM_TEST(test_discard_is_asked_once),
		FORM_TEST(test_escape_clears_a_search),
		FORM_TEST(test_paste_saves_nothing),
		FORM_TEST(test_provider),
		FORM_TEST(test_provider_edit),
		FORM_TEST(test_every_size),
		FORM_TEST(test_cursor_is_in_the_field),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
