/* The list's cursor, the widths of its columns, and the places of the parts of the screen. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "ui/frame/layout.h"
#include "ui/frame/list.h"

static struct list list;

static int start(void **state)
{
	(void)state;
	list_init(&list);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	list_clear(&list);
	return 0;
}

/* Fills the list with a row for each letter, which is its key. */
static void fill(const char *keys)
{
	list_begin(&list);
	for (; *keys != '\0'; keys++)
		list_add(&list, (uint64_t)*keys, 0, NULL);
	list_end(&list);
}

static char selected(void)
{
	const struct list_row *row = list_selected(&list);

	return row ? (char)row->key : '-';
}

static void test_cursor_follows_key(void **state)
{
	(void)state;
	fill("abcde");
	assert_int_equal(selected(), 'a');
	assert_true(list_select(&list, 'd'));
	fill("xyabcde");
	assert_int_equal(selected(), 'd');
	fill("edcba");
	assert_int_equal(selected(), 'd');
	assert_false(list_select(&list, 'z'));
	assert_int_equal(selected(), 'd');
}

/* Rows come while another view is on the screen: the list is opened at its first row, not at the row that once was it. */
static void test_a_list_that_was_not_drawn_stays_on_its_first_row(void **state)
{
	(void)state;
	list_begin(&list);
	list_add_note(&list, '-', 1);
	list_add(&list, 'c', 0, NULL);
	list_end(&list);
	assert_int_equal(selected(), 'c');
	fill("abcde");
	assert_int_equal(selected(), 'a');
	list_fit(&list, 10);
	fill("xabcde");
	assert_int_equal(selected(), 'a');
}

static void test_removed_row(void **state)
{
	(void)state;
	fill("abcde");
	list_fit(&list, 10);
	list_select(&list, 'c');
	fill("abde");
	assert_int_equal(selected(), 'd');	/* the one after it */
	fill("ab");
	assert_int_equal(selected(), 'b');	/* there is none after it: the one before */
	fill("");
	assert_int_equal(selected(), '-');
	assert_false(list_click(&list, 0));
	list_action(&list, ACTION_DOWN);
	fill("ab");
	assert_int_equal(selected(), 'b');	/* the row is back */
}

static void test_moves(void **state)
{
	(void)state;
	fill("abcdefghij");
	list_fit(&list, 4);
	assert_true(list_action(&list, ACTION_UP));
	assert_int_equal(selected(), 'a');
	list_action(&list, ACTION_PAGE_DOWN);
	assert_int_equal(selected(), 'd');
	list_action(&list, ACTION_HALF_DOWN);
	assert_int_equal(selected(), 'f');
	list_fit(&list, 4);
	assert_int_equal(list.top, 2);
	list_action(&list, ACTION_LAST);
	list_action(&list, ACTION_DOWN);
	assert_int_equal(selected(), 'j');
	list_fit(&list, 4);
	assert_int_equal(list.top, 6);
	list_action(&list, ACTION_FIRST);
	list_fit(&list, 4);
	assert_int_equal(list.top, 0);
	assert_false(list_action(&list, ACTION_QUIT));
}

/* New rows above do not move the selected row on the screen. */
static void test_screen_row_is_kept(void **state)
{
	(void)state;
	fill("defghijk");
	list_fit(&list, 4);
	list_select(&list, 'f');
	fill("abcdefghijk");
	list_fit(&list, 4);
	assert_int_equal(list.cursor - list.top, 2);
	list_fit(&list, 20);
	assert_int_equal(list.top, 0);
}

static void test_click_and_wheel(void **state)
{
	(void)state;
	fill("abcdefghij");
	list_fit(&list, 4);
	assert_true(list_click(&list, 3));
	assert_int_equal(selected(), 'd');
	assert_false(list_click(&list, 4));
	list_scroll(&list, 3);
	assert_int_equal(list.top, 3);
	assert_int_equal(selected(), 'd');
	list_scroll(&list, 100);
	assert_int_equal(list.top, 6);
	assert_int_equal(selected(), 'g');
	list_scroll(&list, -100);
	assert_int_equal(selected(), 'd');
}

/* Columns */

enum { A, B, C, D };

static const struct list_column columns[] = {
	{ A, "a", 10, 12, 0, LIST_LEFT },
	{ B, "b", 5, 0, 1, LIST_LEFT },
	{ C, "c", 6, 6, 2, LIST_RIGHT },
	{ D, "d", 8, 8, 3, LIST_RIGHT },
};

