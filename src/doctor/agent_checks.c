/*
 * The checks of how agents are reached and what they are told: what the server's Asterisk can do, client objects of
 * WebSocket agents, and the additional parameters. Sources: Asterisk's CHANGES and main/sorcery.c; reference: docs/asterisk.md.
 */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "trunkdeck/ami/rights.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/tell.h"

#define WIZARDS "res_websocket_client"
#define ASKED_MAX 16			/* agents whose objects are asked for to see that the wizard is in force */

static enum agent_kind kind_of(const struct agent *a)
{
	return agent_kind_of(a->url, a->dial);
}

/* Counts the agents of these kinds (bits 1 << enum agent_kind); *first is one of them. */
static size_t agents_of(const struct subject *s, unsigned kinds, const struct agent **first)
{
	size_t count, found = 0;
	const struct agent *const *agents = snapshot_agents(s->options->snapshot, &count);

	for (size_t i = 0; i < count; i++) {
		if (!(kinds >> kind_of(agents[i]) & 1))
			continue;
		*first = found++ == 0 ? agents[i] : *first;
	}
	return found;
}

#define BY_URL (1u << AGENT_KIND_URL)
#define BY_WEBSOCKET (BY_URL | 1u << AGENT_KIND_SECTION)

/* --- the release of Asterisk --- */

/* The first release of each branch from 20 on that has a feature; a branch without one is NEVER. Later branches have all. */
#define NEVER 999
static const struct feature {
	int since[4];			/* minor release of 20, 21, 22, 23 */
	enum verdict lacking;		/* where an agent is reached by WebSocket */
	const char *name, *todo;	/* N_() */
} features[] = {
	{ { 16, 11, 6, 0 }, VERDICT_FAIL, N_("WebSocket agents"), N_("update to 22.6 or later") },
	{ { 18, NEVER, 8, 2 }, VERDICT_WARN, N_("parameters in MEDIA_START"),
	  N_("update to 22.8 or later: agents get the parameters in the URL alone") },
	{ { 21, NEVER, 11, 5 }, VERDICT_WARN, N_("a time limit for agents that accept a connection and say nothing"),
	  N_("one such agent holds up all calls: update to 22.11 or later, or put a proxy with time limits before the agents") },
	{ { 19, NEVER, 9, 3 }, VERDICT_PASS, N_("headers inherited by forwarded SIP calls"), "" },
};

/* Reads "22.10.1~dfsg" or "certified-20.7-cert2". False when the release is not in it. */
static bool read_release(const char *version, int *major, int *minor)
{
	version += strncasecmp(version, "certified", 9) ? 0 : 10;
	return isdigit((unsigned char)version[0]) && sscanf(version, "%3d.%3d", major, minor) == 2;
}

static bool has_feature(const struct feature *f, int major, int minor)
{
	if (major < 20 || major > 23)
		return major > 23;
	return minor >= f->since[major - 20];
}

void check_features(const struct subject *s, struct finding *f)
{
	const struct agent *first = NULL;
	bool used = agents_of(s, BY_WEBSOCKET, &first) > 0;
	const char *version = s->probe->facts.version;
	struct buf lacks;
	int major, minor;

	if (!read_release(version, &major, &minor)) {
		finding_set(f, VERDICT_UNKNOWN, _("the release is not known: %s"), version);
		return;
	}
	finding_set(f, VERDICT_PASS, "%s", _("all that agents can use"));
	buf_init(&lacks, sizeof(f->seen));
	for (size_t i = 0; i < ARRAY_LEN(features); i++) {
		bool worse = used && (features[i].lacking == VERDICT_FAIL || f->verdict == VERDICT_PASS);

		if (has_feature(&features[i], major, minor))
			continue;
		buf_addf(&lacks, "%s%s", lacks.len > 0 ? ", " : "", _(features[i].name));
		if (!worse || features[i].lacking == VERDICT_PASS)
			continue;
		f->verdict = features[i].lacking;
		finding_todo(f, "%s", _(features[i].todo));
	}
	if (lacks.len > 0)
		finding_set(f, f->verdict, _("%d.%d lacks: %s"), major, minor, lacks.p);
	buf_clear(&lacks);
}

/* --- files --- */

/* Collects the lines of a file, or the names of its sections, from an answer to GetConfig: "Line-000000-000000: a=b",
 * "Category-000000: td-support". One in each line of the text. */
struct file_text {
	const char *header;		/* "Line-" or "Category-" */
	struct buf lines;
};

