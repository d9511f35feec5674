/*
 * The configuration file: lines of an INI file, one setting each. It has its own reader, because libraries for it take an
 * indented key for more of the value above it, know no quotes, and cut long lines.
 */
#include "config.h"

#include "config_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/config/secret.h"

/* --- lines --- */

#define BLANKS " \t"

static void cut_blanks(char *start, char *end)
{
	while (end > start && strchr(BLANKS, end[-1]))
		end--;
	*end = '\0';
}

/* Past the quote that ends what begins at `p`, where \ takes the next byte as it is; NULL = there is none. */
static char *skip_quoted(char *p)
{
	for (p++; *p != '\0'; p++) {
		if (*p == '"')
			return p + 1;
		if (*p == '\\' && p[1] != '\0')
			p++;
	}
	return NULL;
}

static bool is_end(const char *p)
{
	p += strspn(p, BLANKS);
	return *p == '\0' || *p == ';' || *p == '#';
}

/* A comment begins with ; or # after a blank, outside of quotes. */
static void cut_comment(char *value)
{
	char *p = value, *past;

	for (; *p != '\0'; p++) {
		bool word = p == value || strchr(BLANKS, p[-1]);

		if (word && (*p == ';' || *p == '#'))
			break;
		past = word && *p == '"' ? skip_quoted(p) : NULL;
		p = past ? past - 1 : p;
	}
	cut_blanks(value, p);
}

/* A value that is quoted as a whole loses its quotes; in one that is quoted in part, such as a command, they stay. */
static const char *read_value(char *value)
{
	char *to = value, *past = value[0] == '"' ? skip_quoted(value) : NULL;

	if (value[0] == '"' && !past)
		return N_("a quote is not closed");
	if (!past || !is_end(past)) {
		cut_comment(value);
		return NULL;
	}
	for (const char *p = value + 1; p < past - 1; p++) {
		p += *p == '\\';
		*to++ = *p;
	}
	*to = '\0';
	return NULL;
}

static const char *read_section(struct config_line *l, char *text)
{
	char *end = strchr(text, ']');

	if (!end || !is_end(end + 1))
		return N_("not understood");
	cut_blanks(text, end);
	l->section = text + strspn(text, BLANKS);
	return NULL;
}

const char *config_read_line(char *text, struct config_line *l)
{
	char *separator, *end = text + strlen(text);

	*l = (struct config_line){ .section = NULL };
	if (end > text && end[-1] == '\n')
		end--;
	if (end > text && end[-1] == '\r')
		end--;
	cut_blanks(text, end);
	text += strspn(text, BLANKS);
	if (is_end(text))
		return NULL;
	if (*text == '[')
		return read_section(l, text + 1);
	separator = strpbrk(text, "=:");
	if (!separator || separator == text)
		return N_("not understood");
	cut_blanks(text, separator);
	l->key = text;
	l->value = separator + 1 + strspn(separator + 1, BLANKS);
	return read_value(separator + 1 + strspn(separator + 1, BLANKS));
}

/* --- the file --- */

#define LINE_MAX_BYTES 4096

struct reading {
	struct config *config;
	FILE *file;
	const char *path;
	int line;
	char *section;
	bool has_secret;
	struct err *e;
};

static bool refuse(const struct reading *r, const char *what, const char *hint)
{
	err_set_message(r->e, ERR_CONFIG, _("%s:%d: %s"), r->path, r->line, what);
	err_hint(r->e, "%s", hint);
	return false;
}

static bool is_secret(const char *key, const char *value)
{
	return strcmp(key, "secret") == 0 || (strcmp(key, "url") == 0 && config_url_has_password(value));
}

static bool take_line(struct reading *r, char *text, size_t len)
{
	struct config_line l;
	const char *wrong;
	char *where;
	bool ok;

	if (len > LINE_MAX_BYTES)
		return refuse(r, _("the line is too long"), _("allowed: 4096 bytes; a long command fits into a script of its own"));
	if (strlen(text) != len)
		return refuse(r, _("this is not text"), _("save the file as UTF-8"));
	if (r->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;		/* the mark that some editors put first */
	wrong = config_read_line(text, &l);
	if (wrong)
		return refuse(r, _(wrong), _("allowed: [section], key = value, key = \"value\", and comments after # or ;"));
	if (l.section) {
		free(r->section);
		r->section = xstrdup(l.section);
	}
	if (!l.key)
		return true;
	where = xasprintf("%s:%d", r->path, r->line);
	ok = config_assign(r->config, r->section, l.key, l.value, ORIGIN_FILE, where, r->e);
	r->has_secret = r->has_secret || is_secret(l.key, l.value);
	free(where);
	return ok;
}

static bool refuse_unreadable(const char *path, int error, struct err *e)
{
	err_set_message(e, ERR_CONFIG, _("%s can't be read: %s"), path, strerror(error));
	err_hint(e, "%s", _("name another one with --config FILE"));
	return false;
}

static bool read_lines(struct reading *r)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t len = 0;
	bool ok = true;

	while (ok && (errno = 0, len = getline(&text, &size, r->file)) >= 0) {
		r->line++;
		ok = take_line(r, text, (size_t)len);
	}
	if (ok && ferror(r->file))
		ok = refuse_unreadable(r->path, errno, r->e);
	if (text)
		explicit_bzero(text, size);
	free(text);
	return ok;
}

static bool is_private(const struct reading *r)
{
	struct stat st;

	if (!r->has_secret || fstat(fileno(r->file), &st) != 0 || (st.st_mode & (S_IRGRP | S_IROTH)) == 0)
		return true;
	err_set_message(r->e, ERR_CONFIG, _("%s holds a secret and others may read it"), r->path);
	err_hint(r->e, _("chmod 600 %s, or use secret_file or secret_command"), r->path);
	return false;
}

bool config_read_file(struct config *c, const char *path, bool must_exist, struct err *e)
{
	struct reading r = { .config = c, .path = path, .e = e };
	bool ok;

	r.file = fopen(path, "re");
	if (!r.file && (errno == ENOENT || errno == ENOTDIR) && !must_exist)
		return true;
	if (!r.file)
		return refuse_unreadable(path, errno, e);
	r.section = xstrdup("");
	ok = secret_trusts(path, fileno(r.file), e) && read_lines(&r) && is_private(&r);
	free(r.section);
	fclose(r.file);
	if (ok) {
		free(c->path);
		c->path = xstrdup(path);
	}
	return ok;
}