static int width_of(const struct list_layout *l, int id)
{
	for (int i = 0; i < l->count; i++)
		if (l->column[i].id == id)
			return l->column[i].width;
	return -1;
}

static void test_columns_are_dropped_by_priority(void **state)
{
	struct list_layout l;

	(void)state;
	list_layout(&l, columns, ARRAY_LEN(columns), 32, 1);	/* exactly all minima */
	assert_int_equal(l.count, 4);
	assert_int_equal(width_of(&l, A), 10);
	list_layout(&l, columns, ARRAY_LEN(columns), 31, 1);
	assert_int_equal(l.count, 3);
	assert_int_equal(width_of(&l, D), -1);
	list_layout(&l, columns, ARRAY_LEN(columns), 16, 1);
	assert_int_equal(l.count, 2);
	list_layout(&l, columns, ARRAY_LEN(columns), 7, 1);
	assert_int_equal(l.count, 1);
	assert_int_equal(width_of(&l, A), 7);
}

static void test_columns_share_the_rest(void **state)
{
	struct list_layout l;

	(void)state;
	list_layout(&l, columns, ARRAY_LEN(columns), 60, 1);
	assert_int_equal(width_of(&l, A), 12);
	assert_int_equal(width_of(&l, C), 6);
	assert_int_equal(width_of(&l, B), 60 - 12 - 6 - 8 - 3);
	assert_int_equal(l.column[3].x + l.column[3].width, 60);
}

/* The screen */

static bool overlaps(const struct rect *a, const struct rect *b)
{
	return a->rows > 0 && b->rows > 0 && a->y < b->y + b->rows && b->y < a->y + a->rows &&
	       a->x < b->x + b->columns && b->x < a->x + a->columns;
}

/* --- filter and heads --- */

struct tree_row {
	bool head;
	const char *name;
};

static const struct tree_row tree[] = { { true, "A" }, { false, "one" }, { false, "two" }, { true, "B" }, { false, "three" } };

static void fill_tree(void *arg)
{
	bool open = false;

	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(tree); i++) {
		if (tree[i].head)
			open = list_add_head(&list, (uint64_t)tree[i].name[0], 0, &tree[i]);
		else if (open && list_matches(&list, 1, &tree[i], NULL))
			list_add(&list, (uint64_t)tree[i].name[0], 1, &tree[i]);
	}
}

static const char *get_name(void *arg, const struct list_row *row, int column, char *to, enum role *role)
{
	(void)arg;
	(void)column;
	(void)to;
	*role = ROLE_STRONG;
	return ((const struct tree_row *)row->data)->name;
}

static void test_heads(void **state)
{
	static const char *const fields[] = { "name", NULL };
	static const struct filter_rows rows = { .fields = fields, .get = list_field };
	static const struct list_kind kinds[LIST_KINDS_MAX] = { 0 };
	static const struct list_ops ops = { .fill = fill_tree, .get = get_name, .rows = &rows, .kinds = kinds };
	const struct term_mouse click = { .kind = MOUSE_CLICK };

	(void)state;
	list_start(&list, &ops, NULL);
	list_refill(&list);
	assert_int_equal(list.count, 2);
	list_fit(&list, 10);
	list_action(&list, ACTION_EXPAND);
	assert_int_equal(list.count, 4);
	list_action(&list, ACTION_OPEN);
	assert_int_equal(selected(), 'o');
	list_action(&list, ACTION_CLOSE);
	assert_int_equal(selected(), 'A');
	list_action(&list, ACTION_CLOSE);
	assert_int_equal(list.count, 2);
	list_action(&list, ACTION_EXPAND_ALL);
	assert_int_equal(list.count, 5);
	list_mouse(&list, 3, &click);
	assert_int_equal(list.count, 4);
	assert_int_equal(selected(), 'B');
	list_filter(&list, "name:t", NULL, 0);
	list_refill(&list);
	assert_int_equal(list.count, 4);		/* A, two, B, three */
	list_filter(&list, "", NULL, 0);
	list_refill(&list);
	assert_int_equal(list.count, 4);
	list_clear(&list);
}

/* --- notes, sorting, copying --- */

static const struct { const char *name; bool note; } names[] = {
	{ "top", true }, { "beta", false }, { "Alpha", false }, { "middle", true }, { "alpha", false }, { "\033gamma", false },
	{ "end", true },
};

