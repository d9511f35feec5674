/*
 * Loading the configuration: each source assigns in its turn, the later wins; then what depends on several values is
 * settled: the default store, ports, and whether a connection may do without TLS.
 */
#include "config.h"

#include "trunkdeck/config/config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "config_options.h"
#include "trunkdeck/agents/agents.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/user.h"
#include "trunkdeck/config/secret.h"

extern char **environ;

static char *xdg_dir(const char *variable)
{
	char *folder = user_xdg_folder(variable), *dir = xasprintf("%s/trunkdeck", folder);

	free(folder);
	return dir;
}

char *config_data_dir(void)
{
	return xdg_dir("XDG_DATA_HOME");
}

char *config_state_dir(void)
{
	return xdg_dir("XDG_STATE_HOME");
}

static char *default_path(void)
{
	char *dir = xdg_dir("XDG_CONFIG_HOME");
	char *path = xasprintf("%s/config", dir);

	free(dir);
	return path;
}

static bool set_defaults(struct config *c, struct err *e)
{
	c->path = xstrdup("");
	c->actor = user_name();
	for (const struct option *o = config_options; o->key; o++) {
		if (strcmp(o->section, "server") != 0
		    && !config_assign(c, o->section, o->key, o->initial, ORIGIN_DEFAULT, "default", e))
			return false;
	}
	return true;
}

static bool read_file(struct config *c, const char *path, struct err *e)
{
	const char *named = path ? path : getenv("TRUNKDECK_CONFIG");
	char *fallback = default_path();
	bool is_named = named && named[0] != '\0';
	bool ok = config_read_file(c, is_named ? named : fallback, is_named, e);

	free(fallback);
	return ok;
}

/* "TRUNKDECK_SCREEN_COLOR" and "screen", "color": the same but for case? '-' in a server's name is '_' there. */
static bool names(const char *variable, size_t len, const char *section, const char *key)
{
	char *name = xasprintf("TRUNKDECK_%s_%s", section, key);
	bool same = strlen(name) == len;

	for (size_t i = 0; same && i < len; i++) {
		unsigned char c = (unsigned char)name[i];

		same = variable[i] == (isalnum(c) ? toupper(c) : '_');
	}
	free(name);
	return same;
}

/* The section an environment variable of this option means; NULL when it means another option. Caller frees. */
static char *section_named(const struct config *c, const struct option *o, const char *variable, size_t len)
{
	if (strcmp(o->section, "server") != 0)
		return names(variable, len, o->section, o->key) ? xstrdup(o->section) : NULL;
	for (size_t i = 0; i < c->server_count; i++) {
		char *section = xasprintf("server %s", c->servers[i].name);

		if (names(variable, len, section, o->key))
			return section;
		free(section);
	}
	return NULL;
}

/* The path to the file is no option in it, and the project's own scripts have variables too. */
static bool is_reserved(const char *variable, size_t len)
{
	static const char *const reserved[] = { "TRUNKDECK_CONFIG", "TRUNKDECK_BUILD" };

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
		if (len == strlen(reserved[i]) && strncmp(variable, reserved[i], len) == 0)
			return true;
	}
	return len >= strlen("TRUNKDECK_LAB") && strncmp(variable, "TRUNKDECK_LAB", strlen("TRUNKDECK_LAB")) == 0;
}

static bool assign_variable(struct config *c, const char *variable, struct err *e)
{
	size_t len = strcspn(variable, "=");
	char *where = xstrndup(variable, len);
	bool found = false, ok = true;

	for (const struct option *o = config_options; o->key && !found && !is_reserved(variable, len); o++) {
		char *section = section_named(c, o, variable, len);

		if (section) {
			found = true;
			ok = config_assign(c, section, o->key, variable + len + 1, ORIGIN_ENVIRONMENT, where, e);
		}
		free(section);
	}
	if (!found && !is_reserved(variable, len)) {
		ok = err_set_message(e, ERR_CONFIG, _("%s: no such option"), where);
		err_hint(e, _("see 'trunkdeck config'; servers must be in the configuration file first"));
	}
	free(where);
	return ok;
}

static bool read_environment(struct config *c, struct err *e)
{
	for (char **v = environ; *v; v++) {
		if (strncmp(*v, "TRUNKDECK_", 10) == 0 && strchr(*v, '=') && !assign_variable(c, *v, e))
			return false;
	}
	return true;
}

