/* What agents are told, byte for byte, and the client objects of URL agents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/tell.h"
#include "trunkdeck/model/validate.h"

static void make(struct tell *t, const char *label, const char *params)
{
	struct number n;

	number_init(&n);
	free(n.provider);
	n.provider = xstrdup("twilio");
	free(n.label);
	n.label = xstrdup(label);
	free(n.params);
	n.params = xstrdup(params);
	n.region = REGION_EU;
	tell_init(t, &n);
	number_clear(&n);
}

static void assert_told(const char *label, const char *params, const char *rest)
{
	struct tell t;
	char *text = xasprintf("td_provider=twilio,td_region=eu%s", rest);

	make(&t, label, params);
	assert_string_equal(t.text, text);
	assert_int_equal(t.len, strlen(text));
	tell_clear(&t);
	free(text);
}

static void strings_are_encoded(void **state)
{
	(void)state;
	assert_told("", "{}", "");
	assert_told("Sales hotline", "{}", ",td_label=Sales%20hotline");
	assert_told("", "{\"Dept.no-1_x\":\"a.b-c_d\"}", ",td_p_Dept.no-1_x=a.b-c_d");
	assert_told("", "{\"k\":\"a,b)${X}&'\\\"\\\\~!*(+ %;\"}",
		    ",td_p_k=a%2Cb%29%24%7BX%7D%26%27%22%5C%7E%21%2A%28%2B%20%25%3B");
	assert_told("", "{\"k\":\"\\ud83d\\ude00\\u00e9\"}", ",td_p_k=%F0%9F%98%80%C3%A9");
	assert_told("", "{\"k\":\"\"}", ",td_p_k=");
}

static void other_values_are_compact_json(void **state)
{
	(void)state;
	assert_told("", "{\"a\":42,\"b\":true,\"c\":null,\"d\":0.1,\"e\":-7}",
		    ",td_p_a=42,td_p_b=true,td_p_c=null,td_p_d=0.1,td_p_e=-7");
	assert_told("", "{\"a\":{\"z\":1, \"b\":[\"x\\n\"]}}",
		    ",td_p_a=%7B%22b%22%3A%5B%22x%5Cn%22%5D%2C%22z%22%3A1%7D");
}

static void keys_are_sorted(void **state)
{
	(void)state;
	assert_told("", "{\"b\":\"1\",\"B\":\"2\",\"a\":\"3\",\"A1\":\"4\"}", ",td_p_A1=4,td_p_B=2,td_p_a=3");
}

static void the_generation_is_the_digest(void **state)
{
	struct tell t, same, other;

	(void)state;
	make(&t, "", "{}");
	/* printf 'td_provider=twilio,td_region=eu' | sha256sum */
	assert_string_equal(t.gen, "3d7365c44b351101");
	make(&same, "", "{}");
	make(&other, "x", "{}");
	assert_string_equal(t.gen, same.gen);
	assert_string_not_equal(t.gen, other.gen);
	tell_clear(&t);
	tell_clear(&same);
	tell_clear(&other);
}

/* {"k00":"vv..","k01":..}: `keys` values of `bytes` bytes each. */
static char *many(size_t keys, size_t bytes)
{
	struct buf text;
	char value[2048];

	memset(value, 'v', bytes);
	value[bytes] = '\0';
	buf_init(&text, BUF_UNBOUNDED);
	for (size_t i = 0; i < keys; i++)
		buf_addf(&text, "%c\"k%02zu\":\"%s\"", i ? ',' : '{', i, value);
	buf_addc(&text, '}');
	return buf_take(&text);
}

