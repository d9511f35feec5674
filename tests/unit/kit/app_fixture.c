#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <string.h>

#include "app_fixture.h"

bool app_handle_until(struct app *a, bool (*condition)(const struct app *a))
{
	int64_t deadline = clock_mono_ms(&clock_system) + 20000;

	app_handle_mail(a, 0);
	while (!condition(a) && clock_mono_ms(&clock_system) < deadline) {
		struct pollfd p = { .fd = mailbox_fd(a->inbox), .events = POLLIN };

		poll(&p, 1, 20);
		app_handle_mail(a, 0);
	}
	return condition(a);
}

void app_settle(struct app *a)
{
	assert_true(app_handle_until(a, app_is_settled));
}

struct app *app_new_settled(const struct config *config, const struct td_clock *clock)
{
	struct app *a = app_new(config, clock);
	struct err e;

	if (!app_start(a, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	app_settle(a);
	return a;
}

size_t app_said(const struct app *a, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < messages_count(a->messages); i++)
		n += strstr(messages_get(a->messages, i)->text, text) != NULL;
	return n;
}
