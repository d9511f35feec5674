/*
 * The decoder of keys. Any bytes, cut anywhere and after any time, become keys of the program or nothing, and nothing
 * waits for ever. A whole sequence (CSI, SS3, mouse report) that is cut in two within KEYS_REST_MS never becomes other
 * keys: it gives the key of the whole sequence, or Esc, or nothing.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "ui/term/keys.h"

const char fuzz_corpus[] = "tests/fuzz/corpus/keys";

static void check_key(const struct key_decoder *d, key_code key)
{
	FUZZ_ASSERT(key != 0 && key < KEYS_F12 + 1);
	FUZZ_ASSERT(key < 0xd800 || key > 0xdfff);
	FUZZ_ASSERT(key != KEYS_MOUSE || (d->mouse_on && d->mouse.y >= 0 && d->mouse.x >= 0));
}

/* The first byte of each part gives its length and its delay. */
static void check_parts(const uint8_t *bytes, size_t len, bool mouse_on)
{
	struct key_decoder d;
	int64_t now = 1000;
	key_code key;

	keys_init(&d, KEYS_ESC_MS, mouse_on);
	while (len > 0) {
		size_t part = 1 + bytes[0] % 16;

		now += bytes[0] / 16 * 50;
		bytes++;
		len--;
		part = part < len ? part : len;
		if (part > keys_room(&d))
			part = keys_room(&d);
		keys_feed(&d, bytes, part, now);
		bytes += part;
		len -= part;
		while (keys_next(&d, now, &key))
			check_key(&d, key);
		FUZZ_ASSERT(keys_next_at_ms(&d) == -1 || keys_next_at_ms(&d) > now);
	}
	now += KEYS_REST_MS + KEYS_PASTE_MS;
	while (keys_next(&d, now, &key))
		check_key(&d, key);
	FUZZ_ASSERT(keys_next_at_ms(&d) == -1);
}

/* Makes a sequence of the bytes; returns its length. */
static size_t make_sequence(const uint8_t *bytes, size_t len, char *to)
{
	size_t n = 2;

	to[0] = 0x1b;
	to[1] = bytes[0] & 1 ? '[' : 'O';
	if (to[1] == '[' && bytes[0] & 2) {
		to[n++] = 'M';
		for (int i = 0; i < 3; i++)
			to[n++] = (char)(32 + bytes[1 + i] % 95);
		return n;
	}
	for (size_t i = 4; to[1] == '[' && i < len && i < 20; i++)
		to[n++] = (char)(0x30 + bytes[i] % 16);
	to[n] = (char)(0x40 + bytes[1] % 63);
	if (n == 2 && to[n] == '[')			/* the Linux console's F keys have one byte more */
		to[++n] = 'A';
	if (n == 2 && to[1] == '[' && to[n] == 'M')	/* a mouse report */
		to[n] = 'A';
	return n + 1;
}

static void check_cut(const char *sequence, size_t len, size_t cut, int64_t late, bool mouse_on)
{
	struct key_decoder d;
	key_code whole = 0, key;

	keys_init(&d, KEYS_ESC_MS, mouse_on);
	keys_feed(&d, sequence, len, 1000);
	if (!keys_next(&d, 1000, &whole))
		whole = 0;
	keys_init(&d, KEYS_ESC_MS, mouse_on);
	keys_feed(&d, sequence, cut, 1000);
	while (keys_next(&d, 1000 + late, &key))
		FUZZ_ASSERT(key == KEYS_ESC);
	keys_feed(&d, sequence + cut, len - cut, 1000 + late);
	while (keys_next(&d, 1000 + late, &key))
		FUZZ_ASSERT(key == whole);
	FUZZ_ASSERT(keys_next_at_ms(&d) == -1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char sequence[32];
	size_t n;

	check_parts(bytes, len, true);
	check_parts(bytes, len, false);
	if (len < 6)
		return 0;
	n = make_sequence(bytes, len, sequence);
	check_cut(sequence, n, 1 + bytes[4] % (n - 1), bytes[5] * (KEYS_REST_MS - 1) / 255, bytes[0] & 4);
	return 0;
}
