/*
 * put() is the only place that clips. Columns are counted by character width, a text that does not fit ends in an
 * ellipsis, and a wide character is never cut in half. Bytes that the locale can't show become '?'.
 */
#include "config.h"

#include "draw.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "curses_wide.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

struct canvas canvas_of(struct rect area, bool ascii)
{
	return (struct canvas){ .area = area, .ascii = ascii };
}

struct canvas canvas_rect(const struct canvas *c, const struct rect *r)
{
	return canvas_sub(c, r->y, r->x, r->rows, r->columns);
}

struct canvas canvas_sub(const struct canvas *c, int y, int x, int rows, int columns)
{
	struct canvas sub = *c;
	int y1 = min(max(y, 0), c->area.rows), x1 = min(max(x, 0), c->area.columns);

	sub.area.y = c->area.y + y1;
	sub.area.x = c->area.x + x1;
	sub.area.rows = max(0, min(y + rows, c->area.rows) - y1);
	sub.area.columns = max(0, min(x + columns, c->area.columns) - x1);
	return sub;
}

/* Draws `len` bytes of clean text. The caller has clipped. */
static void put(const struct canvas *c, int y, int x, attr_t attr, const char *text, size_t len)
{
	wchar_t part[256];
	int n = 0;

	attrset((int)attr);
	move(c->area.y + y, c->area.x + x);
	for (struct str s = { text, len }; s.len > 0;) {
		uint32_t code;
		size_t used = utf8_next(s, &code);

		part[n++] = (wchar_t)(code < 0x80 || MB_CUR_MAX > 1 ? code : '?');	/* a locale of one byte has ASCII only */
		s.p += used;
		s.len -= used;
		if (n == ARRAY_LEN(part) || s.len == 0) {
			addnwstr(part, n);
			n = 0;
		}
	}
	attrset(A_NORMAL);
}

static int room(const struct canvas *c, int y, int x, int width)
{
	int left = c->area.columns - x;

	if (y < 0 || y >= c->area.rows || x < 0 || left <= 0)
		return 0;
	return width <= 0 ? left : min(width, left);
}

static bool is_ascii(const char *text, size_t *len)
{
	const char *p = text;

	while ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f)
		p++;
	*len = (size_t)(p - text);
	return *p == '\0';
}

int draw_text(const struct canvas *c, int y, int x, int width, enum role r, const char *text)
{
	int columns = room(c, y, x, width), used;
	const char *ellipsis = mark_text(c, MARK_ELLIPSIS);
	size_t len;

	if (columns == 0 || *text == '\0')
		return 0;
	if (is_ascii(text, &len) && len <= (size_t)columns)
		used = (int)len;
	else
		len = utf8_fit(text, columns, &used);
	if (text[len] == '\0') {
		put(c, y, x, (attr_t)theme_attr(r), text, len);
		return used;
	}
	len = utf8_fit(text, max(0, columns - utf8_width(ellipsis)), &used);
	put(c, y, x, (attr_t)theme_attr(r), text, len);
	len = utf8_fit(ellipsis, columns - used, &width);
	put(c, y, x + used, (attr_t)theme_attr(r), ellipsis, len);
	return used + width;
}

int draw_textf(const struct canvas *c, int y, int x, int width, enum role r, const char *format, ...)
{
	va_list ap;
	char *text;
	int used;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	used = draw_text(c, y, x, width, r, text);
	free(text);
	return used;
}

int draw_foreign(const struct canvas *c, int y, int x, int width, enum role r, const char *text)
{
	size_t len;
	char *clean;
	int used;

	if (is_ascii(text, &len))
		return draw_text(c, y, x, width, r, text);
	clean = utf8_clean_dup(str_of(text));
	used = draw_text(c, y, x, width, r, clean);
	free(clean);
	return used;
}

int draw_right(const struct canvas *c, int y, int x, int width, enum role r, const char *text)
{
	int columns = room(c, y, x, width), used = utf8_width(text);

	if (columns == 0)
		return 0;
	return draw_text(c, y, x + max(0, columns - used), min(columns, used), r, text);
}

static void fill_line(const struct canvas *c, int y, int x, int columns, attr_t attr, uint32_t code)
{
	wchar_t part[128];

	wmemset(part, (wchar_t)code, ARRAY_LEN(part));
	attrset((int)attr);
	move(c->area.y + y, c->area.x + x);
	for (; columns > 0; columns -= (int)ARRAY_LEN(part))
		addnwstr(part, min(columns, (int)ARRAY_LEN(part)));
	attrset(A_NORMAL);
}

static void draw_line(const struct canvas *c, int y, int x, int columns)
{
	int n = room(c, y, x, columns);

	if (columns > 0 && n > 0)
		fill_line(c, y, x, n, (attr_t)theme_attr(ROLE_RULE), c->ascii ? '-' : 0x2500);
}

