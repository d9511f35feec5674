#include "config.h"

#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trunkdeck/base/str.h"

static enum backend backend;
static char *folder;			/* NULL = not made yet */
static unsigned stores;

static struct {
	pid_t pid;
	FILE *to, *from;
	char *url;
} pg;

/* --- PostgreSQL --- */

static char *pg_answer(void)
{
	char *line = NULL;
	size_t size = 0;

	if (getline(&line, &size, pg.from) < 0) {
		free(line);
		return xstrdup("failed: pg.sh ended");
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static void pg_exec(int in, int out)
{
	const char *top = getenv("abs_srcdir") ? getenv("abs_srcdir") : getenv("srcdir");
	char *script = xasprintf("%s/tests/unit/kit/pg.sh", top ? top : ".");

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	/* The tests crash the server and never the machine. What the server wrote is then kept without fsync. */
	execl("/bin/sh", "sh", script, "fsync = off", (char *)NULL);
	_exit(127);
}

static void pg_start(void)
{
	int to[2], from[2];
	char *answer;

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die("no pipes");
	pg.pid = fork();
	if (!pg.pid)
		pg_exec(to[0], from[1]);
	close(to[0]);
	close(from[1]);
	pg.to = fdopen(to[1], "w");
	pg.from = fdopen(from[0], "r");
	answer = pg_answer();
	if (strncmp(answer, "ok ", 3)) {
		fprintf(stderr, "the store's tests need a PostgreSQL server of their own: %s\n", answer);
		backend_end();
		exit(1);
	}
	pg.url = xstrdup(answer + 3);
	free(answer);
}

static void send_line(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));
static void send_line(const char *format, va_list ap)
{
	vfprintf(pg.to, format, ap);
	fputc('\n', pg.to);
	fflush(pg.to);
}

void pg_send(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	send_line(format, ap);
	va_end(ap);
}

char *pg_receive(void)
{
	char *answer = pg_answer(), *rest;

	if (strncmp(answer, "ok", 2))
		fail_msg("pg.sh: %s", answer);
	rest = xstrdup(answer[2] ? answer + 3 : "");
	free(answer);
	return rest;
}

char *pg_command(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	send_line(format, ap);
	va_end(ap);
	return pg_receive();
}

static void run(const char *program, const char *option, const char *argument)
{
	pid_t pid = fork();

	if (!pid) {
		execlp(program, program, option, argument, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

void backend_end(void)
{
	if (pg.to) {
		fclose(pg.to);
		fclose(pg.from);
		waitpid(pg.pid, NULL, 0);
		FREE(&pg.url);
		pg.to = NULL;
	}
	if (folder)
		run("rm", "-rf", folder);
	FREE(&folder);
}

void backend_use(enum backend b)
{
	const char *parent = getenv("TMPDIR");

	if (!folder) {
		folder = xasprintf("%s/trunkdeck-store.XXXXXX", parent ? parent : P_tmpdir);
		if (!mkdtemp(folder))
			die("no temporary folder");
	}
	backend = b;
	if (b == BACKEND_POSTGRES && !pg.to)
		pg_start();
}

enum backend backend_now(void)
{
	return backend;
}

const char *temporary_folder(void)
{
	return folder;
}

/* --- a store for each test --- */

char *fresh_url(void)
{
	unsigned n = ++stores;

	if (backend == BACKEND_SQLITE)
		return xasprintf("sqlite:%s/%u.db", folder, n);
	free(pg_command("sql CREATE SCHEMA td_%u", n));
	return xasprintf("%s&options=-csearch_path%%3Dtd_%u", pg.url, n);
}

static int first_value(void *arg, int columns, char **values, char **names)
{
	char **answer = arg;

	(void)columns;
	(void)names;
	if (!*answer)
		*answer = xstrdup(values[0] ? values[0] : "");
	return 0;
}

char *behind_sql(const char *url, const char *sql)
{
	char *answer = NULL, *why = NULL;
	sqlite3 *db;

	if (backend == BACKEND_POSTGRES)
		return pg_command("sql SET search_path = %s; %s", strrchr(url, 'D') + 1, sql);
	if (sqlite3_open(url + strlen("sqlite:"), &db) || sqlite3_exec(db, sql, first_value, &answer, &why))
		fail_msg("%s: %s", sql, why ? why : "can't open");
	sqlite3_close(db);
	return answer ? answer : xstrdup("");
}

struct store *open_store(const char *url, const char *actor)
{
	struct store_options options = { .actor = actor, .migrate = true };
	struct store *s;
	struct err e;

	if (!store_open(&s, url, &options, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	return s;
}

int fixture_setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->url = fresh_url();
	f->store = open_store(f->url, "alice");
	*state = f;
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	store_close(&f->store);
	free(f->url);
	free(f);
	return 0;
}

/* --- records --- */

void set_text(char **text, const char *value)
{
	free(*text);
	*text = xstrdup(value);
}

struct record provider_of(const char *name)
{
	struct record r;

	record_init(&r, ENTITY_PROVIDER);
	set_text(&r.provider.name, name);
	set_text(&r.provider.sip_domain, "sip.example.com");
	return r;
}

struct record agent_of(const char *id)
{
	struct record r;

	record_init(&r, ENTITY_AGENT);
	set_text(&r.agent.id, id);
	set_text(&r.agent.title, id);
	set_text(&r.agent.dial, "WebSocket/agent/c(ulaw)");
	return r;
}

struct record number_of(const char *e164, const char *provider, const char *agent)
{
	struct record r;

	record_init(&r, ENTITY_NUMBER);
	set_text(&r.number.e164, e164);
	set_text(&r.number.provider, provider);
	set_text(&r.number.agent, agent);
	return r;
}

bool try_mutate(struct store *s, enum mutation_kind kind, struct record r, int64_t version, struct err *e)
{
	struct mutation m = { .kind = kind, .record = r, .version = version };
	bool ok;

	err_clear(e);
	ok = store_mutate(s, &m, 1, MUTATE_ALL_OR_NOTHING, NULL, e);
	record_clear(&m.record);
	return ok;
}

void must_mutate(struct store *s, enum mutation_kind kind, struct record r, int64_t version)
{
	struct err e;

	if (!try_mutate(s, kind, r, version, &e))
		fail_msg("%s (%s)", e.message, e.hint);
}

void must_add(struct store *s, struct record r)
{
	must_mutate(s, MUTATION_ADD, r, 0);
}

void add_parties(struct store *s)
{
	must_add(s, provider_of("Twilio"));
	must_add(s, agent_of("support"));
}

void set_limit(struct store *s, int64_t limit)
{
	struct record r;

	record_init(&r, ENTITY_WORKSPACE);
	r.workspace.has_max = true;
	r.workspace.max_phone_numbers = limit;
	must_mutate(s, MUTATION_EDIT, r, 0);
}

static void count_badge(void *arg, const struct record *r, int64_t numbers)
{
	(void)r;
	*(int64_t *)arg += numbers;
}

int64_t count_numbers(struct store *s)
{
	int64_t count = 0;
	struct store_reader r = { .arg = &count, .entities = ENTITY_BIT(ENTITY_PROVIDER), .record = count_badge };
	struct err e;

	if (!store_read(s, &r, NULL, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	return count;
}

int64_t last_change(struct store *s)
{
	struct store_reader r = { .arg = NULL };
	int64_t id = -1;
	struct err e;

	if (!store_read(s, &r, &id, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	return id;
}

bool has_record(struct store *s, enum entity entity, const char *key)
{
	struct record r;
	struct err e;
	bool found;

	if (!store_get(s, entity, key, &r, &found, &e))
		fail_msg("%s (%s)", e.message, e.hint);
	record_clear(&r);
	return found;
}

void assert_refused(const struct err *e, enum err_code code, const char *in_hint)
{
	if (e->code != code || !strstr(e->hint, in_hint))
		fail_msg("expected %s with \"%s\", got %s: %s (%s)", err_name_of(code), in_hint, err_name_of(e->code),
			 e->message, e->hint);
}

/* --- child processes --- */

void child_start(struct child *c, int (*fn)(int in, int out, void *arg), void *arg)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		die("no pipes");
	fflush(NULL);
	c->pid = fork();
	if (!c->pid) {
		close(to[1]);
		close(from[0]);
		/* pg.sh ends when the last writer closes its input. Only the test may be that writer. */
		if (pg.to) {
			close(fileno(pg.to));
			close(fileno(pg.from));
		}
		_exit(fn(to[0], from[1], arg));
	}
	close(to[0]);
	close(from[1]);
	c->to = to[1];
	c->from = from[0];
}

void child_close_input(struct child *c)
{
	if (c->to >= 0)
		close(c->to);
	c->to = -1;
}

int child_wait(struct child *c)
{
	int status;

	child_close_input(c);
	close(c->from);
	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid failed");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool byte_send(int fd, unsigned char byte)
{
	return write(fd, &byte, 1) == 1;
}

bool byte_receive(int fd, unsigned char *byte)
{
	return read(fd, byte, 1) == 1;
}
