/* The Log with more changes than one page holds, and the Servers view with many servers. */
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

#include "kit/temp_store.h"
#include "trunkdeck/base/mem.h"
#include "ui/views.h"

#define CHANGES 1300			/* more than two pages */

struct fixture {
	struct config config;
	struct td_clock clock;
	struct temp_store store;
	struct app *app;
	struct ui *ui;
};

static void set(struct record *r, const char *key, const char *value)
{
	struct err e;

	assert_true(field_set(field_by_key(r->entity, key), r, value, &e));
}

/* Adds providers, as somebody else, in one batch of changes. */
static void add_providers(const char *url, unsigned from, unsigned to)
{
	const struct store_options options = { .actor = "ann", .create = true };
	struct store *s;
	struct err e;

	assert_true(store_open(&s, url, &options, &e));
	for (unsigned i = from; i < to; i++) {
		struct mutation m = { .kind = MUTATION_ADD };
		char name[32];

		snprintf(name, sizeof(name), "P%04u", i);
		record_init(&m.record, ENTITY_PROVIDER);
		set(&m.record, "name", name);
		set(&m.record, "sipDomain", "sip.example.net");
		assert_true(store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, &e));
		record_clear(&m.record);
	}
	store_close(&s);
}

static void open_screen(struct fixture *f, int rows, int columns)
{
	struct err e;

	f->config.actor = (char *)"tester";
	f->config.screen_fps = 10;
	clock_init_virtual(&f->clock, INT64_C(1767880800) * 1000000);
	f->app = app_new(&f->config, &f->clock);
	assert_true(ui_new(&f->ui, f->app, &(struct ui_options){ .headless = true, .rows = rows, .columns = columns,
								 .views = ui_views }, &e));
}

static void close_screen(struct fixture *f)
{
	ui_free(&f->ui);
	app_free(&f->app);
}

static bool shows(struct fixture *f, const char *text)
{
	char *screen;
	bool found;

	ui_paint(f->ui);
	screen = term_dump(ui_term(f->ui), false);
	found = strstr(screen, text);
	if (!found)
		fprintf(stderr, "%s", screen);
	free(screen);
	return found;
}

/* Paints and takes mail until the screen shows the text. */
static void wait_for(struct fixture *f, const char *text)
{
	int64_t deadline = clock_mono_ms(&clock_system) + 20000;
	bool found = false;

	while (!found && clock_mono_ms(&clock_system) < deadline) {
		struct pollfd p = { .fd = mailbox_fd(f->app->inbox), .events = POLLIN };
		char *screen;

		ui_paint(f->ui);
		screen = term_dump(ui_term(f->ui), false);
		found = strstr(screen, text);
		free(screen);
		if (!found)
			poll(&p, 1, 20);
		app_handle_mail(f->app, 0);
	}
	assert_true(shows(f, text));
}

static void press(struct fixture *f, const char *keys)
{
	for (; *keys; keys++)
		ui_key(f->ui, *keys == '\n' ? KEYS_ENTER : (key_code)*keys);
}

/* The first change is the workspace itself. */
static void the_log_reaches_the_first_change(void **state)
{
	static const struct { int rows, columns; } sizes[] = { { 24, 80 }, { 50, 160 } };
	struct fixture f = { .config = { .read_only = false } };
	struct err e;

	(void)state;
	temp_store_make(&f.store);
	add_providers(f.store.url, 0, CHANGES);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		f.config.store_url = f.store.url;
		open_screen(&f, sizes[i].rows, sizes[i].columns);
		assert_true(app_start(f.app, &e));
		press(&f, "5");
		wait_for(&f, i == 0 ? "provider p1299" : "provider p1309");
		wait_for(&f, "1 of 5");
		press(&f, "G");
		wait_for(&f, "provider p0000");
		wait_for(&f, i == 0 ? "1301 of 1301" : "1311 of 1311");
		/* New changes come on top, and the others stay. */
		if (i == 0) {
			add_providers(f.store.url, CHANGES, CHANGES + 10);
			press(&f, "g");
			wait_for(&f, "provider p1309");
			press(&f, "G");
			wait_for(&f, "provider p0000");
		}
		/* A filter reads as far back. */
		press(&f, "/record:p0007\n");
		wait_for(&f, "1 of 1 ");
		wait_for(&f, "provider p0007");
		close_screen(&f);
	}
	temp_store_remove(&f.store);
}

#define SERVERS 100

static void a_hundred_servers_have_positions_and_warnings(void **state)
{
	static const struct { int rows, columns; } sizes[] = { { 24, 80 }, { 50, 160 } };
	struct server_config servers[SERVERS] = { 0 };
	struct fixture f = { .config = { .store_url = (char *)"sqlite::memory:", .servers = servers, .server_count = SERVERS } };
	char names[SERVERS][16];

	(void)state;
	for (int i = 0; i < SERVERS; i++) {
		snprintf(names[i], sizeof(names[i]), "s-%02d", i);
		servers[i] = (struct server_config){ .name = names[i], .host = (char *)(i == 0 ? "203.0.113.7" : "127.0.0.1"),
						     .port = 5038, .user = (char *)"trunkdeck", .routes = ROUTES_ASTDB };
	}
	for (size_t n = 0; n < ARRAY_LEN(sizes); n++) {
		open_screen(&f, sizes[n].rows, sizes[n].columns);
		for (int i = 0; i < SERVERS; i++) {
			struct server_status *s = &f.app->servers[i].status;

			s->tail = s->control = LINK_UP;
			s->uptime_s = s->rtt_us = s->lag_us = -1;
		}
		f.app->servers[1].status.rejecting = true;
		f.app->servers[1].status.rejected = 9;
		str_copy(f.app->servers[1].status.last_reject, sizeof(f.app->servers[1].status.last_reject), STR("no end of line"));
		f.app->dirty = ~0u;
		press(&f, "4");
		/* The header counts it as failing; its row gives the reason. */
		assert_true(shows(&f, "servers 99 ok"));
		assert_true(shows(&f, "1 failing"));
		assert_true(shows(&f, "most events rejected"));
		assert_true(shows(&f, "not encrypted"));
		assert_true(shows(&f, "1 of 100"));
		press(&f, "G");
		assert_true(shows(&f, "100 of 100"));
		assert_true(shows(&f, "s-99"));
		press(&f, "g\n");
		assert_true(shows(&f, "203.0.113.7:5038 not encrypted"));
		press(&f, "/server:s-42\n");
		assert_true(shows(&f, "1 of 100 servers"));
		assert_true(shows(&f, "s-42"));
		close_screen(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_log_reaches_the_first_change),
		cmocka_unit_test(a_hundred_servers_have_positions_and_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
