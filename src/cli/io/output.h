/*
 * What a command prints on standard output, in the form asked for. A command gives columns once, then rows (for tables and
 * CSV) or objects (for JSON). Texts may come from anywhere: they are cleaned (utf8.h) for tables and CSV, and escaped in
 * JSON, so that no control byte reaches a terminal or a file.
 *
 *   table  aligned; texts only, for people; cut at the terminal's width, whole when it is no terminal
 *   json   one object a line, in UTF-8
 *   csv    RFC 4180, header row of the column keys; an operator's texts as they are, also those a spreadsheet takes for a
 *          formula; what callers chose is made harmless: ' in front of =, +, -, @, unless a number follows the sign
 */
#ifndef CLI_IO_OUTPUT_H
#define CLI_IO_OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "trunkdeck/base/err.h"
#include "cli.h"

struct cli_column {
	const char *key;		/* CSV */
	const char *label;		/* table; already translated; NULL in the first column = no header line */
	bool right;			/* aligned to the right in tables */
	bool no_table;			/* not in tables */
	bool zero_hidden;		/* not in tables when every row has "0" */
	bool foreign;			/* callers choose what is in it */
};

#define CLI_COLUMNS_MAX 24

struct cli_output {
	enum output_format format;
	FILE *to;
	int width;			/* of the terminal; 0 = no limit */
	struct cli_column columns[CLI_COLUMNS_MAX];
	size_t column_count;
	char **cells;			/* rows of a table, kept for their widths; cleaned */
	size_t row_count;
	size_t written;			/* rows and objects so far */
	int error;			/* errno of the first failed write */
};

void cli_output_init(struct cli_output *o, enum output_format format, FILE *to);
void cli_output_clear(struct cli_output *o);
/* Ends a table before. At most CLI_COLUMNS_MAX. */
void cli_output_columns(struct cli_output *o, const struct cli_column *columns, size_t count);
/* A row of cells (tables and CSV). */
void cli_output_row(struct cli_output *o, const char *const *cells);
/* One JSON object on a line of its own; takes the reference. */
void cli_output_object(struct cli_output *o, json_t *object);
/* A line of text, for tables only: left out otherwise. */
void cli_output_line(struct cli_output *o, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Out with what is there: after each row of a stream. */
void cli_output_flush(struct cli_output *o);
/* Is writing pointless (disk full, reader gone)? */
bool cli_output_broken(const struct cli_output *o);
/* Everything is out? If not, *e is ERR_FILE; a reader that left is no failure. */
bool cli_output_end(struct cli_output *o, struct err *e);

#endif