static void take_lines(void *arg, const struct ami_frame *f)
{
	struct file_text *t = arg;

	for (size_t i = 0; i < f->count; i++) {
		if (!str_starts(f->headers[i].key, str_of(t->header)))
			continue;
		buf_add(&t->lines, f->headers[i].value.p, f->headers[i].value.len);
		buf_addc(&t->lines, '\n');
	}
}

/* False with *e if our user may not read it. A file or section that is not there has no lines. Caller clears lines. */
static bool read_file(const struct subject *s, const char *file, const char *category, struct file_text *t, struct err *e)
{
	const struct ami_field fields[] = { { "Filename", file }, { category ? "Category" : NULL, category }, { NULL, NULL } };

	buf_init(&t->lines, 65536);
	return ami_session_action(s->probe->session, "GetConfig", fields, take_lines, t, e) ||
	       (e->code == ERR_SERVER_REFUSED && !ami_is_denied(str_of(e->message)));
}

/* Is there a line that begins with this text? *at is its offset. */
static bool line_begins(const char *lines, const char *text, size_t *at)
{
	for (const char *line = lines; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, text, strlen(text)) == 0) {
			*at = (size_t)(line - lines);
			return true;
		}
	}
	return false;
}

/* --- WebSocket agents --- */

/* Reads the URL that Asterisk would dial for the agent; "" = it knows no such object. It may hold a credential. */
static bool read_uri(const struct subject *s, const struct agent *a, char **uri, struct err *e)
{
	char *function = xasprintf("AST_SORCERY(" WIZARDS ",websocket_client," AGENT_CLIENT_PREFIX "%s,uri)", a->id);
	bool ok = ami_session_variable(s->probe->session, function, uri, e);

	free(function);
	return ok;
}

/* Does Asterisk find the object of any agent? False with *e set if it can't be asked. */
static bool any_in_force(const struct subject *s, bool *found, struct err *e)
{
	size_t count, asked = 0;
	const struct agent *const *agents = snapshot_agents(s->options->snapshot, &count);

	*found = false;
	for (size_t i = 0; i < count && asked < ASKED_MAX && !*found; i++) {
		char *uri;

		if (kind_of(agents[i]) != AGENT_KIND_URL)
			continue;
		if (!read_uri(s, agents[i], &uri, e))
			return false;
		*found = *uri != '\0';
		free(uri);
		asked++;
	}
	return true;
}

static void advise_wizard(const struct subject *s, struct finding *f)
{
	finding_todo(f, _("'trunkdeck server setup %s' prints sorcery_trunkdeck.conf; put it in place, then restart Asterisk once"),
		     s->probe->config->name);
}

/* The lines of sorcery.conf: their order decides, and two wizards are dangerous. */
static void judge_wizards(const struct subject *s, const char *lines, bool by_url, bool in_force, struct finding *f)
{
	size_t file = 0, astdb = 0, other;
	bool has_file = line_begins(lines, "websocket_client=config,", &file);
	bool has_astdb = line_begins(lines, "websocket_client=astdb,ws", &astdb);

	if (line_begins(lines, "websocket_client=realtime", &other)) {
		finding_set(f, VERDICT_WARN, "%s", _("sorcery.conf has the wizard realtime"));
		finding_todo(f, "%s", _("one look-up that hangs stops the calls of all WebSocket agents: remove it, restart Asterisk"));
	} else if (line_begins(lines, "websocket_client=memory_cache", &other) || line_begins(lines, "websocket_client/cache", &other)) {
		finding_set(f, VERDICT_WARN, "%s", _("sorcery.conf has the wizard memory_cache"));
		finding_todo(f, "%s", _("calls share objects, and an agent gets the parameters of another call: remove it, restart Asterisk"));
	} else if (!by_url) {
		finding_set(f, VERDICT_PASS, "%s", _("no agent is given by a URL"));
	} else if (has_astdb && (!has_file || astdb < file)) {
		finding_set(f, VERDICT_WARN, "%s", has_file ? _("sorcery.conf names astdb before websocket_client.conf") :
			    _("sorcery.conf does not name websocket_client.conf: its sections are not found"));
		advise_wizard(s, f);
	} else if (in_force) {
		finding_set(f, VERDICT_PASS, "%s", _("Asterisk finds the objects of agents"));
	} else if (has_astdb) {
		finding_set(f, VERDICT_WARN, "%s", _("sorcery.conf is right, and Asterisk finds no object"));
		finding_todo(f, "%s", _("restart Asterisk once, unless no number here leads to an agent with a URL"));
	} else {
		finding_set(f, VERDICT_FAIL, "%s", _("sorcery.conf does not name astdb: no agent with a URL is found"));
		advise_wizard(s, f);
	}
}

