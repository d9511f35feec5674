/*
 * Rows of a list as what they set in a record. A line is one record: a row with several numbers is as many lines. Its
 * settings are applied later, to a new record or to the one that exists.
 */
#ifndef CLI_COMMANDS_IMPORT_LINES_H
#define CLI_COMMANDS_IMPORT_LINES_H

#include "trunkdeck/base/buf.h"
#include "trunkdeck/import/import.h"
#include "trunkdeck/model/snapshot.h"

struct import_setting {
	struct import_column column;
	char *text;			/* NULL = json */
	json_t *json;
};

enum line_state { LINE_READ, LINE_SKIPPED, LINE_REFUSED };

struct import_line {
	size_t place;
	char *key;			/* of the record; "" = unknown, or a provider that has none yet */
	char *shown;			/* what the list has as key or name; for messages */
	enum line_state state;
	struct err err;			/* refused; skipped: the message says why */
	struct buf warnings;
	struct import_setting *settings;
	size_t count;
};

void import_line_clear(struct import_line *l);

/* What holds for the whole file. */
struct import_plan {
	enum entity entity;
	struct snapshot *directory;	/* without numbers */
	struct import_choice choice;
	struct import_countries countries;
	const char *provider, *agent;	/* ids that win over the file's; NULL = not given */
	/* The columns of the last row. */
	char **names;
	struct import_column *columns;
	size_t count;
	struct err mapping;
	uint64_t ignored[512];		/* names of columns that were not used */
	size_t ignored_count;
};

uint64_t import_hash(const char *text);
void import_plan_clear(struct import_plan *p);
/* Finds the fields of these columns, unless they are those of the last row. */
bool import_plan_columns(struct import_plan *p, const char *const *names, size_t n, struct err *e);
/* Appends the lines of a row. */
void import_add_lines(struct import_plan *p, const struct import_row *row, struct import_line **lines, size_t *n, size_t *size);
/* Applies the settings of a line to a record. `adding`: an empty cell means the default, and is not an empty value. */
bool import_apply(const struct import_plan *p, struct import_line *l, struct record *r, bool adding, bool options, struct err *e);

#endif
