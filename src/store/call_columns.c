/* One table of columns by offset; reading and writing a row is a walk over it. */
#include "config.h"

#include "call_columns.h"

#include <assert.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

enum column_type { COLUMN_TEXT, COLUMN_I64, COLUMN_INT, COLUMN_BOOL, COLUMN_STATE, COLUMN_OUTCOME, COLUMN_HUNG_UP };

struct column {
	const char *name;
	enum column_type type;
	size_t offset, size;
};

#define COLUMN(type, member) { #member, COLUMN_##type, offsetof(struct call, member), sizeof(((struct call *)0)->member) }

/* The key first. */
static const struct column columns[] = {
	COLUMN(TEXT, server), COLUMN(TEXT, linkedid), COLUMN(TEXT, channel), COLUMN(TEXT, endpoint),
	COLUMN(TEXT, number), COLUMN(TEXT, caller), COLUMN(TEXT, agent_leg), COLUMN(TEXT, provider),
	COLUMN(TEXT, agent), COLUMN(TEXT, region), COLUMN(I64, started_us), COLUMN(I64, agent_dialled_us),
	COLUMN(I64, answered_us), COLUMN(I64, first_audio_us), COLUMN(I64, ended_us), COLUMN(I64, talk_us),
	COLUMN(STATE, state), COLUMN(OUTCOME, outcome), COLUMN(HUNG_UP, hung_up_by), COLUMN(INT, cause),
	COLUMN(INT, sip_code), COLUMN(BOOL, joined_late), COLUMN(BOOL, uncertain), COLUMN(BOOL, is_test),
};

static_assert(ARRAY_LEN(columns) == CALL_COLUMNS, "every column has its member");

const char *const call_columns[CALL_COLUMNS] = {
	"server", "linkedid", "channel", "endpoint", "number", "caller", "agent_leg", "provider", "agent", "region", "started_us",
	"agent_dialled_us", "answered_us", "first_audio_us", "ended_us", "talk_us", "state", "outcome", "hung_up_by", "cause",
	"sip_code", "joined_late", "uncertain", "is_test",
};

#define HUNG_UP_COUNT (HUNG_UP_SYSTEM + 1)

static const char *state_word(int i)
{
	return call_state_name((enum call_state)i);
}

static const char *outcome_word(int i)
{
	return outcome_name((enum call_outcome)i);
}

static const char *hung_up_word(int i)
{
	return hung_up_by_name((enum hung_up_by)i);
}

/* A word this program doesn't know is the first one. */
static int word_index(const char *(*word)(int), int count, const char *text)
{
	for (int i = 0; i < count; i++)
		if (!strcmp(word(i), text))
			return i;
	return 0;
}

static void column_from_row(struct call *c, const struct column *column, const char *value)
{
	char *at = (char *)c + column->offset;
	const char *text = db_text(value);

	switch (column->type) {
	case COLUMN_TEXT:
		str_copy(at, column->size, str_of(text));
		break;
	case COLUMN_I64:
		*(int64_t *)at = db_int(value);
		break;
	case COLUMN_INT:
		*(int *)at = (int)db_int(value);
		break;
	case COLUMN_BOOL:
		*(bool *)at = db_bool(value);
		break;
	case COLUMN_STATE:
		*(enum call_state *)at = (enum call_state)word_index(state_word, CALL_STATE_COUNT, text);
		break;
	case COLUMN_OUTCOME:
		*(enum call_outcome *)at = (enum call_outcome)word_index(outcome_word, OUTCOME_COUNT, text);
		break;
	case COLUMN_HUNG_UP:
		*(enum hung_up_by *)at = (enum hung_up_by)word_index(hung_up_word, HUNG_UP_COUNT, text);
		break;
	}
}

/* Texts are put in *texts, which the caller clears after use of the parameters. */
static void column_to_param(struct db_params *p, const struct db *db, const struct call *c, const struct column *column,
			    char **text)
{
	const char *at = (const char *)c + column->offset;

	switch (column->type) {
	case COLUMN_TEXT:
		*text = db_valid_text(db, at);
		db_param_text(p, *text);
		break;
	case COLUMN_I64:
		db_param_int(p, *(const int64_t *)at);
		break;
	case COLUMN_INT:
		db_param_int(p, *(const int *)at);
		break;
	case COLUMN_BOOL:
		db_param_bool(p, *(const bool *)at);
		break;
	case COLUMN_STATE:
		db_param_text(p, call_state_name(c->state));
		break;
	case COLUMN_OUTCOME:
		/* It means nothing before the end, and must not be found by it. */
		db_param_text(p, c->state == CALL_ENDED ? outcome_name(c->outcome) : "");
		break;
	case COLUMN_HUNG_UP:
		db_param_text(p, hung_up_by_name(c->hung_up_by));
		break;
	}
}

static bool is_known(const struct call *c, const struct column *column)
{
	const char *at = (const char *)c + column->offset;

	switch (column->type) {
	case COLUMN_TEXT:
		return *at;
	case COLUMN_I64:
		return *(const int64_t *)at;
	case COLUMN_INT:
		return *(const int *)at;
	case COLUMN_HUNG_UP:
		return c->hung_up_by != HUNG_UP_UNKNOWN;
	default:
		return false;
	}
}

int call_facts(const struct call *c)
{
	int facts = 0;

	for (size_t i = 0; i < CALL_COLUMNS; i++)
		facts += is_known(c, &columns[i]);
	return facts;
}

void call_to_params(struct db_params *p, const struct db *db, const struct call *c, char *texts[CALL_COLUMNS])
{
	for (size_t i = 0; i < CALL_COLUMNS; i++)
		column_to_param(p, db, c, &columns[i], &texts[i]);
}

void call_from_row(struct call *c, const char *const *values)
{
	for (size_t i = 0; i < CALL_COLUMNS; i++)
		column_from_row(c, &columns[i], values[i]);
}
