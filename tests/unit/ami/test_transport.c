/* The byte stream: plain and TLS, whole and in parts, and each way in which a connection can fail. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/ami/transport.h"
#include "kit/fault_server.h"
#include "trunkdeck/base/mem.h"

#define MEGABYTE ((size_t)1024 * 1024)

static struct transport *open_to(int port, bool tls, const char *ca, struct err *e)
{
	struct transport_options o = {
		.host = "127.0.0.1", .port = port, .tls = tls, .ca_file = ca, .connect_timeout_ms = 15000,
	};

	return transport_open(&o, e);
}

static enum transport_state connected(struct transport *t, struct err *e)
{
	enum transport_state state = transport_drive(t, e);

	for (int i = 0; i < 20000 && state == TRANSPORT_CONNECTING; i++) {
		struct pollfd p = { .fd = transport_fd(t), .events = POLLIN };
		int wait = transport_timeout_ms(t);

		poll(&p, 1, wait < 0 || wait > 100 ? 100 : wait);
		state = transport_drive(t, e);
	}
	return state;
}

/* Sends len bytes of a pattern and checks that they come back in order. */
static void echo(struct transport *t, size_t len)
{
	char *sent = xmalloc(len), *back = xmalloc(len);
	size_t out = 0, in = 0, part;
	struct err e = { 0 };

	for (size_t i = 0; i < len; i++)
		sent[i] = (char)(i * 31 + i / 251);
	while (in < len) {
		struct pollfd p = { .fd = transport_fd(t), .events = POLLIN };
		enum transport_io io = transport_write(t, sent + out, len - out, &part, &e);

		assert_true(io == TRANSPORT_IO_OK || io == TRANSPORT_IO_AGAIN);
		out += part;
		for (io = TRANSPORT_IO_OK; io == TRANSPORT_IO_OK && in < len; in += part) {
			io = transport_read(t, back + in, len - in, &part, &e);
			part = io == TRANSPORT_IO_OK ? part : 0;
		}
		assert_true(io == TRANSPORT_IO_OK || io == TRANSPORT_IO_AGAIN);
		if (in < len)
			assert_int_not_equal(poll(&p, 1, 20000), 0);
	}
	assert_memory_equal(sent, back, len);
	free(sent);
	free(back);
}

static void carries_bytes(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct err e = { 0 };
	struct transport *t;

	(void)state;
	fault_server_set(s, FAULT_ECHO);
	t = open_to(port, false, "", &e);
	assert_int_equal(connected(t, &e), TRANSPORT_OPEN);
	assert_int_equal(transport_timeout_ms(t), -1);
	echo(t, 1);
	echo(t, 3 * MEGABYTE);
	transport_close(&t);
	assert_null(t);
	fault_server_stop(&s);
}

static bool all_received(void *arg)
{
	return fault_server_received(arg) >= 64 * MEGABYTE;
}

/* A peer that does not read must not block us, and nothing may be lost when it reads again. */
static void a_peer_that_does_not_read(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	char *bytes = xcalloc(1, MEGABYTE);
	struct err e = { 0 };
	struct transport *t;
	enum transport_io io = TRANSPORT_IO_OK;
	size_t sent = 0, part;

	(void)state;
	fault_server_set(s, FAULT_DEAF);
	t = open_to(port, false, "", &e);
	assert_int_equal(connected(t, &e), TRANSPORT_OPEN);
	while (io == TRANSPORT_IO_OK && sent < 64 * MEGABYTE) {
		io = transport_write(t, bytes, MEGABYTE, &part, &e);
		sent += part;
	}
	assert_int_equal(io, TRANSPORT_IO_AGAIN);
	fault_server_set(s, FAULT_NONE);
	while (sent < 64 * MEGABYTE || io == TRANSPORT_IO_AGAIN) {
		struct pollfd p = { .fd = transport_fd(t), .events = POLLIN };
		size_t left = 64 * MEGABYTE - sent;

		if (io == TRANSPORT_IO_AGAIN)
			assert_int_not_equal(poll(&p, 1, 20000), 0);
		io = transport_write(t, bytes, left < MEGABYTE ? left : MEGABYTE, &part, &e);
		sent += part;
	}
	assert_int_equal(io, TRANSPORT_IO_OK);
	assert_true(wait_until(all_received, s));
	assert_int_equal(fault_server_received(s), 64 * MEGABYTE);
	transport_close(&t);
	fault_server_stop(&s);
	free(bytes);
}

static void nobody_listens(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct err e = { 0 };
	struct transport *t;

	(void)state;
	fault_server_stop(&s);
	t = open_to(port, false, "", &e);
	assert_int_equal(connected(t, &e), TRANSPORT_FAILED);
	assert_int_equal(e.code, ERR_SERVER_UNREACHABLE);
	assert_non_null(strstr(e.message, "127.0.0.1:"));
	assert_non_null(strstr(e.message, "refused"));
	assert_true(*e.hint);
	transport_close(&t);
}

