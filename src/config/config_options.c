/* The table of options, and how a value gets from text into struct config: one function per type, by offset. */
#include "config.h"

#include "config_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/mem.h"

const struct option config_options[] = {
	{ "store", "url", OPTION_URL, "", N_("sqlite:PATH or postgresql://..."), 0, 0,
	  offsetof(struct config, store_url), N_("Where the workspace lives") },
	{ "store", "read_only", OPTION_BOOL, "no", N_("yes or no"), 0, 0,
	  offsetof(struct config, read_only), N_("Look, but change nothing") },
	{ "server", "region", OPTION_CHOICE, "na", "na|eu", 0, 0,
	  offsetof(struct server_config, region), N_("The region whose numbers it serves") },
	{ "server", "host", OPTION_TEXT, "", N_("a host name or address"), 0, 0,
	  offsetof(struct server_config, host), N_("Where its AMI listens") },
	{ "server", "port", OPTION_INT, "0", N_("1 to 65535; 0 = 5038, with TLS 5039"), 0, 65535,
	  offsetof(struct server_config, port), N_("Port of its AMI") },
	{ "server", "tls", OPTION_BOOL, "no", N_("yes or no"), 0, 0,
	  offsetof(struct server_config, tls), N_("Connect with TLS; the certificate is verified") },
	{ "server", "ca_file", OPTION_TEXT, "", N_("a PEM file"), 0, 0,
	  offsetof(struct server_config, ca_file), N_("Authority of its certificate, when not the system's") },
	{ "server", "user", OPTION_TEXT, "trunkdeck", N_("a user of manager.conf"), 0, 0,
	  offsetof(struct server_config, user), N_("AMI user") },
	{ "server", "secret", OPTION_SECRET, "", N_("text"), 0, 0,
	  offsetof(struct server_config, secret), N_("AMI secret") },
	{ "server", "secret_file", OPTION_TEXT, "", N_("a file whose first line is the secret"), 0, 0,
	  NO_MEMBER, N_("Read the AMI secret from a file") },
	{ "server", "secret_command", OPTION_TEXT, "", N_("a shell command that prints the secret"), 0, 0,
	  NO_MEMBER, N_("Get the AMI secret from a command") },
	{ "server", "routes", OPTION_CHOICE, "astdb", "none|astdb|odbc", 0, 0,
	  offsetof(struct server_config, routes), N_("How the server gets its routes") },
	{ "server", "trunk_contexts", OPTION_TEXT, "", N_("contexts separated by commas; empty = any"), 0, 0,
	  offsetof(struct server_config, trunk_contexts), N_("Dialplan contexts calls from trunks arrive in") },
	{ "server", "trunk_techs", OPTION_TEXT, "PJSIP", N_("channel technologies separated by commas"), 0, 0,
	  offsetof(struct server_config, trunk_techs), N_("Channel technologies of trunks") },
	{ "agents", "source", OPTION_CHOICE, "local", "local|api", 0, 0,
	  offsetof(struct config, agents.source), N_("Are agents made here, or read from a directory?") },
	{ "agents", "na_url", OPTION_HTTP, "", N_("https://HOST[:PORT][/PATH]; http:// only to this machine"), 0, 0,
	  offsetof(struct config, agents.na_url), N_("The directory of region na, up to what is before /agents/search") },
	{ "agents", "eu_url", OPTION_HTTP, "", N_("https://HOST[:PORT][/PATH]; http:// only to this machine"), 0, 0,
	  offsetof(struct config, agents.eu_url), N_("The directory of region eu, up to what is before /agents/search") },
	{ "agents", "secret", OPTION_SECRET, "", N_("text"), 0, 0,
	  offsetof(struct config, agents.secret), N_("Workspace secret for the directory") },
	{ "agents", "secret_file", OPTION_TEXT, "", N_("a file whose first line is the secret"), 0, 0,
	  NO_MEMBER, N_("Read the workspace secret from a file") },
	{ "agents", "secret_command", OPTION_TEXT, "", N_("a shell command that prints the secret"), 0, 0,
	  NO_MEMBER, N_("Get the workspace secret from a command") },
	{ "agents", "workspace", OPTION_TEXT, "", N_("an id of the directory; empty = the secret's own"), 0, 0,
	  offsetof(struct config, agents.workspace), N_("Only agents of this workspace") },
	{ "agents", "dial", OPTION_TEXT, "WebSocket/{agent_id}/c(ulaw)", N_("a dial string with {agent_id}"), 0, 0,
	  offsetof(struct config, agents.dial), N_("What Asterisk dials for an agent of the directory") },
	{ "agents", "ca_file", OPTION_TEXT, "", N_("a PEM file"), 0, 0,
	  offsetof(struct config, agents.ca_file), N_("Authority of the directory's certificate, when not the system's") },
	{ "agents", "interval", OPTION_INT, "300", N_("0 to 86400 seconds; 0 = only when asked"), 0, 86400,
	  offsetof(struct config, agents.interval_s), N_("How often the screen reads the directory") },
	{ "agents", "timeout", OPTION_INT, "30", N_("1 to 600 seconds"), 1, 600,
	  offsetof(struct config, agents.timeout_s), N_("How long one request to the directory may take") },
	{ "agents", "tries", OPTION_INT, "4", N_("1 to 10"), 1, 10,
	  offsetof(struct config, agents.tries), N_("How often a request is tried when the directory is away or busy") },
	{ "history", "keep_days", OPTION_INT, "0", N_("0 to 36500; 0 = forever"), 0, 36500,
	  offsetof(struct config, keep_days), N_("How long finished calls are kept in the store") },
	{ "screen", "color", OPTION_CHOICE, "auto", "auto|always|never", 0, 0,
	  offsetof(struct config, screen_color), N_("Colours; auto obeys NO_COLOR") },
	{ "screen", "ascii", OPTION_BOOL, "no", N_("yes or no"), 0, 0,
	  offsetof(struct config, screen_ascii), N_("Draw with ASCII only") },
	{ "screen", "mouse", OPTION_BOOL, "no", N_("yes or no"), 0, 0,
	  offsetof(struct config, screen_mouse), N_("Use the mouse; Shift still selects text") },
	{ "screen", "fps", OPTION_INT, "10", N_("1 to 60"), 1, 60,
	  offsetof(struct config, screen_fps), N_("Frames a second at most for live data") },
	{ "screen", "live", OPTION_CHOICE, "ami", "ami|store", 0, 0,
	  offsetof(struct config, screen_live), N_("Live calls from the servers, or from a recorder through the store") },
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

/* --- secrets in URLs --- */

/*
 * Where a password is in a URL: between the first ':' after "//" and the last '@', and in parameters such as ?password=.
 * In an odd URL rather more than the password than less. *len 0 = none from `url` on.
 */
static const char *find_password(const char *url, size_t *len)
{
	const char *start = strstr(url, "://"), *end = strrchr(url, '@');
	const char *colon = start ? strchr(start + 3, ':') : NULL;

	if (colon && end && colon + 1 < end) {
		*len = (size_t)(end - colon - 1);
		return colon + 1;
	}
	start = strcasestr(url, "password=");
	start = start ? start + strlen("password=") : url;
	*len = start == url ? 0 : strcspn(start, "&");
	return start;
}

bool config_url_has_password(const char *url)
{
	size_t len;

	find_password(url, &len);
	return len > 0;
}

static char *mask_url(const char *url)
{
	const char *secret;
	struct buf out;
	size_t len;

	buf_init(&out, BUF_UNBOUNDED);
	for (secret = find_password(url, &len); len > 0; secret = find_password(url, &len)) {
		buf_add(&out, url, (size_t)(secret - url));
		buf_adds(&out, "***");
		url = secret + len;
	}
	buf_adds(&out, url);
	return buf_take(&out);
}

static char *masked(const struct option *o, const char *value)
{
	if (o->type == OPTION_SECRET)
		return xstrdup(value[0] != '\0' ? "***" : "");
	return o->type == OPTION_URL || o->type == OPTION_HTTP ? mask_url(value) : xstrdup(value);
}

/* --- values --- */

static bool set_text(char **member, const char *value)
{
	free(*member);
	*member = xstrdup(value);
	return true;
}

static bool set_int(const struct option *o, int *member, const char *value)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(value, &end, 10);
	if (errno != 0 || end == value || *end != '\0' || n < o->min || n > o->max)
		return false;
	*member = (int)n;
	return true;
}

