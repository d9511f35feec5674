/*
 * The rule of every form: ^S saves what the screen showed, after any keys. A small generator with a fixed seed makes
 * the keys. Now and then another operator changes the record.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kit/form_screen.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/params.h"

#define FRAME "\xe2\x94\x82"

static uint32_t seed;
static size_t params_compared;

static size_t dice(size_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % sides;
}

/* Gets the text of a field's row, from its label to the frame; false when the row is not on the screen. */
static bool row_of(const char *screen, const struct field *field, char *to, size_t size)
{
	const char *label = _(field->label), *at = screen;
	size_t len;

	for (; (at = strstr(at, label)) != NULL; at++) {
		const char *line = at;

		while (line > screen && line[-1] != '\n')
			line--;
		/* Before the label there are only the frame, marks and blanks. */
		if (strspn(line, " >\xe2\x94\x82\x80\xa2") < (size_t)(at - line))
			continue;
		at += strlen(label);
		at += strspn(at, " *");
		len = strcspn(at, "\n");
		while (len > 0 && (at[len - 1] == ' ' || !strncmp(at + len - 3, "\xe2\x94\x82", 3)))
			len -= at[len - 1] == ' ' ? 1 : 3;
		str_copy(to, size, (struct str){ at, len });
		return true;
	}
	return false;
}

/* Returns the text by which a form shows a value. */
static const char *shown_as(const struct field *field, const char *value)
{
	static char toggle[32];
	const struct agent *a = snapshot_agent(form_ui()->app.snapshot, value);
	const struct provider *p = snapshot_provider(form_ui()->app.snapshot, value);
	const struct schedule *s = snapshot_schedule(form_ui()->app.snapshot, value);

	switch (field->type) {
	case FIELD_AGENT:
		return a ? a->title : value[0] ? value : "none";
	case FIELD_SCHEDULE:
		return s ? s->title : "none";
	case FIELD_PROVIDER:
		return p ? p->name : value;
	case FIELD_REGION:
	case FIELD_BOOL:
		snprintf(toggle, sizeof(toggle), "(\xe2\x80\xa2) %s", value);
		return toggle;
	default:
		return value;
	}
}

/* A value longer than its line is shown in part; "was Twilio" and the like stand beside it. */
static bool is_shown(const char *row, const char *text)
{
	static const char *const beside[] = { "  was ", "  default ", "  by " };
	size_t len = strlen(row);
	char part[256];

	if (strstr(row, text))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
		const char *at = strstr(row, beside[i]);

		if (at && (size_t)(at - row) < len)
			len = (size_t)(at - row);
	}
	while (len > 0 && row[len - 1] == ' ')
		len--;
	str_copy(part, sizeof(part), (struct str){ row, len });
	return len > 8 && strstr(text, part);
}

/* Gets `columns` columns of a row from column x on, without blanks at the ends. */
static void columns_of(const char *row, int x, int columns, char *to, size_t size)
{
	int width;
	size_t from = utf8_fit(row, x, &width), len = utf8_fit(row + from, columns, &width);

	while (len > 0 && row[from] == ' ')
		from++, len--;
	while (len > 0 && row[from + len - 1] == ' ')
		len--;
	str_copy(to, size, (struct str){ row + from, len });
}

/*
 * Compares the rows of parameters below their label, each "key = value", with the saved ones. whole: the screen has
 * room for all of them, so nothing else may be saved.
 */
static void compare_params(const char *screen, const struct record *saved, bool whole)
{
	const struct field *field = field_by_key(saved->entity, "additionalParams");
	const char *line = field ? strstr(screen, _(field->label)) : NULL;
	char *object = field ? field_get(field, saved) : NULL;
	size_t count = 0, shown = 0, lines = 0;
	struct param *params = field ? params_rows(object, &count) : NULL;

	while (line && (line = strchr(line, '\n'))) {
		char key[128], equals[8], value[256];
		const char *frame = strstr(++line, FRAME);
		size_t i = 0;

		if (!frame || frame > line + strcspn(line, "\n"))
			break;
		frame += strlen(FRAME);
		columns_of(frame, 6, 20, key, sizeof(key));
		columns_of(frame, 26, 3, equals, sizeof(equals));
		columns_of(frame, 29, 37, value, sizeof(value));
		if (strcmp(equals, "=") != 0 || key[0] == '\0' || (!strcmp(key, "key") && !strcmp(value, "value")))
			continue;
		lines++;
		while (i < count && strcmp(params[i].key, key) != 0 && !(strlen(key) > 16 && strstr(params[i].key, key)))
			i++;	/* a long key is shown in part */
		if (i < count && value[0] != '"')	/* "12E3" may be typed without its quotes */
			params[i].value[strlen(params[i].value) - (params[i].value[0] == '"')] = '\0';
		if (i < count && is_shown(value, params[i].value + (value[0] != '"' && params[i].value[0] == '"')))
			shown++;
		else
			print_error("\"%s\" = \"%s\" is not what was saved\n", key, value);
	}
	if (shown != lines || (whole && lines > 0 && lines < 20 && shown != count)) {
		print_error("of %zu parameters %s, %zu of %zu shown are right\n%s\n", count, object, shown, lines, screen);
		fail();
	}
	params_free(params, count);
	free(object);
	params_compared += lines;
}

/* The screens before and after ^S may differ in the field under the cursor only, because ^S takes the entry of its
 * list. */
