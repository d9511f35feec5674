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

#include "trunkdeck/mem.h"

struct reading {
	struct config *config;
	FILE *file;
	const char *path;
	int line;
	bool has_secret;
	bool failed;
	struct err *e;
};

static char *read_line(char *to, int size, void *stream)
{
	struct reading *r = stream;

	r->line++;
	return fgets(to, size, r->file);
}

static bool is_secret(const char *key, const char *value)
{
	const char *start = strstr(value, "://");

	if (strcmp(key, "secret") == 0)
		return true;
	return strcmp(key, "url") == 0 && start && strchr(start, '@') && strchr(start + 3, ':') < strchr(start, '@');
}

static int take_pair(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;
	char *where;

	if (r->failed)
		return 1;
	where = xasprintf("%s:%d", r->path, r->line);
	r->failed = !config_assign(r->config, section, key, value, ORIGIN_FILE, where, r->e);
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

static bool parse(struct reading *r)
{
	int line = ini_parse_stream(read_line, r, take_pair, r);

	if (r->failed)
		return false;
	if (line != 0) {
		err_set_message(r->e, ERR_CONFIG, _("%s:%d: not understood"), r->path, line > 0 ? line : r->line);
		err_hint(r->e, _("allowed: [section], key = value, and lines that start with # or ;"));
		return false;
	}
	return !r->has_secret || refuse_readable(r);
}

bool config_read_file(struct config *c, const char *path, bool must_exist, struct err *e)
{
	struct reading r = { .config = c, .path = path, .e = e };
	bool ok;

	r.file = fopen(path, "re");
	if (!r.file && errno == ENOENT && !must_exist)
		return true;
	if (!r.file) {
		err_set_message(e, ERR_CONFIG, _("%s can't be read: %s"), path, strerror(errno));
		err_hint(e, _("name another one with --config FILE"));
		return false;
	}
	ok = parse(&r);
	fclose(r.file);
	if (ok)
		c->path = (free(c->path), xstrdup(path));
	return ok;
}
