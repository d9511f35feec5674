/*
 * Finds unknown keys on the server: one DBGetTree of each family, on a separate connection. Former
 * servers have only the family of numbers.
 *
 * Asterisk holds the lock of its database while it writes that list, and routes no call meanwhile. So a reader that
 * stops reading freezes the server until its connection ends (ami.md 0, fact 3). Therefore this connection is asked for
 * nothing but the list, and incoming numbers are only stored. If no more data comes, or the list takes too long, the
 * connection is closed, which frees the server.
 *
 * A stopped program can't close a connection. Then only the kernel's buffers help: the server writes without waiting
 * what fits into its send buffer and our receive buffer. Measured on loopback with the usual limits: 50,000 routes (86
 * bytes each) fit. 100,000 fit only with the large receive buffer that is requested here, and net.core.rmem_max must
 * allow it (tests/lab/cases/93_scan.sh).
 *
 * Asterisk uses the family's name in an SQL LIKE, so the keys are compared with the family here. A key that is no
 * number in international form is not reported, because the dialplan never looks it up.
 */
#include "config.h"

#include "ami_server.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define RECEIVE_BUFFER (4 * 1024 * 1024)

static void found(struct ami_server *s, enum route_family in, struct str path, struct str value)
{
	struct str family = str_of(route_family_name(in));
	char *name, *text;

	if (path.len < family.len + 3 || path.p[0] != '/' || memcmp(path.p + 1, family.p, family.len) != 0 ||
	    path.p[family.len + 1] != '/')
		return;
	name = str_dup((struct str){ path.p + family.len + 2, path.len - family.len - 2 });
	text = str_dup(value);
	if (in != ROUTE_FAMILY_NUMBER ||
	    (name[0] == '+' && name[1] && name[1 + strspn(name + 1, "0123456789")] == '\0'))
		routes_scan_found(s->routes, in, name, text, clock_mono_ms(&clock_system));
	free(name);
	free(text);
}

static void end(struct ami_server *s, bool ok)
{
	s->scan.ok = ok && !s->scan.over;
	s->scan.over = true;
}

/* The tag is the family. */
static void on_answer(void *arg, uint64_t tag, const struct ami_frame *f, bool last)
{
	struct ami_server *s = arg;
	bool none = str_eq_nocase(ami_get(f, AMI_KEY_MESSAGE), STR("Database entry not found"));

	s->scan.heard_ms = clock_mono_ms(&clock_system);
	if (f->kind == AMI_EVENT && f->by_key[AMI_KEY_VAL])
		found(s, (enum route_family)tag, ami_get(f, AMI_KEY_KEY), ami_get(f, AMI_KEY_VAL));
	else if (f->kind == AMI_RESPONSE && !ami_response_ok(f) && !none)
		end(s, false);
	else if (last && --s->scan.lists == 0)
		end(s, true);
}

/* Asterisk makes the lists one after the other. */
static void on_up(void *arg)
{
	struct ami_server *s = arg;
	struct err e = { 0 };

	s->scan.heard_ms = clock_mono_ms(&clock_system);
	for (int family = 0; family < ROUTE_FAMILY_COUNT; family++) {
		const struct ami_field fields[] = { { "Family", route_family_name((enum route_family)family) }, { NULL, NULL } };

		if (!routes_scan_covers(s->routes, (enum route_family)family))
			continue;
		s->scan.lists++;
		if (!ami_link_request(s->scan.link, "DBGetTree", fields, on_answer, s, (uint64_t)family, &e))
			end(s, false);
	}
}

static void on_down(void *arg)
{
	struct ami_server *s = arg;

	if (!s->scan.over)
		end(s, false);
}

static void on_frame(void *arg, const struct ami_frame *f)
{
	if (f->reject)
		ami_calls_rejected(arg, f);
}

void ami_scan_abandon(struct ami_server *s)
{
	end(s, false);
}

/* When the scan is given up: there is a limit for the whole list, and one for its next piece. */
static int64_t due_ms(const struct ami_server *s)
{
	int64_t silent = s->scan.heard_ms ? s->scan.heard_ms + s->timing->scan_silence : s->scan.by_ms;

	return silent < s->scan.by_ms ? silent : s->scan.by_ms;
}

void ami_scan_turn(struct ami_server *s, int64_t now_ms)
{
	struct ami_link_config config = s->link;

	if (!s->scan.link && s->routes && routes_scan_due(s->routes)) {
		config.name = "scan";
		config.events = "off";
		config.receive_buffer = RECEIVE_BUFFER;
		config.on_up = on_up;
		config.on_down = on_down;
		config.on_frame = on_frame;
		config.arg = s;
		s->scan = (struct ami_scan){ .link = ami_link_new(&config), .by_ms = now_ms + s->timing->scan };
		routes_scan_begin(s->routes);
	}
	if (!s->scan.link)
		return;
	ami_link_tick(s->scan.link, now_ms);
	ami_link_flush(s->scan.link);
	/* The scan is not retried by itself. A failing connection is reported by the control link. The link is freed
	 * here, at the end of a turn, because no event of it is left to handle. */
	if (s->scan.over || now_ms >= due_ms(s) || ami_link_state(s->scan.link) == LINK_RETRY) {
		routes_scan_end(s->routes, s->scan.ok);
		ami_link_free(&s->scan.link);
	}
}

int64_t ami_scan_next_at_ms(const struct ami_server *s)
{
	int64_t at = s->scan.link ? ami_link_next_at_ms(s->scan.link) : -1;

	if (!s->scan.link)
		return s->routes && routes_scan_due(s->routes) ? 0 : -1;
	return clock_earlier(at, due_ms(s));
}
