/*
 * Bytes to text. A BOM decides; without one, NUL bytes in the first characters show UTF-16. Otherwise the text is UTF-8 if the
 * whole file is valid UTF-8, and Windows-1252 (the "CSV" of Excel in the West) if it is not and no byte is undefined there.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "private.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/utf8.h"

/* 0x80 to 0x9f of Windows-1252; 0 = undefined. */
static const uint16_t windows[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

static bool fill(struct import_text *t)
{
	if (t->raw_at < t->raw_len)
		return true;
	t->raw_at = 0;
	t->raw_len = fread(t->raw, 1, sizeof(t->raw), t->file);
	t->read += (int64_t)t->raw_len;
	if (t->raw_len == 0 && ferror(t->file))
		err_set_message(&t->err, ERR_FILE, _("the file can't be read: %s"), strerror(errno));
	return t->raw_len > 0;
}

bool text_rewind(struct import_text *t, struct err *e)
{
	if (fseeko(t->file, (off_t)t->bom, SEEK_SET) != 0)
		return err_set_message(e, ERR_FILE, _("the file can't be read: %s"), strerror(errno));
	t->raw_len = t->raw_at = t->utf8_len = t->utf8_at = 0;
	t->read = (int64_t)t->bom;
	t->line = 1;
	t->cr = false;
	t->peeked = -2;
	err_clear(&t->err);
	return true;
}

/* Reads the whole file: is it UTF-8, could it be Windows-1252? */
static bool find_coding(struct import_text *t, struct err *e)
{
	bool utf8 = true, defined = true;
	unsigned char tail[4];
	size_t kept = 0;

	while (fill(t)) {
		for (size_t i = 0; i < t->raw_len; i++) {
			unsigned char c = t->raw[i];
			size_t lead = kept ? (tail[0] >= 0xf0 ? 4 : tail[0] >= 0xe0 ? 3 : 2) : 1;

			defined &= c && (c < 0x80 || c >= 0xa0 || windows[c - 0x80]);
			if (!kept && c < 0x80)
				continue;
			tail[kept++] = c;
			lead = kept == 1 ? 4 : lead;
			if (kept == 1 && c < 0xc0) {
				utf8 = false;
				kept = 0;
			} else if (kept > 1 && kept == lead) {
				utf8 &= utf8_valid((struct str){ (const char *)tail, kept });
				kept = 0;
			} else if (kept > 1 && (c & 0xc0) != 0x80) {
				utf8 = false;
				kept = 0;
			}
		}
		t->raw_at = t->raw_len;
	}
	if (t->err.code != ERR_NONE) {
		*e = t->err;
		return false;
	}
	utf8 &= kept == 0;
	t->coding = utf8 ? CODING_UTF8 : CODING_WINDOWS;
	if (utf8 || defined)
		return true;
	err_set_message(e, ERR_FILE, "%s", _("the file is neither UTF-8, UTF-16 nor Windows-1252"));
	return err_hint(e, "%s", _("save it as \"CSV UTF-8\""));
}

bool text_init(struct import_text *t, FILE *file, struct err *e)
{
	const unsigned char *b = t->raw;
	size_t n;

	t->file = file;
	t->bom = 0;
	t->coding = CODING_UTF8;
	if (!text_rewind(t, e))
		return false;
	n = fill(t) ? t->raw_len : 0;
	if (n >= 3 && !memcmp(b, "\xef\xbb\xbf", 3)) {
		t->bom = 3;
	} else if (n >= 2 && ((b[0] == 0xff && b[1] == 0xfe) || (b[0] == 0xfe && b[1] == 0xff))) {
		t->bom = 2;
		t->coding = b[0] == 0xff ? CODING_UTF16LE : CODING_UTF16BE;
	} else if (n >= 4 && !b[0] != !b[1] && !b[2] != !b[3] && !b[0] == !b[2]) {
		t->coding = b[1] ? CODING_UTF16BE : CODING_UTF16LE;
	}
	if (t->coding == CODING_UTF8) {
		if (!text_rewind(t, e) || !find_coding(t, e))
			return false;
		/* A BOM says UTF-8; what follows is not. */
		if (t->bom && t->coding != CODING_UTF8)
			return err_set_message(e, ERR_FILE, "%s", _("the file begins as UTF-8, and is not valid UTF-8"));
	}
	return text_rewind(t, e);
}

/* The next unit of 16 bits; -1 at the end. */
static int32_t unit16(struct import_text *t)
{
	unsigned char pair[2];

	for (int i = 0; i < 2; i++) {
		if (!fill(t))
			return -1;
		pair[i] = t->raw[t->raw_at++];
	}
	return t->coding == CODING_UTF16LE ? pair[0] | pair[1] << 8 : pair[1] | pair[0] << 8;
}

/* Decodes one character that is not ASCII of an ASCII coding. */
static bool decode(struct import_text *t)
{
	uint32_t code;
	int32_t unit;

	if (t->coding == CODING_WINDOWS) {
		code = t->raw[t->raw_at++];
		if (code >= 0x80 && code < 0xa0)
			code = windows[code - 0x80];
	} else {
		unit = unit16(t);
		if (unit < 0)
			return false;
		code = (uint32_t)unit;
		if (code >= 0xd800 && code < 0xdc00) {
			unit = unit16(t);
			code = unit >= 0xdc00 && unit < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)unit - 0xdc00) : 0xfffd;
		} else if (code >= 0xdc00 && code < 0xe000) {
			code = 0xfffd;
		}
	}
	t->utf8_at = 0;
	t->utf8_len = utf8_encode(t->utf8, code);
	return true;
}

static int next_byte(struct import_text *t)
{
	if (t->utf8_at < t->utf8_len)
		return (unsigned char)t->utf8[t->utf8_at++];
	if (t->err.code != ERR_NONE || !fill(t))
		return -1;
	if (t->coding == CODING_UTF8 || (t->coding == CODING_WINDOWS && t->raw[t->raw_at] < 0x80))
		return t->raw[t->raw_at++];
	return decode(t) ? (unsigned char)t->utf8[t->utf8_at++] : -1;
}

int text_peek(struct import_text *t)
{
	if (t->peeked == -2)
		t->peeked = next_byte(t);
	return t->peeked;
}

int text_get(struct import_text *t)
{
	int c = text_peek(t);

	t->peeked = -2;
	if (c == '\r' || (c == '\n' && !t->cr))
		t->line++;
	t->cr = c == '\r';
	return c;
}
