/* Drawing, the cells of a list, the line editor and short texts, on a screen without a terminal. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "ui/term/draw.h"
#include "ui/frame/line_edit.h"
#include "ui/frame/list.h"
#include "ui/metrics/figures.h"
#include "ui/term/term.h"

#define KANJI "\xe6\xbc\xa2"
#define E_ACUTE "\xc3\xa9"

static struct term *term;
static struct canvas screen;

static void begin(int rows, int columns, bool ascii)
{
	term_set_size(term, rows, columns);
	term_frame_begin(term);
	screen = canvas_of((struct rect){ 0, 0, rows, columns }, ascii);
}

static int start(void **state)
{
	const struct term_options options = { .headless = true, .rows = 24, .columns = 80 };
	struct err e;

	(void)state;
	if (setlocale(LC_ALL, "C.UTF-8") == NULL || !term_start(&term, &options, &e))
		return -1;
	theme_start(WHEN_ALWAYS);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	term_stop(&term);
	return 0;
}

static void assert_screen(const char *expected)
{
	char *text;

	term_frame_end(term);
	text = term_dump(term, false);
	assert_string_equal(text, expected);
	free(text);
}

static void test_text_is_cut(void **state)
{
	(void)state;
	begin(4, 10, false);
	assert_int_equal(draw_text(&screen, 0, 0, 0, ROLE_NORMAL, "0123456789"), 10);
	assert_int_equal(draw_text(&screen, 1, 0, 0, ROLE_NORMAL, "0123456789x"), 10);
	assert_int_equal(draw_text(&screen, 2, 1, 4, ROLE_NORMAL, "abcdef"), 4);
	assert_int_equal(draw_text(&screen, 3, 0, 4, ROLE_NORMAL, KANJI KANJI KANJI), 3);
	assert_screen("0123456789\n012345678…\n abc…\n" KANJI "…\n");
	begin(2, 10, true);
	draw_text(&screen, 0, 0, 6, ROLE_NORMAL, "abcdefgh");
	draw_text(&screen, 1, 0, 1, ROLE_NORMAL, "abc");
	assert_screen("abcd..\n.\n");
}

/* The figures are the store's, a moment old; the live calls are up to date. */
static void test_peak_is_at_least_the_live_calls(void **state)
{
	const struct number_metrics n = { .offered = 7, .peak_concurrent = 2 };

	(void)state;
	begin(2, 40, true);
	figures_put_calls(&screen, 0, 0, &n, 6);
	figures_put_calls(&screen, 1, 0, &n, 1);
	assert_screen("Offered 7  Peak 6\nOffered 7  Peak 2\n");
}

static void test_text_is_clipped(void **state)
{
	struct canvas part;

	(void)state;
	begin(3, 10, false);
	part = canvas_sub(&screen, 1, 2, 5, 4);
	assert_int_equal(part.area.rows, 2);
	assert_int_equal(draw_text(&part, -1, 0, 0, ROLE_NORMAL, "x"), 0);
	assert_int_equal(draw_text(&part, 2, 0, 0, ROLE_NORMAL, "x"), 0);
	assert_int_equal(draw_text(&part, 0, 4, 0, ROLE_NORMAL, "x"), 0);
	draw_text(&part, 0, 2, 9, ROLE_NORMAL, "abcdef");
	draw_right(&part, 1, 0, 0, ROLE_NORMAL, "ab");
	assert_screen("\n    a…\n    ab\n");
}

static void test_foreign_text(void **state)
{
	(void)state;
	begin(2, 20, false);
	draw_foreign(&screen, 0, 0, 0, ROLE_NORMAL, "a\033[31mb\nc\xff" "d\xe2\x80\xae" "e");
	draw_foreign(&screen, 1, 0, 0, ROLE_NORMAL, "plain");
	assert_screen("a[31mb c\xef\xbf\xbd" "de\nplain\n");
}

static void test_rule(void **state)
{
	(void)state;
	begin(3, 24, true);
	draw_rule(&screen, 0, NULL, NULL);
	draw_rule(&screen, 1, "Live", "7");
	draw_rule(&screen, 2, "A title that is too long", "7");
	assert_screen("------------------------\n"
		      "-- Live ----------- 7 --\n"
		      "-- A title that is .. --\n");
}

static void test_wrapped(void **state)
{
	(void)state;
	begin(4, 10, false);
	assert_int_equal(draw_wrapped(&screen, 0, 0, ROLE_NORMAL, "one two three\n\nfour"), 4);
	assert_screen("one two\nthree\n\nfour\n");
	begin(2, 4, false);
	assert_int_equal(draw_wrapped(&screen, 0, 1, ROLE_NORMAL, "abcdefghij"), 3);
	assert_screen("efgh\nij\n");
}