void check_wizard(const struct subject *s, struct finding *f)
{
	struct file_text t = { .header = "Line-" };
	const struct agent *first = NULL;
	bool by_url = agents_of(s, BY_URL, &first) > 0, in_force, asked, readable;
	struct err e = { .code = ERR_NONE }, file_error = { .code = ERR_NONE };

	asked = any_in_force(s, &in_force, &e);
	readable = read_file(s, "sorcery.conf", WIZARDS, &t, &file_error);
	if (!asked)
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
	else if (readable)
		judge_wizards(s, t.lines.p ? t.lines.p : "", by_url, in_force, f);
	else if (!by_url)
		finding_set(f, VERDICT_PASS, "%s", _("no agent is given by a URL"));
	else if (in_force)
		finding_set(f, VERDICT_PASS, "%s", _("Asterisk finds the objects of agents; sorcery.conf can't be read from here"));
	else
		doctor_refused(s, f, VERDICT_UNKNOWN, &file_error, "system");
	buf_clear(&t.lines);
}

/* A section hides the object of the same name, because the file comes first. */
void check_sections(const struct subject *s, struct finding *f)
{
	struct file_text t = { .header = "Category-" };
	struct err e = { .code = ERR_NONE };
	size_t at = 0;

	if (!read_file(s, "websocket_client.conf", NULL, &t, &e)) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "system");
	} else if (t.lines.len > 0 && line_begins(t.lines.p, AGENT_CLIENT_PREFIX, &at)) {
		char *name = xstrndup(t.lines.p + at, strcspn(t.lines.p + at, "\n"));
		const struct agent *hidden = snapshot_agent(s->options->snapshot, name + strlen(AGENT_CLIENT_PREFIX));
		char *clean = utf8_clean_dup(str_of(name));

		finding_set(f, hidden && hidden->url[0] ? VERDICT_FAIL : VERDICT_WARN,
			    hidden && hidden->url[0] ? _("websocket_client.conf has a section [%.80s]: it hides the agent's URL") :
			    _("websocket_client.conf has a section [%.80s], a name that agents with a URL use"), clean);
		finding_todo(f, "%s", _("rename the section and the dial strings that use it, then 'module reload res_websocket_client.so'"));
		free(clean);
		free(name);
	} else {
		finding_set(f, VERDICT_PASS, "%s", _("no section begins with td-"));
	}
	buf_clear(&t.lines);
}

/* --- the agent of a number --- */

/* The options of a section's dial string: WebSocket/NAME/OPTIONS. */
static const char *section_options(const char *dial)
{
	const char *slash = strchr(dial, '/');

	slash = slash ? strchr(slash + 1, '/') : NULL;
	return slash ? slash + 1 : "";
}

/* Has the list of options, such as "c(ulaw)f(json)n", this one? */
static bool has_option(const char *options, const char *option)
{
	for (int depth = 0; *options; options++) {
		if (depth == 0 && strncmp(options, option, strlen(option)) == 0)
			return true;
		depth += *options == '(' ? 1 : *options == ')' ? -1 : 0;
	}
	return false;
}

/* The agent's dial string names a section and does not ask for JSON, so that the agent gets no variables. */
static bool is_told_nothing(const struct agent *a)
{
	return kind_of(a) == AGENT_KIND_SECTION && !has_option(section_options(a->dial), "f(json)");
}

void check_dial_options(const struct subject *s, struct finding *f)
{
	finding_set(f, VERDICT_PASS, "%s", s->agent->url[0] ? agent_kind_text(AGENT_KIND_URL) : s->agent->dial);
	if (kind_of(s->agent) == AGENT_KIND_SECTION && has_option(section_options(s->agent->dial), "v(")) {
		finding_set(f, VERDICT_WARN, _("%s has v(...)"), s->agent->dial);
		finding_todo(f, "%s", _("all calls share the section, so that an agent gets v() of another call: take v(...) out, and write f(json)"));
	} else if (is_told_nothing(s->agent)) {
		finding_todo(f, "%s", _("with f(json) in the dial string the agent gets the number's parameters in MEDIA_START"));
	}
	if (f->todo[0])
		finding_remedy(f, REMEDY_EDIT, ENTITY_AGENT, s->agent->id, "dial");
}

