/*
 * The configuration file: INI, read by inih. The line number of a mistake is counted in the reader given to it, since the
 * library's handler is not told.
 */
#include "config.h"

#include "config_options.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "trunkdeck/base/mem.h"

struct reading {
	struct config *config;
	FILE *file;
	const char *path;
	int line;
	int long_line;		/* the first that did not fit the library's buffer; 0 = none */
	bool has_secret;
	int failed_line;	/* the first that was refused; 0 = none */
	struct err *e;
};

static bool at_end(FILE *f)
{
	int c = getc(f);

	if (c != EOF)
		ungetc(c, f);
	return c == EOF;
}

/* The library would take the rest of a long line for a line of its own. */
static char *read_line(char *to, int size, void *stream)
{
	struct reading *r = stream;

	if (r->long_line > 0 || !fgets(to, size, r->file))
		return NULL;
	r->line++;
	if (strchr(to, '\n') || at_end(r->file))
		return to;
	r->long_line = r->line;
	return NULL;
}

static bool is_secret(const char *key, const char *value)
{
	return strcmp(key, "secret") == 0 || (strcmp(key, "url") == 0 && config_url_has_password(value));
}

static int take_pair(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;
	char *where;

	if (r->failed_line > 0)
		return 1;
	where = xasprintf("%s:%d", r->path, r->line);
	if (!config_assign(r->config, section, key, value, ORIGIN_FILE, where, r->e))
		r->failed_line = r->line;
	if (is_secret(key, value))
		r->has_secret = true;
	free(where);
	return 1;
}

static bool refuse_readable(const struct reading *r)
{
	struct stat st;

	if (fstat(fileno(r->file), &st) != 0 || (st.st_mode & (S_IRGRP | S_IROTH)) == 0)
		return true;
	err_set_message(r->e, ERR_CONFIG, _("%s holds a secret and others may read it"), r->path);
	err_hint(r->e, _("chmod 600 %s, or use secret_file or secret_command"), r->path);
	return false;
}

static bool refuse_long(const struct reading *r)
{
	err_set_message(r->e, ERR_CONFIG, _("%s:%d: the line is too long"), r->path, r->long_line);
	err_hint(r->e, "%s", _("allowed: 198 bytes; a long command fits into a script of its own"));
	return false;
}

static bool refuse_unreadable(const char *path, int error, struct err *e)
{
	err_set_message(e, ERR_CONFIG, _("%s can't be read: %s"), path, strerror(error));
	err_hint(e, "%s", _("name another one with --config FILE"));
	return false;
}

static bool refuse_form(const struct reading *r, int line)
{
	err_set_message(r->e, ERR_CONFIG, _("%s:%d: not understood"), r->path, line > 0 ? line : r->line);
	err_hint(r->e, "%s", _("allowed: [section], key = value, and lines that start with # or ;"));
	return false;
}

/* The library goes on after a line it does not understand, so that the first mistake may be either kind. */
static bool parse(struct reading *r)
{
	int line = ini_parse_stream(read_line, r, take_pair, r);

	if (ferror(r->file))
		return refuse_unreadable(r->path, errno, r->e);
	if (line != 0 && (r->failed_line == 0 || line < r->failed_line))
		return refuse_form(r, line);
	if (r->failed_line > 0)
		return false;
	if (r->long_line > 0)
		return refuse_long(r);
	return !r->has_secret || refuse_readable(r);
}

static bool is_absent(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

bool config_read_file(struct config *c, const char *path, bool must_exist, struct err *e)
{
	struct reading r = { .config = c, .path = path, .e = e };
	bool ok;

	r.file = fopen(path, "re");
	if (!r.file && is_absent(errno) && !must_exist)
		return true;
	if (!r.file)
		return refuse_unreadable(path, errno, e);
	ok = parse(&r);
	fclose(r.file);
	if (ok) {
		free(c->path);
		c->path = xstrdup(path);
	}
	return ok;
}
