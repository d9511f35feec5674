/*
 * A SIP domain is a host name (RFC 1123), an IPv4 or an IPv6 address. It has no scheme, user, port or parameters,
 * because those are in Asterisk's endpoint. A name whose last label is all digits is a mistyped IPv4 address.
 */
#include "config.h"

#include <arpa/inet.h>
#include <string.h>

#include "fields.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define HOST_MAX 253
#define LABEL_MAX 63

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool label_valid(struct str label)
{
	if (!label.len || label.len > LABEL_MAX || label.p[0] == '-' || label.p[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!is_alnum(label.p[i]) && label.p[i] != '-')
			return false;
	return true;
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.p[i]))
			return false;
	return true;
}

static bool name_valid(const char *text)
{
	struct str label = { text, 0 };

	if (strlen(text) > HOST_MAX)
		return false;
	for (;;) {
		label.len = strcspn(label.p, ".");
		if (!label_valid(label))
			return false;
		if (!label.p[label.len])
			return !all_digits(label);
		label.p += label.len + 1;
	}
}

bool host_valid(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1 || name_valid(text);
}

static struct str without_scheme(struct str s)
{
	static const char *const schemes[] = { "sip:", "sips:", "http://", "https://" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		struct str scheme = str_of(schemes[i]);

		if (s.len > scheme.len && str_eq_nocase((struct str){ s.p, scheme.len }, scheme))
			return (struct str){ s.p + scheme.len, s.len - scheme.len };
	}
	return s;
}

static struct str trimmed(struct str s)
{
	while (s.len && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct str){ s.p + 1, s.len - 1 };
	while (s.len && strchr(" \t/.", s.p[s.len - 1]))
		s.len--;
	return s;
}

static struct str until(struct str s, char end)
{
	const char *at = memchr(s.p, end, s.len);

	return at ? (struct str){ s.p, (size_t)(at - s.p) } : s;
}

/* A single colon precedes a port. A text with more colons is an IPv6 address. */
static struct str without_port(struct str s)
{
	const char *colon = memchr(s.p, ':', s.len);

	if (colon && !memchr(colon + 1, ':', s.len - (size_t)(colon + 1 - s.p)))
		s.len = (size_t)(colon - s.p);
	return s;
}

char *host_suggest(const char *text)
{
	struct str s = trimmed(without_scheme(trimmed(str_of(text))));
	const char *at;
	char *host;

	s = trimmed(until(until(s, ';'), '/'));
	at = s.len ? memchr(s.p, '@', s.len) : NULL;
	if (at)
		s = (struct str){ at + 1, s.len - (size_t)(at + 1 - s.p) };
	if (s.len && s.p[0] == '[')
		s = until((struct str){ s.p + 1, s.len - 1 }, ']');
	else if (s.len)
		s = without_port(s);
	host = str_dup(s);
	if (!strcmp(host, text) || !host_valid(host))
		FREE(&host);
	return host;
}
