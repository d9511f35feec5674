/*
 * Bytes of a terminal into keys: a pure decoder, so that it can be tested without one. It knows the sequences that xterm,
 * the VT family, the Linux console, rxvt, tmux and screen send (ECMA-48 grammar, so unknown ones are swallowed whole),
 * bracketed paste, and mouse reports of the X10 and SGR forms, which are keys only while the mouse is on.
 *
 * A lone ESC becomes a key KEYS_ESC_MS after it came. Bytes that begin like the rest of a sequence within KEYS_REST_MS after
 * that are swallowed to the end of the sequence, because a slow link may have cut it. Any other incomplete sequence is dropped
 * KEYS_REST_MS after its last byte. No part of a sequence is ever a key.
 */
#ifndef UI_TERM_KEYS_H
#define UI_TERM_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "term.h"
#include "trunkdeck/app/keymap.h"

#define KEYS_ESC_MS 25			/* what nnn, htop and sngrep use (tui.md); an environment ESCDELAY wins */
#define KEYS_REST_MS 500			/* the rest of a sequence may come this late */
#define KEYS_PASTE_MS 2000		/* a paste without its end mark ends after this silence */
#define KEYS_DOUBLE_MS 400

struct key_decoder {
	unsigned char bytes[4096];
	size_t len;
	int64_t fed_ms;			/* when the last bytes came */
	int esc_ms;
	int64_t esc_at_ms;		/* when a lone ESC became a key, because its rest may still come */
	bool swallow;			/* the next bytes are the rest of such a sequence */
	bool mouse_on;			/* reports are keys; if not, an earlier program asked for them: swallowed */
	bool pasting;
	bool paste_lost;
	struct term_mouse mouse;	/* of the last KEYS_MOUSE */
	int64_t click_ms;		/* of the last click, for double clicks */
};

void keys_init(struct key_decoder *d, int esc_ms, bool mouse_on);
/* Returns how many more bytes fit; 0 = take out keys first. */
size_t keys_room(const struct key_decoder *d);
void keys_feed(struct key_decoder *d, const void *bytes, size_t n, int64_t now_ms);
/* Takes the next key; false when there is none, or an incomplete one whose time is not over. */
bool keys_next(struct key_decoder *d, int64_t now_ms, key_code *key);
/* Returns when an incomplete key is decided; -1 = none. */
int64_t keys_next_at_ms(const struct key_decoder *d);

#endif
