/*
 * Decodes the front of a byte queue: each step removes a whole key or an unknown sequence, or leaves an incomplete one
 * until the rest comes or its time is over. An ESC before a byte that can't continue a sequence is a key at once, so
 * that Esc and j, typed ahead over a slow link, are two keys. Meta (ESC and a letter) is not a key of this program;
 * modifiers of arrow and function keys are dropped.
 */
#include "config.h"

#include "keys.h"

#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define SEQUENCE_MAX 256		/* longer ones are garbage */

enum step { STEP_INCOMPLETE, STEP_KEY, STEP_SKIP };

void keys_init(struct key_decoder *d, int esc_ms, bool mouse_on)
{
	memset(d, 0, sizeof(*d));
	d->esc_ms = esc_ms;
	d->esc_at_ms = -KEYS_REST_MS;
	d->mouse_on = mouse_on;
	d->click_ms = -KEYS_DOUBLE_MS;
}

size_t keys_room(const struct key_decoder *d)
{
	return sizeof(d->bytes) - d->len;
}

void keys_feed(struct key_decoder *d, const void *bytes, size_t n, int64_t now_ms)
{
	if (d->pasting && now_ms - d->fed_ms > KEYS_PASTE_MS)
		d->paste_lost = true;
	if (n > keys_room(d))
		n = keys_room(d);
	memcpy(d->bytes + d->len, bytes, n);
	d->len += n;
	d->fed_ms = now_ms;
}

/* Final bytes of CSI and SS3 sequences. CSI M is the beginning of a mouse report, never a key. */
static key_code key_of_final(unsigned char final, bool ss3)
{
	switch (final) {
	case 'A': return KEYS_UP;
	case 'B': return KEYS_DOWN;
	case 'C': return KEYS_RIGHT;
	case 'D': return KEYS_LEFT;
	case 'H': return KEYS_HOME;
	case 'F': return KEYS_END;
	case 'Z': return KEYS_BACKTAB;
	case 'M': return ss3 ? KEYS_ENTER : 0;		/* keypad */
	case 'P': case 'Q': case 'R': case 'S': return KEYS_F1 + (key_code)(final - 'P');
	default: return 0;
	}
}

/* CSI number ~ */
static key_code key_of_number(int number)
{
	static const struct { int number; key_code key; } table[] = {
		{ 1, KEYS_HOME }, { 2, KEYS_INSERT }, { 3, KEYS_DELETE }, { 4, KEYS_END }, { 5, KEYS_PAGE_UP },
		{ 6, KEYS_PAGE_DOWN }, { 7, KEYS_HOME }, { 8, KEYS_END }, { 11, KEYS_F1 }, { 12, KEYS_F1 + 1 },
		{ 13, KEYS_F1 + 2 }, { 14, KEYS_F1 + 3 }, { 15, KEYS_F1 + 4 }, { 17, KEYS_F1 + 5 },
		{ 18, KEYS_F1 + 6 }, { 19, KEYS_F1 + 7 }, { 20, KEYS_F1 + 8 }, { 21, KEYS_F1 + 9 },
		{ 23, KEYS_F1 + 10 }, { 24, KEYS_F12 }, { 200, KEYS_PASTE_BEGIN }, { 201, KEYS_PASTE_END },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].number == number)
			return table[i].key;
	return 0;
}

static int parse_numbers(const unsigned char *p, size_t len, int *out, int max)
{
	int n = 0;

	for (size_t i = 0; i < len && n < max; i++) {
		int value = 0;

		for (; i < len && p[i] >= '0' && p[i] <= '9'; i++)
			if (value < 100000)
				value = value * 10 + (p[i] - '0');
		out[n++] = value;
	}
	return n;
}

/* Decodes reports of the left button and the wheel only. Places count from 1. */
static key_code mouse_report(struct key_decoder *d, int button, int column, int row)
{
	bool again;

	if (!d->mouse_on || column < 1 || row < 1)
		return 0;
	switch (button) {
	case 0:
		again = d->mouse.y == row - 1 && d->mouse.x == column - 1 && d->fed_ms - d->click_ms < KEYS_DOUBLE_MS;
		d->mouse = (struct term_mouse){ row - 1, column - 1, again ? MOUSE_DOUBLE : MOUSE_CLICK };
		d->click_ms = again ? d->fed_ms - KEYS_DOUBLE_MS : d->fed_ms;
		return KEYS_MOUSE;
	case 64:
	case 65:
		d->mouse = (struct term_mouse){ row - 1, column - 1, button == 64 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN };
		return KEYS_MOUSE;
	default:
		return 0;
	}
}

/* d->bytes begins with ESC [ */
static enum step step_csi(struct key_decoder *d, size_t *used, key_code *key)
{
	const unsigned char *params = d->bytes + 2;
	int n[3];
	size_t i = 2;

