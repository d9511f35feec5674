/*
 * Writes a command's result to standard output in the chosen format. A command sets its columns once and then adds rows: as
 * typed cells (JSON values in the order of the columns), as JSON objects, or as texts. One table of columns serves all three
 * formats: the heading of tables, and the key of CSV and JSON. Texts may come from anywhere: they are cleaned (utf8.h) for
 * tables and CSV, and escaped in JSON, so that no control byte reaches a terminal or a file.
 *
 *   table  aligned, for people; cut at the terminal's width, but not cut when the output is no terminal
 *   json   one object a line, in UTF-8
 *   csv    RFC 4180, with a header row of the column keys. An operator's texts are unchanged, also those that look like a
 *          formula. Callers' texts are made harmless: ' in front of =, +, -, @, unless a number follows the sign.
 */
#ifndef CLI_IO_OUTPUT_H
#define CLI_IO_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "trunkdeck/base/err.h"
#include "cli.h"

enum cli_column_flags {
	COLUMN_RIGHT = 1,		/* right-aligned in tables */
	COLUMN_NO_TABLE = 2,		/* not shown in tables */
	COLUMN_JSON_ONLY = 4 | COLUMN_NO_TABLE,
	COLUMN_ZERO_HIDDEN = 8,		/* a count; not in tables when every row has 0 */
	COLUMN_FOREIGN = 16,		/* callers choose the text, so CSV makes it harmless */
	COLUMN_YES_NO = 32,		/* a truth value is yes or no in tables and CSV, instead of true or false */
	COLUMN_SECONDS = 64,		/* milliseconds; in tables "1.2s" */
	COLUMN_PERCENT = 128,		/* a rate from 0 to 1; in tables "85%" */
	COLUMN_MEASURE = 256,		/* with one decimal in tables; not there when no row has one */
};

struct cli_column {
	const char *key;		/* CSV and JSON */
	const char *label;		/* N_(): heading in tables; NULL in the first column = no header line */
	unsigned flags;			/* enum cli_column_flags */
	const char *path;		/* cli_output_object(): where the value is, "talk_ms.mean"; NULL = at the key */
	int width;			/* least width in a table that is printed row by row; 0 in the first column = all rows are
					 * kept until the last one, and the columns are as wide as their texts */
};

#define CLI_COLUMNS_MAX 48

struct cli_output {
	enum output_format format;
	FILE *to;
	int width;			/* of the terminal; 0 = unlimited */
	struct cli_column columns[CLI_COLUMNS_MAX];
	size_t column_count;
	char **cells;			/* rows of a table, kept for their widths; cleaned */
	size_t row_count;
	size_t written;			/* rows and objects so far */
	int error;			/* errno of the first failed write */
};

void cli_output_init(struct cli_output *o, enum output_format format, FILE *to);
void cli_output_clear(struct cli_output *o);
/* Ends the previous table. At most CLI_COLUMNS_MAX. The texts of the columns must live as long as the output. */
void cli_output_columns(struct cli_output *o, const struct cli_column *columns, size_t count);
/* A row of typed cells, one for each column: a JSON null, text, number, truth value or object; NULL = the row has no such
 * value, and its object no such key. Takes the references. */
void cli_output_row(struct cli_output *o, json_t *const *cells);
/* One JSON object; in tables and CSV the values of the columns' paths. A value whose object has "count": 0 was not measured,
 * and its cell is empty. Takes the reference. */
void cli_output_object(struct cli_output *o, json_t *object);
/* Writes a row of texts; for tables and CSV only. */
void cli_output_texts(struct cli_output *o, const char *const *cells);
/* Makes a cell of a text: bytes that are not UTF-8 are replaced. NULL gives a JSON null. */
json_t *cli_text(const char *text);
/* Writes a line of text, in tables only. */
void cli_output_line(struct cli_output *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes bytes as they are, for commands with a form of their own. */
void cli_output_write(struct cli_output *o, const char *bytes, size_t len);
/* Writes the buffered output; call it after each row of a stream. */
void cli_output_flush(struct cli_output *o);
/* Has a write failed (disk full, reader gone)? */
bool cli_output_broken(const struct cli_output *o);
/* Returns the descriptor of an output pipe, on which poll() reports when the reader leaves; -1 = no pipe. */
int cli_output_pipe(const struct cli_output *o);
/* Waits up to timeout_ms; returns true as soon as the output has no reader any more. */
bool cli_output_is_left(const struct cli_output *o, int timeout_ms);
/* Ends the table and flushes. False: *e is ERR_FILE. A reader that has left is no failure. */
bool cli_output_end(struct cli_output *o, struct err *e);

#endif
