/* The last frame as text: what golden screens compare. It is read from the window that was drawn, not from the terminal. */
#include "config.h"

#include "term_private.h"

#include <wchar.h>

#include "theme.h"

static void append_cell(struct buf *to, const wchar_t *text, mbstate_t *state)
{
	char bytes[8];

	for (int i = 0; i < CCHARW_MAX && text[i] != L'\0'; i++) {
		size_t n = wcrtomb(bytes, text[i], state);

		if (n == (size_t)-1)
			buf_addc(to, '?');
		else
			buf_add(to, bytes, n);
	}
}

static void dump_row(struct buf *to, const struct term *t, int y, bool attributes)
{
	mbstate_t state = { 0 };

	for (int x = 0; x < t->columns;) {
		wchar_t text[CCHARW_MAX + 1] = L"";
		attr_t attrs = 0;
		short pair = 0;
		cchar_t cell;
		int width;

		if (mvin_wch(y, x, &cell) == ERR || getcchar(&cell, text, &attrs, &pair, NULL) == ERR)
			break;
		width = wcwidth(text[0]) > 1 ? 2 : 1;
		for (int i = 0; attributes && i < width; i++)
			buf_addc(to, theme_letter((int)(attrs | (attr_t)COLOR_PAIR(pair))));
		if (!attributes)
			append_cell(to, text, &state);
		x += width;
	}
}

static void cut_trailing(struct buf *b, size_t from, char blank)
{
	while (b->len > from && b->p[b->len - 1] == blank)
		b->len--;
	b->p[b->len] = '\0';
}

static void dump_rows(struct buf *to, const struct term *t, bool attributes)
{
	for (int y = 0; y < t->rows; y++) {
		size_t from = to->len;

		dump_row(to, t, y, attributes);
		cut_trailing(to, from, attributes ? '.' : ' ');
		buf_addc(to, '\n');
	}
}

char *term_dump(const struct term *t, bool attributes)
{
	struct buf out;
	int y, x;

	getyx(stdscr, y, x);
	buf_init(&out, BUF_UNBOUNDED);
	dump_rows(&out, t, false);
	if (attributes)
		dump_rows(&out, t, true);
	move(y, x);
	return buf_take(&out);
}
