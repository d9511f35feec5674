/*
 * A byte stream to a server: TCP, or TLS with the server's certificate and name verified. libcurl in CONNECT_ONLY mode;
 * transport.c is the only file of the room that uses it. A plain connection leaves libcurl once it is open. Nothing
 * blocks.
 *
 * transport_fd() stays the same for life and becomes readable whenever transport_drive(), transport_read() or
 * transport_flush() has something to do; transport_timeout_ms() says when transport_drive() is due without that.
 *
 * Proxies: the environment's http_proxy is for web pages and is ignored. all_proxy (usually a SOCKS proxy) is used as
 * curl does, with no_proxy; never for loopback.
 *
 * One owner, one thread.
 */
#ifndef TRUNKDECK_AMI_TRANSPORT_H
#define TRUNKDECK_AMI_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/err.h"

struct transport;

enum transport_state { TRANSPORT_CONNECTING, TRANSPORT_OPEN, TRANSPORT_FAILED };

struct transport_options {
	const char *host;		/* name or address */
	int port;
	bool tls;
	const char *ca_file;		/* "" = the system's */
	long connect_timeout_ms;	/* name, connection and TLS together */
	int receive_buffer;		/* bytes the kernel may hold for us, 0 = its default */
};

/* Call them before and after all use, in the main thread; calls are counted. */
bool transport_global_init(struct err *e);
void transport_global_cleanup(void);

/* Starts connecting. NULL and *e when it cannot start. */
struct transport *transport_open(const struct transport_options *options, struct err *e);
void transport_close(struct transport **t);
int transport_fd(const struct transport *t);
int transport_timeout_ms(const struct transport *t);	/* -1 = none; only while connecting */
/* Continues to connect. */
enum transport_state transport_drive(struct transport *t, struct err *e);

enum transport_io { TRANSPORT_IO_OK, TRANSPORT_IO_AGAIN, TRANSPORT_IO_CLOSED, TRANSPORT_IO_FAILED };

/* Only when open. Read until TRANSPORT_IO_AGAIN: TLS may hold bytes while the descriptor is not readable. */
enum transport_io transport_read(struct transport *t, char *to, size_t size, size_t *got, struct err *e);
/* Takes as many bytes as it can: *taken may be less than len. Offer the rest again when the descriptor is readable. */
enum transport_io transport_write(struct transport *t, const char *bytes, size_t len, size_t *taken, struct err *e);
/* Sends the bytes that were taken; OK when none are left. */
enum transport_io transport_flush(struct transport *t, struct err *e);

#endif
