#include "config.h"

#include "fault_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"

#define CONNECTIONS_MAX 64
#define WAIT_MS 20000

struct connection {
	int fd;
	bool logged_in, wants_events, faulted, stalled;
	char held_id[64];		/* ActionID of a list that is not ended yet */
	struct buf in, out;
};

/* The thread owns the connections. The test uses only the members that the lock guards. */
struct fault_server {
	pthread_t thread;
	int listener;
	atomic_bool stop, drop, hold, listing;
	atomic_int fault;
	atomic_size_t sessions, received, stalled, getvars;
	_Atomic int64_t ahead_us;	/* how far Ping's clock is ahead; 0 = Ping has no time */
	_Atomic(const char *) channels, denied;
	pthread_mutex_t lock;
	struct buf to_send;
	struct connection connections[CONNECTIONS_MAX];
	size_t count;
};

static void value_of(const char *action, const char *key, char *to, size_t size)
{
	const char *at = strstr(action, key);

	snprintf(to, size, "%.*s", at ? (int)strcspn(at + strlen(key), "\r\n") : 0, at ? at + strlen(key) : "");
}

static void after_login(struct fault_server *s, struct connection *c)
{
	switch (atomic_load(&s->fault)) {
	case FAULT_MID_FRAME:
		buf_adds(&c->out, "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: PJSIP/x-1\r\nChannelSt");
		c->faulted = true;
		break;
	case FAULT_HUGE:
		buf_adds(&c->out, "Event: Huge\r\nPrivilege: call,all\r\nJunk: ");
		for (int i = 0; i < 1024 * 1024; i++)
			buf_addc(&c->out, 'x');
		buf_adds(&c->out, "\r\n\r\n");
		break;
	default:
		break;
	}
}

static void end_list(struct fault_server *s, struct connection *c)
{
	for (const char *at = s->channels; *at;) {
		const char *end = strstr(at, "\r\n\r\n");
		const char *line = strstr(at, "\r\n");

		buf_add(&c->out, at, (size_t)(line + 2 - at));
		buf_addf(&c->out, "ActionID: %s\r\n", c->held_id);
		buf_add(&c->out, line + 2, (size_t)(end + 4 - line - 2));
		at = end + 4;
	}
	buf_addf(&c->out, "Event: CoreShowChannelsComplete\r\nActionID: %s\r\nEventList: Complete\r\nListItems: 0\r\n\r\n",
		 c->held_id);
	c->held_id[0] = '\0';
}

static bool is_denied(const struct fault_server *s, const char *action)
{
	char word[40];

	snprintf(word, sizeof(word), " %s ", action);
	return strstr(s->denied, word) != NULL;
}

/* Every key has the value store-1. Of the list only the beginning is sent. */
static bool stall(struct connection *c, const char *action, const char *id)
{
	bool tree = !strcmp(action, "DBGetTree");

	if (!tree && strcmp(action, "DBGet") != 0)
		return false;
	buf_addf(&c->out, "Response: Success\r\nActionID: %s\r\nEventList: start\r\nMessage: x\r\n\r\n"
		 "Event: %sResponse\r\nKey: /trunkdeck/+15559990000\r\nVal: store-1\r\nActionID: %s\r\n\r\n", id, action, id);
	if (!tree)
		buf_addf(&c->out, "Event: DBGetComplete\r\nActionID: %s\r\nEventList: Complete\r\nListItems: 1\r\n\r\n", id);
	c->stalled = c->stalled || tree;
	return true;
}

static void perform(struct fault_server *s, struct connection *c, const char *action)
{
	char name[32], id[64], events[64];

	value_of(action, "Action: ", name, sizeof(name));
	value_of(action, "ActionID: ", id, sizeof(id));
	value_of(action, "Events: ", events, sizeof(events));
	if (s->fault == FAULT_NO_PONG && c->logged_in)
		return;
	if (!strcmp(name, "Getvar"))
		s->getvars++;
	if (is_denied(s, name)) {
		buf_addf(&c->out, "Response: Error\r\nActionID: %s\r\nMessage: Permission denied\r\n\r\n", id);
		return;
	}
	if (s->fault == FAULT_STALL_TREE && stall(c, name, id))
		return;
	if (!strcmp(name, "CoreShowChannels")) {
		buf_addf(&c->out, "Response: Success\r\nActionID: %s\r\nEventList: start\r\nMessage: x\r\n\r\n", id);
		memcpy(c->held_id, id, sizeof(id));
		s->listing = true;
		return;
	}
	if (!strncmp(name, "DB", 2) || !strcmp(name, "Hangup")) {
		buf_addf(&c->out, "Response: Error\r\nActionID: %s\r\nMessage: %s\r\n\r\n", id,
			 strcmp(name, "DBGet") ? "Permission denied" : "Database entry not found");
		return;
	}
	if (!strcmp(name, "Ping") && s->ahead_us) {
		long long us = (long long)(clock_wall_us(&clock_system) + s->ahead_us);

		buf_addf(&c->out, "Response: Success\r\nActionID: %s\r\nPing: Pong\r\nTimestamp: %lld.%06lld\r\n\r\n", id,
			 us / 1000000, us % 1000000);
		return;
	}
	buf_addf(&c->out, "Response: Success\r\nActionID: %s\r\n%s\r\n\r\n", id,
		 strcmp(name, "Challenge") ? "Message: ok" : "Challenge: 840415273");
	if (!strcmp(name, "Login")) {
		c->logged_in = true;
		c->wants_events = strcmp(events, "off") != 0;
		if (c->wants_events)
			after_login(s, c);
	}
}

