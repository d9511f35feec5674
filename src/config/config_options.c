/* The table of options, the kinds of values, and the conversion of text into struct config. */
#include "config.h"

#include "config_options.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/tell.h"

/* --- passwords in URLs --- */

const char *config_url_password(const char *url, size_t *len)
{
	const char *start = strstr(url, "://"), *end = strrchr(url, '@'), *colon;

	if (start)
		start += 3;
	else	/* "postgres:user:password@host" is refused, and the message would show it */
		start = url + (strncmp(url, "postgres", 8) == 0 || strncmp(url, "sqlite", 6) == 0 ? strcspn(url, ":") : 0);
	start += !strstr(url, "://") && start > url && *start == ':';
	if (!end && *start == '[')	/* an IPv6 address */
		start += strcspn(start, "]");
	colon = strchr(start, ':');
	if (colon && colon + 1 < end) {
		*len = (size_t)(end - colon - 1);
		return colon + 1;
	}
	/* If the host is missing, the password is in the place of the port. */
	if (colon && !end && start > url && colon == start + strcspn(start, ":/?") &&
	    strspn(colon + 1, "0123456789") != strcspn(colon + 1, "/?,")) {
		*len = strcspn(colon + 1, "?");
		return colon + 1;
	}
	colon = strcasestr(url, "password=");
	if (!colon)
		return NULL;
	colon += strlen("password=");
	*len = strcspn(colon, "&");
	return *len > 0 ? colon : config_url_password(colon, len);
}

static char *mask_url(const char *url)
{
	const char *secret;
	struct buf out;
	size_t len;

	buf_init(&out, BUF_UNBOUNDED);
	while ((secret = config_url_password(url, &len))) {
		buf_add(&out, url, (size_t)(secret - url));
		buf_adds(&out, "***");
		url = secret + len;
	}
	buf_adds(&out, url);
	return buf_take(&out);
}

static char *mask_secret(const char *secret)
{
	return xstrdup(secret[0] != '\0' ? "***" : "");
}

/* --- kinds of values --- */

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

static bool set_text(const struct option *o, void *member, const char *value)
{
	char **text = member;

	(void)o;
	wipe(*text);
	*text = xstrdup(value);
	return true;
}

static bool set_number(const struct option *o, void *member, const char *value)
{
	int64_t n;

	if (!str_to_i64(str_of(value), &n) || n < o->min || n > o->max)
		return false;
	*(int *)member = (int)n;
	return true;
}

static bool set_switch(const struct option *o, void *member, const char *value)
{
	(void)o;
	return str_to_bool(str_of(value), member);
}

/* Choices are enums whose values are the positions in `allowed`. */
static bool set_choice(const struct option *o, void *member, const char *value)
{
	const char *p = o->allowed;

	for (int i = 0; *p != '\0'; i++) {
		size_t len = strcspn(p, "|");

		if (len == strlen(value) && strncasecmp(p, value, len) == 0) {
			*(int *)member = i;
			return true;
		}
		p += len + (p[len] == '|');
	}
	return false;
}

/* "" = the default, which is set later. */
static bool set_url(const struct option *o, void *member, const char *value)
{
	static const char *const schemes[] = { "sqlite:", "postgresql://", "postgres://" };
	bool known = value[0] == '\0';

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		known = known || (strncmp(value, schemes[i], strlen(schemes[i])) == 0 && value[strlen(schemes[i])] != '\0');
	return known && set_text(o, member, value);
}

static bool set_http(const struct option *o, void *member, const char *value)
{
	struct err e;

	return (value[0] == '\0' || agents_url_check(value, &e)) && set_text(o, member, value);
}

/* A path that can be written into the client object of an agent. */
static bool set_path(const struct option *o, void *member, const char *value)
{
	bool allowed = strlen(value) <= AGENT_CA_FILE_MAX && (value[0] == '\0' || value[0] == '/') &&
		       utf8_valid(str_of(value)) && !utf8_has_control(str_of(value)) && !strpbrk(value, "\"\\");

	return allowed && set_text(o, member, value);
}

static const struct option_type
	text = { set_text, xstrdup, true },
	path = { set_path, xstrdup, true },
	secret = { set_text, mask_secret, true },
	url = { set_url, mask_url, true },
	http = { set_http, mask_url, true },
	number = { set_number, xstrdup, false },
	yes_no = { set_switch, xstrdup, false },
	choice = { set_choice, xstrdup, false };

/* --- the table --- */

