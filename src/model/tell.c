/*
 * The tell string, and the client object of a URL agent. The text of a URL is limited to the characters of RFC 3986
 * without '#', so that neither JSON nor the dialplan reads anything in it.
 */
#include "config.h"

#include "trunkdeck/model/tell.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <sha2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fields.h"
#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"
#include "trunkdeck/model/params.h"

#define PAIR "td_p_"
#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define PLAIN LETTERS_AND_DIGITS "_.-"
#define IN_URL LETTERS_AND_DIGITS "-._~:/?[]@!$&'()*+,;=%"

WORDS_DEFINE(tell_fit, enum tell_fit, TELL_FIT_TABLE)
WORDS_DEFINE(agent_kind, enum agent_kind, AGENT_KIND_TABLE)

static void encode(struct buf *to, const char *text)
{
	for (size_t plain; *text; text++) {
		plain = strspn(text, PLAIN);
		buf_add(to, text, plain);
		text += plain;
		if (!*text)
			return;
		/* A label may have line ends and tabs. They are told as blanks, so that no agent decodes a line end. */
		buf_addf(to, "%%%02X", *text == '\n' || *text == '\t' ? ' ' : (unsigned char)*text);
	}
}

/* --- parameters --- */

static char folded(char c)
{
	if (c == '.' || c == '-')
		return '_';
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_header(const char *a, const char *b)
{
	for (; *a && folded(*a) == folded(*b); a++)
		b++;
	return !*a && !*b;
}

static bool has_control(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

struct sums {
	size_t keys, bytes;
};

/* The parameter is list[at]; those before it are known. */
static enum tell_fit fit_of(struct tell_param *list, size_t at, const struct sums *used)
{
	struct tell_param *p = &list[at];
	size_t len = strlen(p->key);

	if (len == 0 || len > TELL_KEY_MAX || p->key[strspn(p->key, PLAIN)])
		return TELL_KEY;
	for (p->twin = 0; p->twin < at; p->twin++)
		if (list[p->twin].fit == TELL_FITS && same_header(p->key, list[p->twin].key))
			return TELL_TWIN;
	if (has_control(p->value))
		return TELL_CONTROL;
	if (strlen(p->value) > TELL_VALUE_MAX)
		return TELL_LONG;
	if (used->keys == TELL_KEYS_MAX)
		return TELL_MANY;
	return used->bytes + (used->keys > 0) + p->bytes > TELL_PARAMS_MAX ? TELL_LARGE : TELL_FITS;
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct tell_param *)a)->key, ((const struct tell_param *)b)->key);
}

static size_t encoded_size(const struct tell_param *p)
{
	size_t size = strlen(PAIR "=") + strlen(p->key) + strlen(p->value);

	for (const char *c = p->value; *c; c++)
		size += strchr(PLAIN, *c) ? 0 : 2;
	return size;
}

struct tell_param *tell_params(const char *params, size_t *count)
{
	/* "{}" is the most frequent value and needs no parser. */
	json_t *json = strcmp(params, "{}") ? json_loads(params, 0, NULL) : NULL, *value;
	struct tell_param *list = xcalloc(json_object_size(json) + 1, sizeof(*list));
	struct sums used = { 0, 0 };
	const char *key;
	size_t n = 0;

	json_object_foreach(json, key, value)
		list[n++] = (struct tell_param){
			.key = xstrdup(key),
			.value = json_is_string(value) ? xstrdup(json_string_value(value)) : params_json_text(value),
		};
	json_decref(json);
	qsort(list, n, sizeof(*list), by_key);
	for (size_t i = 0; i < n; i++) {
		list[i].bytes = encoded_size(&list[i]);
		list[i].fit = fit_of(list, i, &used);
		if (list[i].fit != TELL_FITS)
			continue;
		used.bytes += (used.keys++ > 0) + list[i].bytes;
	}
	*count = n;
	return list;
}

void tell_params_free(struct tell_param *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(list[i].key);
		free(list[i].value);
	}
	free(list);
}

static bool was_there(const struct tell_param *p, const struct tell_param *before, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(before[i].key, p->key))
			return !strcmp(before[i].value, p->value);
	return false;
}

/* Is the edit the reason that p does not fit? */
static bool is_new_fault(const struct tell_param *p, const struct tell_param *list, const struct tell_param *before, size_t had,
			 bool any_new)
{
	if (p->fit == TELL_FITS)
		return false;
	if (!was_there(p, before, had))
		return true;
	if (p->fit == TELL_TWIN)
		return !was_there(&list[p->twin], before, had);
	return any_new && (p->fit == TELL_MANY || p->fit == TELL_LARGE);
}

