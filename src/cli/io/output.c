/*
 * The three formats. A table is kept until its last row is known, unless its columns have fixed widths. Everything else
 * is written at once, so that long lists need little memory. The first failed write is remembered and reported at the
 * end.
 */
#include "config.h"

#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/json_text.h"

#define GAP 2

void cli_output_init(struct cli_output *o, enum output_format format, FILE *to)
{
	struct winsize size;

	*o = (struct cli_output){ .format = format, .to = to };
	if (isatty(fileno(to)) && ioctl(fileno(to), TIOCGWINSZ, &size) == 0)
		o->width = size.ws_col;
}

void cli_output_clear(struct cli_output *o)
{
	for (size_t i = 0; i < o->row_count * o->column_count; i++)
		free(o->cells[i]);
	FREE(&o->cells);
	o->row_count = 0;
}

static void put(struct cli_output *o, const char *bytes, size_t len)
{
	errno = 0;
	if (!o->error && len > 0 && (fwrite(bytes, 1, len, o->to) != len || ferror(o->to)))
		o->error = errno ? errno : EIO;
}

void cli_output_write(struct cli_output *o, const char *bytes, size_t len)
{
	put(o, bytes, len);
	o->written++;
}

/* --- tables --- */

static const char *heading(const struct cli_column *c)
{
	return c->label && c->label[0] ? _(c->label) : "";
}

static bool is_hidden(const struct cli_output *o, size_t column)
{
	const unsigned flags = o->columns[column].flags;

	if (!(flags & (COLUMN_ZERO_HIDDEN | COLUMN_MEASURE)))
		return flags & COLUMN_NO_TABLE;
	for (size_t row = 0; row < o->row_count; row++) {
		if (strcmp(o->cells[row * o->column_count + column], flags & COLUMN_MEASURE ? "" : "0") != 0)
			return false;
	}
	return true;
}

/* cells NULL: the headings. A column of width 0 is not shown. */
static void put_table_row(struct cli_output *o, const int *widths, char *const *cells)
{
	struct buf line;
	int width;

	buf_init(&line, BUF_UNBOUNDED);
	for (size_t i = 0; i < o->column_count; i++) {
		const char *text = cells ? cells[i] : heading(&o->columns[i]);
		int blanks = widths[i] - utf8_width(text);

		if (widths[i] == 0)
			continue;
		buf_addf(&line, "%*s", i > 0 && line.len > 0 ? GAP : 0, "");
		if (o->columns[i].flags & COLUMN_RIGHT)
			buf_addf(&line, "%*s%s", blanks > 0 ? blanks : 0, "", text);
		else
			buf_addf(&line, "%s%*s", text, blanks > 0 ? blanks : 0, "");
	}
	if (o->width > 0)
		line.len = utf8_fit(line.p, o->width, &width);
	while (line.len > 0 && line.p[line.len - 1] == ' ')
		line.len--;
	put(o, line.p, line.len);
	put(o, "\n", 1);
	buf_clear(&line);
}

