/*
 * OSC 52: the terminal puts the text into its user's clipboard, also over SSH. The text is hostile; in base64 no byte
 * of it can end the sequence. Inside tmux it is sent twice: plain (for `set-clipboard on`) and wrapped for the outer
 * terminal (for `allow-passthrough on`). tmux's configuration decides which one works; the other one is ignored. GNU
 * screen needs the wrapping, in short pieces.
 */
#include "config.h"

#include "term_private.h"

#include <stdlib.h>
#include <string.h>

#define COPY_MAX 74994			/* bytes encoded: what xterm takes */
#define SCREEN_PIECE 240

static void append_base64(struct buf *to, const unsigned char *p, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		unsigned n = (unsigned)p[i] << 16;

		if (i + 1 < len)
			n |= (unsigned)p[i + 1] << 8;
		if (i + 2 < len)
			n |= p[i + 2];
		buf_addc(to, digits[n >> 18]);
		buf_addc(to, digits[n >> 12 & 63]);
		buf_addc(to, i + 1 < len ? digits[n >> 6 & 63] : '=');
		buf_addc(to, i + 2 < len ? digits[n & 63] : '=');
	}
}

static bool inside(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && *value != '\0';
}

bool term_copy(struct term *t, const char *text)
{
	size_t len = strlen(text);
	struct buf osc;

	if ((len + 2) / 3 * 4 > COPY_MAX)
		return false;
	buf_init(&osc, BUF_UNBOUNDED);
	buf_adds(&osc, "\033]52;c;");
	append_base64(&osc, (const unsigned char *)text, len);
	buf_addc(&osc, '\a');
	if (inside("TMUX")) {
		buf_add(&t->extra, osc.p, osc.len);
		buf_adds(&t->extra, "\033Ptmux;\033");
		buf_add(&t->extra, osc.p, osc.len);
		buf_adds(&t->extra, "\033\\");
	} else if (inside("STY")) {
		for (size_t at = 0; at < osc.len; at += SCREEN_PIECE) {
			buf_adds(&t->extra, "\033P");
			buf_add(&t->extra, osc.p + at, osc.len - at < SCREEN_PIECE ? osc.len - at : SCREEN_PIECE);
			buf_adds(&t->extra, "\033\\");
		}
	} else {
		buf_add(&t->extra, osc.p, osc.len);
	}
	buf_clear(&osc);
	return true;
}
