/* The header line with many servers: counts of working and failing servers, and the clock, at every width. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "ui/views.h"

#define SERVERS 100
#define NOW_US (INT64_C(1767621720) * 1000000)	/* 14:02 UTC */

struct fixture {
	struct server_config servers[SERVERS];
	struct config config;
	struct td_clock clock;
	struct app *app;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	struct err e;

	for (int i = 0; i < SERVERS; i++) {
		f->servers[i].name = xasprintf("na-%d", i + 1);
		f->servers[i].host = f->servers[i].user = f->servers[i].name;
	}
	f->config = (struct config){ .store_url = (char *)"sqlite::memory:", .actor = (char *)"tester", .screen_fps = 10,
				     .servers = f->servers, .server_count = SERVERS };
	clock_init_virtual(&f->clock, NOW_US);
	f->app = app_new(&f->config, &f->clock);
	f->app->server_count = 0;			/* the test connects to none */
	assert_true(app_start(f->app, &e));
	f->app->server_count = SERVERS;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	app_free(&f->app);
	for (int i = 0; i < SERVERS; i++)
		free(f->servers[i].name);
	free(f);
	return 0;
}

static void report(struct fixture *f, size_t server, bool up, bool rejecting)
{
	struct server_status *s = xcalloc(1, sizeof(*s));

	str_copy(s->server, sizeof(s->server), str_of(f->servers[server].name));
	s->tail = s->control = up ? LINK_UP : LINK_RETRY;
	s->rejecting = rejecting;
	if (!up)
		err_set_message(&s->err, ERR_SERVER_UNREACHABLE, "refused");
	mailbox_post(f->app->inbox, (struct mail){ .handle = app_ami_handlers.server, .value = s, .free_value = free }, MAIL_MUST);
	app_handle_mail(f->app, 0);
}

static void assert_header(struct fixture *f, int rows, int columns, const char *const *parts)
{
	struct ui_options options = { .headless = true, .rows = rows, .columns = columns, .views = ui_views };
	struct ui *ui;
	struct err e;
	char *screen;

	assert_true(ui_new(&ui, f->app, &options, &e));
	ui_paint(ui);
	screen = term_dump(ui_term(ui), false);
	screen[strcspn(screen, "\n")] = '\0';
	for (; *parts; parts++)
		if (!strstr(screen, *parts))
			fail_msg("%dx%d: no \"%s\" in \"%s\"", columns, rows, *parts, screen);
	free(screen);
	ui_free(&ui);
}

static void many_servers_are_summed_up(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < SERVERS; i++)
		report(f, i, i % 33 != 1, false);
	assert_header(f, 24, 80, (const char *[]){ "servers 97 ok", "3 failing", "14:02", NULL });
	assert_header(f, 50, 160, (const char *[]){ "servers 97 ok", "3 failing", "14:02", NULL });
}

/* A server whose stream is rejected is not "ok", with one server or with many. */
static void a_server_that_rejects_is_not_ok(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < SERVERS; i++)
		report(f, i, true, i == 7);
	assert_header(f, 24, 80, (const char *[]){ "servers 99 ok", "1 failing", "14:02", NULL });
	f->app->server_count = 1;
	report(f, 0, true, true);
	assert_header(f, 24, 80, (const char *[]){ "na-1 rejects", "14:02", NULL });
	f->app->server_count = SERVERS;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(many_servers_are_summed_up, setup, teardown),
		cmocka_unit_test_setup_teardown(a_server_that_rejects_is_not_ok, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
