/*
 * libcurl's multi interface makes the connection (name, happy eyeballs, proxy, TLS) without blocking; afterwards
 * curl_easy_recv() and curl_easy_send() carry the bytes. The easy handle stays in its multi handle: taking it out closes
 * the connection.
 *
 * Each transport has an epoll descriptor of its own. While connecting, curl tells which sockets to watch there; once
 * open it holds the one socket. So the owner watches one descriptor for life, whatever curl does behind it.
 *
 * Writes go through a small block that is offered again unchanged until it is gone, as TLS libraries demand.
 *
 * A plain connection without a proxy needs curl only until it is open: the handles, with two descriptors and their
 * buffers, are then released and the socket is kept. (One multi handle for all is no way out: curl takes an idle
 * connection with unread input for dead, and closes it when it opens the next one.)
 */
#include "config.h"

#include "trunkdeck/ami/transport.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

#define BLOCK (16 * 1024)
#define EVENTS_PER_DRIVE 8
#define READ_MAX (128L * 1024)		/* a busy stream; so much stays in the second-level cache */

struct transport {
	CURLM *multi;			/* this and easy: NULL once released */
	CURL *easy;
	CURLU *url;
	int epoll;
	curl_socket_t socket;		/* once open */
	bool open;
	bool direct;			/* neither TLS nor a proxy */
	bool watches_output;
	int receive_buffer;
	int64_t due_ms;			/* when curl wants to be called, -1 = never */
	char where[192];		/* host:port, for messages */
	char why[CURL_ERROR_SIZE];
	char *block;			/* of BLOCK bytes; NULL while nothing was written */
	size_t block_len;
	size_t block_sent;
};

bool transport_global_init(struct err *e)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	if (code)
		return err_set(e, ERR_SERVER_UNREACHABLE, "%s", curl_easy_strerror(code));
	return true;
}

void transport_global_cleanup(void)
{
	curl_global_cleanup();
}

static void watch(struct transport *t, curl_socket_t s, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.fd = s };

	if (epoll_ctl(t->epoll, EPOLL_CTL_MOD, s, &ev) && errno == ENOENT)
		epoll_ctl(t->epoll, EPOLL_CTL_ADD, s, &ev);
}

static int on_socket(CURL *easy, curl_socket_t s, int what, void *arg, void *socket_arg)
{
	struct transport *t = arg;

	(void)easy;
	(void)socket_arg;
	if (what == CURL_POLL_REMOVE)
		epoll_ctl(t->epoll, EPOLL_CTL_DEL, s, NULL);
	else
		watch(t, s, (what & CURL_POLL_IN ? EPOLLIN : 0U) | (what & CURL_POLL_OUT ? EPOLLOUT : 0U));
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct transport *t = arg;

	(void)multi;
	t->due_ms = timeout_ms < 0 ? -1 : clock_mono_ms(&clock_system) + timeout_ms;
	return 0;
}

/*
 * A burst of events must fit into the kernel while we work: Asterisk drops a client that does not take its bytes. A
 * plain SO_RCVBUF would cap the buffer at net.core.rmem_max and switch off the kernel's own growth, which by default is
 * the smaller of the two; so the size is set only where the kernel grants it.
 */
