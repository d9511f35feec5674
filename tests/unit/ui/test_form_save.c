/* Editing, answers of the store, closing, the form of a provider, sizes. No input is lost. */
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

/* --- editing --- */

static void test_edit(void **state)
{
	(void)state;
	open_edit("+14155550101");
	type_text("bill");
	press("Enter");
	assert_shown("was Customer Support");
	press("Tab");
	type_text("!");
	assert_shown("2 changes");
	press("F2");
	assert_int_equal(form_ui()->asked.kind, MUTATION_EDIT);
	assert_int_equal(form_ui()->asked.version, 7);
	assert_string_equal(form_ui()->asked.record.number.e164, "+14155550101");
	assert_string_equal(form_ui()->asked.record.number.agent, "billing");
	assert_string_equal(form_ui()->asked.record.number.label, "main line!");
	assert_string_equal(form_ui()->asked.record.number.params, "{\"note\":\"a\\u200db\",\"prio\":3}");
	answer_done();
	assert_null(form_ui()->ops);
}

/* A line can't show a zero-width joiner; saving another field keeps it. */
static void test_edit_keeps_invisible_text(void **state)
{
	(void)state;
	put_number("+14155550101", "support", "a\xe2\x80\x8d" "b", "{}", 7);
	open_edit("+14155550101");
	type_text("sales");
	press("^S");
	assert_string_equal(form_ui()->asked.record.number.label, "a\xe2\x80\x8d" "b");
	answer_done();
}

static void test_edit_without_changes(void **state)
{
	(void)state;
	open_edit("+14155550101");
	press("Tab Tab BackTab ^S");
	assert_false(form_ui()->has_asked);
	assert_null(form_ui()->ops);
}

static void test_changed_meanwhile(void **state)
{
	struct mutation_result r = { .done = false };

	(void)state;
	open_edit("+14155550101");
	press("Tab Tab");
	type_text(" one");
	press("Tab Space ^S");
	record_copy(&r.now, &form_ui()->asked.record);
	set_text(&r.now.number.label, "theirs");
	set_text(&r.now.number.agent, "sales");
	set_text(&r.now.number.updated_by, "alice");
	r.now.number.enabled = true;
	r.now.number.version = 8;
	err_set(&r.err, ERR_CHANGED_MEANWHILE, NULL);
	answer(&r);
	record_clear(&r.now);
	assert_shown("alice changed Label meanwhile: ^S again keeps yours, ^R takes theirs");
	assert_shown("main line one");
	assert_shown("now: theirs");
	assert_shown("Sales");		/* a field that only the other operator changed */
	press("^R");
	assert_shown("^R again replaces your Label by what alice saved");
	assert_shown("main line one");
	press("^R");
	assert_not_shown("main line");
	assert_shown("1 change");
	press("Tab Tab");
	type_text(" too");
	press("^S");
	assert_int_equal(form_ui()->asked.version, 8);
	assert_string_equal(form_ui()->asked.record.number.label, "theirs too");
	assert_string_equal(form_ui()->asked.record.number.agent, "sales");
	assert_false(form_ui()->asked.record.number.enabled);
	answer_done();
}

static void test_conflict_keeps_ours(void **state)
{
	struct mutation_result r = { .done = false };

	(void)state;
	open_edit("+14155550101");
	press("Tab Tab");
	type_text(" one");
	press("^S");
	record_copy(&r.now, &form_ui()->asked.record);
	set_text(&r.now.number.label, "theirs");
	set_text(&r.now.number.agent, "sales");
	r.now.number.version = 8;
	err_set(&r.err, ERR_CHANGED_MEANWHILE, NULL);
	answer(&r);
	record_clear(&r.now);
	assert_shown("somebody else changed Label meanwhile: ^S again keeps yours");
	press("^S");
	assert_int_equal(form_ui()->asked.version, 8);
	assert_string_equal(form_ui()->asked.record.number.label, "main line one");
	assert_string_equal(form_ui()->asked.record.number.agent, "sales");
	answer_done();
}

/* A conflict that came with the change feed needs a second ^S, too. */
static void test_conflict_before_saving(void **state)
{
	(void)state;
	open_edit("+14155550101");
	press("Tab Tab");
	type_text(" one");
	put_number("+14155550101", "support", "theirs", "{}", 8);
	form_ui()->ops->update(form_ui()->state, APP_DIRTY_WORKSPACE);
	assert_shown("somebody else changed Label meanwhile");
	press("^S");
	assert_false(form_ui()->has_asked);
	assert_shown("^S again keeps yours");
	press("^S");
	assert_int_equal(form_ui()->asked.version, 8);
	assert_string_equal(form_ui()->asked.record.number.label, "main line one");
	assert_string_equal(form_ui()->asked.record.number.params, "{}");
	answer_done();
}

