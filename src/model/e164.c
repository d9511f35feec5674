/*
 * E.164: what a number is, what a typed text probably means, and which number a trunk sent.
 *
 * e164_check() accepts or refuses a number and says why; it never changes a byte. e164_suggest() reads what people type
 * or paste ("+1 (555) 123-4567", "00442071234567", "tel:+1…", full-width digits, "(0)") and suggests one number, if
 * that passes the check. To read a national form it needs the country, `home`. A length that is unusual in a country
 * only causes a warning, because numbering plans change more often than programs.
 */
#include "config.h"

#include "trunkdeck/model/e164.h"

#include <stdint.h>
#include <string.h>

#include "countries.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

#define DIGITS_MIN 7
#define DIGITS_MAX 15
/* A longer text is not a number with separators. */
#define TYPED_MAX (E164_TYPED_SIZE - 1)

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number of digits at the start of a text. */
static size_t digit_count(const char *s)
{
	size_t n = 0;

	while (is_digit(s[n]))
		n++;
	return n;
}

/* Does it pass e164_check()? */
static bool is_number(const char *s)
{
	size_t n;

	if (s[0] != '+' || s[1] == '0')
		return false;
	n = digit_count(s + 1);
	return !s[1 + n] && n >= DIGITS_MIN && n <= DIGITS_MAX && country_of_digits((struct str){ s + 1, n });
}

/* --- typed numbers --- */

/* The value of a digit in one of the scripts that people paste from; -1 = not a digit. */
static int digit_of(uint32_t code)
{
	static const uint32_t zeros[] = { '0', 0x0660, 0x06f0, 0x0966, 0xff10 };

	for (size_t i = 0; i < ARRAY_LEN(zeros); i++)
		if (code >= zeros[i] && code < zeros[i] + 10)
			return (int)(code - zeros[i]);
	return -1;
}

static bool is_plus(uint32_t code)
{
	return code == '+' || code == 0xff0b;
}

/* Blanks, dashes, dots, slashes and parentheses may group digits. */
static bool is_separator(uint32_t code)
{
	if (code < 0x80)
		return code && strchr(" \t-./()", (int)code);
	return code == 0xa0 || (code >= 0x2000 && code <= 0x2015) || code == 0x202f || code == 0x2060 ||
	       code == 0x2212 || code == 0x3000 || code == 0xfeff || code == 0xad ||
	       (code >= 0xff08 && code <= 0xff0f && code != 0xff0b && code != 0xff0c);
}

/* Returns the text without "tel:", "sip:" and what follows the number in such a URI. */
static struct str uri_body(struct str s)
{
	static const char *const schemes[] = { "tel:", "sip:", "sips:" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct str scheme = str_of(schemes[i]);
		const char *end;

		if (s.len <= scheme.len || !str_eq_nocase((struct str){ s.p, scheme.len }, scheme))
			continue;
		s = (struct str){ s.p + scheme.len, s.len - scheme.len };
		end = memchr(s.p, ';', s.len);
		if (end)
			s.len = (size_t)(end - s.p);
		end = memchr(s.p, '@', s.len);
		if (end)
			s.len = (size_t)(end - s.p);
		return s;
	}
	return s;
}

static struct str trimmed(struct str s)
{
	while (s.len && strchr(" \t", s.p[0]))
		s = (struct str){ s.p + 1, s.len - 1 };
	return s;
}

/* A "(0)" after an international prefix is the national trunk prefix. It is not dialled from abroad. */
bool e164_typed(const char *text, char out[E164_TYPED_SIZE])
{
	struct str s = uri_body(trimmed(str_of(text)));
	size_t n = 0, len;
	uint32_t code;

	for (; (len = utf8_next(s, &code)); s = (struct str){ s.p + len, s.len - len }) {
		int digit = digit_of(code);

		if (n >= TYPED_MAX)
			return false;
		if (n && str_starts(s, STR("(0)")) && (out[0] == '+' || (out[0] == '0' && out[1] == '0'))) {
			len = 3;
			continue;
		}
		if (digit >= 0)
			out[n++] = (char)('0' + digit);
		else if (is_plus(code) && !n)
			out[n++] = '+';
		else if (!is_separator(code))
			return false;
	}
	out[n] = '\0';
	return n;
}