/* Are line ends and tabs the only control characters of the value? */
static bool has_lines_only(const char *value)
{
	for (; *value; value++)
		if (((unsigned char)*value < 0x20 && !strchr("\r\n\t", *value)) || *value == 0x7f)
			return false;
	return true;
}

bool tell_check_params(const char *params, const char *before, bool lines, struct err *e)
{
	size_t count, had;
	struct tell_param *list = tell_params(params, &count), *old = tell_params(before, &had);
	const struct tell_param *bad = NULL;
	bool any_new = false;

	for (size_t i = 0; i < count; i++)
		any_new = any_new || !was_there(&list[i], old, had);
	for (size_t i = 0; !bad && i < count; i++)
		bad = is_new_fault(&list[i], list, old, had, any_new) &&
		      !(lines && list[i].fit == TELL_CONTROL && has_lines_only(list[i].value)) ? &list[i] : NULL;
	if (bad) {
		char *key = utf8_clean_dup(str_of(bad->key));

		field_refuse(field_by_key(ENTITY_NUMBER, "additionalParams"), e, "");
		err_hint(e, "%.40s: %s", key, tell_fit_text(bad->fit));
		free(key);
	}
	tell_params_free(list, count);
	tell_params_free(old, had);
	return !bad;
}

size_t tell_header_bytes(const char *params)
{
	size_t count, bytes = 0;
	struct tell_param *list = tell_params(params, &count);

	for (size_t i = 0; i < count; i++)
		if (list[i].fit == TELL_FITS)
			bytes += strlen("X-" PAIR ": \r\n") + strlen(list[i].key) + strlen(list[i].value);
	tell_params_free(list, count);
	return bytes;
}

/* --- the string --- */

static void set_gen(struct tell *t)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX c;

	SHA256Init(&c);
	SHA256Update(&c, (const uint8_t *)t->text, t->len);
	SHA256Final(digest, &c);
	for (size_t i = 0; i < sizeof(t->gen) / 2; i++)
		snprintf(t->gen + 2 * i, 3, "%02x", digest[i]);
}

void tell_init(struct tell *t, const struct number *n)
{
	size_t count;
	struct tell_param *list = tell_params(n->params, &count);
	struct buf text;

	buf_init(&text, BUF_UNBOUNDED);
	buf_adds(&text, "td_provider=");
	encode(&text, n->provider);
	buf_addf(&text, ",td_region=%s", region_name(n->region));
	if (n->label[0]) {
		buf_adds(&text, ",td_label=");
		encode(&text, n->label);
	}
	for (size_t i = 0; i < count; i++) {
		if (list[i].fit != TELL_FITS)
			continue;
		buf_addf(&text, "," PAIR "%s=", list[i].key);
		encode(&text, list[i].value);
	}
	tell_params_free(list, count);
	t->len = text.len;
	t->text = buf_take(&text);
	set_gen(t);
}

void tell_clear(struct tell *t)
{
	FREE(&t->text);
	t->len = 0;
}

size_t tell_chunk_count(const struct tell *t)
{
	return (t->len + TELL_CHUNK_MAX - 1) / TELL_CHUNK_MAX;
}

struct str tell_chunk(const struct tell *t, size_t i)
{
	size_t from = i * TELL_CHUNK_MAX, rest = t->len - from;

	return (struct str){ t->text + from, rest < TELL_CHUNK_MAX ? rest : TELL_CHUNK_MAX };
}

/* --- the URL of an agent --- */

static const struct scheme {
	const char *prefix;
	bool tls, any_name;
} schemes[] = {
	{ "ws://", false, false },
	{ "wss://", true, false },
	{ "wss+anyname://", true, true },
};

static bool refuse_url(struct err *e, const char *hint)
{
	err_set_message(e, ERR_FIELD_INVALID, _("%s: this value is not allowed"), "url");
	err_about(e, "url");
	err_hint(e, "%s", hint);
	return false;
}

static const struct scheme *scheme_of(const char *url)
{
	for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
		if (str_starts(str_of(url), str_of(schemes[i].prefix)))
			return &schemes[i];
	return NULL;
}

static bool characters_allowed(const char *url)
{
	if (url[strspn(url, IN_URL)])
		return false;
	for (const char *c = url; (c = strchr(c, '%')); c++)
		if (strspn(c + 1, "0123456789abcdefABCDEF") < 2)
			return false;
	return true;
}