/* The change feed reports a conflict before saving. */
static void test_changed_while_open(void **state)
{
	(void)state;
	open_edit("+14155550101");
	put_number("+14155550101", "sales", "theirs", "{}", 8);
	form_ui()->ops->update(form_ui()->state, APP_DIRTY_WORKSPACE);
	assert_shown("somebody else changed Agent, Label, Additional parameters meanwhile");
	assert_not_shown("^R");
	assert_shown("Sales");
}

/* --- answers of the store --- */

static void test_store_refusals(void **state)
{
	static const struct { enum err_code code; const char *message, *hint, *said; } cases[] = {
		{ ERR_NUMBER_EXISTS, NULL, "already on provider Telnyx", "Phone number already exists: already on provider Telnyx" },
		{ ERR_AGENT_NOT_FOUND, NULL, "there is no agent support", "Agent not found: there is no agent support" },
		{ ERR_TRUNK_NOT_FOUND, NULL, "there is no provider twilio", "Provider not found: there is no provider twilio" },
		{ ERR_FIELD_INVALID, "label: this value is not allowed", "no such label", "no such label" },
		{ ERR_STORE_UNREACHABLE, NULL, "it comes back by itself", "Store unreachable: it comes back by itself" },
	};

	(void)state;
	fill_number();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		press("^S");
		assert_true(form_ui()->has_asked);
		answer_refused(cases[i].code, cases[i].message, cases[i].hint);
		assert_shown(cases[i].said);
		assert_shown("+15551234567");
	}
	press("^S");
	answer_done();
}

/* The store may know a record that the snapshot does not have yet. */
static void test_refusal_stays_until_the_value_changes(void **state)
{
	(void)state;
	fill_number();
	press("^S");
	answer_refused(ERR_AGENT_NOT_FOUND, NULL, "there is no agent support");
	form_ui()->ops->update(form_ui()->state, APP_DIRTY_WORKSPACE);
	assert_shown("there is no agent support");
	press("Right");
	assert_not_shown("there is no agent support");
}

static void test_saving_is_not_possible(void **state)
{
	(void)state;
	fill_number();
	form_ui()->why_no_change = "the store is unreachable";
	press("^S");
	assert_false(form_ui()->has_asked);
	assert_shown("Can't be saved now: the store is unreachable");
	form_ui()->why_no_change = NULL;
	press("^S");
	assert_true(form_ui()->has_asked);
	answer_done();
}

static void test_keys_wait(void **state)
{
	(void)state;
	fill_number();
	press("^S j k");
	assert_string_equal(form_ui()->below, "");
	answer_done();
	assert_string_equal(form_ui()->below, "jk");
}

static void test_keys_wait_for_a_refusal(void **state)
{
	(void)state;
	fill_number();
	press("Tab ^S");
	type_text("abc");
	answer_refused(ERR_STORE_FAILED, NULL, "disk full");
	assert_shown("Store failed: disk full");
	assert_shown("Label abc");
	assert_string_equal(form_ui()->below, "");
}

/* The mark that ends a long paste is kept, otherwise every later key would be part of the paste. */
static void test_long_paste_while_saving(void **state)
{
	char text[200] = "";		/* more than the keys that can wait */

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	fill_number();
	press("Tab ^S");
	paste_text(text);
	answer_refused(ERR_STORE_FAILED, NULL, "disk full");
	press("Esc Esc");
	assert_null(form_ui()->ops);
}

static void test_escape_while_saving(void **state)
{
	(void)state;
	fill_number();
	press("^S j Esc");
	assert_null(form_ui()->ops);
	assert_int_equal(form_ui()->forgotten, 1);
	assert_string_equal(form_ui()->below, "");
}

/* --- closing --- */

static void test_discard_is_asked_once(void **state)
{
	(void)state;
	open_add("twilio");
	type_text("+1");
	press("Esc");
	assert_shown("unsaved: Esc again to discard");
	type_text("5");
	assert_not_shown("unsaved");
	press("Esc Esc");
	assert_null(form_ui()->ops);
	open_add("twilio");
	press("Tab Tab Esc");
	assert_null(form_ui()->ops);
}

static void test_escape_clears_a_search(void **state)
{
	(void)state;
	open_edit("+14155550101");
	type_text("bill");
	assert_not_shown("Customer");
	press("Esc");
	assert_non_null(form_ui()->ops);
	assert_shown("Customer Support");
	press("Esc");
	assert_null(form_ui()->ops);
}

static void test_paste_saves_nothing(void **state)
{
	(void)state;
	open_add("twilio");
	paste_text("+15551234567\n\n");
	press("Tab Tab");
	paste_text("support\n");
	press("Tab");
	paste_text("eu\n\n\t\n");		/* a toggle takes no text */
	assert_false(form_ui()->has_asked);
	press("^S");
	assert_string_equal(form_ui()->asked.record.number.e164, "+15551234567");
	assert_string_equal(form_ui()->asked.record.number.agent, "support");
	assert_int_equal(form_ui()->asked.record.number.region, REGION_NA);
	answer_done();
}