static void perform_all(struct fault_server *s, struct connection *c)
{
	char *end;

	if (s->fault == FAULT_ECHO) {
		buf_add(&c->out, c->in.p, c->in.len);
		buf_reset(&c->in);
		return;
	}
	while (c->in.len && (end = strstr(c->in.p, "\r\n\r\n"))) {
		*end = '\0';
		perform(s, c, c->in.p);
		buf_consume(&c->in, (size_t)(end + 4 - c->in.p));
	}
}

static void greet(struct fault_server *s, struct connection *c)
{
	if (s->fault == FAULT_GARBAGE)
		buf_adds(&c->out, "SSH-2.0-OpenSSH_9.2p1\r\n");
	else if (s->fault != FAULT_SILENT && s->fault != FAULT_ECHO && s->fault != FAULT_DEAF)
		buf_adds(&c->out, "Asterisk Call Manager/11.0.0\r\n");
}

static void accept_one(struct fault_server *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct connection *c = &s->connections[s->count];

	if (fd < 0 || s->count == CONNECTIONS_MAX)
		die("fault server: accept");
	*c = (struct connection){ .fd = fd };
	buf_init(&c->in, BUF_UNBOUNDED);
	buf_init(&c->out, BUF_UNBOUNDED);
	s->count++;
	greet(s, c);
}

static void drop(struct fault_server *s, size_t i)
{
	struct connection *c = &s->connections[i];

	close(c->fd);
	buf_clear(&c->in);
	buf_clear(&c->out);
	*c = s->connections[--s->count];
}

static bool serve(struct fault_server *s, struct connection *c)
{
	static char block[65536];
	ssize_t got = s->fault == FAULT_DEAF ? -2 : recv(c->fd, block, sizeof(block), 0);
	ssize_t sent;

	if (!got || (got == -1 && errno != EAGAIN))
		return false;
	if (got > 0) {
		s->received += (size_t)got;
		buf_add(&c->in, block, (size_t)got);
		perform_all(s, c);
	}
	if (*c->held_id && !s->hold)
		end_list(s, c);
	sent = c->out.len ? send(c->fd, c->out.p, c->out.len, MSG_NOSIGNAL) : 0;
	if (sent > 0)
		buf_consume(&c->out, (size_t)sent);
	return !(c->faulted && !c->out.len);
}

static void spread(struct fault_server *s)
{
	size_t sessions = 0, stalled = 0;

	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->count; i++) {
		struct connection *c = &s->connections[i];

		sessions += c->logged_in;
		stalled += c->stalled;
		if (c->wants_events)
			buf_add(&c->out, s->to_send.p, s->to_send.len);
	}
	buf_reset(&s->to_send);
	pthread_mutex_unlock(&s->lock);
	s->sessions = sessions;
	s->stalled = stalled;
}

static void *run(void *arg)
{
	struct fault_server *s = arg;

	while (!s->stop) {
		struct pollfd fds[CONNECTIONS_MAX + 1] = { { .fd = s->listener, .events = POLLIN } };

		for (size_t i = 0; i < s->count; i++)
			fds[i + 1] = (struct pollfd){ s->connections[i].fd, s->fault == FAULT_DEAF ? 0 : POLLIN, 0 };
		poll(fds, s->count + 1, 1);
		for (size_t i = s->count; i-- > 0;)
			if (!serve(s, &s->connections[i]) || s->drop)
				drop(s, i);
		s->drop = false;
		if (fds[0].revents)
			accept_one(s);
		spread(s);
	}
	return NULL;
}

struct fault_server *fault_server_start(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	struct fault_server *s = xcalloc(1, sizeof(*s));

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(s->listener, (struct sockaddr *)&address, len) || listen(s->listener, 16) ||
	    getsockname(s->listener, (struct sockaddr *)&address, &len))
		die("fault server: %s", strerror(errno));
	*port = ntohs(address.sin_port);
	s->channels = s->denied = "";
	buf_init(&s->to_send, BUF_UNBOUNDED);
	pthread_mutex_init(&s->lock, NULL);
	if (pthread_create(&s->thread, NULL, run, s))
		die("fault server: no thread");
	return s;
}

