/*
 * The Calls view on a real store and a headless screen. The history is read page by page within its bound, with each
 * call once, and without gaps after a filter. While paused, rows stay even if their calls are gone. A new order keeps
 * the cursor on its call.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "ui/calls/calls.h"
#include "ui/views.h"

#define NOW_US (INT64_C(1767880800) * 1000000)
#define PAST_MAX 5000

struct fixture {
	struct config config;
	struct td_clock clock;
	struct app *app;
	struct ui *ui;
	const struct calls *view;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	struct err e;

	f->config = (struct config){ .store_url = (char *)"sqlite::memory:", .actor = (char *)"tester", .screen_fps = 10 };
	clock_init_virtual(&f->clock, NOW_US);
	f->app = app_new(&f->config, &f->clock);
	assert_true(app_start(f->app, &e));
	assert_true(ui_new(&f->ui, f->app, &(struct ui_options){ .headless = true, .rows = 24, .columns = 80, .views = ui_views }, &e));
	f->view = ui_view_state(f->ui, VIEW_CALLS);
	ui_key(f->ui, '2');
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ui_free(&f->ui);
	app_free(&f->app);
	free(f);
	return 0;
}

/* Draws frames, which ask and show the answers, until nothing more is asked. */
static void settle(struct fixture *f)
{
	int64_t deadline = clock_mono_ms(&clock_system) + 20000;

	ui_paint(f->ui);
	while (!app_is_settled(f->app) || app_finish_recording(f->app, 0) > 0 || f->view->past.token) {
		struct pollfd p = { .fd = mailbox_fd(f->app->inbox), .events = POLLIN };

		assert_true(clock_mono_ms(&clock_system) < deadline);
		poll(&p, 1, 20);
		app_handle_mail(f->app, 0);
		if (app_is_settled(f->app))
			ui_paint(f->ui);
	}
}

/* Reports call `id`, which came that many seconds after the first one, from a caller whose number ends with it. */
static void report(struct fixture *f, unsigned id, bool ended)
{
	struct ami_call_report *r = xcalloc(1, sizeof(*r));
	struct call *c = &r->call;

	*c = (struct call){ .server = "na-1", .number = "+15551234567", .state = ended ? CALL_ENDED : CALL_TALKING };
	call_init_quality(c);
	snprintf(c->linkedid, sizeof(c->linkedid), "%u", id);
	snprintf(c->caller, sizeof(c->caller), "+4930%u", 100000 + id);
	c->started_us = NOW_US - 100000 * INT64_C(1000000) + id * INT64_C(1000000);
	c->ended_us = ended ? c->started_us + 500000 : 0;
	c->outcome = id % 10 ? OUTCOME_ANSWERED : OUTCOME_BUSY;
	r->change = ended ? CALL_CHANGE_FINISHED : CALL_CHANGE_STARTED;
	assert_true(mailbox_post(f->app->inbox, (struct mail){ .handle = app_ami_handlers.call, .value = r, .free_value = free }, MAIL_MUST));
}

static void finish_many(struct fixture *f, unsigned from, unsigned to)
{
	for (unsigned id = from; id < to; id++)
		report(f, id, true);
	settle(f);
}

static void press(struct fixture *f, const char *keys)
{
	for (; *keys; keys++)
		ui_key(f->ui, *keys == '\n' ? KEYS_ENTER : *keys == '\033' ? KEYS_ESC : (key_code)*keys);
	settle(f);
}

static bool shows(struct fixture *f, const char *text)
{
	char *screen;
	bool found;

	ui_paint(f->ui);
	screen = term_dump(ui_term(f->ui), false);
	found = strstr(screen, text);
	free(screen);
	return found;
}

/* Every call from `newest` down is there once. */
static void assert_complete(const struct fixture *f, unsigned newest)
{
	for (size_t i = 0; i < f->view->past.count; i++) {
		char id[16];

		snprintf(id, sizeof(id), "%u", newest - (unsigned)i);
		assert_string_equal(f->view->past.rows[i].call->linkedid, id);
	}
}