#define IN_CONFIG(member) offsetof(struct config, member)
#define IN_SERVER(member) offsetof(struct server_config, member)
#define YES_NO N_("yes or no")
#define TEXT N_("text")
#define PEM N_("a PEM file")
#define HTTP_ADDRESS N_("https://HOST[:PORT][/PATH]; http:// only to this machine")
#define SECRET_FILE N_("a file whose first line is the secret")
#define SECRET_COMMAND N_("a shell command that prints the secret")

const struct option config_options[] = {
	{ "store", "url", &url, "", N_("sqlite:PATH or postgresql://..."), 0, 0, IN_CONFIG(store_url),
	  N_("The store of the workspace: a SQLite file or a PostgreSQL database. Without it the store is the file "
	     "$XDG_DATA_HOME/trunkdeck/trunkdeck.db. Do not write a password into the URL: use url_file, url_command or ~/.pgpass.") },
	{ "store", "url_file", &text, "", N_("a file whose first line is the URL"), 0, 0, NO_MEMBER,
	  N_("Read the URL of the store from a file. The file and its folders must belong to you or to root, and nobody else may "
	     "write to them.") },
	{ "store", "url_command", &text, "", N_("a shell command that prints the URL"), 0, 0, NO_MEMBER,
	  N_("Read the URL of the store from the first line that a command prints. It must end within 10 seconds.") },
	{ "store", "read_only", &yes_no, "no", YES_NO, 0, 0, IN_CONFIG(read_only),
	  N_("Show everything, and refuse every change of the store and of the servers.") },
	{ "server", "region", &choice, "na", "na|eu", 0, 0, IN_SERVER(region),
	  N_("The region of the server. It gets the routes of all numbers of this region.") },
	{ "server", "host", &text, "", N_("a host name or address"), 0, 0, IN_SERVER(host),
	  N_("Where Asterisk's manager interface (AMI) listens. Each server needs it.") },
	{ "server", "port", &number, "0", N_("1 to 65535; 0 = 5038, with TLS 5039"), 0, 65535, IN_SERVER(port),
	  N_("The port of the manager interface.") },
	{ "server", "tls", &yes_no, "no", YES_NO, 0, 0, IN_SERVER(tls),
	  N_("Connect with TLS and verify the certificate. For a server on another machine the option must be written out: with "
	     "tls = no, everything but the secret can be read and changed on the way.") },
	{ "server", "ca_file", &text, "", PEM, 0, 0, IN_SERVER(ca_file),
	  N_("The authority that signed the server's certificate. Without it the system's authorities are used.") },
	{ "server", "user", &text, "trunkdeck", N_("a user of manager.conf"), 0, 0, IN_SERVER(user),
	  N_("The AMI user to log in as.") },
	{ "server", "secret", &secret, "", TEXT, 0, 0, IN_SERVER(secret),
	  N_("The secret of the AMI user. A file that holds one must be readable by its owner alone.") },
	{ "server", "secret_file", &text, "", SECRET_FILE, 0, 0, NO_MEMBER,
	  N_("Read the secret of the AMI user from a file, under the same rules as url_file.") },
	{ "server", "secret_command", &text, "", SECRET_COMMAND, 0, 0, NO_MEMBER,
	  N_("Read the secret of the AMI user from a command, under the same rules as url_command.") },
	{ "server", "routes", &choice, "astdb", "none|astdb|odbc", 0, 0, IN_SERVER(routes),
	  N_("How the server gets its routes. With astdb they are written into its database and read back. With odbc the server "
	     "reads the store by itself. With none the server has no routes, and only its calls are shown.") },
	{ "server", "trunk_contexts", &text, "", N_("contexts separated by commas; empty = any"), 0, 0, IN_SERVER(trunk_contexts),
	  N_("The dialplan contexts in which calls from providers arrive. Other calls are not counted.") },
	{ "server", "trunk_techs", &text, "PJSIP", N_("channel technologies separated by commas"), 0, 0, IN_SERVER(trunk_techs),
	  N_("The channel technologies of providers' trunks, such as PJSIP or IAX2. Other channels are no inbound calls.") },
	{ "server", "agent_ca_file", &path, "", N_("a path on the server of at most 128 bytes; empty = its public authorities"), 0, 0,
	  IN_SERVER(agent_ca_file),
	  N_("The authorities that sign the certificates of agents with a wss:// URL. Asterisk reads the file. Without it the server "
	     "uses Debian's file of public authorities, and with routes = odbc it always does.") },
	{ "server", "cache_hours", &number, "24", N_("0 to 720 hours; 0 = no cache"), 0, 720, IN_SERVER(cache_hours),
	  N_("With routes = odbc: how long the server uses the routes that it has read before, when its database does not answer. The "
	     "server follows its globals_trunkdeck.conf, which server setup makes of this option.") },
	{ "agents", "source", &choice, "local", "local|api", 0, 0, IN_CONFIG(agents.source),
	  N_("Where agents come from. With local they are made with trunkdeck, with api they are read from an agent directory.") },
	{ "agents", "na_url", &http, "", HTTP_ADDRESS, 0, 0, IN_CONFIG(agents.na_url),
	  N_("The address of the directory of region na, without /agents/search at its end.") },
	{ "agents", "eu_url", &http, "", HTTP_ADDRESS, 0, 0, IN_CONFIG(agents.eu_url),
	  N_("The address of the directory of region eu, without /agents/search at its end.") },
	{ "agents", "secret", &secret, "", TEXT, 0, 0, IN_CONFIG(agents.secret),
	  N_("The secret of the workspace at the directory.") },
	{ "agents", "secret_file", &text, "", SECRET_FILE, 0, 0, NO_MEMBER,
	  N_("Read the secret of the workspace from a file, under the same rules as url_file.") },
	{ "agents", "secret_command", &text, "", SECRET_COMMAND, 0, 0, NO_MEMBER,
	  N_("Read the secret of the workspace from a command, under the same rules as url_command.") },
	{ "agents", "workspace", &text, "", N_("an id of the directory; empty = the secret's own"), 0, 0, IN_CONFIG(agents.workspace),
	  N_("Read only the agents of this workspace.") },
	{ "agents", "dial", &text, "WebSocket/{agent_id}/c(ulaw)", N_("a dial string with {agent_id}"), 0, 0, IN_CONFIG(agents.dial),
	  N_("What Asterisk dials for an agent of the directory.") },
	{ "agents", "ca_file", &text, "", PEM, 0, 0, IN_CONFIG(agents.ca_file),
	  N_("The authority that signed the directory's certificate. Without it the system's authorities are used.") },
	{ "agents", "interval", &number, "300", N_("0 to 86400 seconds; 0 = only when asked"), 0, 86400, IN_CONFIG(agents.interval_s),
	  N_("How often the screen and the recorder read the directory.") },
	{ "agents", "timeout", &number, "30", N_("1 to 600 seconds"), 1, 600, IN_CONFIG(agents.timeout_s),
	  N_("How long one request to the directory may take.") },
	{ "agents", "tries", &number, "4", N_("1 to 10"), 1, 10, IN_CONFIG(agents.tries),
	  N_("How often a request is tried when the directory does not answer or is busy.") },
	{ "history", "keep_days", &number, "0", N_("0 to 36500; 0 = forever"), 0, 36500, IN_CONFIG(keep_days),
	  N_("How many days finished calls are kept in the store. Older calls are deleted while the screen or the recorder runs.") },
	{ "screen", "color", &choice, "auto", "auto|always|never", 0, 0, IN_CONFIG(screen_color),
	  N_("When to use colours. With auto they are used unless NO_COLOR is set or the terminal has none.") },
	{ "screen", "ascii", &yes_no, "no", YES_NO, 0, 0, IN_CONFIG(screen_ascii),
	  N_("Draw lines and marks with ASCII characters only.") },
	{ "screen", "mouse", &yes_no, "no", YES_NO, 0, 0, IN_CONFIG(screen_mouse),
	  N_("Use the mouse. Shift and the mouse still select text in most terminals.") },
	{ "screen", "fps", &number, "10", N_("1 to 60"), 1, 60, IN_CONFIG(screen_fps),
	  N_("How many times a second the screen is drawn at most for live data. Keys are always answered at once.") },
	{ "screen", "live", &choice, "ami", "ami|store", 0, 0, IN_CONFIG(screen_live),
	  N_("Where live calls come from. With ami the screen listens to the servers. With store it shows the calls that a recorder "
	     "(trunkdeck record) writes into the store, and makes no connections for events.") },
	{ 0 },
};