/* --- finding the country --- */

static bool is_nanp(const struct country *home)
{
	return home->code[0] == '1';
}

/* Countries that have no trunk prefix, or whose leading 0 is also dialled from abroad. */
static bool keeps_zero(const struct country *home)
{
	static const char *const isos[] = { "IT", "SM", "VA", "CI", "CG", "GA" };

	for (size_t i = 0; i < ARRAY_LEN(isos); i++)
		if (!strcmp(home->iso, isos[i]))
			return true;
	return false;
}

/* The digits before a national number that are dialled inside the country only. */
static const char *trunk_prefix(const struct country *home)
{
	if (!strcmp(home->iso, "HU"))
		return "06";
	if (home->code[0] == '7')
		return "8";
	return keeps_zero(home) ? "" : "0";
}

/* The length of the country's own code. A row that splits a shared code ("441481", "77") has the shared code. */
static size_t shared_code_len(const struct country *home)
{
	struct str code = str_of(home->code);

	if (home->code[0] == '1' || home->code[0] == '7')
		return 1;
	if (code.len > 3)
		code.len = 3;
	while (code.len > 1 && country_of_digits((struct str){ code.p, code.len - 1 }))
		code.len--;
	return code.len;
}

#define READ_SIZE (TYPED_MAX + 8)		/* of what the functions below write to `out` */

/* North America: ten digits. The area code begins with 2 to 9 and is not a service code such as 411. */
static bool is_possible_nanp(const char *national)
{
	return strlen(national) == 10 && national[0] >= '2' && strncmp(national + 1, "11", 2);
}

static bool read_digits(char *out, struct str prefix, const char *digits)
{
	snprintf(out, READ_SIZE, "+%.*s%s", (int)prefix.len, prefix.p, digits);
	return is_number(out) && (out[1] != '1' || is_possible_nanp(out + 2));
}

static bool read_national(const char *digits, const struct country *home, char *out)
{
	struct str code = { home->code, shared_code_len(home) };
	const char *trunk = trunk_prefix(home);
	size_t n = strlen(digits);

	/* In a country with its own area code, such as the Bahamas, people omit the area code. */
	if (is_nanp(home))
		return (n == 7 && strlen(home->code) == 4 && read_digits(out, str_of(home->code), digits)) ||
		       read_digits(out, n == 11 && digits[0] == '1' ? STR("") : STR("1"), digits);
	if (n >= 11 && str_starts((struct str){ digits, n }, code))
		return read_digits(out, STR(""), digits);
	if (trunk[0] && str_starts((struct str){ digits, n }, str_of(trunk)))
		digits += strlen(trunk);
	return read_digits(out, code, digits);
}

/* Tries to read an international number with '+', 00 or North America's 011, and then a national number. */
static bool read_number(const char *typed, const struct country *home, char *out)
{
	size_t n = strlen(typed);

	if (typed[0] == '+')
		return read_digits(out, STR(""), typed + 1);
	if (!strncmp(typed, "00", 2))
		return read_digits(out, STR(""), typed + 2);
	if (!strncmp(typed, "011", 3) && (!home || is_nanp(home)) && read_digits(out, STR(""), typed + 3))
		return true;
	if (home)
		return read_national(typed, home, out);
	/* Without a home, accept only what is too long for a national number. */
	return n >= 11 && typed[0] != '0' && read_digits(out, STR(""), typed);
}

bool e164_suggest(const char *text, const struct country *home, char out[E164_SIZE])
{
	char typed[TYPED_MAX + 1];
	char number[READ_SIZE];

	if (!e164_typed(text, typed) || !read_number(typed, home, number) || !strcmp(number, text))
		return false;
	return str_copy(out, E164_SIZE, str_of(number));
}

static bool starts_with(const char *text, const char *start)
{
	return start[0] != '\0' && strncmp(text, start, strlen(start)) == 0;
}