static void test_box(void **state)
{
	struct canvas inside;

	(void)state;
	begin(5, 20, true);
	draw_text(&screen, 2, 0, 0, ROLE_NORMAL, "xxxxxxxxxxxxxxxxxxxx");
	inside = draw_box(&screen, 1, 12, "Hi");
	assert_int_equal(inside.area.columns, 12);
	draw_text(&inside, 0, 0, 0, ROLE_NORMAL, "text");
	assert_screen("\n  +- Hi ---------+\nxx| text         |xx\n  +--------------+\n\n");
	begin(3, 10, true);
	inside = draw_box(&screen, 5, 40, "Hi");
	assert_int_equal(inside.area.rows, 3);
	term_frame_end(term);
}

static void test_attributes(void **state)
{
	char *text;

	(void)state;
	begin(2, 10, false);
	draw_text(&screen, 0, 1, 0, ROLE_ALARM, "ab");
	draw_text(&screen, 0, 4, 0, ROLE_KEY, KANJI);
	draw_text(&screen, 1, 0, 0, ROLE_GOOD, "x");
	draw_selected(&screen, 1, 0);
	term_frame_end(term);
	text = term_dump(term, true);
	assert_string_equal(text, " ab " KANJI "\nx\n.rr.kk\nssssssssss\n");
	free(text);
}

