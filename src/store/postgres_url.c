#include "config.h"

#include "postgres_url.h"

#include <libpq-fe.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"

static const char *option(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (!strcmp(options->keyword, keyword))
			return options->val ? options->val : "";
	return "";
}

/* libpq reads "u:p@ss@host" as host "ss@host" and "u:pa/ss@host" as port "pa": neither may be tried or shown. */
static bool is_sound(const PQconninfoOption *options)
{
	const char *port = option(options, "port");

	return !strchr(option(options, "host"), '@') && !strchr(option(options, "dbname"), '@') &&
	       !port[strspn(port, "0123456789,")];
}

static char *name_of(const PQconninfoOption *options)
{
	const char *user = option(options, "user"), *host = option(options, "host");
	const char *port = option(options, "port"), *dbname = option(options, "dbname");
	struct buf out;

	if (!*host)
		host = option(options, "hostaddr");
	buf_init(&out, BUF_UNBOUNDED);
	buf_adds(&out, "postgresql://");
	if (*user)
		buf_addf(&out, "%s@", user);
	buf_adds(&out, host);
	if (*port)
		buf_addf(&out, ":%s", port);
	if (*dbname)
		buf_addf(&out, "/%s", dbname);
	return buf_take(&out);
}

char *postgres_url_name(const char *url, struct err *e)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	char *name = NULL;

	if (options && is_sound(options))
		name = name_of(options);
	else
		err_set(e, ERR_CONFIG, "%s", _("the store's URL is not understood: postgresql://user:password@host:port/name, "
					       "with %40 for @ and %2F for / in the password"));
	PQconninfoFree(options);
	return name;
}