static int on_new_socket(void *arg, curl_socket_t s, curlsocktype purpose)
{
	const struct transport *t = arg;
	const int bytes = t->receive_buffer;
	FILE *limit;
	long max = 0;

	if (purpose != CURLSOCKTYPE_IPCXN || !bytes || !setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		return CURL_SOCKOPT_OK;
	limit = fopen("/proc/sys/net/core/rmem_max", "re");
	if (!limit)
		return CURL_SOCKOPT_OK;
	if (fscanf(limit, "%ld", &max) == 1 && max >= bytes)
		setsockopt(s, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	fclose(limit);
	return CURL_SOCKOPT_OK;
}

/* The socket of an open connection is ours to close. */
static int on_close_socket(void *arg, curl_socket_t s)
{
	const struct transport *t = arg;

	return s == t->socket ? 0 : close(s);
}

/* http(s) is only the scheme that lets curl stop after connecting; HTTP is never spoken. */
static bool make_url(struct transport *t, const struct transport_options *o, struct err *e)
{
	bool bare_ipv6 = strchr(o->host, ':') && o->host[0] != '[';
	char *host = xasprintf(bare_ipv6 ? "[%s]" : "%s", o->host);
	char port[16];
	CURLUcode code;

	snprintf(port, sizeof(port), "%d", o->port);
	snprintf(t->where, sizeof(t->where), "%s:%d", host, o->port);
	t->url = curl_url();
	code = curl_url_set(t->url, CURLUPART_SCHEME, o->tls ? "https" : "http", 0);
	if (!code)
		code = curl_url_set(t->url, CURLUPART_HOST, host, 0);
	if (!code)
		code = curl_url_set(t->url, CURLUPART_PORT, port, 0);
	free(host);
	if (code)
		return err_set_message(e, ERR_SERVER_UNREACHABLE, "%s: %s", t->where, curl_url_strerror(code));
	return true;
}

static CURLcode set_options(struct transport *t, const struct transport_options *o)
{
	const char *proxy = getenv("all_proxy");
	CURL *c = t->easy;
	CURLcode code;

	curl_easy_setopt(c, CURLOPT_CURLU, t->url);
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->why);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, o->connect_timeout_ms);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPIDLE, 10L);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPINTVL, 5L);
	/* curl_easy_recv() never reads more at once than the size of its own buffer, though it reads into ours. */
	if (o->receive_buffer)
		curl_easy_setopt(c, CURLOPT_BUFFERSIZE, READ_MAX);
	curl_easy_setopt(c, CURLOPT_SOCKOPTFUNCTION, on_new_socket);
	curl_easy_setopt(c, CURLOPT_SOCKOPTDATA, t);
	curl_easy_setopt(c, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
	curl_easy_setopt(c, CURLOPT_CLOSESOCKETDATA, t);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* A name that takes long to resolve must not delay closing. */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
#endif
	curl_easy_setopt(c, CURLOPT_HTTPPROXYTUNNEL, 1L);
	if (!proxy)
		proxy = getenv("ALL_PROXY");
	if (!proxy || host_is_loopback(o->host))
		proxy = "";
	t->direct = !o->tls && !*proxy;
	code = curl_easy_setopt(c, CURLOPT_PROXY, proxy);
	if (code || !o->tls)
		return code;
	/* The server speaks AMI, not HTTP, so h2 is not offered. */
	curl_easy_setopt(c, CURLOPT_SSL_ENABLE_ALPN, 0L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	return o->ca_file && *o->ca_file ? curl_easy_setopt(c, CURLOPT_CAINFO, o->ca_file) : CURLE_OK;
}

struct transport *transport_open(const struct transport_options *options, struct err *e)
{
	struct transport *t = xcalloc(1, sizeof(*t));
	CURLcode code;

	t->socket = CURL_SOCKET_BAD;
	t->due_ms = -1;
	t->receive_buffer = options->receive_buffer;
	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	t->multi = curl_multi_init();
	t->easy = curl_easy_init();
	if (t->epoll < 0 || !t->multi || !t->easy)
		die("no descriptor or memory for a connection");
	if (!make_url(t, options, e)) {
		transport_close(&t);
		return NULL;
	}
	code = set_options(t, options);
	if (code) {
		err_set_message(e, ERR_SERVER_UNREACHABLE, "%s: %s", t->where, curl_easy_strerror(code));
		transport_close(&t);
		return NULL;
	}
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
	if (curl_multi_add_handle(t->multi, t->easy))
		die("curl_multi_add_handle failed");
	return t;
}

static void release_curl(struct transport *t)
{
	curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, NULL);
	curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, NULL);
	curl_multi_remove_handle(t->multi, t->easy);
	curl_easy_cleanup(t->easy);
	curl_multi_cleanup(t->multi);
	curl_url_cleanup(t->url);
	t->multi = NULL;
	t->easy = NULL;
	t->url = NULL;
}

void transport_close(struct transport **t)
{
	if (!*t)
		return;
	if ((*t)->easy)
		release_curl(*t);
	if ((*t)->open)
		close((*t)->socket);
	close((*t)->epoll);
	free((*t)->block);
	FREE(t);
}

int transport_fd(const struct transport *t)
{
	return t->epoll;
}

int transport_timeout_ms(const struct transport *t)
{
	int64_t left;

	if (t->open || t->due_ms < 0)
		return -1;
	left = t->due_ms - clock_mono_ms(&clock_system);
	return left > 0 ? (int)left : 0;
}

static void explain(const struct transport *t, CURLcode code, struct err *e)
{
	const char *why = *t->why ? t->why : curl_easy_strerror(code);
	long system = 0;

	/* curl's own message repeats the address and leaves out the reason. */
	if (code == CURLE_COULDNT_CONNECT && !curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &system) && system)
		why = strerror((int)system);
	err_set_message(e, ERR_SERVER_UNREACHABLE, "%s: %s", t->where, why);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		err_hint(e, _("check host in the configuration, and the name service"));
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		err_hint(e,
	 _("ca_file must hold the authority that signed the server's certificate, and host must be a name in it"));
		break;
	case CURLE_SSL_CONNECT_ERROR:
		err_hint(e, _("check that this is the TLS port (tlsbindaddr in manager.conf, usually 5039)"));
		break;
	default:
		err_hint(e,
	 _("check that Asterisk runs, and that manager.conf has enabled = yes and is bound to this address and port"));
	}
}