/* The bar over the first columns ends at a blank. It cuts neither a word nor a wide character. */
static void test_selected_columns(void **state)
{
	static const struct { const char *text, *attributes; } rows[] = {
		{ "a bc defg", "sssss" }, { "abcdefghi", "ssssss" }, { "abcde" KANJI KANJI, "sssssss" }, { "a", "ssssss" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *text;

		begin(1, 12, false);
		draw_text(&screen, 0, 0, 0, ROLE_NORMAL, rows[i].text);
		draw_selected(&screen, 0, 6);
		term_frame_end(term);
		text = term_dump(term, true);
		*strrchr(text, '\n') = '\0';
		assert_string_equal(strchr(text, '\n') + 1, rows[i].attributes);
		free(text);
	}
}

/* A frame writes only the difference from the previous one. */
static void test_frames_are_differences(void **state)
{
	struct term_stats s;

	(void)state;
	begin(24, 80, false);
	draw_text(&screen, 5, 5, 0, ROLE_NORMAL, "hello");
	term_frame_end(term);
	term_frame_begin(term);
	draw_text(&screen, 5, 5, 0, ROLE_NORMAL, "hello");
	term_frame_end(term);
	term_get_stats(term, &s);
	assert_int_equal(s.last_bytes, 0);
	term_frame_begin(term);
	draw_text(&screen, 5, 5, 0, ROLE_NORMAL, "hellO");
	term_frame_end(term);
	term_get_stats(term, &s);
	assert_in_range(s.last_bytes, 1, 12);
}

/* A frame is one write, however large it is. */
static void test_large_frame_is_one_write(void **state)
{
	struct term_stats before, after;

	(void)state;
	begin(200, 400, false);
	for (int y = 0; y < 200; y++)
		for (int x = 0; x < 400; x += 4)
			draw_textf(&screen, y, x, 4, (x / 4 + y) % 2 ? ROLE_GOOD : ROLE_KEY, "%03d", (y * x) % 1000);
	term_get_stats(term, &before);
	term_frame_end(term);
	term_get_stats(term, &after);
	assert_true(after.last_bytes > 100000);
	assert_int_equal(after.writes, before.writes + 1);
}

static void test_every_size(void **state)
{
	(void)state;
	for (int size = 1; size < 30; size++) {
		struct canvas inside;

		begin(size, 31 - size, size % 2);
		draw_rule(&screen, 0, "Title", "note");
		inside = draw_box(&screen, 10, 10, "T");
		draw_wrapped(&inside, 0, 0, ROLE_NORMAL, "some words to wrap " KANJI KANJI);
		term_frame_end(term);
	}
}

static void press(struct line_edit *l, const char *text)
{
	for (; *text != '\0'; text++)
		line_key(l, (key_code)(unsigned char)*text);
}

/* --- a text that flows over free cells --- */

static const char *const rows[][3] = {
	{ "0123456789abcdef", "", "12" }, { "0123456789abcdef", "x", "12" }, { "0123456789abcdef", "", "12345678" }, { "short", "", "" },
};
static int rooms[ARRAY_LEN(rows)];

static struct list flowing;

static void fill_rows(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		list_add(&flowing, i + 1, 0, &rows[i]);
}

static const char *get_cell(void *arg, const struct list_row *row, int column, char *to, enum role *role)
{
	const char *const *cells = row->data;

	(void)arg, (void)to, (void)role;
	if (column == 0)
		rooms[(const char *const (*)[3])row->data - rows] = flowing.room;
	return cells[column];
}

static void test_a_cell_flows_over_free_cells(void **state)
{
	static const struct list_column columns[] = {
		{ 0, "a", 6, 6, 0, LIST_FLOWS }, { 1, "b", 3, 3, 0, LIST_LEFT }, { 2, "c", 8, 8, 0, LIST_RIGHT },
	};
	static const struct list_kind kinds[LIST_KINDS_MAX] = { { columns, ARRAY_LEN(columns), 1, 1, 0 } };
	static const struct list_ops ops = { .fill = fill_rows, .get = get_cell, .kinds = kinds };

	(void)state;
	list_start(&flowing, &ops, NULL);
	list_refill(&flowing);
	begin(4, 22, false);
	list_draw(&flowing, term, &screen, false);
	assert_screen(" 0123456789abcdef 12\n 01234… x         12\n 012345678… 12345678\n short\n");
	assert_int_equal(rooms[0], 16);
	assert_int_equal(rooms[1], 6);
	assert_int_equal(rooms[2], 10);
	assert_int_equal(rooms[3], 19);
	assert_int_equal(flowing.room, 0);
	list_clear(&flowing);
}

static void test_line_editing(void **state)
{
	struct line_edit l;

	(void)state;
	line_init(&l, "a" E_ACUTE "b", 40);
	assert_int_equal(line_key(&l, KEYS_LEFT), LINE_MOVED);
	assert_int_equal(line_key(&l, KEYS_BACKSPACE), LINE_CHANGED);
	assert_string_equal(line_text(&l), "ab");
	line_key(&l, KEYS_HOME);
	assert_int_equal(line_key(&l, KEYS_BACKSPACE), LINE_MOVED);
	line_key(&l, KEYS_DELETE);
	assert_string_equal(line_text(&l), "b");
	line_key(&l, KEYS_END);
	press(&l, " two three");
	line_key(&l, KEYS_CTRL('W'));
	assert_string_equal(line_text(&l), "b two ");
	line_key(&l, KEYS_LEFT);
	line_key(&l, KEYS_CTRL('K'));
	assert_string_equal(line_text(&l), "b two");
	line_key(&l, 0x6f22);
	assert_string_equal(line_text(&l), "b two" KANJI);
	line_key(&l, KEYS_CTRL('U'));
	assert_string_equal(line_text(&l), "");
	assert_int_equal(line_key(&l, KEYS_ENTER), LINE_IGNORED);
	assert_int_equal(line_key(&l, KEYS_UP), LINE_IGNORED);
	line_clear(&l);
}

static void test_line_limits(void **state)
{
	struct line_edit l;

	(void)state;
	line_init(&l, "abc" KANJI, 5);
	assert_string_equal(line_text(&l), "abc");
	press(&l, "defg");
	assert_string_equal(line_text(&l), "abcde");
	line_set(&l, "x\033[1my\n");
	assert_string_equal(line_text(&l), "x[1my");
	line_clear(&l);
}

static void test_line_paste(void **state)
{
	struct line_edit l;

	(void)state;
	line_init(&l, "x", 40);
	line_key(&l, KEYS_PASTE_BEGIN);
	assert_true(line_pasting(&l));
	press(&l, "+1555\r\t1\r");
	line_key(&l, KEYS_ESC);
	line_key(&l, KEYS_UP);
	line_key(&l, KEYS_PASTE_END);
	assert_false(line_pasting(&l));
	assert_string_equal(line_text(&l), "x+1555  1");
	line_clear(&l);
}

static void test_line_scrolls(void **state)
{
	struct line_edit l;
	int cursor;

	(void)state;
	line_init(&l, "0123456789", 40);
	begin(1, 20, false);
	cursor = line_draw(&l, &screen, 0, 2, 5, ROLE_NORMAL);
	assert_int_equal(cursor, 6);
	draw_text(&screen, 0, 10, 0, ROLE_NORMAL, "|");
	assert_screen("  6789    |\n");
	for (int i = 0; i < 6; i++)
		line_key(&l, KEYS_LEFT);
	begin(1, 20, false);
	assert_int_equal(line_draw(&l, &screen, 0, 2, 5, ROLE_NORMAL), 2);
	assert_screen("  45678\n");
	line_clear(&l);
}

static void test_formats(void **state)
{
	char text[SHORT_SIZE];

	(void)state;
	format_age(text, 42 * INT64_C(1000000));
	assert_string_equal(text, "0:42");
	format_age(text, (3600 + 190) * INT64_C(1000000));
	assert_string_equal(text, "1:03:10");
	format_age(text, 2 * INT64_C(86400000000));
	assert_string_equal(text, "2 d");
	format_age(text, -5);
	assert_string_equal(text, "0:00");
	format_seconds(text, 640000);
	assert_string_equal(text, "0.6s");
	format_seconds(text, 12 * INT64_C(1000000));
	assert_string_equal(text, "12s");
	format_seconds(text, -1);
	assert_string_equal(text, "");
	format_ago(text, 250);
	assert_string_equal(text, "0.2 s ago");
	format_ago(text, 180000);
	assert_string_equal(text, "3 min ago");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_cut),
		cmocka_unit_test(test_peak_is_at_least_the_live_calls),
		cmocka_unit_test(test_text_is_clipped),
		cmocka_unit_test(test_foreign_text),
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_box),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_selected_columns),
		cmocka_unit_test(test_frames_are_differences),
		cmocka_unit_test(test_large_frame_is_one_write),
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_a_cell_flows_over_free_cells),
		cmocka_unit_test(test_line_editing),
		cmocka_unit_test(test_line_limits),
		cmocka_unit_test(test_line_paste),
		cmocka_unit_test(test_line_scrolls),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
