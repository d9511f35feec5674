/* When the screen is painted, on a virtual clock, through the loop's client. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "trunkdeck/app/app.h"
#include "trunkdeck/app/loop.h"
#include "ui/frame/ui.h"
#include "ui/views.h"

struct fixture {
	struct td_clock clock;
	struct config config;
	struct app *app;
	struct ui *ui;
	struct loop_client client;
};

static void start(struct fixture *f)
{
	const struct ui_options options = { .headless = true, .rows = 24, .columns = 80, .views = ui_views };
	struct err e;

	clock_init_virtual(&f->clock, 1767621720000000);
	f->config = (struct config){ .store_url = (char *)"sqlite::memory:", .actor = (char *)"tester", .screen_fps = 10 };
	f->app = app_new(&f->config, &f->clock);
	assert_true(ui_new(&f->ui, f->app, &options, &e));
	ui_loop_client(f->ui, &f->client);
	ui_paint(f->ui);
	clock_advance(&f->clock, 500);
}

static uint64_t bytes_of_a_turn(struct fixture *f)
{
	struct term_stats before, after;

	term_get_stats(ui_term(f->ui), &before);
	f->client.turn(f->client.arg);
	term_get_stats(ui_term(f->ui), &after);
	return after.bytes - before.bytes;
}

static void change(struct fixture *f)
{
	static int n;

	messages_add(f->app->messages, MESSAGE_INFO, "change %d", n++);
	f->app->dirty |= APP_DIRTY_MESSAGES;
}

/* After a frame that changed nothing on the screen, the next change does not wait for a whole interval. */
static void a_change_is_shown_at_once_when_nothing_was_shown_before(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	f.app->dirty |= APP_DIRTY_SERVERS;
	assert_int_equal(bytes_of_a_turn(&f), 0);
	change(&f);
	assert_int_equal(bytes_of_a_turn(&f), 0);
	assert_in_range(f.client.next_at_ms(f.client.arg) - clock_mono_ms(&f.clock), 1, 20);
	clock_advance(&f.clock, 20);
	assert_true(bytes_of_a_turn(&f) > 0);
	ui_free(&f.ui);
	app_free(&f.app);
}

/* Frames that show something come at the configured rate. */
static void changes_in_a_row_are_shown_at_the_rate(void **state)
{
	struct fixture f;
	int frames = 0;

	(void)state;
	start(&f);
	for (int ms = 0; ms < 1000; ms += 5) {
		change(&f);
		frames += bytes_of_a_turn(&f) > 0;
		clock_advance(&f.clock, 5);
	}
	assert_in_range(frames, 9, 11);
	ui_free(&f.ui);
	app_free(&f.app);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_change_is_shown_at_once_when_nothing_was_shown_before),
		cmocka_unit_test(changes_in_a_row_are_shown_at_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