static bool set_bool(bool *member, const char *value)
{
	if (strcasecmp(value, "yes") == 0 || strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0)
		*member = true;
	else if (strcasecmp(value, "no") == 0 || strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0)
		*member = false;
	else
		return false;
	return true;
}

/* Choices are enums whose values are the positions in `allowed`. */
static bool set_choice(const struct option *o, int *member, const char *value)
{
	const char *p = o->allowed;
	size_t len = strlen(value);

	for (int i = 0; *p != '\0'; i++) {
		size_t n = strcspn(p, "|");

		if (n == len && strncasecmp(p, value, len) == 0) {
			*member = i;
			return true;
		}
		p += n + (p[n] == '|');
	}
	return false;
}

/* "" = the default, which is made later. */
static bool set_url(char **member, const char *value)
{
	static const char *const schemes[] = { "sqlite:", "postgresql://", "postgres://" };
	bool known = value[0] == '\0';

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		known = known || (strncmp(value, schemes[i], strlen(schemes[i])) == 0 && value[strlen(schemes[i])] != '\0');
	return known && set_text(member, value);
}

static bool set_http(char **member, const char *value)
{
	struct err e;

	return (value[0] == '\0' || agents_url_check(value, &e)) && set_text(member, value);
}

static bool set_value(const struct option *o, void *base, const char *value)
{
	void *member = o->offset == NO_MEMBER ? NULL : (char *)base + o->offset;

	if (!member)
		return true;
	switch (o->type) {
	case OPTION_INT:
		return set_int(o, member, value);
	case OPTION_BOOL:
		return set_bool(member, value);
	case OPTION_CHOICE:
		return set_choice(o, member, value);
	case OPTION_URL:
		return set_url(member, value);
	case OPTION_HTTP:
		return set_http(member, value);
	default:
		return set_text(member, value);
	}
}