void check_parameters(const struct subject *s, struct finding *f)
{
	size_t count, out = 0;
	struct tell_param *list = tell_params(s->number->params, &count);
	bool sip = s->agent && kind_of(s->agent) == AGENT_KIND_PJSIP;
	struct buf keys;

	buf_init(&keys, sizeof(f->seen));
	for (size_t i = 0; i < count; i++) {
		if (list[i].fit == TELL_FITS)
			continue;
		buf_addf(&keys, "%s%.40s (%s)", out++ > 0 ? ", " : "", list[i].key, tell_fit_text(list[i].fit));
	}
	if (out > 0) {
		char *clean = utf8_clean_dup(str_of(keys.len > 0 ? keys.p : "?"));

		finding_set(f, VERDICT_WARN, _("%zu of %zu do not: %s"), out, count, clean);
		finding_todo(f, "%s", _("rename or shorten them: trunkdeck number edit NUMBER --params"));
		free(clean);
	} else if (sip && tell_header_bytes(s->number->params) > TELL_HEADERS_MAX) {
		finding_set(f, VERDICT_WARN, _("they make %zu bytes of headers"), tell_header_bytes(s->number->params));
		finding_todo(f, _("over UDP the call may not reach the agent: stay below %d bytes, or use TCP or TLS"), TELL_HEADERS_MAX);
	} else if (count > 0 && s->agent && is_told_nothing(s->agent)) {
		finding_set(f, VERDICT_WARN, _("the dial string of %s has no f(json): it is told nothing"), s->agent->id);
		finding_todo(f, _("add f(json): trunkdeck agent edit %s --dial"), s->agent->id);
	} else {
		finding_set(f, VERDICT_PASS, count > 0 ? _("all %zu") : _("it has none"), count);
	}
	if (f->verdict != VERDICT_PASS)
		finding_remedy(f, REMEDY_EDIT, ENTITY_NUMBER, s->number->e164, "additionalParams");
	buf_clear(&keys);
	tell_params_free(list, count);
}

/* Compares what is in force, not what was written. The URL is not shown: it may hold a credential. */
void check_object(const struct subject *s, struct finding *f)
{
	struct err e = { .code = ERR_NONE };
	char *uri, *wanted;

	if (kind_of(s->agent) != AGENT_KIND_URL || !agent_usable(s->agent, NULL)) {
		finding_set(f, VERDICT_PASS, "%s", s->agent->url[0] ? _("none, because the agent can't take calls") : _("the agent has no URL"));
		return;
	}
	if (!s->probe->session) {
		finding_set(f, VERDICT_UNKNOWN, _("%s was not reached"), s->probe->config->name);
		return;
	}
	if (!read_uri(s, s->agent, &uri, &e)) {
		doctor_refused(s, f, VERDICT_UNKNOWN, &e, "reporting");
		return;
	}
	wanted = agent_uri(s->agent->url);
	if (wanted && strcmp(uri, wanted) == 0) {
		finding_set(f, VERDICT_PASS, "%s", _("the same URL as configured"));
	} else if (s->probe->config->routes == ROUTES_ODBC) {
		finding_set(f, *uri ? VERDICT_WARN : VERDICT_PASS, *uri ? _("the WebSocket client td-%s has another URL") :
			    _("the first call writes the WebSocket client td-%s"), s->agent->id);
		if (*uri)
			finding_todo(f, "%s", _("the next call writes it; if it stays so, a section of websocket_client.conf hides it"));
	} else if (*uri == '\0') {
		finding_set(f, VERDICT_FAIL, _("Asterisk has no WebSocket client td-%s"), s->agent->id);
		finding_todo(f, "%s", _("'trunkdeck sync' writes it; if that does not help, sorcery.conf lacks astdb: see the check wizard"));
		finding_remedy(f, REMEDY_SYNC, ENTITY_NUMBER, s->number->e164, "");
	} else {
		finding_set(f, VERDICT_FAIL, _("the WebSocket client td-%s has another URL"), s->agent->id);
		finding_todo(f, "%s", _("'trunkdeck sync' writes it; if that does not help, a section of websocket_client.conf hides it"));
		finding_remedy(f, REMEDY_SYNC, ENTITY_NUMBER, s->number->e164, "");
	}
	free(wanted);
	free(uri);
}