void draw_rule(const struct canvas *c, int y, const char *title, const char *note)
{
	int columns = c->area.columns, x = 0, note_width = note ? utf8_width(note) : 0;

	if (title != NULL && *title != '\0' && columns > 8) {
		draw_line(c, y, 0, 2);
		x = 4 + draw_text(c, y, 3, columns - 6, ROLE_TITLE, title);
	}
	if (note_width > 0 && x + note_width + 6 <= columns) {
		draw_line(c, y, x, columns - x - note_width - 4);
		draw_text(c, y, columns - note_width - 3, note_width, ROLE_NORMAL, note);
		draw_line(c, y, columns - 2, 2);
	} else {
		draw_line(c, y, x, columns - x);
	}
}

void draw_selected(const struct canvas *c, int y, int columns)
{
	int most = room(c, y, 0, columns), x, width, end = 0;

	for (x = 0; x < most; x += width) {
		wchar_t text[CCHARW_MAX + 1] = L"";
		attr_t attrs;
		short pair;
		cchar_t cell;

		mvin_wch(c->area.y + y, c->area.x + x, &cell);
		getcchar(&cell, text, &attrs, &pair, NULL);
		width = wcwidth(text[0]) > 1 ? 2 : 1;
		if (text[0] == L' ' || columns <= 0)
			end = x + width;
	}
	if (most > 0)
		mvchgat(c->area.y + y, c->area.x, end > 0 ? end : x, (attr_t)theme_attr(ROLE_SELECTED), 0, NULL);
}

void draw_clear(const struct canvas *c)
{
	for (int y = 0; y < c->area.rows; y++)
		if (c->area.columns > 0)
			fill_line(c, y, 0, c->area.columns, A_NORMAL, ' ');
}

/* Returns the bytes of one line of wrapped text; *next is the beginning of the next line. */
static size_t wrap_line(const char *text, int columns, const char **next)
{
	size_t end = strcspn(text, "\n"), len, at;
	int width;

	len = utf8_fit(text, columns, &width);
	if (len >= end) {
		*next = text + end + (text[end] == '\n');
		return end;
	}
	for (at = len; at > 0 && text[at] != ' '; at--)
		;
	if (at == 0)
		at = len > 0 ? len : utf8_forward(text, 0);
	*next = text + at + strspn(text + at, " ");
	return at;
}

int draw_wrapped(const struct canvas *c, int y, int skip, enum role r, const char *text)
{
	int line = 0;

	if (c->area.columns <= 0)
		return 0;
	for (const char *next; *text != '\0'; text = next, line++) {
		size_t len = wrap_line(text, c->area.columns, &next);
		int row = y + line - skip;

		if (line >= skip && row >= 0 && row < c->area.rows)
			put(c, row, 0, (attr_t)theme_attr(r), text, len);
	}
	return line;
}

struct canvas draw_box(const struct canvas *c, int rows, int columns, const char *title)
{
	static const char *const fancy[] = { "┌", "┐", "└", "┘", "│" };
	static const char *const plain[] = { "+", "+", "+", "+", "|" };
	const char *const *edge = c->ascii ? plain : fancy;
	int bottom = min(rows + 2, c->area.rows) - 1, right = min(columns + 4, c->area.columns) - 1;
	struct canvas box = canvas_sub(c, (c->area.rows - bottom - 1) / 2, (c->area.columns - right - 1) / 2, bottom + 1, right + 1);

	if (c->area.rows < 5 || c->area.columns < 20) {
		draw_clear(c);
		return *c;
	}
	draw_clear(&box);
	draw_line(&box, 0, 1, right - 1);
	draw_line(&box, bottom, 1, right - 1);
	for (int corner = 0; corner < 4; corner++)
		draw_text(&box, corner < 2 ? 0 : bottom, corner % 2 == 0 ? 0 : right, 1, ROLE_RULE, edge[corner]);
	for (int y = 1; y < bottom; y++) {
		draw_text(&box, y, 0, 1, ROLE_RULE, edge[4]);
		draw_text(&box, y, right, 1, ROLE_RULE, edge[4]);
	}
	if (title != NULL && *title != '\0' && right > 6) {
		int used = draw_text(&box, 0, 3, right - 5, ROLE_TITLE, title);

		draw_text(&box, 0, 2, 1, ROLE_NORMAL, " ");
		draw_text(&box, 0, 3 + used, 1, ROLE_NORMAL, " ");
	}
	return canvas_sub(&box, 1, 2, bottom - 1, right - 3);
}

const char *mark_text(const struct canvas *c, enum mark m)
{
	static const struct { const char *fancy, *plain; } marks[] = {
		[MARK_OPEN] = { "▾", "v" },
		[MARK_CLOSED] = { "▸", ">" },
		[MARK_CURSOR] = { ">", ">" },
		[MARK_OK] = { "✓", "+" },
		[MARK_WARN] = { "!", "!" },
		[MARK_ALARM] = { "✗", "x" },
		[MARK_ELLIPSIS] = { "…", ".." },
		[MARK_DOT] = { "•", "*" },
		[MARK_UP] = { "↑", "^" },
		[MARK_DOWN] = { "↓", "v" },
	};

	return c->ascii ? marks[m].plain : marks[m].fancy;
}
