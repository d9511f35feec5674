/*
 * Records as rows. The columns are made from the table of fields: tables have the fields that an operator sets, JSON
 * and CSV have all. A list of providers has the count of their numbers as its last column.
 */
#ifndef CLI_COMMANDS_ROWS_H
#define CLI_COMMANDS_ROWS_H

#include <stdint.h>

#include "cli/io/output.h"
#include "routes.h"
#include "trunkdeck/model/records.h"

struct filter_rows;
struct filter_words;

/* Is the filter of --where valid? If not, *e is a usage error. */
bool cli_where_ok(const struct filter_words *where, struct err *e);

/* Whether a schedule is open at the moment of the list. */
struct cli_hours {
	char *schedule;				/* its id */
	char *text;				/* "closed until Mon 09:00" */
	bool closed;
};

struct cli_rows {
	struct cli_output *out;
	enum entity entity;
	bool counted;				/* with a column for the count of numbers */
	const struct cli_routes *routes;	/* with a column for the route states; NULL = without */
	json_t *warnings;			/* borrowed; NULL = none */
	size_t count;				/* columns */
	struct cli_column columns[CLI_COLUMNS_MAX];
	const char *names[CLI_COLUMNS_MAX + 3];	/* for queries: the option's word, else the key; numbers also have hours and
						 * closed, without columns; NULL ends */
	char *zone;				/* of the workspace; NULL = not seen yet */
	struct cli_hours *hours;
	size_t hours_count, hours_size;
};

/* With `routes`, the last column has the number's route states. */
void cli_rows_init(struct cli_rows *rows, struct cli_output *out, enum entity entity, bool counted,
		   const struct cli_routes *routes);
void cli_rows_clear(struct cli_rows *rows);
/* The fields of the filter. It points into *rows; the caller sets its functions. */
struct filter_rows cli_rows_filter(const struct cli_rows *rows);
/* What a list reads (store_reader.entities): its records, and before them what hours: and closed: are made of. */
unsigned cli_rows_entities(const struct cli_rows *rows);
/* Is it a record of the list? Others are remembered for cli_rows_hours(). */
bool cli_rows_see(struct cli_rows *rows, const struct record *r);
/* The text of a field that has no column. */
const char *cli_rows_hours(const struct cli_rows *rows, const struct number *n, size_t field);
/* Writes the cells of a record, in the order of the columns; free with cli_rows_free_cells(). */
void cli_rows_cells(const struct cli_rows *rows, const struct record *r, int64_t numbers, char *cells[CLI_COLUMNS_MAX]);
void cli_rows_free_cells(const struct cli_rows *rows, char *cells[CLI_COLUMNS_MAX]);
/* The columns must have been passed to cli_output_columns(). */
void cli_rows_put(struct cli_rows *rows, const struct record *r, int64_t numbers, char *const cells[CLI_COLUMNS_MAX]);

/* Prints one record: in a table, a line for each field. JSON also has the warnings: texts, NULL = none. */
void cli_rows_one(struct cli_output *out, const struct record *r, json_t *warnings);

#endif