static void chunks_make_the_string(void **state)
{
	char *params = many(3, 900);
	struct tell t;
	struct buf joined;

	(void)state;
	make(&t, "Sales", params);
	buf_init(&joined, BUF_UNBOUNDED);
	assert_int_equal(tell_chunk_count(&t), 4);
	for (size_t i = 0; i < tell_chunk_count(&t); i++) {
		struct str chunk = tell_chunk(&t, i);

		assert_true(i == 3 ? chunk.len > 0 && chunk.len < TELL_CHUNK_MAX : chunk.len == TELL_CHUNK_MAX);
		buf_add(&joined, chunk.p, chunk.len);
	}
	assert_string_equal(joined.p, t.text);
	t.len = TELL_CHUNK_MAX;
	assert_int_equal(tell_chunk_count(&t), 1);
	assert_int_equal(tell_chunk(&t, 0).len, TELL_CHUNK_MAX);
	buf_clear(&joined);
	tell_clear(&t);
	free(params);
}

/* --- parameters that do not fit --- */

static void assert_params_refused(const char *params, const char *before, const char *hint)
{
	struct err e = { .code = ERR_NONE };

	if (!hint) {
		assert_true(tell_check_params(params, before, false, &e));
		return;
	}
	assert_false(tell_check_params(params, before, false, &e));
	assert_int_equal(e.code, ERR_FIELD_INVALID);
	assert_string_equal(e.field, "additionalParams");
	if (!strstr(e.hint, hint))
		fail_msg("%s: %s", params, e.hint);
}

static void wrong_parameters_are_refused(void **state)
{
	char *text;

	(void)state;
	assert_params_refused("{\"a b\":\"\"}", "", "a b: a key has");
	assert_params_refused("{\"\":\"\"}", "", "a key has");
	assert_params_refused("{\"\xc3\xa9\":\"\"}", "", "a key has");
	assert_params_refused("{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":\"\"}", "", NULL);
	assert_params_refused("{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":\"\"}", "", "a key has");
	assert_params_refused("{\"A-b\":1,\"a.B\":2}", "", "a.B: in a SIP header");
	assert_params_refused("{\"a\":\"x\\ny\"}", "", "control");
	assert_params_refused("{\"a\":\"\\u007f\"}", "", "control");
	assert_params_refused("{\"a\":[\"x\\ny\"]}", "", NULL);
	text = many(1, TELL_VALUE_MAX);
	assert_params_refused(text, "", NULL);
	free(text);
	text = many(1, TELL_VALUE_MAX + 1);
	assert_params_refused(text, "", "1,024");
	free(text);
	text = many(TELL_KEYS_MAX, 1);
	assert_params_refused(text, "", NULL);
	free(text);
	text = many(TELL_KEYS_MAX + 1, 1);
	assert_params_refused(text, "", "k32: there are more");
	free(text);
	text = many(3, 990);		/* 3 * (9 + 990) + 2 = 2,999 */
	assert_params_refused(text, "", NULL);
	free(text);
	text = many(3, 991);
	assert_params_refused(text, "", "3,000");
	free(text);
	assert_params_refused("not JSON", "", NULL);
}

static void what_was_there_may_stay(void **state)
{
	char *large = many(4, 900), *larger = many(5, 900);

	(void)state;
	assert_params_refused("{\"a b\":1,\"c\":2}", "{\"a b\":1}", NULL);
	assert_params_refused("{\"a b\":2}", "{\"a b\":1}", "a key has");
	assert_params_refused("{\"A\":1,\"a\":2,\"c\":3}", "{\"A\":1,\"a\":2}", NULL);
	assert_params_refused("{\"A\":1,\"a\":2}", "{\"a\":2}", "a: in a SIP header");
	assert_params_refused(large, larger, NULL);
	assert_params_refused(larger, large, "3,000");
	free(large);
	free(larger);
}

static void the_rest_reaches_the_agent(void **state)
{
	size_t count;
	struct tell_param *list = tell_params("{\"a b\":1,\"c\":\"x\\ty\",\"d\":2,\"D\":3}", &count);

	(void)state;
	assert_int_equal(count, 4);
	assert_string_equal(list[0].key, "D");
	assert_int_equal(list[0].fit, TELL_FITS);
	assert_int_equal(list[1].fit, TELL_KEY);
	assert_int_equal(list[2].fit, TELL_CONTROL);
	assert_int_equal(list[3].fit, TELL_TWIN);
	assert_int_equal(list[3].twin, 0);
	tell_params_free(list, count);
	assert_told("", "{\"a b\":1,\"c\":\"x\\ty\",\"d\":2,\"D\":3}", ",td_p_D=3");
}

