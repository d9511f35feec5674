/* All lines are checked before the first byte is written. */
#include "config.h"

#include "trunkdeck/ami/action.h"

#include <inttypes.h>
#include <string.h>

#include "trunkdeck/base/gettext.h"

#define ACTION_ID "ActionID"

/* Adds the length of "Key: value" with its CR LF to *size. */
static bool check_line(const char *key, const char *value, size_t *size, struct err *e)
{
	const size_t key_len = strlen(key), len = key_len + 2 + strlen(value) + 2;

	if (!key_len || strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != key_len)
		return err_set_message(e, ERR_SERVER_REFUSED, _("An action has a malformed header name"));
	if (strpbrk(value, "\r\n")) {
		err_set_message(e, ERR_SERVER_REFUSED, _("%s holds a line break"), key);
		return err_hint(e, _("Asterisk would read the rest as another command; remove the line break"));
	}
	if (len > AMI_MAX_LINE) {
		err_set_message(e, ERR_SERVER_REFUSED, _("%s is too long"), key);
		return err_hint(e, _("Asterisk takes at most %d bytes, including the name"), AMI_MAX_LINE - 4);
	}
	*size += len;
	return true;
}

bool ami_action_write(struct buf *out, const char *action, uint64_t action_id, const struct ami_field *fields,
		      struct err *e)
{
	size_t lines = action_id ? 2 : 1, size = sizeof(ACTION_ID ": 18446744073709551615\r\n") + 2;

	if (!check_line(action, "", &size, e) || !check_line("Action", action, &size, e))
		return false;
	for (const struct ami_field *f = fields; f && f->key; f++, lines++)
		if (!check_line(f->key, f->value, &size, e))
			return false;
	if (lines > AMI_MAX_ACTION_HEADERS) {
		err_set_message(e, ERR_SERVER_REFUSED, _("An action has too many headers"));
		return err_hint(e, _("Asterisk takes at most %d"), AMI_MAX_ACTION_HEADERS);
	}
	if (out->overflow || size > out->max - out->len)
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