bool e164_is_written(const char *number, const char *typed)
{
	const struct country *c = e164_country(str_of(number));
	const char *digits = number + (number[0] == '+' ? 1 : strncmp(number, "00", 2) == 0 ? 2 : 0), *trunk;

	if (typed[0] == '+')
		return starts_with(digits, typed + 1);
	if (strstr(digits, typed) || (strncmp(typed, "00", 2) == 0 && starts_with(digits, typed + 2)))
		return true;
	if (!c || is_nanp(c))
		return c && strncmp(typed, "011", 3) == 0 && starts_with(digits, typed + 3);
	trunk = trunk_prefix(c);
	return starts_with(typed, trunk) && starts_with(digits + shared_code_len(c), typed + strlen(trunk));
}

/* --- error messages --- */

enum found { FOUND_NOTHING, FOUND_SEPARATOR, FOUND_DIGIT, FOUND_OTHER, FOUND_CONTROL };

/* The worst kind of character in the text that does not belong in a number. */
static enum found worst_of(const char *text)
{
	struct str s = str_of(text);
	enum found worst = FOUND_NOTHING;
	uint32_t code;
	size_t len;

	for (size_t at = 0; (len = utf8_next(s, &code)); at++, s = (struct str){ s.p + len, s.len - len }) {
		enum found found = FOUND_OTHER;

		if (is_digit(s.p[0]) || (code == '+' && !at))
			continue;
		if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			found = FOUND_CONTROL;
		else if (is_separator(code))
			found = FOUND_SEPARATOR;
		else if (digit_of(code) >= 0 || code == 0xff0b)
			found = FOUND_DIGIT;
		if (found > worst)
			worst = found;
	}
	return worst;
}

bool e164_check(const char *text, const struct country *home, struct err *e)
{
	static const char *const characters[] = {
		[FOUND_SEPARATOR] = N_("no spaces, dashes or parentheses"),
		[FOUND_DIGIT] = N_("write it with the digits 0 to 9"),
		[FOUND_CONTROL] = N_("it contains a control character: type it again"),
		[FOUND_OTHER] = N_("only digits are allowed after the +"),
	};
	char what[160], meant[E164_SIZE];
	enum found found;
	size_t n;

	if (is_number(text))
		return true;
	if (!text[strspn(text, " ")])
		return err_set(e, ERR_NUMBER_REQUIRED, "%s", _("Enter a number such as +15551234567"));
	found = worst_of(text);
	n = text[0] == '+' ? digit_count(text + 1) : 0;
	if (found != FOUND_NOTHING)
		snprintf(what, sizeof(what), "%s", _(characters[found]));
	else if (text[0] != '+')
		snprintf(what, sizeof(what), "%s", _("start with + and the country code"));
	else if (text[1] == '0')
		snprintf(what, sizeof(what), "%s", _("a country code never starts with 0"));
	else if (n < DIGITS_MIN)
		snprintf(what, sizeof(what), _("too short: %zu digits, at least %d are needed"), n, DIGITS_MIN);
	else if (n > DIGITS_MAX)
		snprintf(what, sizeof(what), _("too long: %zu digits, at most %d are allowed"), n, DIGITS_MAX);
	else
		snprintf(what, sizeof(what), _("+%.3s is not an assigned country code"), text + 1);
	if (e164_suggest(text, home, meant))
		/* TRANSLATORS: the first is what is wrong, the second a number. */
		return err_set(e, ERR_NUMBER_FORMAT, _("%s: did you mean %s?"), what, meant);
	return err_set(e, ERR_NUMBER_FORMAT, "%s", what);
}

bool e164_warning(const char *number, char *to, size_t size)
{
	const struct country *c = is_number(number) ? e164_country(str_of(number)) : NULL;
	int digits = c ? (int)strlen(number + 1) : 0;

	if (!c || (is_nanp(c) ? is_possible_nanp(number + 2) : digits >= c->digits_min && digits <= c->digits_max))
		return false;
	if (is_nanp(c))
		snprintf(to, size, "%s", _("numbers of +1 have 10 digits after it, and their area code can't begin with 0 or 1 or end with 11"));
	else if (c->digits_min == c->digits_max)
		snprintf(to, size, _("%s: a number usually has %d digits with its country code, this one has %d"), c->name, c->digits_min, digits);
	else
		snprintf(to, size, _("%s: a number usually has %d to %d digits with its country code, this one has %d"), c->name,
			 c->digits_min, c->digits_max, digits);
	return true;
}