static const struct option *find_option(const char *section, const char *key)
{
	for (const struct option *o = config_options; o->key; o++) {
		if (strcmp(o->section, section) == 0 && strcmp(o->key, key) == 0)
			return o;
	}
	return NULL;
}

static bool refuse_section(const char *section, const char *where, struct err *e)
{
	if (section[0] == '\0')
		err_set_message(e, ERR_CONFIG, _("%s: a key before the first [section]"), where);
	else
		err_set_message(e, ERR_CONFIG, _("%s: unknown section [%s]"), where, section);
	err_hint(e, "%s", _("allowed: [store], [server NAME], [screen], [agents]"));
	return false;
}

static bool refuse_key(const char *section, const char *key, const char *where, struct err *e)
{
	struct buf allowed;

	buf_init(&allowed, 200);
	for (const struct option *o = config_options; o->key; o++) {
		if (strcmp(o->section, section) == 0)
			buf_addf(&allowed, "%s%s", allowed.len > 0 ? ", " : "", o->key);
	}
	if (allowed.len == 0) {
		buf_clear(&allowed);
		return refuse_section(section, where, e);
	}
	err_set_message(e, ERR_CONFIG, _("%s: unknown key \"%s\""), where, key);
	err_hint(e, _("allowed in [%s]: %s"), section, allowed.p);
	buf_clear(&allowed);
	return false;
}