	if (d->len > 2 && d->bytes[2] == '[') {		/* Linux console: ESC [ [ A is F1 */
		if (d->len < 4)
			return STEP_INCOMPLETE;
		*used = 4;
		*key = d->bytes[3] >= 'A' && d->bytes[3] <= 'E' ? KEYS_F1 + (key_code)(d->bytes[3] - 'A') : 0;
		return *key ? STEP_KEY : STEP_SKIP;
	}
	if (d->len > 2 && d->bytes[2] == 'M') {		/* X10: three bytes of 32 and more: button, column, row */
		if (d->len < 6)
			return STEP_INCOMPLETE;
		*used = 6;
		*key = mouse_report(d, d->bytes[3] - 32, d->bytes[4] - 32, d->bytes[5] - 32);
		return *key ? STEP_KEY : STEP_SKIP;
	}
	while (i < d->len && d->bytes[i] >= 0x20 && d->bytes[i] <= 0x3f)
		i++;
	if (i >= SEQUENCE_MAX) {
		*used = i;
		return STEP_SKIP;
	}
	if (i == d->len)
		return STEP_INCOMPLETE;
	if (d->bytes[i] < 0x40 || d->bytes[i] > 0x7e) {
		*used = i;
		return STEP_SKIP;
	}
	*used = i + 1;
	*key = 0;
	if (params[0] == '<' && d->bytes[i] == 'M') {		/* SGR: button ; column ; row */
		if (parse_numbers(params + 1, i - 3, n, 3) == 3)
			*key = mouse_report(d, n[0], n[1], n[2]);
	} else if (i == 2 || (params[0] >= '0' && params[0] <= '9')) {
		if (d->bytes[i] != '~')
			*key = key_of_final(d->bytes[i], false);
		else if (parse_numbers(params, i - 2, n, 1) == 1)
			*key = key_of_number(n[0]);
	}
	return *key ? STEP_KEY : STEP_SKIP;
}

/* Skips OSC, DCS, APC, PM to their end (BEL or ESC \). These answer queries of another program. */
static enum step step_string(const struct key_decoder *d, size_t *used)
{
	for (size_t i = 2; i < d->len; i++) {
		*used = i + 1;
		if (d->bytes[i] == '\a' || (d->bytes[i] == '\\' && d->bytes[i - 1] == 0x1b) || i >= SEQUENCE_MAX)
			return STEP_SKIP;
	}
	return STEP_INCOMPLETE;
}

static enum step step_escape(struct key_decoder *d, size_t *used, key_code *key)
{
	if (d->len < 2)
		return STEP_INCOMPLETE;
	switch (d->bytes[1]) {
	case '[':
		return step_csi(d, used, key);
	case 'O':
		if (d->len < 3)
			return STEP_INCOMPLETE;
		*used = 3;
		*key = key_of_final(d->bytes[2], true);
		return *key ? STEP_KEY : STEP_SKIP;
	case ']': case 'P': case '_': case '^':
		return step_string(d, used);
	default:
		*used = 1;
		*key = KEYS_ESC;
		return STEP_KEY;
	}
}

static enum step step_text(const struct key_decoder *d, size_t *used, key_code *key)
{
	unsigned char first = d->bytes[0];
	size_t whole = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 1;
	uint32_t code;

	if (d->len < whole)
		return STEP_INCOMPLETE;
	*used = utf8_next((struct str){ (const char *)d->bytes, d->len }, &code);
	if (first >= 0x80 && *used == 1)
		return STEP_SKIP;			/* not UTF-8 */
	*key = code;
	if (code == '\n')
		*key = KEYS_ENTER;
	else if (code == 0x7f || code == '\b')
		*key = KEYS_BACKSPACE;
	return code == 0 ? STEP_SKIP : STEP_KEY;
}

/* A lone ESC becomes a key after a short time. Other incomplete sequences wait for their rest. */
static bool is_lone_escape(const struct key_decoder *d)
{
	return d->len == 1 && d->bytes[0] == 0x1b;
}

bool keys_next(struct key_decoder *d, int64_t now_ms, key_code *key)
{
	if (d->paste_lost) {
		d->paste_lost = d->pasting = false;
		*key = KEYS_PASTE_END;
		return true;
	}
	while (d->len > 0) {
		bool swallowed = d->swallow, paste;
		enum step step;
		size_t used = 0;

		if (d->len < sizeof(d->bytes) && d->fed_ms - d->esc_at_ms < KEYS_REST_MS && (d->bytes[0] == '[' || d->bytes[0] == 'O')) {
			/* The ESC of a sequence was taken for a key. It is put back, to decode and swallow the rest. */
			memmove(d->bytes + 1, d->bytes, d->len++);
			d->bytes[0] = 0x1b;
			swallowed = d->swallow = true;
		}
		d->esc_at_ms = -KEYS_REST_MS;
		step = d->bytes[0] == 0x1b ? step_escape(d, &used, key) : step_text(d, &used, key);
		if (step == STEP_INCOMPLETE) {
			if (now_ms < keys_next_at_ms(d))
				return false;
			step = STEP_SKIP;		/* a lone ESC is a key; other sequences are dropped */
			if (is_lone_escape(d)) {
				step = STEP_KEY;
				*key = KEYS_ESC;
				d->esc_at_ms = now_ms;
			}
			used = d->len;
		}
		d->len -= used;
		memmove(d->bytes, d->bytes + used, d->len);
		d->swallow = false;
		paste = step == STEP_KEY && (*key == KEYS_PASTE_BEGIN || *key == KEYS_PASTE_END);
		if (paste)
			d->pasting = *key == KEYS_PASTE_BEGIN;
		if (paste || (step == STEP_KEY && !swallowed))
			return true;		/* never swallowed, or pasted text would act as keys */
	}
	return false;
}

int64_t keys_next_at_ms(const struct key_decoder *d)
{
	if (d->len == 0)
		return -1;
	return d->fed_ms + (is_lone_escape(d) ? d->esc_ms : KEYS_REST_MS);
}
