#include "config.h"

#include "params.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/json_text.h"

static const struct field *params_field(const struct record *r)
{
	const struct field *f = entity_fields(r->entity);

	while (f->key && f->type != FIELD_PARAMS)
		f++;
	return f;
}

static json_t *params_of(const struct record *r)
{
	char *text = field_get(params_field(r), r);
	json_t *params = json_loads(text, 0, NULL);

	free(text);
	return params ? params : json_object();
}

/* Takes the reference. The field checks size, depth and form. */
static bool put_back(struct record *r, json_t *params, struct err *e)
{
	char *text = json_text(params, 0);
	bool ok = field_set(params_field(r), r, text, e);

	json_decref(params);
	free(text);
	return ok;
}

static bool refuse(const char *what, const char *pair, struct err *e)
{
	err_set_message(e, ERR_FIELD_INVALID, "additionalParams: %s: %s", pair, what);
	err_about(e, "additionalParams");
	return err_hint(e, "%s", _("write e.g. --param department=sales --param priority=3"));
}

bool cli_param_set(struct record *r, const char *pair, struct err *e)
{
	size_t len = strcspn(pair, "=");
	json_t *params, *value;
	json_error_t error;
	char *key;
	bool ok;

	if (len == 0 || pair[len] != '=')
		return refuse(_("KEY=VALUE is expected"), pair, e);
	value = json_loads(pair + len + 1, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
	/* "9e05825cfa" begins like a number that is too large, and is a text. */
	if (!value && (json_error_code(&error) != json_error_numeric_overflow ||
		       (strchr("[{ ", pair[len + 1]) == NULL && pair[len + 1 + strspn(pair + len + 1, "+-.0123456789Ee")] != '\0')))
		value = json_string(pair + len + 1);
	/* The number is too large to be kept unchanged, or the text is not UTF-8. */
	if (!value)
		return refuse(_("this value can't be stored unchanged"), pair, e);
	key = xstrndup(pair, len);
	params = params_of(r);
	ok = json_object_set_new(params, key, value) == 0;
	free(key);
	if (ok)
		return put_back(r, params, e);
	json_decref(params);
	return refuse(_("the key is not valid UTF-8"), pair, e);
}

bool cli_param_unset(struct record *r, const char *key, struct err *e)
{
	json_t *params = params_of(r);

	if (json_object_del(params, key) == 0)
		return put_back(r, params, e);
	json_decref(params);
	return refuse(_("there is no such parameter"), key, e);
}
