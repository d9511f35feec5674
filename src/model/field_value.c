/*
 * The allowed values of each field type, and setting a member from text.
 *
 * All values pass field_set(): those of forms, options, CSV, JSON and the store's rows. Nothing is repaired (no
 * trimming, no case change): a wrong value is refused with a hint that tells how to write it. CR, LF, NUL and all other
 * control bytes are refused in every type. additionalParams is stored in its canonical form.
 */
#include "config.h"

#include <string.h>

#include "fields.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/e164.h"
#include "trunkdeck/model/schedule.h"
#include "trunkdeck/model/tell.h"

/* --- refusing --- */

bool field_refuse(const struct field *f, struct err *e, const char *hint)
{
	err_set_message(e, ERR_FIELD_INVALID, _("%s: this value is not allowed"), f->key);
	err_about(e, f->key);
	err_hint(e, "%s", hint);
	return false;
}

bool field_missing(const struct field *f, struct err *e)
{
	switch (f->type) {
	case FIELD_E164:
		return e164_check("", NULL, e);
	case FIELD_PROVIDER:
		return err_set(e, ERR_TRUNK_REQUIRED, "%s", _("choose a provider: see 'trunkdeck provider list'"));
	case FIELD_AGENT:
		return err_set(e, ERR_AGENT_REQUIRED, "%s", _("choose an agent: see 'trunkdeck agent list'"));
	default:
		err_set_message(e, ERR_FIELD_REQUIRED, _("%s: a value is required"), f->key);
		err_about(e, f->key);
		err_hint(e, "%s", _(f->help));
		return false;
	}
}

/* --- texts --- */

static bool is_blank(const char *s)
{
	return !s[strspn(s, " ")];
}

