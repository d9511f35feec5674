/*
 * The three forms of output. Tables are kept until the last row is known, everything else is written as it comes, so that
 * a hundred thousand numbers as CSV or JSON need no memory. The first failed write is remembered and told at the end.
 */
#include "config.h"

#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define GAP 2

static int terminal_width(FILE *f)
{
	struct winsize size;

	if (!isatty(fileno(f)) || ioctl(fileno(f), TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

void cli_output_init(struct cli_output *o, enum output_format format, FILE *to)
{
	*o = (struct cli_output){ .format = format, .to = to, .width = terminal_width(to) };
}

static void drop_rows(struct cli_output *o)
{
	for (size_t i = 0; i < o->row_count * o->column_count; i++)
		free(o->cells[i]);
	FREE(&o->cells);
	o->row_count = 0;
}

void cli_output_clear(struct cli_output *o)
{
	drop_rows(o);
}

static void put(struct cli_output *o, const char *bytes, size_t len)
{
	errno = 0;
	if (!o->error && len > 0 && (fwrite(bytes, 1, len, o->to) != len || ferror(o->to)))
		o->error = errno ? errno : EIO;
}

static void put_buf(struct cli_output *o, struct buf *b)
{
	put(o, b->p, b->len);
	buf_clear(b);
}

/* --- tables --- */

static const char *cell(const struct cli_output *o, size_t row, size_t column)
{
	return o->cells[row * o->column_count + column];
}

static bool is_hidden(const struct cli_output *o, size_t column)
{
	if (o->columns[column].no_table)
		return true;
	if (!o->columns[column].zero_hidden)
		return false;
	for (size_t row = 0; row < o->row_count; row++) {
		if (strcmp(cell(o, row, column), "0") != 0)
			return false;
	}
	return true;
}

/* Columns of each cell; 0 = not shown. */
static void measure(const struct cli_output *o, int widths[CLI_COLUMNS_MAX])
{
	for (size_t i = 0; i < o->column_count; i++) {
		widths[i] = 0;
		if (is_hidden(o, i))
			continue;
		widths[i] = o->columns[i].label ? utf8_width(o->columns[i].label) : 0;
		for (size_t row = 0; row < o->row_count; row++) {
			int width = utf8_width(cell(o, row, i));

			if (width > widths[i])
				widths[i] = width;
		}
	}
}

static void pad_left(struct buf *line, const char *text, int width)
{
	for (int blanks = width - utf8_width(text); blanks > 0; blanks--)
		buf_addc(line, ' ');
	buf_adds(line, text);
}

static void put_line(struct cli_output *o, struct buf *line)
{
	int width;

	if (o->width > 0)
		line->len = utf8_fit(line->p, o->width, &width);
	while (line->len > 0 && line->p[line->len - 1] == ' ')
		line->len--;
	put(o, line->p, line->len);
	put(o, "\n", 1);
	buf_reset(line);
}

static void put_table_row(struct cli_output *o, struct buf *line, const int *widths, size_t row, bool header)
{
	for (size_t i = 0; i < o->column_count; i++) {
		const char *text = header ? o->columns[i].label : cell(o, row, i);

		if (widths[i] == 0)
			continue;
		for (int gap = 0; line->len > 0 && gap < GAP; gap++)
			buf_addc(line, ' ');
		if (o->columns[i].right)
			pad_left(line, text, widths[i]);
		else
			utf8_pad(line, text, widths[i], true);
	}
	put_line(o, line);
}

static void end_table(struct cli_output *o)
{
	int widths[CLI_COLUMNS_MAX];
	struct buf line;

	if (o->row_count == 0)
		return;
	measure(o, widths);
	buf_init(&line, BUF_UNBOUNDED);
	if (o->columns[0].label)
		put_table_row(o, &line, widths, 0, true);
	for (size_t row = 0; row < o->row_count; row++)
		put_table_row(o, &line, widths, row, false);
	buf_clear(&line);
	drop_rows(o);
}

static void keep_row(struct cli_output *o, const char *const *cells)
{
	size_t used = o->row_count * o->column_count;

	if ((o->row_count & (o->row_count - 1)) == 0)
		o->cells = xreallocarray(o->cells, (o->row_count ? 2 * o->row_count : 1) * o->column_count,
					 sizeof(*o->cells));
	for (size_t i = 0; i < o->column_count; i++)
		o->cells[used + i] = utf8_clean_dup(str_of(cells[i]));
	o->row_count++;
}

/* --- CSV --- */

/* Would a spreadsheet calculate it? It skips blanks in front; "+4930123456" is only a number. */
static bool is_formula(const char *text)
{
	text += strspn(text, " ");
	if (!*text || !strchr("=+-@", *text))
		return false;
	return *text == '=' || *text == '@' || text[1 + strspn(text + 1, "0123456789.")] != '\0' || text[1] == '\0';
}

static void add_csv(struct buf *line, const char *text, bool foreign)
{
	char *clean = utf8_clean_dup(str_of(text));
	size_t len = strlen(clean);
	bool quoted = clean[strcspn(clean, ",\"")] != '\0' || clean[0] == ' ' || (len > 0 && clean[len - 1] == ' ');

	if (quoted)
		buf_addc(line, '"');
	if (foreign && is_formula(clean))
		buf_addc(line, '\'');
	for (const char *c = clean; *c != '\0'; c++) {
		if (*c == '"')
			buf_addc(line, '"');
		buf_addc(line, *c);
	}
	if (quoted)
		buf_addc(line, '"');
	free(clean);
}

/* cells NULL: the header. */
static void put_csv_row(struct cli_output *o, const char *const *cells)
{
	struct buf line;

	buf_init(&line, BUF_UNBOUNDED);
	for (size_t i = 0; i < o->column_count; i++) {
		if (i > 0)
			buf_addc(&line, ',');
		add_csv(&line, cells ? cells[i] : o->columns[i].key, cells && o->columns[i].foreign);
	}
	buf_adds(&line, "\r\n");
	put_buf(o, &line);
}

/* --- JSON --- */

/* Allowed in JSON, but not good for a terminal: DEL, C1, line separators, bidirectional controls. */
static bool is_unsafe(uint32_t code)
{
	return (code >= 0x7f && code < 0xa0) || code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/* Such characters can stand inside strings only, where \u means the same. */
static void add_escaped(struct buf *out, const char *json)
{
	struct str rest = str_of(json);
	uint32_t code;
	size_t len;

	for (; (len = utf8_next(rest, &code)) > 0; rest = (struct str){ rest.p + len, rest.len - len }) {
		if (is_unsafe(code))
			buf_addf(out, "\\u%04x", (unsigned)code);
		else
			buf_add(out, rest.p, len);
	}
}

static bool has_real(json_t *json)
{
	const char *key;
	json_t *value;
	size_t at;

	json_object_foreach(json, key, value)
		if (has_real(value))
			return true;
	json_array_foreach(json, at, value)
		if (has_real(value))
			return true;
	return json_is_real(json);
}

static char *dump(json_t *json, int digits)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(digits));

	if (!text)
		die("JSON could not be written");
	return text;
}

/* 0.1 as 0.1, and every real so that it reads back as it is: 15 digits where they are enough, else 17. */
static char *json_text(json_t *json)
{
	char *text = dump(json, 15);
	json_t *back;
	bool same;

	if (!has_real(json))
		return text;
	back = json_loads(text, JSON_DECODE_ANY, NULL);
	same = json_equal(json, back);
	json_decref(back);
	if (same)
		return text;
	free(text);
	return dump(json, 17);
}

void cli_output_object(struct cli_output *o, json_t *object)
{
	char *json = json_text(object);
	struct buf line;

	buf_init(&line, BUF_UNBOUNDED);
	add_escaped(&line, json);
	buf_addc(&line, '\n');
	put_buf(o, &line);
	o->written++;
	free(json);
	json_decref(object);
}

/* --- all forms --- */

void cli_output_columns(struct cli_output *o, const struct cli_column *columns, size_t count)
{
	if (count == 0 || count > CLI_COLUMNS_MAX)
		die("a table of %zu columns", count);
	end_table(o);
	memcpy(o->columns, columns, count * sizeof(*columns));
	o->column_count = count;
	if (o->format == OUTPUT_CSV)
		put_csv_row(o, NULL);
}

void cli_output_row(struct cli_output *o, const char *const *cells)
{
	if (o->format == OUTPUT_CSV)
		put_csv_row(o, cells);
	else
		keep_row(o, cells);
	o->written++;
}

void cli_output_line(struct cli_output *o, const char *format, ...)
{
	char *text, *clean;
	va_list ap;

	if (o->format != OUTPUT_TABLE)
		return;
	end_table(o);
	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	clean = utf8_clean_dup(str_of(text));
	put(o, clean, strlen(clean));
	put(o, "\n", 1);
	free(clean);
	free(text);
}

void cli_output_flush(struct cli_output *o)
{
	errno = 0;
	if (!o->error && (fflush(o->to) != 0 || ferror(o->to)))
		o->error = errno ? errno : EIO;
}

bool cli_output_broken(const struct cli_output *o)
{
	return o->error != 0;
}

bool cli_output_end(struct cli_output *o, struct err *e)
{
	end_table(o);
	cli_output_flush(o);
	if (!o->error || o->error == EPIPE)
		return true;
	err_set_message(e, ERR_FILE, _("standard output: %s"), strerror(o->error));
	return false;
}

void cli_note(const struct cli *c, const char *format, ...)
{
	char *text, *clean;
	va_list ap;

	if (c->out.format != OUTPUT_TABLE)
		return;
	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	clean = utf8_clean_dup(str_of(text));
	fflush(stdout);
	fprintf(stderr, "%s\n", clean);
	free(clean);
	free(text);
}