/* No line end and no NUL is saved, however it is typed or pasted. */
static void test_no_line_end_is_saved(void **state)
{
	const struct number *n = &form_ui()->asked.record.number;

	(void)state;
	open_add("twilio");
	paste_text("+15551234567\r\n");
	press("Tab Tab");
	paste_text("support\r\n");
	press("Tab Tab");
	paste_text("one\r\ntwo\rthree\nfour\r\n");
	ui_key(form_ui(), 0);
	press("^S");
	assert_true(form_ui()->has_asked);
	assert_string_equal(n->e164, "+15551234567");
	assert_string_equal(n->label, "one  two three four");
	answer_done();
}

/* --- providers --- */

static void test_provider(void **state)
{
	const struct provider *p = &form_ui()->asked.record.provider;

	(void)state;
	form_provider_open(form_ui(), NULL, NULL);
	type_text("Twilio");
	press("Tab");
	assert_shown("Provider already exists");
	type_text("sip:pstn.example.com:5060");
	press("Tab");
	assert_shown("no sip:, no port: write pstn.example.com");
	press("^S ^U");
	type_text("Telnyx");
	press("Tab ^U");
	type_text("pstn.example.com");
	press("Tab");
	type_text("telnyx-in");
	press("Tab Space Tab");
	type_text("+44");
	press("^S");
	assert_int_equal(form_ui()->asked.kind, MUTATION_ADD);
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
	form_provider_open(form_ui(), snapshot_provider(form_ui()->app.snapshot, "twilio"), NULL);
	type_text(" US");
	press("^S");
	assert_int_equal(form_ui()->asked.kind, MUTATION_EDIT);
	assert_int_equal(form_ui()->asked.version, 1);
	assert_string_equal(form_ui()->asked.record.provider.id, "twilio");
	assert_string_equal(form_ui()->asked.record.provider.name, "Twilio US");
	answer_done();
}

static void test_blanks_at_the_ends(void **state)
{
	(void)state;
	form_provider_open(form_ui(), snapshot_provider(form_ui()->app.snapshot, "twilio"), NULL);
	type_text("  ");
	press("Tab");
	assert_not_shown("change");
	press("Tab Tab Tab Tab");
	type_text("  two words ");
	press("^S");
	assert_string_equal(form_ui()->asked.record.provider.name, "Twilio");
	assert_string_equal(form_ui()->asked.record.provider.notes, "two words");
	answer_done();
}

/* --- sizes --- */

/* The field with the cursor is visible at every size after any keys. The generator of the keys has a fixed seed. */
static void test_every_size(void **state)
{
	static const char *const keys[] = { "Tab", "BackTab", "Down", "Up", "Enter", "a", "5", "+", "^U", "Right", "=", "^F", "PageDown" };
	uint32_t seed = 1;

	(void)state;
	for (int rows = 1; rows <= 26; rows++) {
		for (int columns = 1; columns <= 130; columns += 1 + columns / 7) {
			term_set_size(form_ui()->term, rows, columns);
			if (!form_ui()->ops)
				open_add("twilio");
			free(screen_text());
			seed = seed * 1664525 + 1013904223;
			press(keys[(seed >> 16) % ARRAY_LEN(keys)]);
			free(screen_text());
			if (form_ui()->has_asked)
				answer_refused(ERR_STORE_FAILED, NULL, "disk full");
		}
	}
}

static void test_cursor_is_in_the_field(void **state)
{
	static const struct { int rows, columns; } sizes[] = { { 24, 80 }, { 40, 120 }, { 10, 40 }, { 5, 20 }, { 4, 80 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		term_set_size(form_ui()->term, sizes[i].rows, sizes[i].columns);
		open_add("twilio");
		press("Tab Tab");
		type_text("sup");
		press("Enter Tab");
		type_text("zzzz");
		assert_shown("zzzz");
		press("^U Esc Esc");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORM_TEST(test_edit),
		FORM_TEST(test_edit_keeps_invisible_text),
		FORM_TEST(test_edit_without_changes),
		FORM_TEST(test_changed_meanwhile),
		FORM_TEST(test_conflict_keeps_ours),
		FORM_TEST(test_conflict_before_saving),
		FORM_TEST(test_changed_while_open),
		FORM_TEST(test_store_refusals),
		FORM_TEST(test_refusal_stays_until_the_value_changes),
		FORM_TEST(test_saving_is_not_possible),
		FORM_TEST(test_keys_wait),
		FORM_TEST(test_keys_wait_for_a_refusal),
		FORM_TEST(test_long_paste_while_saving),
		FORM_TEST(test_escape_while_saving),
		FORM_TEST(test_discard_is_asked_once),
		FORM_TEST(test_escape_clears_a_search),
		FORM_TEST(test_paste_saves_nothing),
		FORM_TEST(test_no_line_end_is_saved),
		FORM_TEST(test_provider),
		FORM_TEST(test_provider_edit),
		FORM_TEST(test_blanks_at_the_ends),
		FORM_TEST(test_every_size),
		FORM_TEST(test_cursor_is_in_the_field),
	};

	return cmocka_run_group_tests(tests, form_start, form_stop);
}