/* Characters that change the direction of the following text, so that it can be read as another text. */
static bool is_bidi(uint32_t code)
{
	return code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

/* Characters that look like a blank or like nothing. */
static bool is_blank_like(uint32_t code)
{
	return code == 0xa0 || code == 0x115f || code == 0x1160 || code == 0x1680 || code == 0x17b4 || code == 0x17b5 ||
	       (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x205f || code == 0x2800 || code == 0x3000 ||
	       code == 0x3164 || code == 0xffa0;
}

static bool has(struct str s, bool (*is)(uint32_t code))
{
	uint32_t code;
	size_t len;

	for (; (len = utf8_next(s, &code)); s = (struct str){ s.p + len, s.len - len })
		if (is(code))
			return true;
	return false;
}

/* "Twi<U+200B>lio" would look like another name. */
static bool has_invisible(const char *text)
{
	char *shown = utf8_clean_dup(str_of(text));
	bool differs = strcmp(shown, text) != 0;

	free(shown);
	return differs;
}

/* A name must not hide blanks, so "Twilio " and "Twi  lio" are refused too. */
static bool is_deceptive(const char *text)
{
	struct str s = str_of(text);

	return has_invisible(text) || has(s, is_blank_like) ||
	       (s.len && (text[0] == ' ' || text[s.len - 1] == ' ' || strstr(text, "  ")));
}

static bool only(const char *s, const char *allowed)
{
	return !s[strspn(s, allowed)];
}

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool check_id(const struct field *f, const char *text, struct err *e)
{
	return only(text, LETTERS DIGITS "_.-") || field_refuse(f, e, _("only letters, digits and _ . - are allowed"));
}

static bool check_host(const struct field *f, const char *text, struct err *e)
{
	char *host;

	if (host_valid(text))
		return true;
	field_refuse(f, e, _("a host name or an IP address, e.g. pstn.twilio.com"));
	host = host_suggest(text);
	if (host)
		err_hint(e, _("no sip:, no port: write %s"), host);
	free(host);
	return false;
}

static bool check_dial(const struct field *f, const char *text, struct err *e)
{
	size_t tech = strspn(text, LETTERS DIGITS);

	for (const char *c = text; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			return field_refuse(f, e, _("only printable ASCII characters are allowed"));
		if (strchr(",$\"", *c))
			return field_refuse(f, e, _("no comma, $ or \" is allowed: write e.g. WebSocket/support/c(ulaw)"));
	}
	if (!tech || text[tech] != '/' || !text[tech + 1])
		return field_refuse(f, e, _("technology/address is expected, e.g. WebSocket/support/c(ulaw)"));
	return true;
}

static bool check_prefix(const struct field *f, const char *text, struct err *e)
{
	return (text[0] == '+' && only(text + 1, DIGITS)) ||
	       field_refuse(f, e, _("a + and up to 6 digits, e.g. +44; empty = +"));
}

static bool check_url(const struct field *f, const char *text, struct err *e)
{
	/* It would be dialled as if it were real. */
	if (url_is_masked(text))
		return field_refuse(f, e, _("this URL is masked: give the whole URL, with --url-file"));
	return agent_url_check(text, e);
}

/* Returns the canonical form of opening times or exceptions; caller frees. */
static char *times_canonical(const struct field *f, const char *text, struct err *e)
{
	struct err why = { .code = ERR_NONE };
	char *canonical = f->type == FIELD_OPEN ? schedule_canonical_open(text, &why) : schedule_canonical_exceptions(text, &why);

	if (!canonical) {
		err_set_message(e, ERR_FIELD_INVALID, "%s: %s", f->key, why.message);
		err_about(e, f->key);
		err_hint(e, "%s", why.hint);
	}
	return canonical;
}

static bool check_times(const struct field *f, const char *text, struct err *e)
{
	char *canonical = times_canonical(f, text, e);

	free(canonical);
	return canonical != NULL;
}

/* Checks the form of an IANA name; a path is refused. Whether the system has the zone is checked where it is used. */
static bool check_zone(const struct field *f, const char *text, struct err *e)
{
	return (only(text, LETTERS DIGITS "_+-/") && text[0] != '/') ||
	       field_refuse(f, e, _("an IANA name is expected, e.g. Europe/Berlin or UTC"));
}

static bool check_caller(const struct field *f, const char *text, struct err *e)
{
	size_t digits = text[0] == '+' ? strspn(text + 1, DIGITS) : 0;
	const char *rest = text + 1 + digits;

	if (!strcmp(text, "anonymous"))
		return true;
	return (digits && text[1] != '0' && (!strcmp(rest, "*") || (!*rest && digits >= 7))) ||
	       field_refuse(f, e, _("a number, the first digits and a *, or anonymous: +41791234567, +4479*, anonymous"));
}

bool split_next(const char **text, struct str *agent, int *weight)
{
	const char *id = *text + (**text == ','), *digits;
	size_t len = strspn(id, LETTERS DIGITS "_.-"), count;
	int64_t value;

	digits = id + len + 1;
	count = len && id[len] == ':' ? strspn(digits, DIGITS) : 0;
	if (!count || !str_to_i64((struct str){ digits, count }, &value) || value < 1 || value > SPLIT_WEIGHT_MAX ||
	    (digits[count] && (digits[count] != ',' || !digits[count + 1])))
		return false;
	*agent = (struct str){ id, len };
	*weight = (int)value;
	*text = digits + count;
	return true;
}

int split_weight(const char *split, const char *agent)
{
	struct str id;
	int weight;

	while (split_next(&split, &id, &weight))
		if (str_eq(id, str_of(agent)))
			return weight;
	return 0;
}

/* "sales:90,trial:10": ids of different agents with their weights. */
static bool check_split(const struct field *f, const char *text, struct err *e)
{
	struct str agents[SPLIT_AGENTS_MAX], id;
	char first = *text;
	int weight;

	for (size_t n = 0; split_next(&text, &id, &weight); n++) {
		if (n == SPLIT_AGENTS_MAX)
			return field_refuse(f, e, _("at most 8 agents"));
		for (size_t i = 0; i < n; i++)
			if (str_eq(agents[i], id))
				return field_refuse(f, e, _("an agent is named twice"));
		agents[n] = id;
	}
	return (!*text && first != ',') || field_refuse(f, e, _("agents and weights from 1 to 1000 are expected, e.g. sales:90,trial:10"));
}

static bool check_params(const char *text, struct err *e)
{
	char *canonical;

	/* "{}" is by far the most frequent value. Skipping the parser saves time when 100,000 numbers are read. */
	if (!strcmp(text, "{}"))
		return true;
	canonical = params_canonical(text, e);
	if (!canonical)
		return false;
	free(canonical);
	return true;
}

/* Does the text contain a control character that the field does not allow? */
static bool has_control(const struct field *f, struct str s)
{
	if (!(f->flags & FIELD_LINES))
		return utf8_has_control(s);
	for (size_t line; s.len > 0; s = (struct str){ s.p + line, s.len - line }) {
		line = strcspn(s.p, "\n\t");
		if (utf8_has_control((struct str){ s.p, line }))
			return true;
		line += line < s.len;
	}
	return false;
}

static bool check_bounds(const struct field *f, const char *text, struct err *e)
{
	struct str s = str_of(text);

	if (f->max && s.len > f->max) {
		field_refuse(f, e, "");
		err_hint(e, _("%zu bytes are too long: at most %zu"), s.len, f->max);
		return false;
	}
	if (!utf8_valid(s))
		return field_refuse(f, e, _("the text is not valid UTF-8"));
	if (has_control(f, s))
		return field_refuse(f, e, _("line ends and other control characters are not allowed"));
	if (has(s, is_bidi))
		return field_refuse(f, e, _("characters that change the direction of writing are not allowed"));
	if (f->flags & FIELD_IDENTITY && is_deceptive(text))
		return field_refuse(f, e, _("invisible characters are not allowed in a name, nor blanks at its ends or two in a row"));
	if (f->flags & FIELD_VISIBLE && has_invisible(text))
		return field_refuse(f, e, _("invisible characters are not allowed in a name"));
	return true;
}

bool field_check_text(const struct field *f, const char *text, struct err *e)
{
	if (is_blank(text) && f->flags & FIELD_REQUIRED)
		return field_missing(f, e);
	if (f->type == FIELD_E164)
		return e164_check(text, NULL, e);
	/* JSON text may have line ends before it is made canonical. */
	if (f->type == FIELD_PARAMS)
		return check_params(text, e);
	if (!check_bounds(f, text, e))
		return false;
	if (!text[0])
		return true;
	switch (f->type) {
	case FIELD_HOST:
		return check_host(f, text, e);
	case FIELD_DIAL:
		return check_dial(f, text, e);
	case FIELD_ID:
	case FIELD_PROVIDER:
	case FIELD_AGENT:
	case FIELD_SCHEDULE:
		return check_id(f, text, e);
	case FIELD_PREFIX:
		return check_prefix(f, text, e);
	case FIELD_SPLIT:
		return check_split(f, text, e);
	case FIELD_URL:
		return check_url(f, text, e);
	case FIELD_ZONE:
		return check_zone(f, text, e);
	case FIELD_CALLER:
		return check_caller(f, text, e);
	case FIELD_OPEN:
	case FIELD_EXCEPTIONS:
		return check_times(f, text, e);
	default:
		return true;
	}
}

bool fields_check(enum entity entity, const void *base, struct err *e)
{
	for (const struct field *f = entity_fields(entity); f->key; f++)
		if (field_is_text(f) && !field_check_text(f, field_text_in(f, base), e))
			return false;
	return true;
}

/* --- setting --- */

static bool set_text(const struct field *f, char **at, const char *text, struct err *e)
{
	char *value;

	if (f->type == FIELD_PARAMS)
		value = params_canonical(text[0] ? text : "{}", e);
	else if (f->type == FIELD_OPEN || f->type == FIELD_EXCEPTIONS)
		value = check_bounds(f, text, e) ? times_canonical(f, text, e) : NULL;
	else
		value = field_check_text(f, text, e) ? xstrdup(text) : NULL;
	if (!value)
		return false;
	free(*at);
	*at = value;
	return true;
}

static bool set_bool(const struct field *f, bool *at, const char *text, struct err *e)
{
	return str_to_bool(str_of(text), at) || field_refuse(f, e, _("yes or no"));
}

static bool set_limit(const struct field *f, struct workspace *w, const char *text, struct err *e)
{
	int64_t limit = LIMIT_NONE;

	if (!text[0]) {
		w->has_max = false;
		w->max_phone_numbers = 0;
		return true;
	}
	if (strcmp(text, "unlimited") && (!str_to_i64(str_of(text), &limit) || limit < 0))
		return field_refuse(f, e, _("a number from 0 on, or unlimited; empty = the plan's limit"));
	w->has_max = true;
	w->max_phone_numbers = limit;
	return true;
}

static bool set_count(const struct field *f, int64_t *at, const char *text, struct err *e)
{
	int64_t value;

	if (!str_to_i64(str_of(text), &value) || value < 0)
		return field_refuse(f, e, _("a number from 0 on"));
	*at = value;
	return true;
}

/* A cap: 1 up to the field's largest value; empty or 0 = none. */
static bool set_cap(const struct field *f, int64_t *at, const char *text, struct err *e)
{
	int64_t value = 0;

	if (text[0] && (!str_to_i64(str_of(text), &value) || value < 0 || value > (int64_t)f->max)) {
		field_refuse(f, e, "");
		err_hint(e, _("a number from 1 to %zu; empty = no cap"), f->max);
		return false;
	}
	*at = value;
	return true;
}

/* Reads "1h30m", "90s" or "90"; false for anything else. */
static bool parse_seconds(const char *text, int64_t max, int64_t *seconds)
{
	static const struct {
		char letter;
		int64_t seconds;
	} units[] = { { 'h', 3600 }, { 'm', 60 }, { 's', 1 }, { '\0', 1 } };
	size_t from = 0;

	for (*seconds = 0; *text;) {
		size_t digits = strspn(text, DIGITS), unit = from;
		int64_t count;

		while (unit < ARRAY_LEN(units) && units[unit].letter != text[digits])
			unit++;
		if (unit == ARRAY_LEN(units) || !str_to_i64((struct str){ text, digits }, &count) || count > max)
			return false;
		*seconds += count * units[unit].seconds;
		from = unit + 1;
		text += digits + (text[digits] != '\0');
	}
	return *seconds <= max;
}

static bool set_duration(const struct field *f, int64_t *at, const char *text, struct err *e)
{
	int64_t value;

	if (!parse_seconds(text, (int64_t)f->max, &value)) {
		field_refuse(f, e, "");
		err_hint(e, _("seconds, or a duration such as 30m, at most %zu seconds; empty = none"), f->max);
		return false;
	}
	*at = value;
	return true;
}

static bool set_time(const struct field *f, int64_t *at, const char *text, struct err *e)
{
	int64_t value = 0;

	if (text[0] && !clock_parse_iso(text, &value))
		return field_refuse(f, e, _("a time such as 2026-11-22T10:29:39Z"));
	*at = value;
	return true;
}

bool field_set(const struct field *f, struct record *r, const char *text, struct err *e)
{
	void *base = record_base(r);
	void *at = (char *)base + f->offset;

	switch (f->type) {
	case FIELD_REGION:
		return region_parse(text, at) || field_refuse(f, e, _("na or eu"));
	case FIELD_PLAN:
		return plan_parse(text, at) || field_refuse(f, e, _("free, pro or enterprise"));
	case FIELD_BOOL:
		return set_bool(f, at, text, e);
	case FIELD_LIMIT:
		return set_limit(f, &r->workspace, text, e);
	case FIELD_INT:
		return set_count(f, at, text, e);
	case FIELD_TIME:
		return set_time(f, at, text, e);
	case FIELD_CAP:
		return set_cap(f, at, text, e);
	case FIELD_DURATION:
		return set_duration(f, at, text, e);
	default:
		return set_text(f, field_text_of(f, base), text, e);
	}
}
