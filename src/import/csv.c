/*
 * CSV: RFC 4180, and what spreadsheets make of it. The separator comes from a line "sep=;" or from the heading line alone, because
 * the cells of other lines hold the others. Lines end with LF, CRLF or CR. A quote inside a cell that is not quoted
 * is a character, and so is what follows a closing quote.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "private.h"
#include "trunkdeck/base/gettext.h"

static const char separators[] = "\t;,|";

/* Skips a line end of one or two bytes, whose first byte was read. */
static void end_line(struct import_text *t, int c)
{
	if (c == '\r' && text_peek(t) == '\n')
		text_get(t);
}

/* Which separator the first line has most of, outside quotes. */
static bool find_separator(struct csv *c, struct import_text *t, struct err *e)
{
	size_t counts[sizeof(separators)] = { 0 }, best = 2, len = 0;
	bool quoted = false;
	int byte;

	while ((byte = text_get(t)) >= 0 && len++ < IMPORT_ROW_MAX && (quoted || (byte != '\n' && byte != '\r'))) {
		const char *found = byte ? strchr(separators, byte) : NULL;

		if (byte == '"')
			quoted = !quoted;
		else if (found && !quoted)
			counts[found - separators]++;
	}
	for (size_t i = 0; i < sizeof(separators) - 1; i++)
		if (counts[i] > counts[best])
			best = i;
	c->separator = separators[best];
	return text_rewind(t, e);
}

bool csv_begin(struct csv *c, struct import_text *t, struct err *e)
{
	char first[6] = "";
	int byte = 0;

	for (size_t i = 0; i < 5 && (byte = text_get(t)) > 0 && byte != '\n' && byte != '\r'; i++)
		first[i] = (char)byte;
	if (!strncasecmp(first, "sep=", 4) && first[4]) {
		byte = text_get(t);
		if (byte == '\n' || byte == '\r') {
			c->separator = first[4];
			end_line(t, byte);
			return true;
		}
	}
	return text_rewind(t, e) && find_separator(c, t, e);
}

/* Reads a cell behind its opening quote. */
static bool quoted_cell(struct csv *c, struct import_text *t, struct err *e)
{
	size_t line = t->line;
	int byte;

	while ((byte = text_get(t)) >= 0 && !c->bytes.overflow) {
		if (byte == '"' && text_peek(t) != '"')
			return true;
		if (byte == '"')
			text_get(t);
		end_line(t, byte);
		if (byte)
			buf_addc(&c->bytes, byte == '\r' ? '\n' : (char)byte);
	}
	err_set_message(e, ERR_FILE, _("line %zu: the quote that opens a cell is not closed"), line);
	return err_hint(e, "%s", _("a quote inside a quoted cell is written twice"));
}

static bool read_record(struct csv *c, struct import_text *t, struct err *e)
{
	bool fresh = true;
	int byte;

	c->at[0] = 0;
	c->count = 1;
	while ((byte = text_get(t)) >= 0 && byte != '\n' && byte != '\r') {
		if (byte == '"' && fresh) {
			if (!quoted_cell(c, t, e))
				return false;
			fresh = false;
		} else if (byte == (unsigned char)c->separator) {
			if (c->count == IMPORT_COLUMNS_MAX)
				return err_set_message(e, ERR_FILE, _("line %zu has more than %d columns"), c->line, IMPORT_COLUMNS_MAX);
			buf_addc(&c->bytes, '\0');
			c->at[c->count++] = c->bytes.len;
			fresh = true;
		} else if (byte) {
			buf_addc(&c->bytes, (char)byte);
			fresh = false;
		}
		if (c->bytes.overflow)
			return err_set_message(e, ERR_FILE, _("line %zu is longer than %d bytes"), c->line, IMPORT_ROW_MAX);
	}
	if (byte >= 0)
		end_line(t, byte);
	return true;
}

/* An empty row is a line without text in its cells, as spreadsheets leave at the end. */
static bool is_empty(const struct csv *c)
{
	for (size_t i = 0; i < c->bytes.len; i++)
		if (c->bytes.p[i] && !strchr(" \t\r", c->bytes.p[i]))
			return false;
	return true;
}

bool csv_next(struct csv *c, struct import_text *t, struct err *e)
{
	do {
		if (text_peek(t) < 0) {
			*e = t->err;
			return false;
		}
		buf_reset(&c->bytes);
		c->line = t->line;
		if (!read_record(c, t, e))
			return false;
	} while (is_empty(c));
	return true;
}