static void fill_names(void *arg)
{
	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (names[i].note)
			list_add_note(&list, 100 + i, 1);
		else if (list_matches(&list, 0, names[i].name, NULL))
			list_add(&list, 100 + i, 0, names[i].name);
	}
}

static const char *get_text(void *arg, const struct list_row *row, int column, char *to, enum role *role)
{
	(void)arg;
	(void)column;
	(void)to;
	(void)role;
	return row->data;
}

static json_t *get_json(void *arg, const struct list_row *row)
{
	(void)arg;
	return json_pack("{s:s}", "name", row->data);
}

static const char *const name_fields[] = { "name", NULL };
static const struct filter_rows name_rows = { .fields = name_fields, .get = list_field };
static const struct list_kind name_kinds[LIST_KINDS_MAX] = { 0 };
static const struct list_ops name_ops = {
	.fill = fill_names, .get = get_text, .rows = &name_rows, .kinds = name_kinds, .json = get_json,
};

static void assert_selected(const char *name)
{
	assert_string_equal(list_selected(&list)->data, name);
}

static void test_the_cursor_passes_over_notes(void **state)
{
	struct list_counts n;

	(void)state;
	list_start(&list, &name_ops, NULL);
	list_refill(&list);
	assert_selected("beta");
	list_count(&list, &n);
	assert_int_equal(n.at, 1);
	assert_int_equal(n.count, 4);
	list_fit(&list, 3);
	assert_int_equal(list.top, 0);		/* with the note above the first row */
	list_action(&list, ACTION_UP);
	assert_selected("beta");
	list_action(&list, ACTION_DOWN);
	list_action(&list, ACTION_DOWN);
	assert_selected("alpha");
	list_action(&list, ACTION_UP);
	assert_selected("Alpha");
	list_fit(&list, 4);
	assert_true(list_click(&list, 3));	/* on the note in the middle: the row below it */
	assert_selected("alpha");
	list_action(&list, ACTION_LAST);
	assert_selected("\033gamma");
	list_fit(&list, 3);
	assert_int_equal(list.top, 4);		/* with the note below the last row */
	list_filter(&list, "nothing", NULL, 0);
	list_refill(&list);
	assert_null(list_selected(&list));
	list_count(&list, &n);
	assert_int_equal(n.count, 0);
	assert_int_equal(n.at, 0);
	assert_null(list_copy(&list, false));
	list_clear(&list);
}

static void test_sorting_keeps_the_order_of_equal_rows(void **state)
{
	static const char *const up[] = { "Alpha", "alpha", "beta" }, *const down[] = { "beta", "Alpha", "alpha" };

	(void)state;
	for (int descending = 0; descending < 2; descending++) {
		list_start(&list, &name_ops, NULL);
		list_begin(&list);
		list_add(&list, 1, 0, "first");
		list_add(&list, 2, 0, "beta");
		list_add(&list, 3, 0, "Alpha");
		list_add(&list, 4, 0, "alpha");
		list_sort(&list, 1, 0, descending);
		list_end(&list);
		assert_string_equal(list.rows[0].data, "first");
		for (size_t i = 0; i < 3; i++)
			assert_string_equal(list.rows[i + 1].data, descending ? down[i] : up[i]);
		list_clear(&list);
	}
}

/* Copies the text of the row's column, cleaned, or the row as JSON. */
static void test_copying(void **state)
{
	char *text;

	(void)state;
	list_start(&list, &name_ops, NULL);
	list_refill(&list);
	list_action(&list, ACTION_LAST);
	text = list_copy(&list, false);
	assert_null(strchr(text, '\033'));
	assert_non_null(strstr(text, "gamma"));
	free(text);
	list_action(&list, ACTION_FIRST);
	text = list_copy(&list, true);
	assert_string_equal(text, "{\n  \"name\": \"beta\"\n}");
	free(text);
	list_clear(&list);
}

/* G goes to the end while more is read: each refill keeps the cursor on the last row until the cursor is moved. */
static void test_to_the_end_while_more_is_read(void **state)
{
	(void)state;
	fill("abc");
	list.more = true;
	list_action(&list, ACTION_LAST);
	fill("abcdef");
	assert_int_equal(selected(), 'f');
	list_action(&list, ACTION_UP);
	fill("abcdefgh");
	assert_int_equal(selected(), 'e');
	list.more = false;
	list_action(&list, ACTION_LAST);
	fill("abcdefghij");
	assert_int_equal(selected(), 'h');
}

