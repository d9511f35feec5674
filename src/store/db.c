#include "config.h"

#include "db.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"

void db_free(struct db **db)
{
	if (!*db)
		return;
	FREE(&(*db)->name);
	(*db)->driver->destroy(*db);
	*db = NULL;
}

/* --- the driver's functions --- */

bool db_script(struct db *db, const char *sql, struct err *e)
{
	return db->driver->script(db, sql, e);
}

bool db_query(struct db *db, const char *sql, const char *const *params, size_t n, db_row_fn *fn, void *arg,
	      struct err *e)
{
	return db->driver->query(db, sql, params, n, fn, arg, e);
}

bool db_post(struct db *db, const char *sql, const char *const *params, size_t n, struct err *e)
{
	return db->driver->post(db, sql, params, n, e);
}

bool db_begin(struct db *db, enum db_access access, struct err *e)
{
	return db->driver->begin(db, access, e);
}

bool db_commit(struct db *db, struct err *e)
{
	return db->driver->settle(db, e) && db->driver->commit(db, e);
}

void db_rollback(struct db *db)
{
	db->driver->rollback(db);
}

char *db_qualified(const char *sql, const char *schema)
{
	const char *at = sql;
	struct buf out;

	buf_init(&out, BUF_UNBOUNDED);
	for (const char *c = sql; (c = strstr(c, "td.")); c++) {
		if (c == sql || !strchr(" ('", c[-1]))
			continue;
		buf_add(&out, at, (size_t)(c - at));
		buf_adds(&out, schema);
		at = c + 2;
	}
	buf_adds(&out, at);
	return buf_take(&out);
}

static bool first_int(void *arg, const char *const *values)
{
	if (values[0])
		*(int64_t *)arg = db_int(values[0]);
	return false;
}

bool db_query_int(struct db *db, const char *sql, const char *const *params, size_t n, int64_t none, int64_t *value,
		  struct err *e)
{
	*value = none;
	return db_query(db, sql, params, n, first_int, value, e);
}

/* --- values --- */

int64_t db_int(const char *value)
{
	int64_t number = 0;

	if (value)
		str_to_i64(str_of(value), &number);
	return number;
}

bool db_bool(const char *value)
{
	return value && (value[0] == '1' || value[0] == 't');
}

const char *db_text(const char *value)
{
	return value ? value : "";
}

char *db_valid_text(const struct db *db, const char *text)
{
	bool ascii = db->encoding && strcmp(db->encoding, "SQL_ASCII");
	struct str rest = str_of(text);
	struct buf out;
	uint32_t code;
	size_t len;

	if (utf8_valid(rest) && !ascii)
		return xstrdup(text);
	buf_init(&out, BUF_UNBOUNDED);
	for (; (len = utf8_next(rest, &code)); rest = (struct str){ rest.p + len, rest.len - len }) {
		if (ascii && code > 0x7f)
			buf_addc(&out, '?');
		else if (code == 0xfffd)
			buf_adds(&out, "\xef\xbf\xbd");
		else
			buf_add(&out, rest.p, len);
	}
	return buf_take(&out);
}

/* --- parameters --- */

static size_t next_param(struct db_params *p)
{
	if (p->n == DB_PARAMS_MAX)
		die("more than %d parameters", DB_PARAMS_MAX);
	return p->n++;
}

void db_param_text(struct db_params *p, const char *text)
{
	p->values[next_param(p)] = text;
}

void db_param_int(struct db_params *p, int64_t value)
{
	size_t at = next_param(p);

	snprintf(p->ints[at], DB_INT_SIZE, "%" PRId64, value);
	p->values[at] = p->ints[at];
}

void db_param_bool(struct db_params *p, bool value)
{
	db_param_text(p, value ? "1" : "0");
}

void db_where_text(struct buf *sql, struct db_params *p, const char *condition, const char *value)
{
	if (!value)
		return;
	buf_addf(sql, "%s %s $%zu", p->n ? " AND" : " WHERE", condition, p->n + 1);
	db_param_text(p, value);
}

void db_where_int(struct buf *sql, struct db_params *p, const char *condition, int64_t value)
{
	if (!value)
		return;
	buf_addf(sql, "%s %s $%zu", p->n ? " AND" : " WHERE", condition, p->n + 1);
	db_param_int(p, value);
}

/* --- failures --- */

bool db_failed(struct err *e, enum err_code code, const struct db *db, const char *said)
{
	char *line = xstrndup(said, strcspn(said, "\n"));
	char *clean = utf8_clean_dup(str_of(line));

	err_set(e, code, "%s: %s", db->name, clean);
	free(clean);
	free(line);
	return false;
}
