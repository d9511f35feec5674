/* The Asterisk files and their placeholders. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/embed.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/config/setup.h"
#include "trunkdeck/routes/dialplan.h"

static struct setup_value abc[] = { { "A", (char []){ "one" } }, { "LONG_NAME", (char []){ "@A@" } }, { NULL, NULL } };

static void expect(const char *text, const char *filled)
{
	char *got = setup_fill(text, abc);

	assert_string_equal(got, filled);
	free(got);
}

static void names_between_at_signs_are_replaced(void **state)
{
	(void)state;
	expect("", "");
	expect("plain", "plain");
	expect("@A@", "one");
	expect("x@A@y@A@z", "xoneyonez");
	expect("@LONG_NAME@", "@A@");		/* a value's own placeholders are not replaced */
}

static void other_at_signs_stay(void **state)
{
	(void)state;
	expect("busy@lab-agents", "busy@lab-agents");
	expect("@", "@");
	expect("@@", "@@");
	expect("@a@", "@a@");
	expect("@A", "@A");
	expect("a@b@A@", "a@bone");
}

static void an_unknown_name_gives_no_text(void **state)
{
	(void)state;
	assert_null(setup_fill("x @B@ y", abc));
}

static struct server_config server = {
	.name = (char []){ "na-1" }, .region = REGION_NA, .host = (char []){ "pbx.example.net" }, .user = (char []){ "deck" },
	.secret = (char []){ "se;cret" }, .routes = ROUTES_ODBC, .cache_hours = 24,
};
static struct config config = { .store_url = (char []){ "postgresql://u:p%40w@db.example.net:6543/acme?sslmode=require" } };

static char *filled(const char *name, bool show_secret)
{
	const struct setup_options o = {
		.config = &config, .server = &server, .mode = server.routes, .show_secret = show_secret, .permit = "192.0.2.7/32",
	};
	struct setup_value *values = setup_values(&o);
	char *text = setup_fill(embed_find(name)->text, values);

	setup_values_free(&values);
	assert_non_null(text);
	return text;
}

static void expect_line(const char *name, const char *line)
{
	char *text = filled(name, true);
	char *found = strstr(text, line);

	if (!found || found[-1] != '\n' || found[strlen(line)] != '\n')
		fail_msg("%s lacks the line %s", name, line);
	free(text);
}

static void every_file_can_be_filled(void **state)
{
	(void)state;
	for (const struct setup_file *f = setup_files; f->name; f++) {
		char *text = filled(f->name, false);

		assert_non_null(strstr(text, f->path));		/* the comment at its top names the same path */
		assert_non_null(strstr(text, f->reload));
		free(text);
	}
}

static void values_are_those_of_the_server(void **state)
{
	(void)state;
	expect_line("asterisk/manager_trunkdeck.conf", "[deck]");
	expect_line("asterisk/manager_trunkdeck.conf", "permit = 192.0.2.7/32");
	expect_line("asterisk/manager_trunkdeck.conf", "write = reporting,call");
	expect_line("asterisk/globals_trunkdeck.conf", "TRUNKDECK_ROUTES = odbc");
	expect_line("asterisk/globals_trunkdeck.conf", "TRUNKDECK_CACHE_HOURS = 24");
	expect_line("asterisk/odbc.ini", "Servername = db.example.net");
	expect_line("asterisk/odbc.ini", "Port = 6543");
	expect_line("asterisk/odbc.ini", "Database = acme");
}

/* Asterisk reads the wizards in the order of the lines: sections of the file come before objects of astdb. */
static void the_wizards_are_in_order(void **state)
{
	(void)state;
	expect_line("asterisk/sorcery_trunkdeck.conf",
		    "[res_websocket_client]\n"
		    "websocket_client=config,websocket_client.conf,criteria=type=websocket_client\n"
		    "websocket_client=astdb,ws");
}

static void a_secret_is_shown_only_when_asked_for(void **state)
{
	char *text = filled("asterisk/manager_trunkdeck.conf", false);

	(void)state;
	assert_null(strstr(text, "cret\n"));
	free(text);
	/* A ; without a backslash would begin a comment. */
	expect_line("asterisk/manager_trunkdeck.conf", "secret = se\\;cret");
}

