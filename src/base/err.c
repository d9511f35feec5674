#include "config.h"

#include "trunkdeck/base/err.h"

#include <stdlib.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

struct err_row {
	enum err_class class;
	const char *field;
	const char *text;
	const char *name;
};

static const struct err_row err_rows[ERR_COUNT] = {
	[ERR_NONE] = { ERR_CLASS_NONE, "", "", "NONE" },
#define ERR_ROW(code, class, field, text) [ERR_##code] = { ERR_CLASS_##class, field, text, #code },
	ERR_TABLE(ERR_ROW)
#undef ERR_ROW
};

static const struct err_row *row_of(enum err_code code)
{
	if ((unsigned int)code >= ERR_COUNT)
		die("no error has the code %d", (int)code);
	return &err_rows[code];
}

/* Formats into heap memory first, so that a text that is too long is cut between characters. */
static void format_into(char *to, size_t size, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
static void format_into(char *to, size_t size, const char *format, va_list ap)
{
	char *text = xvasprintf(format, ap);

	str_copy(to, size, str_of(text));
	free(text);
}

bool err_set(struct err *e, enum err_code code, const char *hint, ...)
{
	va_list ap;

	if (!e)
		return false;
	e->code = code;
	err_about(e, err_field_of(code));
	str_copy(e->message, sizeof(e->message), str_of(err_text_of(code)));
	e->hint[0] = '\0';
	if (hint) {
		va_start(ap, hint);
		format_into(e->hint, sizeof(e->hint), hint, ap);
		va_end(ap);
	}
	return false;
}

bool err_set_message(struct err *e, enum err_code code, const char *message, ...)
{
	va_list ap;

	if (!e)
		return false;
	e->code = code;
	err_about(e, err_field_of(code));
	e->hint[0] = '\0';
	va_start(ap, message);
	format_into(e->message, sizeof(e->message), message, ap);
	va_end(ap);
	return false;
}

bool err_hint(struct err *e, const char *hint, ...)
{
	va_list ap;

	if (!e)
		return false;
	va_start(ap, hint);
	format_into(e->hint, sizeof(e->hint), hint, ap);
	va_end(ap);
	return false;
}

void err_about(struct err *e, const char *field)
{
	if (e)
		str_copy(e->field, sizeof(e->field), str_of(field));
}

void err_clear(struct err *e)
{
	if (e)
		*e = (struct err){ .code = ERR_NONE };
}

enum err_class err_class_of(enum err_code code)
{
	return row_of(code)->class;
}

const char *err_field_of(enum err_code code)
{
	return row_of(code)->field;
}

const char *err_text_of(enum err_code code)
{
	const char *text = row_of(code)->text;

	/* gettext("") would return the header of the catalogue. */
	return *text ? _(text) : text;
}

const char *err_name_of(enum err_code code)
{
	return row_of(code)->name;
}
