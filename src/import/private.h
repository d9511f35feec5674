/* The parts of a reader. */
#ifndef IMPORT_PRIVATE_H
#define IMPORT_PRIVATE_H

#include "trunkdeck/base/buf.h"
#include "trunkdeck/import/import.h"

enum import_coding { CODING_UTF8, CODING_UTF16LE, CODING_UTF16BE, CODING_WINDOWS };

/* The text of a file: UTF-8 without BOM, byte by byte. */
struct import_text {
	FILE *file;
	enum import_coding coding;
	size_t bom;			/* its length in bytes */
	unsigned char raw[65536];
	size_t raw_len, raw_at;
	char utf8[8];			/* the character that is handed out */
	size_t utf8_len, utf8_at;
	int64_t read;			/* bytes of the file */
	size_t line;			/* of the next byte, from 1 */
	bool cr;			/* the last byte was a CR */
	int peeked;			/* -2 = none */
	struct err err;
};

/* Finds out the coding of the whole file. */
bool text_init(struct import_text *t, FILE *file, struct err *e);
bool text_rewind(struct import_text *t, struct err *e);
/* The next byte; -1 at the end, or when reading failed (t->err). */
int text_get(struct import_text *t);
int text_peek(struct import_text *t);

/* One record of CSV: its cells one after the other, each with a NUL. */
struct csv {
	char separator;
	struct buf bytes;
	size_t at[IMPORT_COLUMNS_MAX];	/* where each cell begins in `bytes` */
	size_t count;
	size_t line;			/* where it begins */
};

/* Reads the line "sep=;" if there is one, and finds the separator in the first line. */
bool csv_begin(struct csv *c, struct import_text *t, struct err *e);
/* False at the end (e->code is ERR_NONE), or on failure. */
bool csv_next(struct csv *c, struct import_text *t, struct err *e);

enum { JSON_PATH_MAX = 3, JSON_LISTS_MAX = 12 };

/* The list in JSON: the values of the file themselves, or the array or object at a path in each of them. */
struct json_list {
	enum { LIST_ROOTS, LIST_ARRAY, LIST_MAP } form;
	char *path[JSON_PATH_MAX];
	size_t depth;
	bool inside, first;
	size_t items;
	struct buf value, key;
};

bool json_begin(struct json_list *l, struct import_text *t, enum entity entity, struct err *e);
/* The text of the next item is in l->value; in a map its key, as JSON, in l->key. *line is where it begins. */
bool json_next(struct json_list *l, struct import_text *t, size_t *line, struct err *e);
void json_end(struct json_list *l);

#endif
