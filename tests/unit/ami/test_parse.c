/* Tests the framing and the rules for frames. Cuts of the stream at any place change nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include <string.h>

#include "kit/ami_stream.h"
#include "trunkdeck/base/mem.h"

#define BLOCK_HEAD \
	"Channel: PJSIP/a-1\r\nChannelState: 4\r\nChannelStateDesc: Ring\r\nCallerIDNum: 1\r\nCallerIDName: \r\n" \
	"ConnectedLineNum: \r\nConnectedLineName: \r\nLanguage: en\r\nAccountCode: \r\nContext: in\r\n"
#define BLOCK BLOCK_HEAD "Exten: 2\r\nPriority: 1\r\nUniqueid: 1.2\r\nLinkedid: 1.2\r\n"

static void expect(const char *text, const char *log)
{
	struct stream s;

	stream_init(&s, false);
	assert_string_equal(stream_run(&s, text), log);
	stream_clear(&s);
}

static void banner_line(void **state)
{
	struct stream s;

	(void)state;
	stream_init(&s, true);
	assert_string_equal(stream_run(&s, "Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n\r\n"),
			    "banner Asterisk Call Manager/11.0.0 0\nresponse Success 1\n");
	ami_parser_restart(s.parser, true);
	assert_string_equal(stream_run(&s, "SSH-2.0-OpenSSH\r\n"), "rejected first_line\n");
	ami_parser_restart(s.parser, true);
	assert_string_equal(stream_run(&s, "Event: A\r\nPrivilege: call,all\r\n\r\n"), "event A 2\n");
	stream_clear(&s);
}

static void values(void **state)
{
	struct stream s;

	(void)state;
	stream_init(&s, false);
	stream_run(&s, "Response: Error\r\nMessage: No Contacts found\n\r\nExten:\r\nURI: sip:a@b:5060\r\nval:   x \r\n\r\n");
	assert_string_equal(s.log.p, "response Error 5\n");
	assert_non_null(strstr(s.whole.p, "[Message] [No Contacts found]\n"));
	assert_non_null(strstr(s.whole.p, "[Exten] []\n"));
	assert_non_null(strstr(s.whole.p, "[URI] [sip:a@b:5060]\n"));
	assert_non_null(strstr(s.whole.p, "[val] [x ]\n"));
	stream_clear(&s);
}

static void check_keys(void *arg, const struct ami_frame *f)
{
	(void)arg;
	assert_true(str_eq(ami_get(f, AMI_KEY_UNIQUEID), STR("1.2")));
	assert_true(str_eq(ami_get(f, AMI_KEY_BRIDGENUMCHANNELS), STR("2")));
	assert_true(str_eq(ami_get(f, AMI_KEY_LOCALONECONNECTEDLINENAME), STR("n")));
	assert_int_equal(ami_get(f, AMI_KEY_EXTEN).len, 0);
	assert_true(str_eq(ami_find(f, "x-mine"), STR("3")));
	assert_int_equal(ami_find(f, "X-Other").len, 0);
}

static void keys_without_case(void **state)
{
	static const char text[] = "Event: A\r\nActionID: 1\r\nUniqueID: 1.2\r\nBRIDGEnumChannels: 2\r\n"
				   "LocalOneConnectedLineName: n\r\nX-Mine: 3\r\n\r\n";
	struct ami_parser *p = ami_parser_new(false, check_keys, NULL);

	(void)state;
	for (int i = 0; i < 3; i++)		/* later rounds use the order that was learned */
		ami_parser_feed(p, text, sizeof(text) - 1);
	ami_parser_free(&p);
}

/* The whole key must be compared with the guess. */
static void a_key_like_the_guessed_one(void **state)
{
	static const char name[] = "LocalOneConnectedLineName";
	struct stream s;

	(void)state;
	stream_init(&s, false);
	for (size_t i = 0; i < sizeof(name) - 1; i++) {
		char other[sizeof(name)], *text;

		memcpy(other, name, sizeof(name));
		other[i] = '#';
		text = xasprintf("Response: x\r\n%s: y\r\n\r\nResponse: x\r\n%s: z\r\n\r\n", name, other);
		buf_reset(&s.whole);
		stream_run(&s, text);
		free(text);
		text = xasprintf("\n%d [%s] [z]\n", AMI_KEY_OTHER, other);
		assert_non_null(strstr(s.whole.p, text));
		free(text);
	}
	stream_clear(&s);
}