bool config_option_text(size_t i, struct config_option_text *out)
{
	const struct option *o = &config_options[i];

	if (i >= ARRAY_LEN(config_options) || !o->key)
		return false;
	*out = (struct config_option_text){ o->section, o->key, o->initial, o->allowed, o->help };
	return true;
}

static bool set_value(const struct option *o, void *base, const char *value)
{
	return o->offset == NO_MEMBER || o->type->set(o, (char *)base + o->offset, value);
}

void config_clear_texts(const char *section, void *base)
{
	for (const struct option *o = config_options; o->key; o++) {
		if (o->type->is_text && o->offset != NO_MEMBER &&
		    (strcmp(section, "server") == 0) == (strcmp(o->section, "server") == 0))
			wipe(*(char **)((char *)base + o->offset));
	}
}

/* --- assigning --- */

/* Unknown sections and keys are both refused here. */
static bool refuse_key(const char *section, const char *key, const char *where, struct err *e)
{
	struct buf keys, sections;
	const char *last = "";

	buf_init(&keys, BUF_UNBOUNDED);
	buf_init(&sections, BUF_UNBOUNDED);
	for (const struct option *o = config_options; o->key; last = o->section, o++) {
		if (strcmp(o->section, section) == 0)
			buf_addf(&keys, "%s%s", keys.len > 0 ? ", " : "", o->key);
		if (strcmp(o->section, last) != 0)
			buf_addf(&sections, "%s[%s%s]", sections.len > 0 ? ", " : "", o->section,
				 strcmp(o->section, "server") == 0 ? " NAME" : "");
	}
	if (keys.len > 0) {
		err_set_message(e, ERR_CONFIG, _("%s: unknown key \"%s\""), where, key);
		err_hint(e, _("allowed in [%s]: %s"), section, keys.p);
	} else {
		if (section[0] == '\0')
			err_set_message(e, ERR_CONFIG, _("%s: a key before the first [section]"), where);
		else
			err_set_message(e, ERR_CONFIG, _("%s: unknown section [%s]"), where, section);
		err_hint(e, _("allowed: %s"), sections.p);
	}
	buf_clear(&keys);
	buf_clear(&sections);
	return false;
}

