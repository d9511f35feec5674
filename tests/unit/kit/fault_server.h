/*
 * Servers for the tests of the AMI client: one that speaks AMI just well enough to misbehave on purpose, and a TLS relay
 * in front of any port, with certificates made on the spot.
 */
#ifndef FAULT_SERVER_H
#define FAULT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault {
	FAULT_NONE,		/* logs in, answers Ping and CoreShowChannels; an empty database nobody may write to, no right to hang up */
	FAULT_GARBAGE,		/* greets as something else */
	FAULT_SILENT,		/* accepts, says nothing */
	FAULT_NO_PONG,		/* answers nothing after the login */
	FAULT_MID_FRAME,	/* closes in the middle of an event */
	FAULT_HUGE,		/* sends a frame above all limits, then goes on well */
	FAULT_ECHO,		/* no AMI: sends back what it gets */
	FAULT_STALL_TREE,	/* every key is store-1; the answer to DBGetTree is begun and never ended */
	FAULT_DEAF,		/* no AMI: reads nothing until the fault is another one, then all of it */
};

struct fault_server;

struct fault_server *fault_server_start(int *port);
void fault_server_stop(struct fault_server **s);
/* For what happens from now on; connections that are up stay as they are unless the fault concerns them. */
void fault_server_set(struct fault_server *s, enum fault fault);
/* What CoreShowChannels lists from now on: frames without their ActionID line; "" = none. A string literal. */
void fault_server_list(struct fault_server *s, const char *channels);
/* Ping tells a clock that is so much ahead of ours, or behind. */
void fault_server_set_clock(struct fault_server *s, int64_t ahead_us);
/* While held, the list is begun but not ended. */
void fault_server_hold_list(struct fault_server *s, bool hold);
/* True once a list was begun since this was last asked. */
bool fault_server_listing(struct fault_server *s);
/* Sends bytes to every session that asked for events. */
void fault_server_send(struct fault_server *s, const char *bytes, size_t len);
/* Actions our user may not use from now on, blanks around each: " Getvar DBGet "; "" = none. A string literal. */
void fault_server_deny(struct fault_server *s, const char *actions);
size_t fault_server_getvars(struct fault_server *s);	/* asked for, ever */
size_t fault_server_stalled(struct fault_server *s);	/* connections with an answer that was begun and not ended */
/* Closes all connections. */
void fault_server_drop(struct fault_server *s);
size_t fault_server_sessions(struct fault_server *s);	/* logged in now */
size_t fault_server_received(struct fault_server *s);	/* bytes, ever */

struct tls_relay;

/* Makes a CA and a certificate for `name` ("127.0.0.1" or a host name) in a folder of its own; *port is the relay's.
 * `like_asterisk`: reads 1024 bytes at most, and only when the socket, not TLS, has something. */
struct tls_relay *tls_relay_start(const char *name, int plain_port, bool like_asterisk, int *port);
const char *tls_relay_ca(const struct tls_relay *r);
void tls_relay_stop(struct tls_relay **r);

/* Polls every millisecond until the condition holds; false after 20 s. */
bool wait_until(bool (*condition)(void *arg), void *arg);

#endif