static void end_table(struct cli_output *o)
{
	int widths[CLI_COLUMNS_MAX] = { 0 };

	if (o->row_count == 0)
		return;
	for (size_t i = 0; i < o->column_count; i++) {
		widths[i] = is_hidden(o, i) ? 0 : utf8_width(heading(&o->columns[i]));
		for (size_t row = 0; row < o->row_count && !is_hidden(o, i); row++) {
			int width = utf8_width(o->cells[row * o->column_count + i]);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
	if (o->columns[0].label)
		put_table_row(o, widths, NULL);
	for (size_t row = 0; row < o->row_count; row++)
		put_table_row(o, widths, o->cells + row * o->column_count);
	cli_output_clear(o);
}

/* --- CSV --- */

/* Would a spreadsheet calculate the text? It skips leading blanks. "+4930123456" is only a number. */
static bool is_formula(const char *text)
{
	text += strspn(text, " ");
	if (!*text || !strchr("=+-@", *text))
		return false;
	return *text == '=' || *text == '@' || text[1 + strspn(text + 1, "0123456789.")] != '\0' || text[1] == '\0';
}

/* cells NULL: the header. */
static void put_csv_row(struct cli_output *o, const char *const *cells)
{
	bool quoted, foreign;
	struct buf line;
	char *clean;
	size_t len;

	buf_init(&line, BUF_UNBOUNDED);
	for (size_t i = 0; i < o->column_count; i++) {
		if ((o->columns[i].flags & COLUMN_JSON_ONLY) == COLUMN_JSON_ONLY)
			continue;
		clean = utf8_clean_dup(str_of(cells ? cells[i] : o->columns[i].key));
		len = strlen(clean);
		quoted = clean[strcspn(clean, ",\"")] != '\0' || clean[0] == ' ' || (len > 0 && clean[len - 1] == ' ');
		foreign = cells && (o->columns[i].flags & COLUMN_FOREIGN) && is_formula(clean);
		buf_addf(&line, "%s%s%s", i > 0 ? "," : "", quoted ? "\"" : "", foreign ? "'" : "");
		for (const char *c = clean; *c != '\0'; c++) {
			if (*c == '"')
				buf_addc(&line, '"');
			buf_addc(&line, *c);
		}
		buf_adds(&line, quoted ? "\"" : "");
		free(clean);
	}
	buf_adds(&line, "\r\n");
	put(o, line.p, line.len);
	buf_clear(&line);
}

/* --- JSON --- */

json_t *cli_text(const char *text)
{
	json_t *json = text ? json_string(text) : json_null();

	if (!json) {
		char *clean = utf8_clean_dup(str_of(text));

		json = json_string(clean);
		free(clean);
	}
	return json;
}

/* Allowed in JSON, but harmful on a terminal: DEL, C1, line separators, bidirectional controls. */
static bool is_unsafe(uint32_t code)
{
	return (code >= 0x7f && code < 0xa0) || code == 0x061c || (code >= 0x200e && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static void put_object(struct cli_output *o, json_t *object)
{
	char *json = json_text(object, 0);
	struct str rest = str_of(json);
	struct buf line;
	uint32_t code;
	size_t len;

	buf_init(&line, BUF_UNBOUNDED);
	/* Unsafe characters occur inside strings only, where \u means the same. */
	for (; (len = utf8_next(rest, &code)) > 0; rest = (struct str){ rest.p + len, rest.len - len }) {
		if (is_unsafe(code))
			buf_addf(&line, "\\u%04x", (unsigned)code);
		else
			buf_add(&line, rest.p, len);
	}
	buf_addc(&line, '\n');
	put(o, line.p, line.len);
	buf_clear(&line);
	free(json);
	o->written++;
}

/* --- rows --- */

/* Returns the text of a value for tables and CSV; caller frees. NULL = the row has no such value. */
static char *value_text(const struct cli_output *o, const struct cli_column *c, json_t *value)
{
	bool people = o->format == OUTPUT_TABLE;
	double n = json_number_value(value);

	if (!value || json_is_null(value))
		return xstrdup(c->flags & COLUMN_ZERO_HIDDEN ? "0" : "");
	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	if (json_is_boolean(value) && (c->flags & COLUMN_YES_NO))
		return xstrdup(json_is_true(value) ? "yes" : "no");
	if (json_is_number(value) && people && (c->flags & COLUMN_SECONDS))
		return xasprintf("%.1fs", n / 1000);
	if (json_is_number(value) && people && (c->flags & COLUMN_MEASURE))
		return xasprintf("%.1f", n);
	if (json_is_number(value) && people && (c->flags & COLUMN_PERCENT))
		return xasprintf("%d%%", (int)(n * 100 + 0.5));
	if (json_is_real(value))
		return xasprintf("%.3f", n);
	return json_text(value, 0);
}

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

void cli_output_texts(struct cli_output *o, const char *const *cells)
{
	size_t used = o->row_count * o->column_count;
	int widths[CLI_COLUMNS_MAX];

	o->written++;
	if (o->format == OUTPUT_CSV) {
		put_csv_row(o, cells);
		return;
	}
	if ((o->row_count & (o->row_count - 1)) == 0)
		o->cells = xreallocarray(o->cells, (o->row_count ? 2 * o->row_count : 1) * o->column_count,
					 sizeof(*o->cells));
	for (size_t i = 0; i < o->column_count; i++)
		o->cells[used + i] = utf8_clean_dup(str_of(cells[i]));
	o->row_count++;
	if (o->columns[0].width == 0)
		return;
	for (size_t i = 0; i < o->column_count; i++)
		widths[i] = o->columns[i].width;
	put_table_row(o, widths, o->cells);
	cli_output_clear(o);
}

/* Writes a row; the values still belong to the caller. */
static void put_values(struct cli_output *o, json_t *const *values)
{
	char *cells[CLI_COLUMNS_MAX];

	for (size_t i = 0; i < o->column_count; i++)
		cells[i] = value_text(o, &o->columns[i], values[i]);
	cli_output_texts(o, (const char *const *)cells);
	for (size_t i = 0; i < o->column_count; i++)
		free(cells[i]);
}

void cli_output_row(struct cli_output *o, json_t *const *cells)
{
	json_t *object = json_object();

	if (o->format != OUTPUT_JSON)
		put_values(o, cells);
	for (size_t i = 0; i < o->column_count; i++)
		json_object_set_new(object, o->columns[i].key, cells[i]);
	if (o->format == OUTPUT_JSON)
		put_object(o, object);
	json_decref(object);
}

void cli_output_object(struct cli_output *o, json_t *object)
{
	json_t *values[CLI_COLUMNS_MAX];

	for (size_t i = 0; i < o->column_count && o->format != OUTPUT_JSON; i++) {
		const char *path = o->columns[i].path ? o->columns[i].path : o->columns[i].key, *dot = strchr(path, '.');
		char *name = dot ? xstrndup(path, (size_t)(dot - path)) : NULL;
		json_t *parent = name ? json_object_get(object, name) : object, *count = json_object_get(parent, "count");

		values[i] = count && json_integer_value(count) == 0 ? NULL : json_object_get(parent, dot ? dot + 1 : path);
		free(name);
	}
	if (o->format == OUTPUT_JSON)
		put_object(o, object);
	else
		put_values(o, values);
	json_decref(object);
}

/* Returns a formatted and cleaned text; caller frees. */
static __attribute__((format(printf, 1, 0))) char *clean_text(const char *format, va_list ap)
{
	char *text = xvasprintf(format, ap), *clean = utf8_clean_dup(str_of(text));

	free(text);
	return clean;
}

void cli_output_line(struct cli_output *o, const char *format, ...)
{
	char *text;
	va_list ap;

	if (o->format != OUTPUT_TABLE)
		return;
	end_table(o);
	va_start(ap, format);
	text = clean_text(format, ap);
	va_end(ap);
	put(o, text, strlen(text));
	put(o, "\n", 1);
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

int cli_output_pipe(const struct cli_output *o)
{
	struct stat st;

	return fstat(fileno(o->to), &st) == 0 && S_ISFIFO(st.st_mode) ? fileno(o->to) : -1;
}

bool cli_output_is_left(const struct cli_output *o, int timeout_ms)
{
	struct pollfd p = { .fd = cli_output_pipe(o) };

	return o->error || (poll(&p, 1, timeout_ms) > 0 && (p.revents & (POLLERR | POLLNVAL)));
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
	char *text;
	va_list ap;

	if (c->out.format != OUTPUT_TABLE)
		return;
	va_start(ap, format);
	text = clean_text(format, ap);
	va_end(ap);
	fflush(stdout);
	fprintf(stderr, "%s\n", text);
	free(text);
}
