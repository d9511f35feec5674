/* Conversion between a call and a row. The columns are the fields of calls/call_fields.h that are stored. */
#include "config.h"

#include "call_columns.h"

#include <stdlib.h>

#include "trunkdeck/base/str.h"

#define COLUMN_NAME(type, member, key) #member,
#define NO_COLUMN(type, key)

const char *const call_columns[CALL_COLUMNS] = { CALL_FIELD_TABLE(COLUMN_NAME, NO_COLUMN) };

static void field_from_text(struct call *c, const struct call_field *f, const char *value)
{
	void *at = (char *)c + f->offset;
	int word;

	switch (f->type) {
	case CALL_TYPE_TEXT:
	case CALL_TYPE_FOREIGN:
	case CALL_TYPE_ATTEMPTS:
		str_copy(at, f->size, str_of(db_text(value)));
		break;
	case CALL_TYPE_TIME:
	case CALL_TYPE_SPAN:
		*(int64_t *)at = db_int(value);
		break;
	case CALL_TYPE_INT:
	case CALL_TYPE_PERMILLE:
	case CALL_TYPE_MILLISECONDS:
	case CALL_TYPE_SCORE:
		*(int *)at = (int)db_int(value);
		break;
	case CALL_TYPE_BOOL:
		*(bool *)at = db_bool(value);
		break;
	default:
		/* A word that this program does not know is read as the first value. */
		word = words_find(f->words, db_text(value));
		*(int *)at = word < 0 ? 0 : word;
		break;
	}
}

void call_from_row(struct call *c, const char *const *values)
{
	for (const struct call_field *f = call_fields; f < call_fields + CALL_FIELDS; f++)
		if (f->column)
			field_from_text(c, f, *values++);
}

void call_to_params(struct db_params *p, const struct db *db, const struct call *c, char *texts[CALL_COLUMNS])
{
	for (const struct call_field *f = call_fields; f < call_fields + CALL_FIELDS; f++) {
		const void *at = (const char *)c + f->offset;

		if (!f->column)
			continue;
		if (f->words)
			/* A live call has no outcome. "" is stored, so that no search for an outcome finds the call. */
			db_param_text(p, f->type == CALL_TYPE_OUTCOME && c->state != CALL_ENDED ? ""
				      : f->words->rows[*(const int *)at].name);
		else if (f->type == CALL_TYPE_TIME || f->type == CALL_TYPE_SPAN)
			db_param_int(p, *(const int64_t *)at);
		else if (f->type == CALL_TYPE_INT || call_field_is_measure(f))
			db_param_int(p, *(const int *)at);
		else if (f->type == CALL_TYPE_BOOL)
			db_param_bool(p, *(const bool *)at);
		else
			db_param_text(p, *texts = db_valid_text(db, at));
		texts++;
	}
}

int call_facts(const struct call *c)
{
	int facts = 0;

	for (const struct call_field *f = call_fields; f < call_fields + CALL_FIELDS; f++) {
		const void *at = (const char *)c + f->offset;

		if (call_field_is_text(f))
			facts += *(const char *)at != '\0';
		else if (f->type == CALL_TYPE_TIME || f->type == CALL_TYPE_SPAN)
			facts += *(const int64_t *)at != 0;
		else if (call_field_is_measure(f))
			facts += *(const int *)at >= 0;
		else if (f->type == CALL_TYPE_INT || (f->words && f->type != CALL_TYPE_STATE && f->type != CALL_TYPE_OUTCOME))
			facts += *(const int *)at != 0;
	}
	return facts;
}