void fault_server_stop(struct fault_server **s)
{
	(*s)->stop = true;
	pthread_join((*s)->thread, NULL);
	while ((*s)->count)
		drop(*s, 0);
	close((*s)->listener);
	buf_clear(&(*s)->to_send);
	pthread_mutex_destroy(&(*s)->lock);
	FREE(s);
}

void fault_server_set(struct fault_server *s, enum fault fault)
{
	s->fault = (int)fault;
}

void fault_server_list(struct fault_server *s, const char *channels)
{
	s->channels = channels;
}

void fault_server_deny(struct fault_server *s, const char *actions)
{
	s->denied = actions;
}

size_t fault_server_getvars(struct fault_server *s)
{
	return s->getvars;
}

size_t fault_server_stalled(struct fault_server *s)
{
	return s->stalled;
}

void fault_server_hold_list(struct fault_server *s, bool hold)
{
	s->hold = hold;
}

void fault_server_set_clock(struct fault_server *s, int64_t ahead_us)
{
	s->ahead_us = ahead_us;
}

bool fault_server_listing(struct fault_server *s)
{
	return atomic_exchange(&s->listing, false);
}

void fault_server_send(struct fault_server *s, const char *bytes, size_t len)
{
	pthread_mutex_lock(&s->lock);
	buf_add(&s->to_send, bytes, len);
	pthread_mutex_unlock(&s->lock);
}

void fault_server_drop(struct fault_server *s)
{
	s->drop = true;
}

size_t fault_server_sessions(struct fault_server *s)
{
	return s->sessions;
}

size_t fault_server_received(struct fault_server *s)
{
	return s->received;
}

struct tls_relay {
	pid_t pid;
	int to_child;
	char dir[64];
	char ca[96];
};

static void must(const char *command)
{
	if (system(command))
		die("failed: %s", command);
}

/* A CA for this relay only, and a certificate that it signed. */
static void make_certificates(const char *dir, const char *name)
{
	bool is_address = name[strspn(name, "0123456789.")] == '\0';
	char *command = xasprintf(
		"cd %s && exec >log 2>&1 && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca "
		"-keyout ca.key -out ca.pem && openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout key.pem "
		"-out csr.pem && printf 'subjectAltName=%s:%s\\n' >ext && openssl x509 -req -in csr.pem -CA ca.pem "
		"-CAkey ca.key -CAcreateserial -days 2 -extfile ext -out cert.pem",
		dir, is_address ? "IP" : "DNS", name);

	must(command);
	free(command);
}

static void be_relay(const char *dir, int plain_port, bool like_asterisk, int in, int out)
{
	char *script = xasprintf("%s/tests/unit/kit/tls_relay.py", getenv("srcdir") ? getenv("srcdir") : ".");
	char *cert = xasprintf("%s/cert.pem", dir), *key = xasprintf("%s/key.pem", dir);
	char *port = xasprintf("%d", plain_port);

	dup2(in, 0);
	dup2(out, 1);
	execlp("python3", "python3", script, cert, key, port, like_asterisk ? "like-asterisk" : NULL, (char *)NULL);
	_exit(127);
}

struct tls_relay *tls_relay_start(const char *name, int plain_port, bool like_asterisk, int *port)
{
	struct tls_relay *r = xcalloc(1, sizeof(*r));
	int in[2], out[2];
	char line[16] = "";

	snprintf(r->dir, sizeof(r->dir), "/tmp/trunkdeck-tls-XXXXXX");
	if (!mkdtemp(r->dir) || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		die("tls relay: %s", strerror(errno));
	snprintf(r->ca, sizeof(r->ca), "%s/ca.pem", r->dir);
	make_certificates(r->dir, name);
	r->pid = fork();
	if (!r->pid)
		be_relay(r->dir, plain_port, like_asterisk, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	r->to_child = in[1];
	for (size_t len = 0; len + 1 < sizeof(line) && !strchr(line, '\n'); len++)
		if (read(out[0], line + len, 1) != 1)
			die("tls relay: python3 with its ssl module is needed");
	close(out[0]);
	*port = (int)strtol(line, NULL, 10);
	return r;
}

const char *tls_relay_ca(const struct tls_relay *r)
{
	return r->ca;
}

void tls_relay_stop(struct tls_relay **r)
{
	char *command = xasprintf("rm -rf %s", (*r)->dir);

	close((*r)->to_child);
	waitpid((*r)->pid, NULL, 0);
	must(command);
	free(command);
	FREE(r);
}

bool wait_until(bool (*condition)(void *arg), void *arg)
{
	int64_t deadline = clock_mono_ms(&clock_system) + WAIT_MS;

	while (!condition(arg)) {
		if (clock_mono_ms(&clock_system) > deadline)
			return false;
		poll(NULL, 0, 1);
	}
	return true;
}