const struct config_value *config_find_value(const struct config *c, const char *section, const char *key)
{
	for (size_t i = 0; i < c->value_count; i++) {
		const struct config_value *v = &c->values[i];

		if (strcmp(v->section, section) == 0 && strcmp(v->key, key) == 0)
			return v;
	}
	return NULL;
}

static void note_value(struct config *c, const struct option *o, const char *section, const char *value,
		       enum config_origin origin, const char *where)
{
	struct config_value *v = (struct config_value *)config_find_value(c, section, o->key);
	char *its_section = v ? v->section : xstrdup(section), *its_where = xstrdup(where);

	if (v) {
		free(v->value);
		free(v->where);
	} else {
		c->values = xreallocarray(c->values, c->value_count + 1, sizeof(*c->values));
		v = &c->values[c->value_count++];
	}
	*v = (struct config_value){ its_section, o->key, o->type->show(value), origin, its_where };
}

/* A new server gets its defaults, which `trunkdeck config` lists too. */
static struct server_config *get_server(struct config *c, const char *section, const char *name)
{
	struct server_config *s;

	for (size_t i = 0; i < c->server_count; i++) {
		if (strcmp(c->servers[i].name, name) == 0)
			return &c->servers[i];
	}
	c->servers = xreallocarray(c->servers, c->server_count + 1, sizeof(*c->servers));
	s = &c->servers[c->server_count++];
	*s = (struct server_config){ .name = xstrdup(name) };
	for (const struct option *o = config_options; o->key; o++) {
		if (strcmp(o->section, "server") != 0)
			continue;
		set_value(o, s, o->initial);
		note_value(c, o, section, o->initial, ORIGIN_DEFAULT, "default");
	}
	return s;
}

bool config_assign(struct config *c, const char *section, const char *key, const char *value,
		   enum config_origin origin, const char *where, struct err *e)
{
	bool is_server = strncmp(section, "server", 6) == 0 && (section[6] == ' ' || section[6] == '\0');
	const char *kind = is_server ? "server" : section;
	const char *name = is_server ? section + 6 + strspn(section + 6, " ") : "";
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
	const struct option *o = config_options;
	char *full;
	bool ok;

	if (is_server && (len == 0 || len > 32 || name[len] != '\0')) {
		err_set_message(e, ERR_CONFIG, _("%s: [%s] is no server name"), where, section);
		err_hint(e, "%s", _("allowed: [server NAME] with letters, digits, '.', '_', '-', at most 32"));
		return false;
	}
	while (o->key && (strcmp(o->section, kind) != 0 || strcmp(o->key, key) != 0))
		o++;
	if (!o->key)
		return refuse_key(kind, key, where, e);
	full = is_server ? xasprintf("server %s", name) : xstrdup(section);
	ok = set_value(o, is_server ? (void *)get_server(c, full, name) : c, value);
	if (ok) {
		note_value(c, o, full, value, origin, where);
	} else {
		char *shown = o->type->show(value);

		err_set_message(e, ERR_CONFIG, _("%s: %s: \"%s\" is not allowed"), where, o->key, shown);
		err_hint(e, _("allowed: %s"), _(o->allowed));
		free(shown);
	}
	free(full);
	return ok;
}
