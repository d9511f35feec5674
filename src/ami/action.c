/* See ami/action.h. Everything is checked before the first byte is written. */
#include "config.h"

#include "trunkdeck/ami/action.h"

#include <inttypes.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"

#define ACTION_ID "ActionID"

/* "Key: value" and CR LF. */
static size_t line_size(const char *key, const char *value)
{
	return strlen(key) + 2 + strlen(value) + 2;
}

static bool key_is_safe(const char *key)
{
	size_t len = strlen(key);

	return len > 0 && strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

static bool check_line(const char *key, const char *value, struct err *e)
{
	if (!key_is_safe(key))
		return err_set_message(e, ERR_SERVER_REFUSED, _("An action has a malformed header name"));
	if (strpbrk(value, "\r\n")) {
		err_set_message(e, ERR_SERVER_REFUSED, _("%s holds a line break"), key);
		err_hint(e, _("Asterisk would read the rest as another command; remove the line break"));
		return false;
	}
	if (line_size(key, value) > AMI_MAX_LINE) {
		err_set_message(e, ERR_SERVER_REFUSED, _("%s is too long"), key);
		err_hint(e, _("Asterisk takes %d bytes at most, name included"), AMI_MAX_LINE - 4);
		return false;
	}
	return true;
}

static bool check_action(const char *action, uint64_t action_id, const struct ami_field *fields, struct err *e)
{
	size_t lines = action_id ? 2 : 1;

	if (!key_is_safe(action))
		return err_set_message(e, ERR_SERVER_REFUSED, _("An action has a malformed name"));
	if (!check_line("Action", action, e))
		return false;
	for (const struct ami_field *f = fields; f && f->key; f++, lines++)
		if (!check_line(f->key, f->value, e))
			return false;
	if (lines > AMI_MAX_ACTION_HEADERS) {
		err_set_message(e, ERR_SERVER_REFUSED, _("An action has too many headers"));
		err_hint(e, _("Asterisk takes %d at most"), AMI_MAX_ACTION_HEADERS);
		return false;
	}
	return true;
}

static size_t action_size(const char *action, const struct ami_field *fields)
{
	size_t size = line_size("Action", action) + sizeof(ACTION_ID ": 18446744073709551615\r\n") + 2;

	for (const struct ami_field *f = fields; f && f->key; f++)
		size += line_size(f->key, f->value);
	return size;
}

bool ami_action_write(struct buf *out, const char *action, uint64_t action_id, const struct ami_field *fields,
		      struct err *e)
{
	if (!check_action(action, action_id, fields, e))
		return false;
	if (out->overflow || action_size(action, fields) > out->max - out->len)
		return err_set_message(e, ERR_SERVER_REFUSED, _("Too many actions are waiting to be sent"));
	buf_addf(out, "Action: %s\r\n", action);
	if (action_id)
		buf_addf(out, ACTION_ID ": %" PRIu64 "\r\n", action_id);
	for (const struct ami_field *f = fields; f && f->key; f++) {
		buf_adds(out, f->key);
		buf_adds(out, ": ");
		buf_adds(out, f->value);
		buf_adds(out, "\r\n");
	}
	buf_adds(out, "\r\n");
	return true;
}