static void the_history_is_read_to_its_first_call(void **state)
{
	struct fixture *f = *state;

	settle(f);
	finish_many(f, 0, 1300);
	for (int i = 0; i < 20 && !f->view->past.complete; i++)
		press(f, "G");
	assert_true(f->view->past.complete);
	assert_int_equal(f->view->past.count, 1300);
	assert_complete(f, 1299);
	press(f, "G");
	assert_true(shows(f, "+4930100000"));
	press(f, "g");
	assert_true(shows(f, "+4930101299"));
	/* One call is reported again, and new ones are. */
	report(f, 1299, true);
	report(f, 1300, true);
	settle(f);
	assert_int_equal(f->view->past.count, 1301);
	assert_complete(f, 1300);
}

static void the_history_has_a_bound(void **state)
{
	struct fixture *f = *state;

	settle(f);
	finish_many(f, 0, PAST_MAX + 300);
	for (int i = 0; i < 40 && f->view->past.count < PAST_MAX; i++)
		press(f, "G");
	press(f, "G");
	assert_false(f->view->past.complete);
	assert_in_range(f->view->past.count, PAST_MAX, PAST_MAX + 200);
	assert_complete(f, PAST_MAX + 299);
	assert_true(shows(f, "For earlier calls"));
	/* A filter reads further back. */
	press(f, "/caller:100000\n");
	for (int i = 0; i < 40 && !f->view->past.complete; i++)
		settle(f);
	assert_int_equal(f->view->past.count, 1);
}

static const char *selected(const struct fixture *f)
{
	return ((const struct call *)list_selected(&f->view->view.list)->data)->linkedid;
}

/* G reads page after page until the first call ever, and shows the position. */
static void the_end_is_reached_by_one_key(void **state)
{
	struct fixture *f = *state;

	settle(f);
	finish_many(f, 0, 1300);
	press(f, "g");
	assert_true(shows(f, "1 of "));
	press(f, "G");
	for (int i = 0; i < 20 && !f->view->past.complete; i++)
		settle(f);
	assert_int_equal(f->view->past.count, 1300);
	assert_true(shows(f, "1300 of 1300"));
	assert_string_equal(selected(f), "0");
	/* Moving the cursor ends following; with a filter, it begins at the newest call that matches. */
	press(f, "/outcome:busy\n");
	assert_int_equal(f->view->view.list.cursor, f->view->shown > 0 ? 0 : 1);
	assert_int_equal(f->view->view.list.top, 0);
}

static void a_filter_leaves_no_gap(void **state)
{
	struct fixture *f = *state;

	settle(f);
	finish_many(f, 0, 1300);
	press(f, "/outcome:busy\n");
	for (int i = 0; i < 20 && !f->view->past.complete; i++)
		press(f, "G");
	assert_int_equal(f->view->past.count, 130);
	press(f, "\033");
	assert_true(f->view->past.count >= 200);
	assert_complete(f, 1299);
}

static void paused_rows_hold_still(void **state)
{
	struct fixture *f = *state;

	for (unsigned id = 1; id <= 3; id++)
		report(f, id, false);
	settle(f);
	press(f, "p");
	assert_true(shows(f, "PAUSED +0"));
	report(f, 1, true);
	report(f, 2, true);
	report(f, 4, false);
	settle(f);
	assert_true(shows(f, "PAUSED +3"));
	assert_int_equal(f->view->shown, 3);
	assert_true(shows(f, "+4930100001"));
	assert_false(shows(f, "+4930100004"));
	press(f, "/caller:100002\n");
	assert_true(shows(f, "1 of 3 live  PAUSED +3"));
	press(f, "\033p");
	assert_false(shows(f, "PAUSED"));
	assert_int_equal(f->view->shown, 2);
	assert_int_equal(f->view->past.count, 2);
}