static void test_layout_fits_every_size(void **state)
{
	(void)state;
	for (int rows = 1; rows <= 70; rows++) {
		for (int width = 1; width <= 250; width++) {
			struct layout l;
			const struct rect *all[] = { &l.header, &l.tabs, &l.rule, &l.body, &l.panel_rule, &l.panel,
						     &l.status, &l.footer, &l.strip_rule, &l.strip };

			layout_compute(&l, rows, width, true);
			assert_int_equal(l.status.rows, 1);
			for (size_t i = 0; i < ARRAY_LEN(all); i++) {
				assert_true(all[i]->rows >= 0 && all[i]->y >= 0 && all[i]->x >= 0);
				assert_true(all[i]->y + all[i]->rows <= rows);
				assert_true(all[i]->x + all[i]->columns <= width);
				for (size_t k = 0; k < i; k++)
					assert_false(overlaps(all[i], all[k]));
			}
		}
	}
}

/* More columns never take space from the deck: it is as wide and as high as at 80 columns. */
static void test_more_columns_show_no_less(void **state)
{
	(void)state;
	for (int rows = 24; rows <= 70; rows++) {
		struct layout narrow;

		layout_compute(&narrow, rows, 80, true);
		for (int width = 100; width <= 250; width++) {
			struct layout l;

			layout_compute(&l, rows, width, true);
			assert_true(l.body.columns >= 80);
			assert_true(l.body.rows >= narrow.body.rows);
			assert_true(l.panel.rows > 0);
		}
	}
}

static void test_layout_steps(void **state)
{
	struct layout l;

	(void)state;
	layout_compute(&l, 24, 80, true);
	assert_true(l.panel.rows > 0 && l.panel.y > l.body.y && l.panel.columns == 80);
	layout_compute(&l, 24, 80, false);
	assert_int_equal(l.panel.rows, 0);
	assert_int_equal(l.body.rows, 19);
	layout_compute(&l, 40, 120, true);
	assert_true(l.panel.y > l.body.y && l.body.columns == 120);
	assert_true(l.strip.rows == 2 && l.strip.columns == 120 && l.strip_rule.y == l.panel.y + l.panel.rows);
	layout_compute(&l, 40, 136, true);
	assert_true(l.panel.x > l.body.x + l.body.columns && l.panel.y == l.body.y);
	assert_true(l.strip.rows == 2 && l.strip.columns == 136 && l.strip_rule.y == l.panel.y + l.panel.rows);
	layout_compute(&l, 23, 136, true);
	assert_true(l.panel.rows > 0 && l.strip.rows == 0);
	layout_compute(&l, 40, 120, false);
	assert_int_equal(l.strip.rows, 0);
	layout_compute(&l, 19, 80, true);
	assert_int_equal(l.panel.rows, 0);
	layout_compute(&l, 10, 40, true);
	assert_int_equal(l.header.rows, 1);
	assert_int_equal(l.footer.rows, 1);
	layout_compute(&l, 9, 40, true);
	assert_int_equal(l.header.rows, 0);
	assert_int_equal(l.body.rows, 8);
	layout_compute(&l, 3, 20, true);
	assert_int_equal(l.body.rows, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cursor_follows_key, start, stop),
		cmocka_unit_test_setup_teardown(test_removed_row, start, stop),
		cmocka_unit_test_setup_teardown(test_a_list_that_was_not_drawn_stays_on_its_first_row, start, stop),
		cmocka_unit_test_setup_teardown(test_moves, start, stop),
		cmocka_unit_test_setup_teardown(test_screen_row_is_kept, start, stop),
		cmocka_unit_test_setup_teardown(test_click_and_wheel, start, stop),
		cmocka_unit_test(test_columns_are_dropped_by_priority),
		cmocka_unit_test(test_columns_share_the_rest),
		cmocka_unit_test_setup_teardown(test_heads, start, stop),
		cmocka_unit_test_setup_teardown(test_the_cursor_passes_over_notes, start, stop),
		cmocka_unit_test_setup_teardown(test_sorting_keeps_the_order_of_equal_rows, start, stop),
		cmocka_unit_test_setup_teardown(test_copying, start, stop),
		cmocka_unit_test_setup_teardown(test_to_the_end_while_more_is_read, start, stop),
		cmocka_unit_test(test_layout_fits_every_size),
		cmocka_unit_test(test_layout_steps),
		cmocka_unit_test(test_more_columns_show_no_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