static void numbers_are_validated_with_it(void **state)
{
	struct number n, before;
	struct agent sip;
	struct number_context ctx = { .adding = true, .limit = LIMIT_NONE, .agent = &sip };
	char *text = many(1, 790);
	struct err e;

	(void)state;
	number_init(&n);
	agent_init(&sip);
	free(n.params);
	n.params = xstrdup("{\"a b\":1}");
	assert_false(number_validate(&n, &ctx, "additionalParams", &e));
	ctx.restoring = true;
	assert_true(number_validate(&n, &ctx, "additionalParams", &e));
	number_copy(&before, &n);
	ctx = (struct number_context){ .holder = &before, .limit = LIMIT_NONE, .agent = &sip };
	assert_true(number_validate(&n, &ctx, "additionalParams", &e));
	free(n.params);
	n.params = text;
	free(sip.dial);
	sip.dial = xstrdup("PJSIP/agent");
	assert_non_null(strstr(number_warning(&n, &ctx), "800 bytes"));
	free(sip.dial);
	sip.dial = xstrdup("AudioSocket/agent");
	assert_null(number_warning(&n, &ctx));
	assert_int_equal(tell_header_bytes(n.params), 790 + strlen("X-td_p_k00: \r\n"));
	number_clear(&n);
	number_clear(&before);
	agent_clear(&sip);
}

/* --- agents --- */

#define COMMON "\"protocols\":\"media\",\"connection_type\":\"per_call_config\",\"reconnect_attempts\":\"1\",\"connection_timeout\":\"1000\""

static void assert_object(const char *url, const char *ca_file, const char *object)
{
	struct err e = { .code = ERR_NONE };
	char *made = agent_object(url, ca_file, &e);

	if (!made)
		fail_msg("%s: %s", url, e.hint);
	assert_string_equal(made, object);
	assert_true(agent_url_check(url, &e));
	free(made);
}

static void urls_become_objects(void **state)
{
	(void)state;
	assert_object("ws://agent.example.com/media", NULL, "{\"uri\":\"ws://agent.example.com/media\"," COMMON "}");
	assert_object("ws://10.0.0.5:8080", "", "{\"uri\":\"ws://10.0.0.5:8080\"," COMMON "}");
	assert_object("ws://[2001:db8::1]:8080/a", "", "{\"uri\":\"ws://[2001:db8::1]:8080/a\"," COMMON "}");
	assert_object("wss://u:p%40@agent.example.com:8443/m?token=a&b=(c)", NULL,
		      "{\"uri\":\"wss://u:p%40@agent.example.com:8443/m?token=a&b=(c)\"," COMMON
		      ",\"tls_enabled\":\"yes\",\"ca_list_file\":\"/etc/ssl/certs/ca-certificates.crt\"}");
	assert_object("wss+anyname://10.0.0.5/m", "/etc/asterisk/ca \"1\".pem",
		      "{\"uri\":\"wss://10.0.0.5/m\"," COMMON ",\"tls_enabled\":\"yes\","
		      "\"ca_list_file\":\"/etc/asterisk/ca \\\"1\\\".pem\",\"verify_server_hostname\":\"no\"}");
}

