/*
 * Loads the configuration. The sources are read in order, and later ones win. Then the values that depend on others are
 * set: the default store, ports, sources of secrets, and whether a connection may be without TLS.
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

/* True if "TRUNKDECK_SCREEN_COLOR" is the variable of "screen", "color". All but letters and digits are '_'. */
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

/* The variable's section if the variable is of this option; else NULL. Caller frees. */
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

static bool assign_variable(struct config *c, const char *variable, struct err *e)
{
	/* The variable with the file's path is no option, and the project's own scripts use variables too. */
	static const char *const others[] = { "TRUNKDECK_CONFIG=", "TRUNKDECK_BUILD=", "TRUNKDECK_LAB" };
	size_t len = strcspn(variable, "=");
	char *where, *section = NULL;
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (strncmp(variable, others[i], strlen(others[i])) == 0)
			return true;
	}
	where = xstrndup(variable, len);
	for (const struct option *o = config_options; o->key && !section; o++) {
		section = section_named(c, o, variable, len);
		ok = section && config_assign(c, section, o->key, variable + len + 1, ORIGIN_ENVIRONMENT, where, e);
	}
	if (!section) {
		ok = err_set_message(e, ERR_CONFIG, _("%s: no such option"), where);
		err_hint(e, _("see 'trunkdeck config'; servers must be in the configuration file first"));
	}
	free(section);
	free(where);
	return ok;
}

/* --- values that depend on others --- */

/* The first line about a section, for messages about what is missing there. */
static const char *section_where(const struct config *c, const char *section)
{
	for (size_t i = 0; i < c->value_count; i++) {
		if (c->values[i].origin != ORIGIN_DEFAULT && strcmp(c->values[i].section, section) == 0)
			return c->values[i].where;
	}
	return "";
}

/* Of the three ways to give a secret, "secret", "secret_file" and "secret_command" (or "url", ...), the later source wins, as
 * with any option. *from is NULL if there is none. */
static bool choose_source(const struct config *c, const char *section, const char *stem, const struct config_value **from,
			  struct err *e)
{
	static const char *const endings[] = { "", "_file", "_command" };

	*from = NULL;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		char *key = xasprintf("%s%s", stem, endings[i]);
		const struct config_value *v = config_find_value(c, section, key);

		free(key);
		if (v->value[0] == '\0')
			continue;
		if (*from && (*from)->origin == v->origin) {
			err_set_message(e, ERR_CONFIG, _("%s: [%s] has more than one %s"), v->where, section, stem);
			return err_hint(e, _("allowed: one of %s, %s_file, %s_command"), stem, stem, stem);
		}
		if (!*from || v->origin > (*from)->origin)
			*from = v;
	}
	return true;
}

/* Checks that there is at most one source. For a file or a command, *at is emptied: read_source() reads it later. */
static bool settle_source(const struct config *c, const char *section, const char *stem, char **at, struct err *e)
{
	const struct config_value *from;

	if (!choose_source(c, section, stem, &from, e))
		return false;
	if (from && strcmp(from->key, stem) != 0)
		(*at)[0] = '\0';
	return true;
}

static bool read_source(struct config *c, const char *section, const char *stem, char *const *at, struct err *e)
{
	const struct config_value *from;
	struct err why = { .code = ERR_NONE };
	char *text = NULL;
	bool ok;

	if ((*at)[0] != '\0')
		return true;
	if (!choose_source(c, section, stem, &from, e))
		return false;
	if (!from)
		return true;
	if (strcmp(from->key + strlen(stem), "_file") == 0)
		ok = secret_from_file(from->value, &text, &why);
	else
		ok = secret_from_command(from->value, SECRET_COMMAND_TIMEOUT_MS, &text, &why);
	if (!ok) {
		err_set_message(e, ERR_CONFIG, _("%s: no %s from %s: %s"), from->where, stem, from->key, why.message);
		return err_hint(e, "%s", why.hint);
	}
	ok = config_assign(c, section, stem, text, from->origin, from->where, e);
	explicit_bzero(text, strlen(text));
	free(text);
	return ok;
}

static bool settle_store(struct config *c, struct err *e)
{
	const struct config_value *from;
	char *dir, *url;
	bool ok;

	if (!settle_source(c, "store", "url", &c->store_url, e) || !choose_source(c, "store", "url", &from, e))
		return false;
	if (from)
		return true;
	dir = config_data_dir();
	url = xasprintf("sqlite:%s/trunkdeck.db", dir);
	ok = config_assign(c, "store", "url", url, ORIGIN_DEFAULT, "default", e);
	free(url);
	free(dir);
	return ok;
}