static void the_cursor_stays_on_its_call(void **state)
{
	struct fixture *f = *state;

	for (unsigned id = 1; id <= 5; id++)
		report(f, id, false);
	settle(f);
	/* The newest are on top; from here on the oldest are. */
	assert_string_equal(selected(f), "5");
	press(f, "Igj");
	assert_string_equal(selected(f), "2");
	press(f, "I");
	assert_string_equal(selected(f), "2");
	assert_int_equal(f->view->view.list.cursor, 3);
	press(f, "<<<I");
	assert_string_equal(selected(f), "2");
	/* The next live call gets the cursor; at the rule, the one above. */
	report(f, 2, true);
	settle(f);
	assert_int_equal(f->view->view.list.rows[f->view->view.list.cursor].kind, CALLS_LIVE);
	press(f, "F");
	report(f, 9, false);
	settle(f);
	assert_string_equal(selected(f), "9");
	press(f, "jjjjjjjjjj");
	assert_int_equal(f->view->view.list.rows[f->view->view.list.cursor].kind, CALLS_PAST);
	report(f, 10, false);
	settle(f);
	assert_int_equal(f->view->view.list.rows[f->view->view.list.cursor].kind, CALLS_PAST);
}

/* Shows the newest calls, as many as there are rows, and the count of hidden ones. The wheel shows the others and
 * leaves no row below them empty. */
static void the_panel_leaves_no_row_empty(void **state)
{
	static const struct { int rows, columns; } sizes[] = { { 24, 80 }, { 50, 160 } };
	const struct term_mouse wheel = { .kind = MOUSE_WHEEL_DOWN };
	struct fixture *f = *state;
	char text[32];

	for (unsigned id = 0; id < 60; id++)
		report(f, id, false);
	settle(f);
	press(f, "1");
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		const struct list *panel = &f->view->panel;

		term_set_size(ui_term(f->ui), sizes[i].rows, sizes[i].columns);
		ui_paint(f->ui);
		assert_int_equal(panel->count, 60);
		assert_in_range(panel->visible, 4, 45);
		snprintf(text, sizeof(text), "%d of 60 hidden", 60 - panel->visible);
		assert_true(shows(f, text));
		assert_true(shows(f, "+4930100059"));
		for (int n = 0; n < 30; n++)
			ui_views[VIEW_CALLS]->click(ui_view_state(f->ui, VIEW_CALLS), 0, 0, &wheel);
		ui_paint(f->ui);
		assert_true(shows(f, "+4930100000"));
		assert_int_equal(panel->top, 60 - panel->visible);
		snprintf(text, sizeof(text), "+4930%d", 100000 + panel->visible - 1);
		assert_true(shows(f, text));
		for (int n = 0; n < 30; n++)
			ui_views[VIEW_CALLS]->click(ui_view_state(f->ui, VIEW_CALLS), 0, 0,
						    &(struct term_mouse){ .kind = MOUSE_WHEEL_UP });
	}
}

/* Clicks the cell at 14:00 of a weekday in the week of Metrics. */
static void a_click_on_a_cell_shows_the_calls_of_that_hour(void **state)
{
	struct fixture *f = *state;
	struct term_mouse click = { .kind = MOUSE_CLICK };
	char *screen, *rest, *line;
	int y = 0;

	settle(f);
	finish_many(f, 0, 300);
	press(f, "3]");
	settle(f);
	settle(f);
	rest = screen = term_dump(ui_term(f->ui), false);
	while ((line = strsep(&rest, "\n")) && strncmp(line, " Tue", 4) != 0)
		y++;
	assert_non_null(line);
	click.y = y;
	click.x = 11 + 14;
	ui_views[VIEW_METRICS]->click(ui_view_state(f->ui, VIEW_METRICS), 0, 0, &click);
	settle(f);
	assert_true(shows(f, "day:tue hour:14"));
	free(screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_history_is_read_to_its_first_call, setup, teardown),
		cmocka_unit_test_setup_teardown(the_history_has_a_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(the_end_is_reached_by_one_key, setup, teardown),
		cmocka_unit_test_setup_teardown(a_filter_leaves_no_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(paused_rows_hold_still, setup, teardown),
		cmocka_unit_test_setup_teardown(the_cursor_stays_on_its_call, setup, teardown),
		cmocka_unit_test_setup_teardown(the_panel_leaves_no_row_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(a_click_on_a_cell_shows_the_calls_of_that_hour, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