static void wrong_urls_are_refused(void **state)
{
	static const struct {
		const char *url, *hint;
	} rows[] = {
		{ "", "ws://" }, { "http://secret.example.com", "ws://" }, { "WSS://secret.example.com", "ws://" },
		{ "ws://", "host name" }, { "ws://secret/a b", "%HH" }, { "ws://secret/\"", "%HH" }, { "ws://secret/{x}", "%HH" },
		{ "ws://secret/#x", "%HH" }, { "ws://secret/%4", "%HH" }, { "ws://secret/%zz", "%HH" }, { "ws://secret/\r\n", "%HH" },
		{ "ws://secret:0/", "host name" }, { "ws://secret:65536/", "host name" }, { "ws://secret:/", "host name" },
		{ "ws://secret_/", "host name" }, { "ws://10.0.0/", "host name" }, { "ws://[secret]/", "host name" },
		{ "ws://[::1/", "host name" }, { "ws://[10.0.0.1]/", "host name" }, { "ws://::1/", "host name" },
		{ "wss://secret@10.0.0.5/", "wss+anyname" }, { "wss://[::1]/", "wss+anyname" },
		{ "wss+anyname://secret.example.com/", "wss://" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err e = { .code = ERR_NONE };

		if (agent_url_check(rows[i].url, &e) || !strstr(e.hint, rows[i].hint))
			fail_msg("%s: %s", rows[i].url, e.hint);
		assert_string_equal(e.field, "url");
		assert_null(strstr(e.hint, "secret"));
		assert_null(strstr(e.message, "secret"));
	}
}

static void long_objects_are_refused(void **state)
{
	struct err e = { .code = ERR_NONE };
	char *short_one = agent_object("ws://a/", NULL, &e), *url, *object;
	size_t room = AGENT_OBJECT_MAX - strlen(short_one);

	(void)state;
	url = xcalloc(1, 2000);
	memcpy(url, "ws://a/", 7);
	memset(url + 7, 'x', room);
	object = agent_object(url, NULL, &e);
	assert_non_null(object);
	assert_int_equal(strlen(object), AGENT_OBJECT_MAX);
	assert_true(agent_url_check(url, &e));
	url[7 + room] = 'x';
	assert_null(agent_object(url, NULL, &e));
	assert_non_null(strstr(e.hint, "1018 bytes"));
	assert_false(agent_url_check(url, &e));
	/* What fits with Debian's file may be too long with another one, and is refused when it is entered. */
	memcpy(url, "wss://a/", 8);
	memset(url + 8, 'x', 740);
	url[748] = '\0';
	free(object);
	object = agent_object(url, NULL, &e);
	assert_non_null(object);
	assert_false(agent_url_check(url, &e));
	free(object);
	free(short_one);
	free(url);
}

static void agents_have_kinds(void **state)
{
	static const struct {
		const char *url, *dial, *kind, *made;
	} rows[] = {
		{ "ws://a", "", "url", "WebSocket/td-support/c(ulaw)f(json)" },
		{ "ws://a", "PJSIP/x", "url", "WebSocket/td-support/c(ulaw)f(json)" },
		{ "", "WebSocket/a/c(ulaw)", "section", "WebSocket/a/c(ulaw)" },
		{ "", "websocket/a&WebSocket/b", "section", "websocket/a&WebSocket/b" },
		{ "", "PJSIP/a", "pjsip", "PJSIP/a" },
		{ "", "AudioSocket/h:1/u", "audiosocket", "AudioSocket/h:1/u" },
		{ "", "Local/x@y", "other", "Local/x@y" },
		{ "", "PJSIP/a&WebSocket/b", "other", "PJSIP/a&WebSocket/b" },
		{ "", "", "other", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char *made = agent_dial_made("support", rows[i].url, rows[i].dial);

		assert_string_equal(agent_kind_name(agent_kind_of(rows[i].url, rows[i].dial)), rows[i].kind);
		assert_string_equal(made, rows[i].made);
		free(made);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_encoded),
		cmocka_unit_test(other_values_are_compact_json),
		cmocka_unit_test(keys_are_sorted),
		cmocka_unit_test(the_generation_is_the_digest),
		cmocka_unit_test(chunks_make_the_string),
		cmocka_unit_test(wrong_parameters_are_refused),
		cmocka_unit_test(what_was_there_may_stay),
		cmocka_unit_test(the_rest_reaches_the_agent),
		cmocka_unit_test(numbers_are_validated_with_it),
		cmocka_unit_test(urls_become_objects),
		cmocka_unit_test(wrong_urls_are_refused),
		cmocka_unit_test(long_objects_are_refused),
		cmocka_unit_test(agents_have_kinds),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