static void every_known_key(void **state)
{
	static const struct {
		const char *name;
		enum ami_key id;
	} table[] = {
#define ENTRY(key, name, repeats) { name, AMI_KEY_##key },
		AMI_KEY_TABLE(ENTRY)
#undef ENTRY
	};
	struct stream s;
	struct buf text, wanted;

	(void)state;
	stream_init(&s, false);
	buf_init(&text, BUF_UNBOUNDED);
	buf_init(&wanted, BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		buf_addf(&text, "Response: x\r\n%s: y\r\n\r\nResponse: x\r\n%.*s: z\r\n\r\n", table[i].name,
			 (int)strlen(table[i].name) - 1, table[i].name);
		buf_reset(&wanted);
		buf_addf(&wanted, "\n%d [%s] [y]\n", table[i].id, table[i].name);
		stream_run(&s, text.p);
		assert_non_null(strstr(s.whole.p, wanted.p));
		buf_reset(&text);
	}
	buf_clear(&text);
	buf_clear(&wanted);
	stream_clear(&s);
}

static void head(void **state)
{
	(void)state;
	expect("CallerIDName: x\r\n\r\n", "rejected first_line\n");
	expect("no colon\r\nEvent: A\r\nPrivilege: call,all\r\n\r\n", "rejected first_line\n");
	expect("Event: A\r\n\r\n", "rejected no_privilege\n");
	expect("Event: A\r\nPrivilege: \r\n\r\n", "rejected no_privilege\n");
	expect("Event: A\r\nPrivilege: call\r\n\r\n", "rejected no_privilege\n");
	expect("Event: A\r\nPrivilege: ,,all\r\n\r\n", "rejected no_privilege\n");
	expect("Event: A\r\nX: 1\r\nPrivilege: call,all\r\n\r\n", "rejected no_privilege\n");
	expect("Event: A\r\nActionID: 1\r\n\r\n", "event A 2\n");
	expect("Event: Status\r\nPrivilege: Call\r\nActionID: 1\r\n\r\n", "event Status 3\n");
	expect("Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: 1\r\nResponse: Failure\r\n\r\n",
	       "event OriginateResponse 4\n");
	expect("Response: Success\r\nPing: Pong\r\n\r\n", "response Success 2\n");
	expect("\r\n\r\nResponse: Success\r\n\r\n", "response Success 1\n");
	expect("Response: Success\r\nfoo\r\n\r\n", "rejected malformed_line\n");
	expect("Response:Success\r\n\r\n", "rejected first_line\n");
	expect("Response: Success\r\n: foo\r\n\r\n", "rejected malformed_line\n");
}

static void time_stamps(void **state)
{
	struct stream s;

	(void)state;
	stream_init(&s, false);
	assert_string_equal(stream_run(&s, "Event: A\r\nPrivilege: call,all\r\n\r\n"), "event A 2\n");
	assert_string_equal(stream_run(&s, HEAD("A") "\r\n"), "event A 3\n");
	assert_string_equal(stream_run(&s, "Event: A\r\nPrivilege: call,all\r\n\r\n"), "rejected no_timestamp\n");
	assert_string_equal(stream_run(&s, "Event: A\r\nPrivilege: call,all\r\nTimestamp: 12\r\n\r\n"),
			    "rejected no_timestamp\n");
	assert_string_equal(stream_run(&s, "Event: Item\r\nActionID: 1\r\n\r\n"), "event Item 2\n");
	for (int i = 0; i < 62; i++)	/* as if the server was told to stop sending them */
		stream_run(&s, "Event: A\r\nPrivilege: call,all\r\n\r\n");
	assert_string_equal(stream_run(&s, "Event: A\r\nPrivilege: call,all\r\n\r\n"), "event A 2\n");
	stream_clear(&s);
}

static void repeated_keys(void **state)
{
	struct buf b;

	(void)state;
	expect("Response: a\r\nMessage: x\r\nmessage: x\r\n\r\n", "response a 3\n");
	expect("Response: a\r\nMessage: x\r\nMESSAGE: y\r\n\r\n", "rejected duplicate_key\n");
	expect("Response: a\r\nX-Own: x\r\nY: 1\r\nx-own: x\r\n\r\n", "response a 4\n");
	expect("Response: a\r\nX-Own: x\r\nY: 1\r\nx-own: y\r\n\r\n", "rejected duplicate_key\n");
	expect("Response: a\r\nOutput: 1\r\nOutput: 2\r\nVariable: a\r\nVariable: b\r\n\r\n", "response a 5\n");
	expect("Response: a\r\nChanVariable(PJSIP/a-1): a=1\r\nChanVariable(PJSIP/a-1): b=1\r\n"
	       "TransfererChanVariable: a=1\r\nTransfererChanVariable: b=1\r\n\r\n", "response a 5\n");
	expect(HEAD("UserEvent") BLOCK "UserEvent: Ready\r\nLinkedid: 1.2\r\n\r\n", "event UserEvent 19\n");
	expect(HEAD("UserEvent") BLOCK "UserEvent: Ready\r\nLinkedid: 1.3\r\n\r\n", "rejected duplicate_key\n");

	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, "Response: a\r\n");
	for (int i = 0; i < AMI_MAX_HEADERS - 2; i++)
		buf_addf(&b, "Key-%d: %d\r\n", i, i);
	buf_adds(&b, "key-300: 7\r\n\r\n");
	expect(b.p, "rejected duplicate_key\n");
	buf_clear(&b);
}

