/* The form of a number: saved values, messages, and the fields for agents, regions and parameters. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kit/form_screen.h"
#include "trunkdeck/base/mem.h"

/* --- adding --- */

static void test_add(void **state)
{
	const struct number *n = &form_ui()->asked.record.number;

	(void)state;
	fill_number();
	press("Tab");
	type_text("Sales hotline");
	press("Tab Tab Tab");
	type_text("department=sales");
	press("Tab");
	type_text("priority");
	press("Tab");
	type_text("3");
	press("^S");
	assert_true(form_ui()->has_asked);
	assert_int_equal(form_ui()->asked.kind, MUTATION_ADD);
	assert_int_equal(form_ui()->asked.version, 0);
	assert_string_equal(n->e164, "+15551234567");
	assert_string_equal(n->provider, "twilio");
	assert_string_equal(n->agent, "support");
	assert_string_equal(n->label, "Sales hotline");
	assert_string_equal(n->params, "{\"department\":\"sales\",\"priority\":3}");
	assert_int_equal(n->region, REGION_NA);
	assert_true(n->enabled);
	assert_shown("saving...");
	answer_done();
	assert_null(form_ui()->ops);
}

static void test_enter_goes_through_the_fields(void **state)
{
	(void)state;
	open_add("twilio");
	type_text("+15551234567");
	press("Enter Enter");
	type_text("sales");
	press("Enter Enter Enter Enter");
	assert_false(form_ui()->has_asked);
	press("Enter");
	assert_true(form_ui()->has_asked);
	assert_string_equal(form_ui()->asked.record.number.agent, "sales");
	answer_done();
}

static void test_button_saves(void **state)
{
	(void)state;
	fill_number();
	press("BackTab BackTab BackTab BackTab Enter");
	assert_true(form_ui()->has_asked);
	answer_done();
}

/* --- messages --- */

static void test_required(void **state)
{
	(void)state;
	open_add("");
	press("^S");
	assert_false(form_ui()->has_asked);
	assert_shown("Phone number is required: Enter a number such as");
	assert_shown("Provider is required");
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
		type_text(cases[i].typed);
		press("Tab");
		assert_shown(cases[i].said);
		press("Esc Esc");
		assert_null(form_ui()->ops);
	}
}

static void test_did_you_mean(void **state)
{
	(void)state;
	open_add("twilio");
	type_text("+1 (555) 123-4567");
	assert_shown("did you mean +15551234567?");
	assert_shown("^F uses it");
	press("^F");
	assert_not_shown("did you mean");
	assert_shown("United States");
	press("^U");
	type_text("+15559");
	assert_not_shown("too short");
	press("Tab");
	assert_shown("too short");
}

/* A national number is read with the country of the provider's prefix. */
static void test_national_form(void **state)
{
	(void)state;
	open_add("peoplefone");
	type_text("020 7123 4567");
	assert_shown("did you mean +442071234567?");
}

/* A field with an error is checked again while it is corrected. */
static void test_error_is_checked_while_typing(void **state)
{
	(void)state;
	open_add("twilio");
	type_text("15551234567");
	press("Tab BackTab");
	assert_shown("did you mean");
	press("Home");
	type_text("+");
	assert_not_shown("did you mean");
	press("End ^U");
	assert_shown("Phone number is required");
}

static void test_unusable_agent(void **state)
{
	(void)state;
	open_add("twilio");
	type_text("+15551234567");
	press("Tab Tab");
	assert_shown("no speech provider");
	type_text("survey");
	press("Enter");
	assert_shown("Agent can't take calls: no speech provider");
	press("^S");
	assert_false(form_ui()->has_asked);
	press("^U");
	type_text("nobody");
	press("Tab");
	assert_shown("Agent not found: nothing matches \"nobody\"");
}

static void test_pick_by_keys(void **state)
{
	(void)state;
	open_add("twilio");
	type_text("+15551234567");
	press("Tab Right Left Left");
	assert_shown("Peoplefone");
	press("Tab Down Down Up Enter ^S");
	assert_string_equal(form_ui()->asked.record.number.provider, "peoplefone");
	assert_string_equal(form_ui()->asked.record.number.agent, "billing");
	answer_done();
}

/* The list covers other fields only while the operator chooses from it. */
static void test_list_of_a_pick(void **state)
{
	(void)state;
	open_edit("+14155550101");
	assert_not_shown("Survey");
	press("Space");
	assert_shown("Survey Bot");
	press("Esc");
	assert_not_shown("Survey");
	assert_non_null(form_ui()->ops);
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
	type_text("+44");
	assert_shown("(\xe2\x80\xa2) eu");
	press("^U");
	assert_shown("(\xe2\x80\xa2) na");
	press("Tab Right Right Right Tab Tab Space BackTab BackTab BackTab");
	assert_not_shown("suggested");
	type_text("+1555");
	assert_shown("(\xe2\x80\xa2) na");
}

