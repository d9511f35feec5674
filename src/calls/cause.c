#include "config.h"

#include "trunkdeck/calls/cause.h"

#include <stddef.h>

#include "trunkdeck/base/mem.h"

static const struct row {
	int code;
	enum call_outcome outcome;
	const char *text;
} causes[] = {
	{ 0, OUTCOME_FAILED, N_("no cause given") },
	{ 1, OUTCOME_UNMAPPED, N_("unknown number") },
	{ 2, OUTCOME_UNMAPPED, N_("no route to the network") },
	{ 3, OUTCOME_UNMAPPED, N_("no route") },
	{ 16, OUTCOME_FAILED, N_("hung up") },
	{ 17, OUTCOME_BUSY, N_("busy") },
	{ 18, OUTCOME_NO_ANSWER, N_("no reaction") },
	{ 19, OUTCOME_NO_ANSWER, N_("no answer") },
	{ 20, OUTCOME_UNREACHABLE, N_("not reachable") },	/* DIALSTATUS CHANUNAVAIL */
	{ 21, OUTCOME_FAILED, N_("rejected") },
	{ 22, OUTCOME_UNMAPPED, N_("number changed") },
	{ 27, OUTCOME_UNREACHABLE, N_("out of order") },
	{ 28, OUTCOME_UNMAPPED, N_("number incomplete") },
	{ 31, OUTCOME_FAILED, N_("ended, unspecified") },
	{ 34, OUTCOME_UNREACHABLE, N_("no line free") },
	{ 38, OUTCOME_UNREACHABLE, N_("network out of order") },	/* also AST_CAUSE_FAILURE */
	{ 41, OUTCOME_UNREACHABLE, N_("temporary failure") },
	{ 42, OUTCOME_UNREACHABLE, N_("congestion") },
	{ 44, OUTCOME_UNREACHABLE, N_("channel not available") },
	{ 58, OUTCOME_FAILED, N_("codec not available") },
	{ 66, OUTCOME_UNREACHABLE, N_("channel type not available") },	/* its module is not loaded */
	{ 88, OUTCOME_FAILED, N_("incompatible") },
	{ 102, OUTCOME_FAILED, N_("timed out") },
	{ 111, OUTCOME_FAILED, N_("protocol error") },
	{ 127, OUTCOME_FAILED, N_("interworking") },
}, sip_codes[] = {
	{ 200, OUTCOME_FAILED, N_("answered") },
	{ 400, OUTCOME_FAILED, N_("bad request") },
	{ 401, OUTCOME_FAILED, N_("not authorised") },
	{ 403, OUTCOME_FAILED, N_("forbidden") },
	{ 404, OUTCOME_UNMAPPED, N_("not found") },
	{ 408, OUTCOME_NO_ANSWER, N_("timed out") },
	{ 410, OUTCOME_UNMAPPED, N_("gone") },
	{ 480, OUTCOME_FAILED, N_("unavailable for now") },
	{ 484, OUTCOME_UNMAPPED, N_("number incomplete") },
	{ 486, OUTCOME_BUSY, N_("busy") },
	{ 487, OUTCOME_ABANDONED, N_("cancelled") },	/* by the caller */
	{ 488, OUTCOME_FAILED, N_("not acceptable") },
	{ 500, OUTCOME_UNREACHABLE, N_("server error") },
	{ 502, OUTCOME_UNREACHABLE, N_("bad gateway") },
	{ 503, OUTCOME_UNREACHABLE, N_("service unavailable") },
	{ 504, OUTCOME_UNREACHABLE, N_("gateway timed out") },
	{ 600, OUTCOME_BUSY, N_("busy everywhere") },
	{ 603, OUTCOME_FAILED, N_("declined") },
	{ 604, OUTCOME_UNMAPPED, N_("exists nowhere") },
};

static const struct row *find(const struct row *rows, size_t count, int code)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

const char *cause_text(int cause)
{
	const struct row *r = find(causes, ARRAY_LEN(causes), cause);

	return r ? _(r->text) : _("other cause");
}

const char *sip_code_text(int code)
{
	const struct row *r = find(sip_codes, ARRAY_LEN(sip_codes), code);

	return r ? _(r->text) : _("other code");
}

enum call_outcome cause_outcome(int cause)
{
	const struct row *r = find(causes, ARRAY_LEN(causes), cause);

	return r ? r->outcome : OUTCOME_FAILED;
}

enum call_outcome sip_code_outcome(int code)
{
	const struct row *r = find(sip_codes, ARRAY_LEN(sip_codes), code);

	return r ? r->outcome : OUTCOME_FAILED;
}