static bool refuse_value(const struct option *o, const char *value, const char *where, struct err *e)
{
	char *shown = masked(o, value);

	err_set_message(e, ERR_CONFIG, _("%s: %s: \"%s\" is not allowed"), where, o->key, shown);
	err_hint(e, _("allowed: %s"), _(o->allowed));
	free(shown);
	return false;
}

static bool valid_server_name(const char *name)
{
	size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	return len > 0 && len <= 32 && name[len] == '\0';
}

static void init_server(struct server_config *s, const char *name)
{
	memset(s, 0, sizeof(*s));
	s->name = xstrdup(name);
	for (const struct option *o = config_options; o->key; o++) {
		if (strcmp(o->section, "server") == 0)
			set_value(o, s, o->initial);
	}
}

static struct server_config *get_server(struct config *c, const char *name)
{
	for (size_t i = 0; i < c->server_count; i++) {
		if (strcmp(c->servers[i].name, name) == 0)
			return &c->servers[i];
	}
	c->servers = xreallocarray(c->servers, c->server_count + 1, sizeof(*c->servers));
	init_server(&c->servers[c->server_count], name);
	return &c->servers[c->server_count++];
}

static struct config_value *get_value(struct config *c, const char *section, const char *key)
{
	struct config_value *v;

	for (size_t i = 0; i < c->value_count; i++) {
		v = &c->values[i];
		if (strcmp(v->section, section) == 0 && strcmp(v->key, key) == 0)
			return v;
	}
	c->values = xreallocarray(c->values, c->value_count + 1, sizeof(*c->values));
	v = &c->values[c->value_count++];
	*v = (struct config_value){ .section = xstrdup(section), .key = xstrdup(key) };
	return v;
}

static void note_value(struct config *c, const struct option *o, const char *section, const char *value,
		       enum config_origin origin, const char *where)
{
	struct config_value *v = get_value(c, section, o->key);

	free(v->value);
	free(v->where);
	v->value = masked(o, value);
	v->where = xstrdup(where);
	v->origin = origin;
}

/* A new server's defaults are listed too. */
static void note_server_defaults(struct config *c, const char *section)
{
	for (const struct option *o = config_options; o->key; o++) {
		if (strcmp(o->section, "server") == 0)
			note_value(c, o, section, o->initial, ORIGIN_DEFAULT, "default");
	}
}

static bool refuse_server_name(const char *section, const char *where, struct err *e)
{
	err_set_message(e, ERR_CONFIG, _("%s: [%s] is no server name"), where, section);
	err_hint(e, "%s", _("allowed: [server NAME] with letters, digits, '.', '_', '-', at most 32"));
	return false;
}

static bool assign_server(struct config *c, const char *name, const char *key, const char *value,
			  enum config_origin origin, const char *where, struct err *e)
{
	const struct option *o = find_option("server", key);
	char *section = xasprintf("server %s", name);
	size_t servers = c->server_count;
	bool ok = false;

	if (!o)
		refuse_key("server", key, where, e);
	else if (!set_value(o, get_server(c, name), value))
		refuse_value(o, value, where, e);
	else
		ok = true;
	if (c->server_count > servers)
		note_server_defaults(c, section);
	if (ok)
		note_value(c, o, section, value, origin, where);
	free(section);
	return ok;
}

bool config_assign(struct config *c, const char *section, const char *key, const char *value,
		   enum config_origin origin, const char *where, struct err *e)
{
	const struct option *o = find_option(section, key);

	if (strcmp(section, "server") == 0)
		return refuse_server_name(section, where, e);
	if (strncmp(section, "server ", 7) == 0) {
		const char *name = section + 7 + strspn(section + 7, " ");

		if (!valid_server_name(name))
			return refuse_server_name(section, where, e);
		return assign_server(c, name, key, value, origin, where, e);
	}
	if (!o)
		return refuse_key(section, key, where, e);
	if (!set_value(o, c, value))
		return refuse_value(o, value, where, e);
	note_value(c, o, section, value, origin, where);
	return true;
}
