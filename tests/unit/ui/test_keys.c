/* Decodes the bytes of a terminal into keys. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "ui/term/keys.h"

#define AFTER_ESC (KEYS_ESC_MS + 1)

static struct key_decoder d;
static int64_t now;

static int start(void **state)
{
	(void)state;
	keys_init(&d, KEYS_ESC_MS, true);
	now = 1000;
	return 0;
}

static void feed(const char *bytes)
{
	keys_feed(&d, bytes, strlen(bytes), now);
}

static key_code next(void)
{
	key_code key = 0;

	return keys_next(&d, now, &key) ? key : 0;
}

static void test_plain_and_ctrl(void **state)
{
	(void)state;
	feed("a \r\t\x0c\x7f\b\n");
	assert_int_equal(next(), 'a');
	assert_int_equal(next(), ' ');
	assert_int_equal(next(), KEYS_ENTER);
	assert_int_equal(next(), KEYS_TAB);
	assert_int_equal(next(), KEYS_CTRL('L'));
	assert_int_equal(next(), KEYS_BACKSPACE);
	assert_int_equal(next(), KEYS_BACKSPACE);
	assert_int_equal(next(), KEYS_ENTER);
	assert_int_equal(next(), 0);
}

static void test_sequences(void **state)
{
	static const struct { const char *bytes; key_code key; } table[] = {
		{ "\033[A", KEYS_UP }, { "\033OB", KEYS_DOWN }, { "\033[1;5C", KEYS_RIGHT }, { "\033[D", KEYS_LEFT },
		{ "\033[H", KEYS_HOME }, { "\033OF", KEYS_END }, { "\033[1~", KEYS_HOME }, { "\033[8~", KEYS_END },
		{ "\033[5~", KEYS_PAGE_UP }, { "\033[6;2~", KEYS_PAGE_DOWN }, { "\033[3~", KEYS_DELETE },
		{ "\033[Z", KEYS_BACKTAB }, { "\033OP", KEYS_F1 }, { "\033[11~", KEYS_F1 }, { "\033[[A", KEYS_F1 },
		{ "\033[24~", KEYS_F12 }, { "\033OM", KEYS_ENTER }, { "\033[[E", KEYS_F1 + 4 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		feed(table[i].bytes);
		assert_int_equal(next(), table[i].key);
		assert_int_equal(next(), 0);
	}
}

/* One byte at a time, as over a slow link: no part of a sequence becomes a key. */
static void test_split_sequence(void **state)
{
	const char *bytes = "\033[1;5A";

	(void)state;
	for (const char *p = bytes; p[1] != '\0'; p++) {
		keys_feed(&d, p, 1, now);
		assert_int_equal(next(), 0);
		now += KEYS_ESC_MS - 1;
	}
	keys_feed(&d, "A", 1, now);
	assert_int_equal(next(), KEYS_UP);
}

static void test_escape_alone(void **state)
{
	(void)state;
	assert_int_equal(keys_next_at_ms(&d), -1);
	feed("\033");
	assert_int_equal(next(), 0);
	assert_int_equal(keys_next_at_ms(&d), now + KEYS_ESC_MS);
	now += AFTER_ESC;
	assert_int_equal(next(), KEYS_ESC);
	assert_int_equal(keys_next_at_ms(&d), -1);
}

static void test_escape_then_key(void **state)
{
	(void)state;
	feed("\033j\033\033[A");
	assert_int_equal(next(), KEYS_ESC);
	assert_int_equal(next(), 'j');
	assert_int_equal(next(), KEYS_ESC);
	assert_int_equal(next(), KEYS_UP);
}

static void test_half_sequence_times_out(void **state)
{
	(void)state;
	feed("\033[");
	assert_int_equal(next(), 0);
	now += KEYS_REST_MS + 1;
	assert_int_equal(next(), 0);
	assert_int_equal(keys_next_at_ms(&d), -1);
	feed("q");
	assert_int_equal(next(), 'q');
}

/* The rest of a sequence comes late: the whole sequence is one key, or no key. */
static void test_cut_sequences(void **state)
{
	static const char *const sequences[] = {
		"\033[A", "\033OB", "\033[1;5C", "\033[5~", "\033[<0;10;5M", "\033[<0;10;5m", "\033[M !!", "\033[MqQj", "\033[?2026;2$y",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		size_t len = strlen(sequences[i]);
		key_code whole;

		keys_init(&d, KEYS_ESC_MS, true);
		feed(sequences[i]);
		whole = next();
		for (size_t cut = 1; cut < len; cut++) {
			keys_init(&d, KEYS_ESC_MS, true);
			keys_feed(&d, sequences[i], cut, now);
			now += AFTER_ESC;
			assert_int_equal(next(), cut == 1 ? KEYS_ESC : 0);
			now += KEYS_REST_MS - AFTER_ESC - 1;
			keys_feed(&d, sequences[i] + cut, len - cut, now);
			assert_int_equal(next(), cut == 1 ? 0 : whole);
			now += KEYS_REST_MS + 1;
			assert_int_equal(next(), 0);
			feed("j");
			assert_int_equal(next(), 'j');
		}
	}
}

/* Half a second after Esc the same bytes are keys. */
static void test_escape_then_bracket(void **state)
{
	(void)state;
	feed("\033");
	now += AFTER_ESC;
	assert_int_equal(next(), KEYS_ESC);
	now += KEYS_REST_MS;
	feed("[O");
	assert_int_equal(next(), '[');
	assert_int_equal(next(), 'O');
}