static void an_impossible_host_name(void **state)
{
	struct transport_options o = { .host = "two words", .port = 5038, .connect_timeout_ms = 1000 };
	struct err e = { 0 };

	(void)state;
	assert_null(transport_open(&o, &e));
	assert_int_equal(e.code, ERR_SERVER_UNREACHABLE);
	assert_non_null(strstr(e.message, "two words"));
}

static void the_peer_goes_away(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct err e = { 0 };
	struct transport *t;
	struct pollfd p = { .events = POLLIN };
	char byte;
	size_t got;

	(void)state;
	fault_server_set(s, FAULT_ECHO);
	t = open_to(port, false, "", &e);
	assert_int_equal(connected(t, &e), TRANSPORT_OPEN);
	echo(t, 1);
	assert_int_equal(transport_read(t, &byte, 1, &got, &e), TRANSPORT_IO_AGAIN);
	fault_server_drop(s);
	p.fd = transport_fd(t);
	assert_int_equal(poll(&p, 1, 20000), 1);
	assert_int_equal(transport_read(t, &byte, 1, &got, &e), TRANSPORT_IO_CLOSED);
	assert_int_equal(e.code, ERR_SERVER_UNREACHABLE);
	transport_close(&t);
	fault_server_stop(&s);
}

static void a_handshake_that_never_ends(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct transport_options o = {
		.host = "127.0.0.1", .port = port, .tls = true, .ca_file = "", .connect_timeout_ms = 100,
	};
	struct err e = { 0 };
	struct transport *t;

	(void)state;
	fault_server_set(s, FAULT_SILENT);
	t = transport_open(&o, &e);
	assert_int_equal(connected(t, &e), TRANSPORT_FAILED);
	assert_int_equal(e.code, ERR_SERVER_UNREACHABLE);
	transport_close(&t);
	fault_server_stop(&s);
}

static void tls_is_verified(void **state)
{
	int port, tls_port, other_port;
	struct fault_server *s = fault_server_start(&port);
	struct tls_relay *right = tls_relay_start("127.0.0.1", port, false, &tls_port);
	struct tls_relay *other = tls_relay_start("pbx.example", port, false, &other_port);
	struct err e = { 0 };
	struct transport *t;

	(void)state;
	fault_server_set(s, FAULT_ECHO);
	t = open_to(tls_port, true, tls_relay_ca(right), &e);
	assert_int_equal(connected(t, &e), TRANSPORT_OPEN);
	echo(t, 3 * MEGABYTE);
	transport_close(&t);

	/* The certificate is signed by another authority. */
	t = open_to(tls_port, true, tls_relay_ca(other), &e);
	assert_int_equal(connected(t, &e), TRANSPORT_FAILED);
	assert_non_null(strstr(e.hint, "ca_file"));
	transport_close(&t);

	/* The system does not know the authority. */
	t = open_to(tls_port, true, "", &e);
	assert_int_equal(connected(t, &e), TRANSPORT_FAILED);
	transport_close(&t);

	/* The certificate has another name. */
	t = open_to(other_port, true, tls_relay_ca(other), &e);
	assert_int_equal(connected(t, &e), TRANSPORT_FAILED);
	transport_close(&t);

	/* The file does not exist. */
	t = open_to(tls_port, true, "/nonexistent/ca.pem", &e);
	assert_int_equal(connected(t, &e), TRANSPORT_FAILED);
	assert_non_null(strstr(e.hint, "ca_file"));
	transport_close(&t);

	tls_relay_stop(&right);
	tls_relay_stop(&other);
	fault_server_stop(&s);
}

static void tls_to_a_plain_port(void **state)
{
	int port;
	struct fault_server *s = fault_server_start(&port);
	struct err e = { 0 };
	struct transport *t = open_to(port, true, "", &e);

	(void)state;
	assert_int_equal(connected(t, &e), TRANSPORT_FAILED);
	assert_non_null(strstr(e.hint, "TLS"));
	transport_close(&t);
	fault_server_stop(&s);
}

static int setup(void **state)
{
	struct err e;

	(void)state;
	/* The environment's proxies are not used for loopback: these would refuse the connection. */
	setenv("all_proxy", "socks5://127.0.0.1:9", 1);
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	return transport_global_init(&e) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	transport_global_cleanup();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_bytes),
		cmocka_unit_test(a_peer_that_does_not_read),
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(an_impossible_host_name),
		cmocka_unit_test(the_peer_goes_away),
		cmocka_unit_test(a_handshake_that_never_ends),
		cmocka_unit_test(tls_is_verified),
		cmocka_unit_test(tls_to_a_plain_port),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