static void blocks(void **state)
{
	(void)state;
	expect(HEAD("Newchannel") BLOCK "\r\n", "event Newchannel 17\n");
	expect(HEAD("Newchannel") BLOCK_HEAD "\r\n", "rejected split\n");
	expect(HEAD("Newchannel") BLOCK_HEAD "Exten: 2\r\nPriority: 1\r\nUniqueid: 1.2\r\n\r\n", "rejected split\n");
	expect(HEAD("Newchannel") BLOCK_HEAD "X: 1\r\nExten: 2\r\nPriority: 1\r\nUniqueid: 1.2\r\nLinkedid: 1.2\r\n\r\n",
	       "rejected split\n");
	expect(HEAD("A") "Priority: 1\r\nUniqueid: 1.2\r\nLinkedid: 1.2\r\n\r\n", "rejected split\n");
	expect(HEAD("A") "TargetPriority: 1\r\nTargetUniqueid: 1.2\r\nTargetLinkedid: 1.2\r\n\r\n", "rejected split\n");
	expect(HEAD("A") "TargetChannel: 1\r\nTargetChannelState: 1\r\nTargetUniqueid: 1.2\r\n\r\n", "rejected split\n");
	expect("Response: Success\r\nPriority: 1\r\nUniqueid: 1.2\r\nLinkedid: 1.2\r\n\r\n", "rejected split\n");
	expect(HEAD("TestEvent") "Type: x\r\nChannel: PJSIP/a-1\r\nCallID: 1\r\n\r\n", "event TestEvent 6\n");
	expect(HEAD("Rename") "Channel: a\r\nNewname: b\r\nUniqueid: 1.2\r\n\r\n", "event Rename 6\n");
	expect(HEAD("Cdr") "AccountCode: \r\nSource: 1\r\n\r\n", "rejected split\n");
	expect(HEAD("A") "AMAFlags: x\r\nUniqueID: 1.2\r\nUserField: \r\n\r\n", "rejected split\n");
}

static void identities(void **state)
{
	struct caller c = { .number = "1", .exten = "2", .connected = "", .channel = "PJSIP/a-1" };
	static const char *const good[] = { "1795341781.3626", "na-1-1.2", "5f3c1e0a-1b2c-4d5e-8f90-123456789abc", "x;2" };
	static const char *const bad[] = { "", "a b", "1.2\033[m", "1.2\n3", "\xc3\xa9" };
	struct buf b;

	(void)state;
	buf_init(&b, BUF_UNBOUNDED);
	for (size_t i = 0; i < ARRAY_LEN(good) + ARRAY_LEN(bad); i++) {
		bool is_good = i < ARRAY_LEN(good);

		c.uniqueid = is_good ? good[i] : bad[i - ARRAY_LEN(good)];
		buf_reset(&b);
		add_event(&b, "Newstate", &c, "");
		expect(b.p, is_good ? "event Newstate 17\n" : "rejected bad_uniqueid\n");
	}
	buf_clear(&b);
}

static void held_until_idle(void **state)
{
	static const char event[] = HEAD("Newstate") BLOCK "\r\n";
	struct stream s;

	(void)state;
	stream_init(&s, false);
	stream_feed(&s, event);
	assert_string_equal(s.log.p, "");
	stream_feed(&s, event);
	assert_string_equal(s.log.p, "event Newstate 17\n");
	stream_feed(&s, "Response: a\r\n");
	ami_parser_idle(s.parser);
	assert_string_equal(s.log.p, "event Newstate 17\n");
	stream_feed(&s, "\r\n");
	assert_string_equal(s.log.p, "event Newstate 17\n");
	ami_parser_idle(s.parser);
	assert_string_equal(s.log.p, "event Newstate 17\nevent Newstate 17\nresponse a 1\n");
	stream_feed(&s, event);
	ami_parser_restart(s.parser, false);
	buf_reset(&s.log);
	ami_parser_idle(s.parser);
	assert_string_equal(s.log.p, "");
	stream_clear(&s);
}

/* Short frames after a held event come in order, however many. None waits longer than a forged field reaches. */
static void short_frames_in_order(void **state)
{
	struct stream s;
	struct buf b;

	(void)state;
	stream_init(&s, false);
	stream_feed(&s, HEAD("Newstate") BLOCK "\r\n");
	for (int i = 0; i < 9; i++)
		stream_feed(&s, "Response: \r\n\r\n");
	assert_string_equal(s.log.p, "");
	stream_feed(&s, "Response: \r\n\r\nResponse: b\r\n\r\n");
	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, "event Newstate 17\n");
	for (int i = 0; i < 10; i++)
		buf_adds(&b, "response  1\n");
	buf_adds(&b, "response b 1\n");
	assert_string_equal(s.log.p, b.p);
	buf_clear(&b);
	stream_clear(&s);
}