/* "store.url" -> "store", "url"; "server na-1.secret" -> "server na-1", "secret". */
static bool read_flags(struct config *c, const struct config_flag *flags, size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		const char *dot = strrchr(flags[i].name, '.');
		char *section = xstrndup(flags[i].name, dot ? (size_t)(dot - flags[i].name) : 0);
		bool ok = config_assign(c, section, dot ? dot + 1 : flags[i].name, flags[i].value, ORIGIN_FLAG,
					flags[i].flag, e);

		free(section);
		if (!ok)
			return false;
	}
	return true;
}

static bool default_store(struct config *c, struct err *e)
{
	char *dir, *url;
	bool ok;

	if (c->store_url[0] != '\0')
		return true;
	dir = config_data_dir();
	url = xasprintf("sqlite:%s/trunkdeck.db", dir);
	ok = config_assign(c, "store", "url", url, ORIGIN_DEFAULT, "default", e);
	free(url);
	free(dir);
	return ok;
}

static const struct config_value *value_in(const struct config *c, const char *section, const char *key)
{
	for (size_t i = 0; i < c->value_count; i++) {
		const struct config_value *v = &c->values[i];

		if (strcmp(v->section, section) == 0 && strcmp(v->key, key) == 0)
			return v;
	}
	return NULL;
}

/* Where the operator first spoke of a section, for messages about what is missing there. `kind`: "server" of "server x". */
static const char *section_where(const struct config *c, const char *kind, const char *section)
{
	for (const struct option *o = config_options; o->key; o++) {
		const struct config_value *v = strcmp(o->section, kind) == 0 ? value_in(c, section, o->key) : NULL;

		if (v && v->origin != ORIGIN_DEFAULT)
			return v->where;
	}
	return "";
}

static bool refuse_two_secrets(const struct config_value *v, struct err *e)
{
	err_set_message(e, ERR_CONFIG, _("%s: [%s] has more than one secret"), v->where, v->section);
	err_hint(e, "%s", _("allowed: one of secret, secret_file, secret_command"));
	return false;
}

/* Of the three ways to give a secret the later source wins, as with any option; *from NULL = there is none. */
static bool choose_secret(const struct config *c, const char *section, const struct config_value **from, struct err *e)
{
	static const char *const keys[] = { "secret", "secret_file", "secret_command" };

	*from = NULL;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct config_value *v = value_in(c, section, keys[i]);

		if (!v || v->value[0] == '\0')
			continue;
		if (*from && (*from)->origin == v->origin)
			return refuse_two_secrets(v, e);
		if (!*from || v->origin > (*from)->origin)
			*from = v;
	}
	return true;
}

/* Without TLS whoever is on the way reads the callers' numbers, and can add actions of his own after the login. */
static bool allows_plain(const struct config *c, const struct server_config *s, const char *section, struct err *e)
{
	if (!server_is_plain_off_loopback(s) || value_in(c, section, "tls")->origin != ORIGIN_DEFAULT)
		return true;
	err_set_message(e, ERR_CONFIG, _("%s: the connection to %s would not be encrypted"), value_in(c, section, "host")->where,
			s->host);
	err_hint(e, _("write 'tls = yes' into [%s], or 'tls = no' where the network to it is trusted"), section);
	return false;
}

static bool settle_server(const struct config *c, struct server_config *s, struct err *e)
{
	char *section = xasprintf("server %s", s->name);
	const struct config_value *secret;
	bool ok = s->host[0] != '\0';

	if (!ok) {
		err_set_message(e, ERR_CONFIG, _("%s: server %s has no host"), section_where(c, "server", section), s->name);
		err_hint(e, _("add 'host = ...' to [server %s]"), s->name);
	}
	ok = ok && choose_secret(c, section, &secret, e) && allows_plain(c, s, section, e);
	if (s->port == 0)
		s->port = s->tls ? 5039 : 5038;
	free(section);
	return ok;
}

static bool refuse_agents(const struct config *c, const char *what, const char *hint, struct err *e)
{
	err_set_message(e, ERR_CONFIG, "%s: %s", section_where(c, "agents", "agents"), what);
	err_hint(e, "%s", hint);
	return false;
}