static bool settle_server(const struct config *c, struct server_config *s, struct err *e)
{
	char *section = xasprintf("server %s", s->name);
	bool ok = s->host[0] != '\0';

	if (!ok) {
		err_set_message(e, ERR_CONFIG, _("%s: server %s has no host"), section_where(c, section), s->name);
		err_hint(e, _("add 'host = ...' to [server %s]"), s->name);
	}
	ok = ok && settle_source(c, section, "secret", &s->secret, e);
	/* Without TLS, anybody on the path reads the callers' numbers, and can insert actions after the login. */
	if (ok && server_is_plain_off_loopback(s) && config_find_value(c, section, "tls")->origin == ORIGIN_DEFAULT) {
		ok = err_set_message(e, ERR_CONFIG, _("%s: the connection to %s would not be encrypted"),
				     config_find_value(c, section, "host")->where, s->host);
		err_hint(e, _("write 'tls = yes' into [%s], or 'tls = no' where the network to it is trusted"), section);
	}
	if (s->port == 0)
		s->port = s->tls ? 5039 : 5038;
	free(section);
	return ok;
}

static bool refuse_agents(const struct config *c, const char *what, const char *hint, struct err *e)
{
	err_set_message(e, ERR_CONFIG, "%s: %s", section_where(c, "agents"), what);
	return err_hint(e, "%s", hint);
}

static bool settle(struct config *c, struct err *e)
{
	struct agents_config *a = &c->agents;
	struct err why = { .code = ERR_NONE };

	if (!settle_store(c, e))
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
	return settle_source(c, "agents", "secret", &a->secret, e);
}

bool config_read_store_url(struct config *c, struct err *e)
{
	return read_source(c, "store", "url", &c->store_url, e);
}

bool config_read_server_secrets(struct config *c, struct err *e)
{
	bool ok = true;

	for (size_t i = 0; ok && i < c->server_count; i++) {
		char *section = xasprintf("server %s", c->servers[i].name);

		ok = read_source(c, section, "secret", &c->servers[i].secret, e);
		free(section);
	}
	return ok;
}

bool config_read_agents_secret(struct config *c, struct err *e)
{
	struct agents_config *a = &c->agents;
	const char *p = "";

	if (a->source != AGENTS_FROM_API)
		return true;
	if (!read_source(c, "agents", "secret", &a->secret, e))
		return false;
	/* The secret is sent in a header line. */
	for (p = a->secret; *p > ' ' && *p <= '~'; p++)
		continue;
	return (p > a->secret && *p == '\0') ||
	       refuse_agents(c, _("[agents] has no secret, or one with other than printable ASCII characters"),
			     _("allowed: one of secret, secret_file, secret_command"), e);
}

/* --- loading --- */

static bool load(struct config *c, const char *path, const struct config_flag *flags, size_t flag_count, struct err *e)
{
	char *dir = xdg_dir("XDG_CONFIG_HOME"), *usual = xasprintf("%s/config", dir);
	bool ok;

	free(dir);
	c->path = xstrdup("");
	c->actor = user_name();
	for (const struct option *o = config_options; o->key; o++) {
		if (strcmp(o->section, "server") != 0 &&
		    !config_assign(c, o->section, o->key, o->initial, ORIGIN_DEFAULT, "default", e))
			die("the default of %s.%s is not allowed", o->section, o->key);
	}
	if (!path || path[0] == '\0')
		path = getenv("TRUNKDECK_CONFIG");
	ok = path && path[0] != '\0' ? config_read_file(c, path, true, e) : config_read_file(c, usual, false, e);
	free(usual);
	for (char **v = environ; ok && *v; v++) {
		if (strncmp(*v, "TRUNKDECK_", 10) == 0 && strchr(*v, '='))
			ok = assign_variable(c, *v, e);
	}
	/* "store.url" is "url" of "store", "server na-1.secret" is "secret" of "server na-1". */
	for (size_t i = 0; ok && i < flag_count; i++) {
		const char *dot = strrchr(flags[i].name, '.');
		char *section = xstrndup(flags[i].name, (size_t)(dot - flags[i].name));

		ok = config_assign(c, section, dot + 1, flags[i].value, ORIGIN_FLAG, flags[i].flag, e);
		free(section);
	}
	return ok && settle(c, e);
}

bool config_load(struct config **out, const char *path, const struct config_flag *flags, size_t flag_count,
		 struct err *e)
{
	*out = xcalloc(1, sizeof(**out));
	if (load(*out, path, flags, flag_count, e))
		return true;
	config_free(out);
	return false;
}

void config_free(struct config **config)
{
	struct config *c = *config;

	if (!c)
		return;
	for (size_t i = 0; i < c->server_count; i++) {
		config_clear_texts("server", &c->servers[i]);
		free(c->servers[i].name);
	}
	config_clear_texts("", c);
	for (size_t i = 0; i < c->value_count; i++) {
		free(c->values[i].section);
		free(c->values[i].value);
		free(c->values[i].where);
	}
	free(c->servers);
	free(c->values);
	free(c->path);
	free(c->actor);
	FREE(config);
}