static void compare(const char *before, const char *after, const struct record *saved, int rows)
{
	size_t differ = 0;

	for (const struct field *field = entity_fields(saved->entity); field->key; field++) {
		char was[256], is[256], *value;

		if (field->flags & FIELD_READONLY || field->type == FIELD_PARAMS)
			continue;
		value = field_get(field, saved);
		if (!row_of(after, field, is, sizeof(is))) {
			assert_true(rows < 50 || !value[0]);	/* with room for all, only empty fields are hidden */
			free(value);
			continue;
		}
		if (!is_shown(is, shown_as(field, value))) {
			print_error("%s: saved \"%s\", shown \"%s\"\n%s\n", field->key, value, is, after);
			fail();
		}
		free(value);
		if (row_of(before, field, was, sizeof(was)) && strcmp(was, is) != 0)
			differ++;
	}
	compare_params(after, saved, rows >= 50);
	assert_true(differ <= 2);	/* the region of a new number follows the chosen number */
}

static void press_any(void)
{
	static const char *const keys[] = {
		"Tab", "BackTab", "Enter", "Up", "Down", "Left", "Right", "Space", "Backspace", "^U", "Home", "End", "PageDown", "^F",
		"^R", "Esc", "Tab", "Tab", "Down", "Delete",
	};
	static const char *const words[] = {
		"sales", "survey", "night", "bill", "tw", "x", "office", "sales:90,support:10", "30m", "12", "+1", "+14155550142", "+442071234567", "no", "eu", "a=1", "pbx.example.com",
	};
	static const char *const params[] = {
		"a=1", "b=true", "lang=en", "c=[1,2]", "lang=", "d=\"1.10\"", "e=12E3", "x y=z",
	};
	static const char *const pastes[] = { "+1 (415) 555-0142\n", "+14155550142, +14155550143", "survey\n", " b ", "dept = sales", "a=2\n" };

	switch (dice(8)) {
	case 7:		/* the last row of parameters; rarely, because a repeated key is refused */
		if (dice(4) == 0) {
			press("PageDown BackTab");
			type_text(params[dice(ARRAY_LEN(params))]);
		}
		break;
	case 0:
		type_text(words[dice(ARRAY_LEN(words))]);
		break;
	case 2:		/* a choice, accepted or refused, and the next field */
		type_text(words[dice(4)]);
		press(dice(2) ? "Enter Tab" : "Enter BackTab");
		break;
	case 1:
		if (dice(4) == 0)
			paste_text(pastes[dice(ARRAY_LEN(pastes))]);
		break;
	default:
		press(keys[dice(ARRAY_LEN(keys))]);
	}
}

static void open_any(void)
{
	switch (dice(4)) {
	case 0:
		open_add("twilio");
		break;
	case 1:
		open_edit("+14155550101");
		break;
	case 2:
		form_provider_open(form_ui(), NULL, NULL);
		break;
	default:
		form_provider_open(form_ui(), snapshot_provider(form_ui()->app.snapshot, "twilio"), NULL);
	}
}

static void change_behind(int64_t *version)
{
	static const char *const agents[] = { "sales", "support", "billing" };
	struct record r = { .entity = ENTITY_NUMBER };

	put_number("+14155550101", agents[dice(3)], dice(2) ? "theirs" : "main line",
		   dice(2) ? "{}" : "{\"a\":1,\"dept\":\"x\"}", ++*version);
	number_copy(&r.number, snapshot_number(form_ui()->app.snapshot, "+14155550101"));
	set_text(&r.number.fallback, dice(2) ? "" : agents[dice(3)]);
	set_text(&r.number.schedule, dice(2) ? "" : "office");
	r.number.max_calls = (int64_t)dice(3);
	snapshot_put(form_ui()->app.snapshot, &r);
	if (form_ui()->ops)
		form_ui()->ops->update(form_ui()->state, APP_DIRTY_WORKSPACE);
}

static void save_and_compare(size_t *saved, int rows)
{
	char *before = screen_text(), *after;

	press("^S");
	after = screen_text();
	if (form_ui()->has_asked) {
		compare(before, after, &form_ui()->asked.record, rows);
		answer_refused(ERR_STORE_FAILED, NULL, "disk full");
		++*saved;
	} else if (form_ui()->ops && dice(3) == 0) {	/* something is wrong: begin another form */
		while (form_ui()->ops)
			press("Esc");
	}
	free(before);
	free(after);
}

static void play(int rows, int columns, int steps)
{
	int64_t version = 7;
	size_t saved = 0;

	term_set_size(form_ui()->term, rows, columns);
	for (int i = 0; i < steps; i++) {
		if (!form_ui()->ops) {
			memset(form_ui()->below, 0, sizeof(form_ui()->below));
			open_any();
		}
		press_any();
		if (form_ui()->has_asked)
			answer_refused(ERR_STORE_FAILED, NULL, "disk full");
		if (dice(40) == 0)
			change_behind(&version);
		if (form_ui()->ops && dice(8) == 0)
			save_and_compare(&saved, rows);
	}
	assert_true(saved > 50);
}

static void test_saved_is_shown(void **state)
{
	(void)state;
	seed = 1;
	play(24, 80, 20000);
	play(50, 160, 20000);
	assert_true(params_compared > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FORM_TEST(test_saved_is_shown),
	};

	return cmocka_run_group_tests(tests, form_start, form_stop);
}