static void the_password_of_the_store_is_in_no_file(void **state)
{
	(void)state;
	for (const struct setup_file *f = setup_files; f->name; f++) {
		char *text = filled(f->name, true);

		assert_null(strstr(text, "p%40w"));
		assert_null(strstr(text, "p@w"));
		free(text);
	}
}

static void a_store_without_database_leaves_placeholders(void **state)
{
	char *url = config.store_url;

	(void)state;
	config.store_url = (char []){ "sqlite:/x" };
	expect_line("asterisk/odbc.ini", "Servername = <HOST OF THE DATABASE>");
	config.store_url = url;
}

/* A hash of the dialplan without comments, as Asterisk reads it. */
static uint64_t dialplan_hash(void)
{
	const char *text = embed_find("asterisk/extensions_trunkdeck.conf")->text;
	struct buf lines;
	uint64_t hash;

	buf_init(&lines, BUF_UNBOUNDED);
	for (size_t len; *text; text += len) {
		len = strcspn(text, "\n");
		len += text[len] == '\n';
		if (*text != ';' && *text != '\n')
			buf_add(&lines, text, len);
	}
	hash = mail_key(lines.p, lines.len);
	buf_clear(&lines);
	return hash;
}

/* Only the version tells which servers run an older dialplan. */
static void a_changed_dialplan_has_a_new_version(void **state)
{
	static const struct { int version; uint64_t hash; } shipped = { 3, UINT64_C(0x69737b0814b0c4de) };
	uint64_t hash = dialplan_hash();

	(void)state;
	if (hash != shipped.hash)
		fail_msg("extensions_trunkdeck.conf is not that of version %d any more: where it has been released, count the extension "
			 "of [trunkdeck-version] up; put version and 0x%016" PRIx64 " here", shipped.version, hash);
	assert_int_equal(dialplan_version(), shipped.version);
}

static void take_version(void *arg, const struct ami_frame *f)
{
	*(int *)arg = dialplan_version_told(f);
}

static int version_told(const char *frame)
{
	int told = -1;
	struct ami_parser *p = ami_parser_new(false, take_version, &told);

	ami_parser_feed(p, frame, strlen(frame));
	ami_parser_idle(p);
	ami_parser_free(&p);
	return told;
}

static void the_version_is_what_the_version_context_says(void **state)
{
	static const struct { const char *frame; int version; } rows[] = {
		{ "Event: ListDialplan\r\nActionID: 1\r\nContext: trunkdeck-version\r\nExtension: 12\r\n\r\n", 12 },
		{ "Event: ListDialplan\r\nActionID: 1\r\nContext: trunkdeck-in\r\nExtension: 12\r\n\r\n", 0 },
		{ "Event: ListDialplan\r\nActionID: 1\r\nContext: trunkdeck-version\r\nExtension: _X.\r\n\r\n", 0 },
		{ "Event: ListDialplan\r\nActionID: 1\r\nContext: trunkdeck-version\r\nExtension: 9999999999\r\n\r\n", 0 },
		{ "Event: ListDialplan\r\nActionID: 1\r\nContext: trunkdeck-version\r\n\r\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(version_told(rows[i].frame), rows[i].version);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_between_at_signs_are_replaced),
		cmocka_unit_test(other_at_signs_stay),
		cmocka_unit_test(an_unknown_name_gives_no_text),
		cmocka_unit_test(every_file_can_be_filled),
		cmocka_unit_test(values_are_those_of_the_server),
		cmocka_unit_test(the_wizards_are_in_order),
		cmocka_unit_test(a_secret_is_shown_only_when_asked_for),
		cmocka_unit_test(the_password_of_the_store_is_in_no_file),
		cmocka_unit_test(a_store_without_database_leaves_placeholders),
		cmocka_unit_test(a_changed_dialplan_has_a_new_version),
		cmocka_unit_test(the_version_is_what_the_version_context_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
