#include "config.h"

#include "insert.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"

void insert_init(struct insert *q, struct db *db, const char *one, const char *many, size_t columns)
{
	size_t rows = db->driver->insert_rows;

	*q = (struct insert){ .db = db, .one = one, .many = many, .columns = columns, .rows_max = rows };
	buf_init(&q->text, BUF_UNBOUNDED);
	q->at = xcalloc(rows * columns, sizeof(*q->at));
	q->values = xcalloc(rows * columns, sizeof(*q->values));
}

void insert_clear(struct insert *q)
{
	buf_clear(&q->text);
	FREE(&q->at);
	FREE(&q->values);
}

bool insert_add(struct insert *q, const struct db_params *row, struct err *e)
{
	size_t *at = q->at + q->rows * q->columns;

	if (row->n != q->columns)
		die("a row of %zu values for %zu columns", row->n, q->columns);
	for (size_t i = 0; i < row->n; i++) {
		at[i] = row->values[i] ? q->text.len : SIZE_MAX;
		if (row->values[i])
			buf_add(&q->text, row->values[i], strlen(row->values[i]) + 1);
	}
	q->rows++;
	return q->rows < q->rows_max || insert_flush(q, e);
}

static bool send_rows(struct insert *q, struct err *e)
{
	if (q->rows == q->rows_max)
		return db_post(q->db, q->many, q->values, q->rows * q->columns, e);
	for (size_t row = 0; row < q->rows; row++)
		if (!db_post(q->db, q->one, q->values + row * q->columns, q->columns, e))
			return false;
	return true;
}

bool insert_flush(struct insert *q, struct err *e)
{
	bool ok;

	for (size_t i = 0; i < q->rows * q->columns; i++)
		q->values[i] = q->at[i] == SIZE_MAX ? NULL : q->text.p + q->at[i];
	ok = send_rows(q, e);
	q->rows = 0;
	buf_reset(&q->text);
	return ok;
}
