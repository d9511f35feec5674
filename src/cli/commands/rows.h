/*
 * Records as rows: columns from the table of fields. Tables show what an operator sets, the other forms everything; a list
 * of providers has their count of numbers as a last column.
 */
#ifndef CLI_COMMANDS_ROWS_H
#define CLI_COMMANDS_ROWS_H

#include <stdint.h>

#include "cli/io/output.h"
#include "routes.h"
#include "trunkdeck/model/records.h"

struct cli_rows {
	struct cli_output *out;
	enum entity entity;
	bool counted;				/* the last column is a count of numbers */
	const struct cli_routes *routes;	/* the last column is what the servers hold; NULL = no such column */
	size_t count;				/* columns */
	struct cli_column columns[CLI_COLUMNS_MAX];
	const char *names[CLI_COLUMNS_MAX + 1];	/* for queries: the option's word, else the key; NULL at the end */
};

void cli_rows_init(struct cli_rows *rows, struct cli_output *out, enum entity entity, bool counted);
/* With a last column of what the servers hold of each number. Before cli_rows_begin(). */
void cli_rows_add_routes(struct cli_rows *rows, const struct cli_routes *routes);
/* Announces the columns. */
void cli_rows_begin(struct cli_rows *rows);
/* The cells of a record, in the order of the columns; freed by cli_rows_free_cells(). */
void cli_rows_cells(const struct cli_rows *rows, const struct record *r, int64_t numbers, char *cells[CLI_COLUMNS_MAX]);
void cli_rows_free_cells(const struct cli_rows *rows, char *cells[CLI_COLUMNS_MAX]);
void cli_rows_put(struct cli_rows *rows, const struct record *r, int64_t numbers, char *const cells[CLI_COLUMNS_MAX]);
/* "allowed: number, provider, ..." */

/* One record by itself: in a table, a line for each field. */
void cli_rows_one(struct cli_output *out, const struct record *r);

#endif