enum transport_state transport_drive(struct transport *t, struct err *e)
{
	struct epoll_event events[EVENTS_PER_DRIVE];
	CURLMsg *msg;
	int left, running, n;

	if (t->open)
		return TRANSPORT_OPEN;
	n = epoll_wait(t->epoll, events, EVENTS_PER_DRIVE, 0);
	for (int i = 0; i < n; i++) {
		int mask = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
			   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
			   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

		curl_multi_socket_action(t->multi, events[i].data.fd, mask, &running);
	}
	if (!transport_timeout_ms(t)) {
		t->due_ms = -1;
		curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	msg = curl_multi_info_read(t->multi, &left);
	if (!msg || msg->msg != CURLMSG_DONE)
		return TRANSPORT_CONNECTING;
	if (msg->data.result) {
		explain(t, msg->data.result, e);
		return TRANSPORT_FAILED;
	}
	if (curl_easy_getinfo(t->easy, CURLINFO_ACTIVESOCKET, &t->socket) || t->socket == CURL_SOCKET_BAD)
		die("curl is connected, but without a socket");
	t->open = true;
	if (t->direct)
		release_curl(t);
	watch(t, t->socket, EPOLLIN);
	return TRANSPORT_OPEN;
}

static enum transport_io failed(const struct transport *t, CURLcode code, struct err *e)
{
	err_set_message(e, ERR_SERVER_UNREACHABLE, "%s: %s", t->where, *t->why ? t->why : curl_easy_strerror(code));
	return TRANSPORT_IO_FAILED;
}

/* What recv() or send() returned, as curl would say it. */
static CURLcode moved(struct transport *t, ssize_t n, size_t *bytes)
{
	*bytes = n > 0 ? (size_t)n : 0;
	if (n >= 0)
		return CURLE_OK;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return CURLE_AGAIN;
	str_copy(t->why, sizeof(t->why), str_of(strerror(errno)));
	return CURLE_RECV_ERROR;
}

enum transport_io transport_read(struct transport *t, char *to, size_t size, size_t *got, struct err *e)
{
	CURLcode code = t->easy ? curl_easy_recv(t->easy, to, size, got) : moved(t, recv(t->socket, to, size, 0), got);

	if (code == CURLE_AGAIN)
		return TRANSPORT_IO_AGAIN;
	if (code)
		return failed(t, code, e);
	if (!*got) {
		err_set_message(e, ERR_SERVER_UNREACHABLE, _("%s: the server closed the connection"), t->where);
		return TRANSPORT_IO_CLOSED;
	}
	return TRANSPORT_IO_OK;
}

static void watch_output(struct transport *t, bool on)
{
	if (t->watches_output != on)
		watch(t, t->socket, on ? EPOLLIN | EPOLLOUT : EPOLLIN);
	t->watches_output = on;
}

enum transport_io transport_flush(struct transport *t, struct err *e)
{
	while (t->block_sent < t->block_len) {
		const char *rest = t->block + t->block_sent;
		size_t len = t->block_len - t->block_sent, sent = 0;
		CURLcode code = t->easy ? curl_easy_send(t->easy, rest, len, &sent) :
				moved(t, send(t->socket, rest, len, MSG_NOSIGNAL), &sent);

		if (code == CURLE_AGAIN) {
			watch_output(t, true);
			return TRANSPORT_IO_AGAIN;
		}
		if (code)
			return failed(t, code, e);
		t->block_sent += sent;
	}
	FREE(&t->block);
	t->block_len = t->block_sent = 0;
	watch_output(t, false);
	return TRANSPORT_IO_OK;
}

enum transport_io transport_write(struct transport *t, const char *bytes, size_t len, size_t *taken, struct err *e)
{
	enum transport_io io = transport_flush(t, e);

	*taken = 0;
	while (io == TRANSPORT_IO_OK && *taken < len) {
		size_t part = len - *taken < BLOCK ? len - *taken : BLOCK;

		if (!t->block)
			t->block = xmalloc(BLOCK);
		memcpy(t->block, bytes + *taken, part);
		t->block_len = part;
		*taken += part;
		io = transport_flush(t, e);
	}
	return io;
}