const struct country *provider_country(const struct provider *p)
{
	return p ? e164_country(str_of(p->inbound_prefix)) : NULL;
}

/* --- numbers from trunks and callers --- */

const struct country *e164_country(struct str number)
{
	if (!number.len || number.p[0] != '+')
		return NULL;
	return country_of_digits((struct str){ number.p + 1, number.len - 1 });
}

const struct country *e164_country_named(const char *name)
{
	const char *digits = name + (name[0] == '+');
	const struct country *rows, *c;
	size_t count;

	if (digits[0] && !digits[digit_count(digits)]) {
		c = country_of_digits(str_of(digits));
		return c && str_starts(str_of(digits), str_of(c->code)) && strlen(c->code) == strlen(digits) ? c : NULL;
	}
	rows = country_rows(&count);
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(str_of(rows[i].iso), str_of(name)) || str_eq_nocase(str_of(rows[i].name), str_of(name)))
			return &rows[i];
	return NULL;
}

/* Finds the prefix in ";phone-context=+1" (RFC 3966, 5.1.5) among the parameters of a user part. */
static bool phone_context(struct str params, char out[E164_SIZE])
{
	const struct str name = STR("phone-context=+");

	while (params.len) {
		const char *end = memchr(params.p, ';', params.len);
		struct str one = { params.p, end ? (size_t)(end - params.p) : params.len };
		size_t n = 1;

		params = (struct str){ one.p + one.len + (end != NULL), params.len - one.len - (end != NULL) };
		if (one.len < name.len || !str_eq_nocase((struct str){ one.p, name.len }, name))
			continue;
		out[0] = '+';
		for (size_t i = name.len; i < one.len && n < E164_MAX; i++)
			if (is_digit(one.p[i]))
				out[n++] = one.p[i];
		out[n] = '\0';
		return n > 1;
	}
	return false;
}

bool e164_from_wire(struct str wire, const char *prefix, char out[E164_SIZE])
{
	/* Larger than a number, to detect one that is too long. */
	char kept[2 * E164_SIZE + 1], context[E164_SIZE];
	const char *params = wire.len ? memchr(wire.p, ';', wire.len) : NULL;
	size_t n = 0, drop = 0, before;

	if (params) {
		size_t at = (size_t)(params - wire.p);

		if (phone_context((struct str){ params + 1, wire.len - at - 1 }, context))
			prefix = context;
		wire.len = at;
	}

	for (size_t i = 0; i < wire.len && n < sizeof(kept) - 1; i++)
		if (is_digit(wire.p[i]) || wire.p[i] == '+')
			kept[n++] = wire.p[i];
	kept[n] = '\0';
	if (!prefix || !prefix[0])
		prefix = "+";
	if (kept[0] == '+') {
		prefix = "";
	} else if (!strncmp(kept, "00", 2)) {
		prefix = "+";
		drop = 2;
	} else if (strlen(prefix) > 1 && kept[0] == '0') {
		/* The prefix makes a national number international, so its trunk prefix is removed. */
		drop = 1;
	}
	before = strlen(prefix);
	if (before + n - drop > E164_MAX)
		return false;
	memcpy(out, prefix, before);
	memcpy(out + before, kept + drop, n - drop + 1);
	return out[0] == '+' && digit_count(out + 1) && !out[1 + digit_count(out + 1)];
}

bool e164_of_caller(struct str caller, const char *prefix, char out[E164_SIZE])
{
	return e164_from_wire(caller, prefix, out) && is_number(out);
}

const struct country *e164_caller_country(struct str caller)
{
	char number[E164_SIZE];

	if (caller.len && caller.p[0] == '+')
		return e164_country(caller);
	return e164_of_caller(caller, "+", number) ? e164_country(str_of(number)) : NULL;
}