static void expect_value_of(size_t size, const char *log)
{
	struct buf b;

	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, "Response: a\r\nMessage: ");
	while (b.len < size - 2)
		buf_addc(&b, 'x');
	buf_adds(&b, "\r\n\r\nResponse: b\r\n\r\n");
	expect(b.p, log);
	for (size_t piece = 997; piece < 300000; piece *= 16) {
		struct stream s;

		stream_init(&s, false);
		for (size_t at = 0; at < b.len; at += piece)
			ami_parser_feed(s.parser, b.p + at, b.len - at < piece ? b.len - at : piece);
		assert_string_equal(s.log.p, log);
		stream_clear(&s);
	}
	buf_clear(&b);
}

static void sizes(void **state)
{
	struct buf b;

	(void)state;
	expect_value_of(AMI_MAX_FRAME, "response a 2\nresponse b 1\n");
	for (size_t over = 1; over < 6; over++)
		expect_value_of(AMI_MAX_FRAME + over, "rejected too_large\nresponse b 1\n");
	expect_value_of(3 * AMI_MAX_FRAME, "rejected too_large\nresponse b 1\n");

	buf_init(&b, BUF_UNBOUNDED);
	buf_adds(&b, "Response: a\r\n");
	for (int i = 0; i < AMI_MAX_HEADERS; i++)
		buf_addf(&b, "Output: %d\r\n", i);
	buf_adds(&b, "\r\nResponse: b\r\n\r\n");
	expect(b.p, "rejected too_large\nresponse b 1\n");
	buf_clear(&b);
}

static void counts(void **state)
{
	struct ami_parser_stats stats;
	struct stream s;

	(void)state;
	stream_init(&s, true);
	stream_run(&s, "Asterisk Call Manager/1\r\nResponse: a\r\n\r\nEvent: a\r\n\r\n" HEAD("b") "\r\n");
	ami_parser_get_stats(s.parser, &stats);
	assert_int_equal(stats.frames, 2);
	assert_int_equal(stats.events, 1);
	assert_int_equal(stats.rejected, 1);
	assert_int_equal(stats.rejected_by[AMI_REJECT_NO_PRIVILEGE], 1);
	assert_int_equal(stats.bytes, 25 + 15 + 12 + strlen(HEAD("b")) + 2);
	stream_clear(&s);
}

static void feed_cut(struct stream *s, const char *bytes, size_t len, size_t piece)
{
	unsigned random = (unsigned)piece;

	ami_parser_restart(s->parser, true);
	buf_reset(&s->log);
	buf_reset(&s->whole);
	for (size_t at = 0, n; at < len; at += n) {
		random = random * 1103515245u + 12345u;
		n = piece ? piece : 1 + (random >> 16) % 700;
		if (n > len - at)
			n = len - at;
		/* The copy has exactly this size, so that the sanitizer finds reads beyond it. */
		char *copy = xmalloc(n);

		memcpy(copy, bytes + at, n);
		ami_parser_feed(s->parser, copy, n);
		free(copy);
	}
	ami_parser_idle(s->parser);
}

static void pieces_of_any_size(void **state)
{
	static const char *const names[] = { "B_dial_audiosocket", "C_local_optimized", "I1_inject_headers",
					     "lab_hostile_frame" };
	static const size_t pieces[] = { 1, 2, 3, 5, 7, 64, 333, 4096, 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *name = xasprintf("tests/data/ami/%s.ami", names[i]), *path = source_path(name);
		size_t len;
		char *bytes = read_whole(path, &len), *whole;
		struct stream s;

		stream_init(&s, true);
		feed_cut(&s, bytes, len, len);
		assert_true(s.log.len > 100);
		whole = xstrdup(s.whole.p);
		for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
			feed_cut(&s, bytes, len, pieces[k]);
			assert_string_equal(s.whole.p, whole);
		}
		stream_clear(&s);
		free(whole);
		free(bytes);
		free(path);
		free(name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(banner_line), cmocka_unit_test(values), cmocka_unit_test(keys_without_case),
		cmocka_unit_test(a_key_like_the_guessed_one), cmocka_unit_test(every_known_key), cmocka_unit_test(head), cmocka_unit_test(time_stamps),
		cmocka_unit_test(repeated_keys), cmocka_unit_test(blocks), cmocka_unit_test(identities),
		cmocka_unit_test(held_until_idle), cmocka_unit_test(short_frames_in_order), cmocka_unit_test(sizes), cmocka_unit_test(counts),
		cmocka_unit_test(pieces_of_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
