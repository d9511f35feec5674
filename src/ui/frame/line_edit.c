#include "config.h"

#include "line_edit.h"

#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

void line_init(struct line_edit *l, const char *text, size_t max)
{
	memset(l, 0, sizeof(*l));
	l->max = max;
	buf_init(&l->text, max);
	line_set(l, text);
}

void line_clear(struct line_edit *l)
{
	buf_clear(&l->text);
	l->at = 0;
}

const char *line_text(const struct line_edit *l)
{
	return l->text.p != NULL ? l->text.p : "";
}

bool line_pasting(const struct line_edit *l)
{
	return l->pasting;
}

/* Replaces text[from, to) by `with`; the cursor goes to its end. Does nothing when the text would become too long. */
static void replace(struct line_edit *l, size_t from, size_t to, const char *with, size_t len)
{
	struct buf next;

	if (l->text.len - (to - from) + len > l->max)
		return;
	buf_init(&next, l->max);
	buf_add(&next, line_text(l), from);
	buf_add(&next, with, len);
	buf_adds(&next, line_text(l) + to);
	buf_clear(&l->text);
	l->text = next;
	l->at = from + len;
}

void line_set(struct line_edit *l, const char *text)
{
	char *clean = utf8_clean_dup(str_of(text));
	size_t len = strlen(clean);

	while (len > l->max)
		len = utf8_backward(clean, len);
	buf_reset(&l->text);
	buf_add(&l->text, clean, len);
	l->at = l->text.len;
	l->shift = 0;
	free(clean);
}

static enum line_result insert(struct line_edit *l, key_code key)
{
	struct buf clean;
	char bytes[UTF8_MAX];

	buf_init(&clean, 64);
	utf8_clean(&clean, (struct str){ bytes, utf8_encode(bytes, key) });
	if (clean.len > 0)
		replace(l, l->at, l->at, clean.p, clean.len);
	buf_clear(&clean);
	return LINE_CHANGED;
}

static enum line_result erase_range(struct line_edit *l, size_t from, size_t to)
{
	if (from == to)
		return LINE_MOVED;
	replace(l, from, to, "", 0);
	return LINE_CHANGED;
}

/* A pasted line end becomes a blank; those at the end of the paste are removed. */
static enum line_result paste_key(struct line_edit *l, key_code key)
{
	if (key == KEYS_PASTE_END) {
		size_t end = l->at;

		l->pasting = false;
		while (end > l->paste_end && line_text(l)[end - 1] == ' ')
			end--;
		erase_range(l, end, l->at);
		return LINE_CHANGED;
	}
	if (key == KEYS_ENTER || key == KEYS_TAB)
		return insert(l, ' ');
	return key >= 0x20 && key < KEYS_UP ? insert(l, key) : LINE_MOVED;
}

static enum line_result edit_key(struct line_edit *l, key_code key)
{
	const char *text = line_text(l);
	size_t word = l->at;

	switch (key) {
	case KEYS_BACKSPACE:
		return erase_range(l, l->at > 0 ? utf8_backward(text, l->at) : 0, l->at);
	case KEYS_DELETE:
	case KEYS_CTRL('D'):
		return erase_range(l, l->at, utf8_forward(text, l->at));
	case KEYS_LEFT:
		l->at = l->at > 0 ? utf8_backward(text, l->at) : 0;
		return LINE_MOVED;
	case KEYS_RIGHT:
		l->at = l->at < l->text.len ? utf8_forward(text, l->at) : l->at;
		return LINE_MOVED;
	case KEYS_HOME:
	case KEYS_CTRL('A'):
		l->at = 0;
		return LINE_MOVED;
	case KEYS_END:
	case KEYS_CTRL('E'):
		l->at = l->text.len;
		return LINE_MOVED;
	case KEYS_CTRL('U'):
		return erase_range(l, 0, l->at);
	case KEYS_CTRL('K'):
		return erase_range(l, l->at, l->text.len);
	case KEYS_CTRL('W'):
		while (word > 0 && text[word - 1] == ' ')
			word--;
		while (word > 0 && text[word - 1] != ' ')
			word--;
		return erase_range(l, word, l->at);
	default:
		return LINE_IGNORED;
	}
}

enum line_result line_key(struct line_edit *l, key_code key)
{
	if (l->pasting)
		return paste_key(l, key);
	if (key == KEYS_PASTE_BEGIN) {
		l->pasting = true;
		l->paste_end = l->at;
		return LINE_MOVED;
	}
	if (key >= 0x20 && key < KEYS_UP)
		return insert(l, key);
	return edit_key(l, key);
}

static int columns_before(const char *text, size_t at)
{
	char *head = xstrndup(text, at);
	int width = utf8_width(head);

	free(head);
	return width;
}

int line_draw(struct line_edit *l, const struct canvas *c, int y, int x, int width, enum role r)
{
	const char *text = line_text(l);
	int cursor = columns_before(text, l->at), columns = utf8_width(text), used;
	struct buf shown;
	size_t from, len;

	if (cursor < l->shift)
		l->shift = cursor;
	else if (cursor - l->shift >= width)
		l->shift = cursor - width + 1;
	if (l->shift > 0 && columns + 1 - l->shift < width)	/* fill the room to the right with scrolled-off text */
		l->shift = columns + 1 > width ? columns + 1 - width : 0;
	from = utf8_fit(text, l->shift, &used);
	if (used < l->shift && text[from] != '\0') {	/* half of a wide character */
		from = utf8_forward(text, from);
		used = columns_before(text, from);
	}
	l->shift = used;
	len = utf8_fit(text + from, width, &used);
	buf_init(&shown, BUF_UNBOUNDED);
	buf_add(&shown, text + from, len);
	for (; used < width; used++)
		buf_addc(&shown, ' ');
	draw_text(c, y, x, width, r, shown.p);
	buf_clear(&shown);
	return x + cursor - l->shift;
}
