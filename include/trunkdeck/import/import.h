/*
 * Lists of records as carriers, agent platforms, PBX systems and spreadsheets write them. (import.c of cli/commands stores them.)
 *
 * A reader makes rows of CSV or JSON: a cell has the name of its column and a value. import_map() says which field each
 * column is, from data/import_headings.tsv and the operator's own choice. import_number() reads the text of a number.
 * Everything in a list is hostile: rows are bounded, and memory does not grow with their number. One owner, one thread.
 */
#ifndef TRUNKDECK_IMPORT_IMPORT_H
#define TRUNKDECK_IMPORT_IMPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/records.h"

enum { IMPORT_COLUMNS_MAX = 300, IMPORT_ROW_MAX = 1 << 20 };

/* --- rows --- */

/* Valid until the next row. */
struct import_cell {
	const char *name;	/* the heading; in JSON the key, below objects a path: "capabilities.voice", "agents.id" */
	const char *text;	/* CSV: the text, with LF as line end; JSON: NULL */
	json_t *json;		/* JSON: the value, which is no object unless the column is a field of objects; CSV: NULL */
};

struct import_row {
	size_t place;		/* the physical line where it begins, or the number of the item; from 1 */
	struct import_cell *cells;
	size_t count;
	struct err err;		/* the row can't be read; ERR_NONE = it was */
};

struct import_reader;

/* Reads from the start of a seekable file, which must stay open. A first line of CSV with a phone number in it has no
 * headings; the columns are then named "1", "2", ... */
struct import_reader *import_open(FILE *file, enum entity entity, struct err *e);
void import_close(struct import_reader **r);
/* False at the end (e->code is ERR_NONE), or when the file can't be read on. */
bool import_next(struct import_reader *r, struct import_row *row, struct err *e);
/* The items of a JSON document are counted, not its lines. */
bool import_counts_items(const struct import_reader *r);
/* The columns of CSV, and whether it has no headings; 0 in JSON. */
const char *const *import_headings(const struct import_reader *r, size_t *count, bool *untitled);
/* The file was neither UTF-8 nor UTF-16, and is read as Windows-1252. */
bool import_is_windows(const struct import_reader *r);
int64_t import_bytes_read(const struct import_reader *r);

/* --- columns --- */

enum import_use {
	IMPORT_IGNORED,		/* unknown: the value goes nowhere */
	IMPORT_KNOWN,		/* a field that only the program sets, or a column that has no further use */
	IMPORT_FIELD,
	IMPORT_PARAM,		/* an additional parameter, chosen with --map */
	IMPORT_COUNTRY,		/* ISO code, name or calling code of the number */
	IMPORT_TYPE,		/* "outbound": the row is no number that is called */
	IMPORT_CALLER,		/* if not empty, the row is a route for this caller only */
	IMPORT_READY,		/* a status; warn unless it says that the number works */
	IMPORT_UNREADY,		/* warn if it is true */
	IMPORT_TRUNK,		/* the item is a trunk, which may have no numbers */
};

struct import_column {
	enum import_use use;
	const struct field *field;	/* IMPORT_FIELD */
	const char *param;		/* IMPORT_PARAM; points into `asked` */
};

/* What the operator chose: COLUMN=FIELD or COLUMN=params.NAME. `found` has one element for each. */
struct import_choice {
	const char **asked;
	bool *found;
	size_t count;
};

/* Checks the form of each choice. */
bool import_choice_check(enum entity entity, const struct import_choice *choice, struct err *e);
/* Sets `columns`, one for each of the n names. Refuses two columns that may both be the key of the record. */
bool import_map(enum entity entity, const struct import_choice *choice, const char *const *names, size_t n,
		struct import_column *columns, struct err *e);
/* A column that holds the key of the records of this kind? For telling items from wrappers. */
bool import_is_key(enum entity entity, const char *name);
/* The place of a name among those of lists: "data", "items", ...; SIZE_MAX = it is not one. */
size_t import_list_rank(enum entity entity, const char *name);

/* --- numbers --- */

struct import_countries {
	const struct country *home;	/* --country: the country of national forms; NULL = not given */
	bool international;		/* --international: digits without + begin with a country code */
	const struct country *likely;	/* the provider's, for suggestions; NULL = unknown */
};

/* Reads the number of a cell. `country`: the row's own, "" = none. False with *e: no number, or it is not certain which
 * one; the hint says which one it probably is. Never a guess. */
bool import_number(const char *text, const char *country, const struct import_countries *c, char out[E164_SIZE], struct err *e);
/* Takes the next of the numbers in a cell: *text moves on. False at the end. Caller frees. */
char *import_next_number(const char **text);

#endif