/* Pasted text never acts as keys, even if the mark before it was cut. */
static void test_cut_paste(void **state)
{
	(void)state;
	feed("\033");
	now += AFTER_ESC;
	assert_int_equal(next(), KEYS_ESC);
	feed("[200~d\033[201~");
	assert_int_equal(next(), KEYS_PASTE_BEGIN);
	assert_int_equal(next(), 'd');
	assert_int_equal(next(), KEYS_PASTE_END);
}

static void test_answers_are_swallowed(void **state)
{
	(void)state;
	feed("\033[?2026;2$y\033]11;rgb:00/00/00\a\033P1$r0m\033\\\033[I\033[>0;1c" "x");
	assert_int_equal(next(), 'x');
	assert_int_equal(next(), 0);
}

static void test_garbage(void **state)
{
	char junk[600];

	(void)state;
	memset(junk, '1', sizeof(junk));
	memcpy(junk, "\033[", 2);
	keys_feed(&d, junk, sizeof(junk), now);
	now += AFTER_ESC;
	while (next() != 0)
		;
	feed("\xff\xc3(q");
	assert_int_equal(next(), '(');
	assert_int_equal(next(), 'q');
}

static void test_utf8(void **state)
{
	(void)state;
	feed("\xc3\xa9\xe6\xbc\xa2");
	assert_int_equal(next(), 0xe9);
	assert_int_equal(next(), 0x6f22);
	feed("\xf0\x9f\x98");
	assert_int_equal(next(), 0);
	feed("\x80");
	assert_int_equal(next(), 0x1f600);
}

static void test_paste(void **state)
{
	(void)state;
	feed("\033[200~a\rb\033[201~c");
	assert_int_equal(next(), KEYS_PASTE_BEGIN);
	assert_int_equal(next(), 'a');
	assert_int_equal(next(), KEYS_ENTER);
	assert_int_equal(next(), 'b');
	assert_int_equal(next(), KEYS_PASTE_END);
	assert_int_equal(next(), 'c');
}

static void test_lost_paste_end(void **state)
{
	(void)state;
	feed("\033[200~a");
	assert_int_equal(next(), KEYS_PASTE_BEGIN);
	assert_int_equal(next(), 'a');
	now += KEYS_PASTE_MS + 1;
	feed("q");
	assert_int_equal(next(), KEYS_PASTE_END);
	assert_int_equal(next(), 'q');
}

static void test_mouse(void **state)
{
	(void)state;
	feed("\033[<0;10;5M\033[<0;10;5m\033[<0;10;5M\033[<65;1;2M\033[<2;1;1M");
	assert_int_equal(next(), KEYS_MOUSE);
	assert_int_equal(d.mouse.kind, MOUSE_CLICK);
	assert_int_equal(d.mouse.y, 4);
	assert_int_equal(d.mouse.x, 9);
	assert_int_equal(next(), KEYS_MOUSE);
	assert_int_equal(d.mouse.kind, MOUSE_DOUBLE);
	assert_int_equal(next(), KEYS_MOUSE);
	assert_int_equal(d.mouse.kind, MOUSE_WHEEL_DOWN);
	assert_int_equal(d.mouse.y, 1);
	assert_int_equal(next(), 0);
}

/* Mouse reports that another program switched on are not keys. */
static void test_mouse_off(void **state)
{
	(void)state;
	keys_init(&d, KEYS_ESC_MS, false);
	feed("\033[M !!\033[M#\xff\xfe\033[Mdd\r\033[<0;10;5M\033[<0;10;5m\033[<64;1;1M\033[32;10;5M\033[Mx");
	assert_int_equal(next(), 0);
	now += KEYS_REST_MS + 1;
	assert_int_equal(next(), 0);
	feed("x");
	assert_int_equal(next(), 'x');
}

static void test_mouse_x10(void **state)
{
	(void)state;
	feed("\033[M *%\033[M#*%\033[Ma!\"");
	assert_int_equal(next(), KEYS_MOUSE);
	assert_int_equal(d.mouse.kind, MOUSE_CLICK);
	assert_int_equal(d.mouse.y, 4);
	assert_int_equal(d.mouse.x, 9);
	assert_int_equal(next(), KEYS_MOUSE);
	assert_int_equal(d.mouse.kind, MOUSE_WHEEL_DOWN);
	assert_int_equal(next(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_plain_and_ctrl, start),
		cmocka_unit_test_setup(test_sequences, start),
		cmocka_unit_test_setup(test_split_sequence, start),
		cmocka_unit_test_setup(test_escape_alone, start),
		cmocka_unit_test_setup(test_escape_then_key, start),
		cmocka_unit_test_setup(test_half_sequence_times_out, start),
		cmocka_unit_test_setup(test_answers_are_swallowed, start),
		cmocka_unit_test_setup(test_garbage, start),
		cmocka_unit_test_setup(test_utf8, start),
		cmocka_unit_test_setup(test_paste, start),
		cmocka_unit_test_setup(test_lost_paste_end, start),
		cmocka_unit_test_setup(test_cut_sequences, start),
		cmocka_unit_test_setup(test_escape_then_bracket, start),
		cmocka_unit_test_setup(test_cut_paste, start),
		cmocka_unit_test_setup(test_mouse, start),
		cmocka_unit_test_setup(test_mouse_off, start),
		cmocka_unit_test_setup(test_mouse_x10, start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
