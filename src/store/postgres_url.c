#include "config.h"

#include "postgres_url.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

static const char *option(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (!strcmp(options->keyword, keyword))
			return options->val ? options->val : "";
	return "";
}

/* libpq reads "u:p@ss@host" as host "ss@host", and "u:pa/ss@host" as port "pa". Both would use part of the password. */
static bool is_sound(const PQconninfoOption *options)
{
	const char *port = option(options, "port");

	return !strchr(option(options, "host"), '@') && !strchr(option(options, "dbname"), '@') &&
	       !port[strspn(port, "0123456789,")];
}

/* Takes the next item of a list that is separated by commas, and moves *list behind it. False at the end. */
static bool next_of(const char **list, struct str *item)
{
	if (!*list)
		return false;
	*item = (struct str){ *list, strcspn(*list, ",") };
	*list = (*list)[item->len] ? *list + item->len + 1 : NULL;
	return true;
}

static char *name_of(const PQconninfoOption *options)
{
	const char *user = option(options, "user"), *host = option(options, "host");
	const char *port = option(options, "port"), *dbname = option(options, "dbname");
	bool socket = host[0] == '/';
	struct str one, its_port = { "", 0 };
	struct buf out;

	if (!*host)
		host = option(options, "hostaddr");
	buf_init(&out, BUF_UNBOUNDED);
	buf_adds(&out, "postgresql://");
	if (*user)
		buf_addf(&out, "%s@", user);
	for (const char *hosts = host, *ports = port; !socket && next_of(&hosts, &one);) {
		/* A single port is the port of all hosts. */
		if (ports)
			next_of(&ports, &its_port);
		if (memchr(one.p, ':', one.len))
			buf_addf(&out, "[%.*s]", (int)one.len, one.p);
		else
			buf_add(&out, one.p, one.len);
		if (its_port.len)
			buf_addf(&out, ":%.*s", (int)its_port.len, its_port.p);
		if (hosts)
			buf_addc(&out, ',');
	}
	if (*dbname)
		buf_addf(&out, "/%s", dbname);
	if (socket)
		buf_addf(&out, "%s?host=%s", *dbname ? "" : "/", host);
	if (socket && *port)
		buf_addf(&out, "&port=%s", port);
	return buf_take(&out);
}

static bool is_local(struct str host)
{
	char name[256];

	return !host.len || host.p[0] == '/' || host.p[0] == '@' ||
	       (str_copy(name, sizeof(name), host) && host_is_loopback(name));
}

const char *postgres_url_sslmode(const char *url)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	const char *env = getenv("PGSSLMODE"), *mode = "";
	static const char *const keys[] = { "host", "hostaddr" };
	struct str host;

	if (options && !*option(options, "sslmode") && !(env && *env))
		for (size_t i = 0; i < ARRAY_LEN(keys); i++)
			for (const char *hosts = option(options, keys[i]); next_of(&hosts, &host);)
				if (!is_local(host))
					mode = "verify-full";
	PQconninfoFree(options);
	return mode;
}

char *postgres_url_name(const char *url, struct err *e)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	char *name = NULL;

	if (options && is_sound(options))
		name = name_of(options);
	else
		err_set(e, ERR_CONFIG, "%s",
			_("the URL of the store is not understood: write postgresql://user:password@host:port/name, "
					       "with %40 for @ and %2F for / in the password"));
	PQconninfoFree(options);
	return name;
}
