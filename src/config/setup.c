#include "config.h"

#include "trunkdeck/config/setup.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

const struct setup_file setup_files[] = {
	{ "asterisk/globals_trunkdeck.conf", "/etc/asterisk/globals_trunkdeck.conf", "dialplan reload", false },
	{ "asterisk/extensions_trunkdeck.conf", "/etc/asterisk/extensions_trunkdeck.conf", "dialplan reload", false },
	{ "asterisk/manager_trunkdeck.conf", "/etc/asterisk/manager_trunkdeck.conf", "manager reload", false },
	{ "asterisk/cdr_manager.conf", "/etc/asterisk/cdr_manager.conf", "module reload cdr_manager.so", false },
	{ "asterisk/sorcery_trunkdeck.conf", "/etc/asterisk/sorcery_trunkdeck.conf", "core restart when convenient", false },
	{ "asterisk/odbc.ini", "/etc/odbc.ini", "module reload res_odbc.so", true },
	{ "asterisk/res_odbc.conf", "/etc/asterisk/res_odbc.conf", "module reload res_odbc.so", true },
	{ "asterisk/func_odbc.conf", "/etc/asterisk/func_odbc.conf", "module reload func_odbc.so", true },
	{ NULL, NULL, NULL, false },
};

/* --- filling in --- */

char *setup_fill(const char *text, const struct setup_value *values)
{
	struct buf out;

	buf_init(&out, BUF_UNBOUNDED);
	while (*text) {
		size_t plain = strcspn(text, "@"), len = 0;
		const struct setup_value *v = values;

		buf_add(&out, text, plain);
		text += plain;
		if (!*text)
			break;
		while (isupper((unsigned char)text[len + 1]) || text[len + 1] == '_')
			len++;
		if (len == 0 || text[len + 1] != '@') {
			buf_addc(&out, *text++);
			continue;
		}
		while (v->name && (strlen(v->name) != len || strncmp(v->name, text + 1, len) != 0))
			v++;
		if (!v->name) {
			buf_clear(&out);
			return NULL;
		}
		buf_adds(&out, v->value);
		text += len + 2;
	}
	return buf_take(&out);
}

/* --- the values --- */

/* In a .conf file a ; begins a comment unless it is escaped. */
static char *secret_of(const struct setup_options *o)
{
	struct buf out;

	if (!o->show_secret)
		return xstrdup(_("<THE SECRET: server setup --show-secret>"));
	buf_init(&out, BUF_UNBOUNDED);
	for (const char *s = o->server->secret; *s; s++) {
		if (*s == ';')
			buf_addc(&out, '\\');
		buf_addc(&out, *s);
	}
	return buf_take(&out);
}

/* Parts of the store's URL postgresql://USER:PASSWORD@HOST:PORT/NAME?OPTIONS, without the password; NULL = none. */
struct database {
	char *host, *port, *name;
};

static void split_url(const char *url, struct database *d)
{
	const char *start = strstr(url, "://"), *at, *end;
	size_t host;

	*d = (struct database){ NULL, NULL, NULL };
	if (strncmp(url, "postgres", 8) != 0 || !start)
		return;
	start += 3;
	end = start + strcspn(start, "?");
	at = memrchr(start, '@', (size_t)(end - start));
	start = at ? at + 1 : start;
	host = strcspn(start, ":/?");
	d->host = host > 0 ? xstrndup(start, host) : NULL;
	start += host;
	if (*start == ':') {
		d->port = xstrndup(start + 1, strspn(start + 1, "0123456789"));
		start += 1 + strlen(d->port);
	}
	if (*start == '/' && end > start + 1)
		d->name = xstrndup(start + 1, (size_t)(end - start - 1));
}

struct setup_value *setup_values(const struct setup_options *o)
{
	struct database d;
	struct setup_value *values;

	split_url(o->config->store_url, &d);
	values = xcalloc(15, sizeof(*values));
	memcpy(values, (struct setup_value[]){
		{ "USER", xstrdup(o->server->user) },
		{ "SECRET", secret_of(o) },
		{ "PERMIT", xstrdup(o->permit ? o->permit : host_is_loopback(o->server->host) ? "127.0.0.0/255.0.0.0" :
				    _("<ADDRESS OF THE MACHINE WITH trunkdeck>/32")) },
		{ "WRITE", xstrdup(o->mode == ROUTES_ODBC ? "reporting,call" : "system,reporting") },
		{ "ROUTES", xstrdup(routes_mode_name(o->mode)) },
		{ "TIMEOUT", xstrdup("30") },
		{ "CACHE_HOURS", xasprintf("%d", o->server->cache_hours) },
		{ "REGION", xstrdup(region_name(o->server->region)) },
		{ "DB_HOST", d.host ? d.host : xstrdup(_("<HOST OF THE DATABASE>")) },
		{ "DB_PORT", d.port ? d.port : xstrdup("5432") },
		{ "DB_NAME", d.name ? d.name : xstrdup(_("<NAME OF THE DATABASE>")) },
		{ "DB_USER", xstrdup("trunkdeck_asterisk") },
		{ "DB_PASSWORD", xstrdup(_("<PASSWORD OF trunkdeck_asterisk>")) },
		{ "DB_SSLMODE", xstrdup(d.host && host_is_loopback(d.host) ? "prefer" : "verify-full") },
		{ NULL, NULL },
	}, 15 * sizeof(*values));
	return values;
}

void setup_values_free(struct setup_value **values)
{
	for (struct setup_value *v = *values; v && v->name; v++)
		free(v->value);
	FREE(values);
}