static void test_region_warning(void **state)
{
	(void)state;
	fill_number();
	assert_not_shown("callers will wait");
	press("Space");
	assert_shown("The agent runs in na, the number is in eu");
	press("^S");
	assert_int_equal(form_ui()->asked.record.number.region, REGION_EU);
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

/* --- the shown values are saved --- */

/* A refused choice stays on the screen, so the choice before it must not be saved. */
static void test_refused_choice_blocks_saving(void **state)
{
	(void)state;
	open_edit("+14155550101");
	type_text("sales");
	press("Enter BackTab");
	type_text("survey");
	press("Enter Tab");
	assert_shown("Agent can't take calls: no speech provider");
	press("^S");
	assert_false(form_ui()->has_asked);
	assert_shown("Agent can't take calls: no speech provider");
	press("Esc");
	assert_shown("Sales");
	assert_not_shown("no speech provider");
	type_text("nobody");
	press("Tab ^S");
	assert_false(form_ui()->has_asked);
	assert_shown("nothing matches \"nobody\"");
	press("Esc ^S");
	assert_string_equal(form_ui()->asked.record.number.agent, "sales");
	answer_done();
}

static void test_refused_choice_in_the_list(void **state)
{
	(void)state;
	open_edit("+14155550101");
	press("Tab Tab");
	type_text("!");
	press("BackTab BackTab Space Down Down ^S");
	assert_false(form_ui()->has_asked);
	assert_shown("no speech provider");
	press("Tab ^S");
	assert_string_equal(form_ui()->asked.record.number.agent, "support");
	answer_done();
}

static void test_letters_toggle_nothing(void **state)
{
	(void)state;
	open_edit("+14155550101");
	press("Tab");
	type_text("emergency");
	assert_shown("Space and the arrows change this field");
	press("Tab Tab");
	type_text("no");
	assert_not_shown("change\"");
	assert_not_shown("was");
	press("Space");
	assert_not_shown("Space and the arrows");
	assert_shown("was yes");
}

static void test_add_marks_changed_defaults(void **state)
{
	(void)state;
	open_add("twilio");
	assert_not_shown("default");
	press("Tab Tab Tab Tab Tab Space");
	assert_shown("default yes");
	assert_shown("\xe2\x80\xa2 Enabled");
}

/* --- pasting numbers --- */

static void test_pasted_number(void **state)
{
	(void)state;
	open_add("twilio");
	paste_text("+1 (415) 555-0142\n");
	assert_shown("did you mean +14155550142? ^F uses it");
	press("Tab");
	assert_shown("+14155550142");
	assert_not_shown("(415)");
	assert_not_shown("did you mean");
	press("Esc Esc");
	open_add("twilio");
	paste_text("415 555 0142");		/* may be a number of another country, so only ^F corrects it */
	press("Tab");
	assert_shown("415 555 0142");
}

static void test_pasted_list(void **state)
{
	static const char *const lists[] = {
		"+14155550142\n+14155550143\n+14155550144\n", "+14155550142, +1 (415) 555-0143; +14155550144",
		"14155550142\n14155550143\n14155550144\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		open_add("twilio");
		paste_text(lists[i]);
		assert_shown("3 numbers were pasted: ^F adds each in turn");
		press("^F");
		assert_not_shown("were pasted");
		press("Tab Tab");
		type_text("sales");
		press("^S");
		assert_string_equal(form_ui()->asked.record.number.e164, "+14155550142");
		answer_done();
		assert_shown("+14155550143");
		press("^S");
		assert_string_equal(form_ui()->asked.record.number.e164, "+14155550143");
		assert_string_equal(form_ui()->asked.record.number.agent, "sales");
		answer_done();
		press("^S");
		assert_string_equal(form_ui()->asked.record.number.e164, "+14155550144");
		answer_done();
		assert_null(form_ui()->ops);
	}
	open_add("twilio");
	paste_text("+1 415 555 0142");
	assert_not_shown("were pasted");
}

/* --- parameters --- */

static void test_param_rows(void **state)
{
	(void)state;
	open_edit("+14155550101");
	assert_shown("\"a\\u200Db\"");
	press("Tab Tab Tab Tab Tab Tab Tab ^U");	/* the key of the second row */
	press("BackTab BackTab");
	assert_not_shown("prio");
	assert_shown("1 change");
	press("^S");
	assert_string_equal(form_ui()->asked.record.number.params, "{\"note\":\"a\xe2\x80\x8d" "b\"}");
	answer_done();
}

static void test_param_types(void **state)
{
	(void)state;
	fill_number();
	press("Tab Tab Tab Tab");
	paste_text("vip = true\n");
	press("Tab");
	type_text("id=\"42\"");
	press("Tab");
	type_text("empty=null");
	press("^S");
	assert_string_equal(form_ui()->asked.record.number.params, "{\"empty\":null,\"id\":\"42\",\"vip\":true}");
	answer_done();
}

static void test_param_twice(void **state)
{
	(void)state;
	open_edit("+14155550101");
	press("Tab Tab Tab Tab Tab Tab Tab Tab Tab");
	type_text("prio=1");
	press("^S");
	assert_false(form_ui()->has_asked);
	assert_shown("this key is there already");
}

/* --- fields that are seldom set --- */

static void test_more(void **state)
{
	const struct number *n = &form_ui()->asked.record.number;

	(void)state;
	open_edit("+14155550101");
	assert_shown("More Split, Fallback, Schedule, Closed agent");
	press("Tab Tab Tab Tab");
	type_text("x");			/* types into nothing */
	assert_not_shown("Fallback none");
	press("Space");
	assert_shown("Fallback none");
	assert_not_shown("More");
	type_text("sales:90,support:10");
	assert_shown("Sales 90 %, Customer Support 10 %");
	press("Tab");
	assert_shown("Tried when the first agent fails");
	type_text("bill");
	press("Enter Space");
	assert_shown("Office hours");
	assert_shown("closed until Tue 09:00");
	press("Down Enter");
	assert_shown("Closed agent none");
	press("Tab");
	type_text("many");
	press("Tab");
	assert_shown("1 to 100000");
	press("BackTab ^U");
	type_text("10");
	press("Tab");
	type_text("30m");
	press("^S");
	assert_true(form_ui()->has_asked);
	assert_string_equal(n->split, "sales:90,support:10");
	assert_string_equal(n->fallback, "billing");
	assert_string_equal(n->schedule, "office");
	assert_string_equal(n->closed_agent, "");
	assert_int_equal(n->max_calls, 10);
	assert_int_equal(n->max_duration, 1800);
	answer_done();
}

/* A field that is set is always shown; "More" names only the others. Backspace sets a record to none. */
static void test_set_fields_are_shown(void **state)
{
	struct record r;

	(void)state;
	record_init(&r, ENTITY_NUMBER);
	number_clear(&r.number);
	number_copy(&r.number, snapshot_number(form_ui()->app.snapshot, "+14155550101"));
	set_text(&r.number.fallback, "survey");
	set_text(&r.number.schedule, "office");
	snapshot_put(form_ui()->app.snapshot, &r);
	open_edit("+14155550101");
	assert_shown("Fallback Survey Bot survey Agent can't take calls: no speech provider");
	assert_shown("Schedule Office hours office closed until");
	assert_shown("More Split, Closed agent, Calls at a time");
	press("Tab Tab Tab Tab");
	assert_shown("Backspace for none");
	press("Backspace");
	assert_shown("Fallback none");
	press("^S");
	assert_string_equal(form_ui()->asked.record.number.fallback, "");
	assert_string_equal(form_ui()->asked.record.number.schedule, "office");
	answer_refused(ERR_FIELD_INVALID, "closedAgentId: not good", "choose another");
	press("Esc Esc");
	form_number_edit(form_ui(), snapshot_number(form_ui()->app.snapshot, "+14155550101"), "maxCalls");
	type_text("7");
	assert_shown("Calls at a time 7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORM_TEST(test_add),
		FORM_TEST(test_enter_goes_through_the_fields),
		FORM_TEST(test_button_saves),
		FORM_TEST(test_required),
		FORM_TEST(test_number_messages),
		FORM_TEST(test_did_you_mean),
		FORM_TEST(test_national_form),
		FORM_TEST(test_error_is_checked_while_typing),
		FORM_TEST(test_unusable_agent),
		FORM_TEST(test_pick_by_keys),
		FORM_TEST(test_list_of_a_pick),
		FORM_TEST(test_region_follows_until_set),
		FORM_TEST(test_region_warning),
		FORM_TEST(test_limit_is_near),
		FORM_TEST(test_refused_choice_blocks_saving),
		FORM_TEST(test_refused_choice_in_the_list),
		FORM_TEST(test_letters_toggle_nothing),
		FORM_TEST(test_add_marks_changed_defaults),
		FORM_TEST(test_pasted_number),
		FORM_TEST(test_pasted_list),
		FORM_TEST(test_param_rows),
		FORM_TEST(test_param_types),
		FORM_TEST(test_param_twice),
		FORM_TEST(test_more),
		FORM_TEST(test_set_fields_are_shown),
	};

	return cmocka_run_group_tests(tests, form_start, form_stop);
}
