/* The last frame as text, for the golden screens. It is read from the window that was drawn, not from the terminal. */
#include "config.h"

#include "term_private.h"

#include <wchar.h>

#include "theme.h"

static void dump_row(struct buf *to, const struct term *t, int y, bool attributes)
{
	size_t from = to->len;
	mbstate_t state = { 0 };
	int width;

	for (int x = 0; x < t->columns; x += width) {
		wchar_t text[CCHARW_MAX + 1] = L"";
		char bytes[8];
		attr_t attrs = 0;
		short pair = 0;
		cchar_t cell;

		if (mvin_wch(y, x, &cell) == ERR || getcchar(&cell, text, &attrs, &pair, NULL) == ERR)
			break;
		width = wcwidth(text[0]) > 1 ? 2 : 1;
		for (int i = 0; attributes && i < width; i++)
			buf_addc(to, theme_letter((int)(attrs | (attr_t)COLOR_PAIR(pair))));
		for (int i = 0; !attributes && i < CCHARW_MAX && text[i] != L'\0'; i++) {
			size_t n = wcrtomb(bytes, text[i], &state);

			buf_add(to, n == (size_t)-1 ? "?" : bytes, n == (size_t)-1 ? 1 : n);
		}
	}
	while (to->len > from && to->p[to->len - 1] == (attributes ? '.' : ' '))
		to->len--;
	to->p[to->len] = '\0';
	buf_addc(to, '\n');
}

char *term_dump(const struct term *t, bool attributes)
{
	struct buf out;
	int y, x;

	getyx(stdscr, y, x);
	buf_init(&out, BUF_UNBOUNDED);
	for (int row = 0; row < t->rows; row++)
		dump_row(&out, t, row, false);
	for (int row = 0; attributes && row < t->rows; row++)
		dump_row(&out, t, row, true);
	move(y, x);
	return buf_take(&out);
}