static bool settle(struct config *c, struct err *e)
{
	const struct agents_config *a = &c->agents;
	const struct config_value *secret;
	struct err why = { .code = ERR_NONE };

	if (!default_store(c, e))
		return false;
	for (size_t i = 0; i < c->server_count; i++) {
		if (!settle_server(c, &c->servers[i], e))
			return false;
	}
	if (a->source != AGENTS_FROM_API)
		return true;
	if (a->na_url[0] == '\0' && a->eu_url[0] == '\0')
		return refuse_agents(c, _("[agents] has no address"), _("add na_url or eu_url, or both"), e);
	if (!agents_dial_check(a->dial, &why))
		return refuse_agents(c, why.message, why.hint, e);
	return choose_secret(c, "agents", &secret, e);
}

/* --- secrets --- */

static bool read_secret(const struct config *c, const char *section, char **to, struct err *e)
{
	const struct config_value *from;
	struct err why = { .code = ERR_NONE };
	char *secret = NULL;

	if (!choose_secret(c, section, &from, e))
		return false;
	if (!from || strcmp(from->key, "secret") == 0)
		return true;
	if (!(strcmp(from->key, "secret_file") == 0 ? secret_from_file(from->value, &secret, &why)
						    : secret_from_command(from->value, SECRET_COMMAND_TIMEOUT_MS, &secret, &why))) {
		err_set_message(e, ERR_CONFIG, _("%s: no secret from %s: %s"), from->where, from->key, why.message);
		err_hint(e, "%s", why.hint);
		return false;
	}
	free(*to);
	*to = secret;
	return true;
}

/* It goes into a line of a request. */
static bool is_token(const char *secret)
{
	for (const char *p = secret; *p; p++) {
		if (*p <= ' ' || *p > '~')
			return false;
	}
	return secret[0] != '\0';
}

bool config_read_server_secrets(struct config *c, struct err *e)
{
	for (size_t i = 0; i < c->server_count && !c->has_server_secrets; i++) {
		char *section = xasprintf("server %s", c->servers[i].name);
		bool ok = read_secret(c, section, &c->servers[i].secret, e);

		free(section);
		if (!ok)
			return false;
	}
	c->has_server_secrets = true;
	return true;
}

bool config_read_agents_secret(struct config *c, struct err *e)
{
	struct agents_config *a = &c->agents;

	if (a->source != AGENTS_FROM_API)
		return true;
	if (!read_secret(c, "agents", &a->secret, e))
		return false;
	return is_token(a->secret) ||
	       refuse_agents(c, _("[agents] has no secret, or one with other than printable ASCII characters"),
			     _("allowed: one of secret, secret_file, secret_command"), e);
}

bool config_load(struct config **out, const char *path, const struct config_flag *flags, size_t flag_count,
		 struct err *e)
{
	struct config *c = xcalloc(1, sizeof(*c));

	if (set_defaults(c, e) && read_file(c, path, e) && read_environment(c, e)
	    && read_flags(c, flags, flag_count, e) && settle(c, e)) {
		*out = c;
		return true;
	}
	config_free(&c);
	return false;
}

static void server_clear(struct server_config *s)
{
	if (s->secret)
		explicit_bzero(s->secret, strlen(s->secret));
	free(s->name);
	free(s->host);
	free(s->ca_file);
	free(s->user);
	free(s->secret);
	free(s->trunk_contexts);
	free(s->trunk_techs);
}

static void agents_clear(struct agents_config *a)
{
	if (a->secret)
		explicit_bzero(a->secret, strlen(a->secret));
	free(a->na_url);
	free(a->eu_url);
	free(a->secret);
	free(a->workspace);
	free(a->dial);
	free(a->ca_file);
}

void config_free(struct config **config)
{
	struct config *c = *config;

	if (!c)
		return;
	for (size_t i = 0; i < c->server_count; i++)
		server_clear(&c->servers[i]);
	agents_clear(&c->agents);
	for (size_t i = 0; i < c->value_count; i++) {
		free(c->values[i].section);
		free(c->values[i].key);
		free(c->values[i].value);
		free(c->values[i].where);
	}
	free(c->servers);
	free(c->values);
	free(c->path);
	free(c->store_url);
	free(c->actor);
	FREE(config);
}
