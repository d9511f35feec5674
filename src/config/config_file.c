/*
 * The configuration file: an INI file with one setting in each line. It has its own reader, because libraries join an
 * indented key to the value above it, know no quotes, and cut long lines.
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

/* Returns the position after the quote that closes the one at `p`; \ escapes the next byte. NULL = not closed. */
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

/* A comment begins with ; or # after a blank, outside quotes. */
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

/* Quotes around a whole value are removed. Quotes within a value, such as a command, stay. */
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
	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end || !is_end(end + 1))
			return N_("this line is not understood");
		cut_blanks(text, end);
		l->section = text + strspn(text, BLANKS);
		return NULL;
	}
	separator = strpbrk(text, "=:");
	if (!separator || separator == text)
		return N_("this line is not understood");
	cut_blanks(text, separator);
	l->key = text;
	l->value = separator + 1 + strspn(separator + 1, BLANKS);
	return read_value(separator + 1 + strspn(separator + 1, BLANKS));
}

/* --- the file --- */

#define LINE_MAX_BYTES 4096

struct config_reader {
	struct config *config;
	const char *path;
	int line;
	char *section;
	bool has_secret;
	struct err *e;
};

static bool refuse(const struct config_reader *r, const char *what, const char *hint)
{
	err_set_message(r->e, ERR_CONFIG, _("%s:%d: %s"), r->path, r->line, what);
	return err_hint(r->e, "%s", hint);
}

static bool take_line(struct config_reader *r, char *text, size_t len)
{
	struct config_line l;
	const char *wrong;
	char *where;
	size_t ignored;
	bool ok;

	if (len > LINE_MAX_BYTES)
		return refuse(r, _("the line is too long"),
			      _("at most 4096 bytes are allowed: write a long command into a script"));
	if (strlen(text) != len)
		return refuse(r, _("this is not text"), _("save the file as UTF-8"));
	if (r->line == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;		/* the byte order mark */
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
	if (strcmp(l.key, "secret") == 0 || (strcmp(l.key, "url") == 0 && config_url_password(l.value, &ignored)))
		r->has_secret = true;
	free(where);
	return ok;
}

static bool refuse_unreadable(const char *path, int error, struct err *e)
{
	err_set_message(e, ERR_CONFIG, _("%s can't be read: %s"), path, strerror(error));
	return err_hint(e, "%s", _("name another one with --config FILE"));
}

bool config_read_file(struct config *c, const char *path, bool must_exist, struct err *e)
{
	struct config_reader r = { .config = c, .path = path, .e = e };
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t len;
	struct stat st;
	bool ok;

	if (!file && (errno == ENOENT || errno == ENOTDIR) && !must_exist)
		return true;
	if (!file)
		return refuse_unreadable(path, errno, e);
	r.section = xstrdup("");
	ok = secret_trusts(path, fileno(file), e);
	while (ok && (errno = 0, len = getline(&text, &size, file)) >= 0) {
		r.line++;
		ok = take_line(&r, text, (size_t)len);
	}
	if (ok && ferror(file))
		ok = refuse_unreadable(path, errno, e);
	if (ok && r.has_secret && fstat(fileno(file), &st) == 0 && (st.st_mode & (S_IRGRP | S_IROTH))) {
		ok = err_set_message(e, ERR_CONFIG, _("%s holds a secret, and other users can read it"), path);
		err_hint(e, _("chmod 600 %s, or use secret_file or secret_command"), path);
	}
	if (text)
		explicit_bzero(text, size);
	free(text);
	free(r.section);
	fclose(file);
	if (ok) {
		free(c->path);
		c->path = xstrdup(path);
	}
	return ok;
}