/* Reads the host and checks the port of [USER@]HOST[:PORT], where HOST may be [IPv6]. Caller frees; NULL = wrong. */
static char *read_host(struct str authority)
{
	const char *at = memrchr(authority.p, '@', authority.len);
	char *text = at ? xstrndup(at + 1, (size_t)(authority.p + authority.len - at - 1)) : str_dup(authority);
	bool bracket = text[0] == '[';
	char *end = text + strcspn(text, bracket ? "]" : ":"), *host = NULL;
	int64_t port = 1;

	if (!bracket || *end == ']') {
		char *rest = bracket ? end + 1 : end;

		if (*rest == '\0' || (*rest == ':' && str_to_i64(str_of(rest + 1), &port)))
			host = xstrndup(text + bracket, (size_t)(end - text - bracket));
	}
	free(text);
	if (host && (port < 1 || port > 65535 || !host_valid(host) || bracket != (strchr(host, ':') != NULL)))
		FREE(&host);
	return host;
}

static bool is_address(const char *host)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

/* The scheme of a URL that is allowed; NULL with *e. */
static const struct scheme *allowed_scheme(const char *url, struct err *e)
{
	const struct scheme *scheme = scheme_of(url);
	const char *authority = scheme ? url + strlen(scheme->prefix) : "", *hint = NULL;
	bool address;
	char *host;

	if (!scheme) {
		refuse_url(e, _("a URL that begins with ws:// or wss:// is expected, e.g. wss://agent.example.com/media"));
		return NULL;
	}
	host = read_host((struct str){ authority, strcspn(authority, "/?") });
	address = host && is_address(host);
	if (!characters_allowed(url))
		hint = _("letters, digits and -._~:/?[]@!$&'()*+,;= are allowed; write other characters as %HH");
	else if (!host)
		hint = _("a host name or an IP address is expected behind ://, and perhaps a port, e.g. wss://agent.example.com:8443/media");
	else if (scheme->any_name && !address)
		hint = _("wss+anyname:// is for an IP address; write wss:// before a host name");
	else if (scheme->tls && !scheme->any_name && address)
		hint = _("a certificate does not name an IP address: give the host name, or write wss+anyname:// to accept any certificate of the server's CA file");
	free(host);
	if (hint)
		refuse_url(e, hint);
	return hint ? NULL : scheme;
}

char *agent_uri(const char *url)
{
	const struct scheme *scheme = scheme_of(url);

	return scheme ? xasprintf("%s%s", scheme->tls ? "wss://" : "ws://", url + strlen(scheme->prefix)) : NULL;
}

char *agent_object(const char *url, const char *ca_file, struct err *e)
{
	const struct scheme *scheme = allowed_scheme(url, e);
	char *uri, *text;
	json_t *object;
	bool ok;

	if (!scheme)
		return NULL;
	uri = agent_uri(url);
	object = json_pack("{s:s,s:s,s:s,s:s,s:s}", "uri", uri, "protocols", "media", "connection_type", "per_call_config",
			   "reconnect_attempts", "1", "connection_timeout", "1000");
	ok = object != NULL;
	if (ok && scheme->tls)
		ok = !json_object_set_new(object, "tls_enabled", json_string("yes")) &&
		     !json_object_set_new(object, "ca_list_file", json_string(ca_file && *ca_file ? ca_file : AGENT_CA_FILE));
	if (ok && scheme->any_name)
		ok = !json_object_set_new(object, "verify_server_hostname", json_string("no"));
	text = ok ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	free(uri);
	if (!text) {
		refuse_url(e, _("the path of the CA file is not valid UTF-8"));
	} else if (strlen(text) > AGENT_OBJECT_MAX) {
		refuse_url(e, "");
		err_hint(e, _("%zu bytes are too long: Asterisk's database takes %d with all that belongs to the URL; shorten it"),
			 strlen(text), AGENT_OBJECT_MAX);
		FREE(&text);
	}
	return text;
}

bool agent_url_check(const char *url, struct err *e)
{
	char longest[AGENT_CA_FILE_MAX + 1] = "";
	char *object;

	memset(longest, '/', AGENT_CA_FILE_MAX);
	object = agent_object(url, longest, e);
	free(object);
	return object != NULL;
}

enum agent_kind agent_kind_of(const char *url, const char *dial)
{
	static const struct {
		const char *technology;
		enum agent_kind kind;
	} kinds[] = {
		{ "WebSocket/", AGENT_KIND_SECTION },
		{ "PJSIP/", AGENT_KIND_PJSIP },
		{ "AudioSocket/", AGENT_KIND_AUDIOSOCKET },
	};

	if (*url)
		return AGENT_KIND_URL;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i].technology);
		const char *next = dial;

		while (next && !strncasecmp(next, kinds[i].technology, len)) {
			next = strchr(next, '&');
			next = next ? next + 1 : NULL;
		}
		if (!next)
			return kinds[i].kind;
	}
	return AGENT_KIND_OTHER;
}

char *agent_dial_made(const char *id, const char *url, const char *dial)
{
	return *url ? xasprintf("WebSocket/" AGENT_CLIENT_PREFIX "%s/c(ulaw)f(json)", id) : xstrdup(dial);
}
