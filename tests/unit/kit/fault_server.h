/*
 * Servers for the tests of the AMI client: one that speaks just enough AMI to misbehave on purpose, and a TLS relay for
 * any port, with certificates made at the start.
 */
#ifndef FAULT_SERVER_H
#define FAULT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault {
	FAULT_NONE,		/* answers logins, Ping, CoreShowChannels; empty read-only database; no hang-ups */
	FAULT_GARBAGE,		/* sends another greeting */
	FAULT_SILENT,		/* accepts and sends nothing */
	FAULT_NO_PONG,		/* answers nothing after the login */
	FAULT_MID_FRAME,	/* closes in the middle of an event */
	FAULT_HUGE,		/* sends a frame above all limits, then continues well */
	FAULT_ECHO,		/* no AMI: sends back what it receives */
	FAULT_STALL_TREE,	/* every key is store-1; the answer to DBGetTree is never ended */
	FAULT_DEAF,		/* no AMI: reads only once another fault is set, then everything */
};

struct fault_server;

struct fault_server *fault_server_start(int *port);
void fault_server_stop(struct fault_server **s);
/* Applies from now on. Connections that are up stay unchanged, unless the fault concerns them. */
void fault_server_set(struct fault_server *s, enum fault fault);
/* The list of CoreShowChannels from now on: frames without their ActionID line; "" = none. A string literal. */
void fault_server_list(struct fault_server *s, const char *channels);
/* Sets how far the clock in the answer to Ping is ahead of ours; negative = behind. */
void fault_server_set_clock(struct fault_server *s, int64_t ahead_us);
/* While held, the list is begun but not ended. */
void fault_server_hold_list(struct fault_server *s, bool hold);
/* True if a list was begun since the last call of this function. */
bool fault_server_listing(struct fault_server *s);
/* Sends bytes to every session that asked for events. */
void fault_server_send(struct fault_server *s, const char *bytes, size_t len);
/* Actions denied from now on, with a blank around each: " Getvar DBGet "; "" = none. A string literal. */
void fault_server_deny(struct fault_server *s, const char *actions);
size_t fault_server_getvars(struct fault_server *s);	/* Getvar actions received in all */
size_t fault_server_stalled(struct fault_server *s);	/* connections with an unfinished answer */
/* Closes all connections. */
void fault_server_drop(struct fault_server *s);
size_t fault_server_sessions(struct fault_server *s);	/* logged in now */
size_t fault_server_received(struct fault_server *s);	/* bytes in all */

struct tls_relay;

/* Makes a CA and a certificate for `name` ("127.0.0.1" or a host name) in its own folder; *port is the relay's.
 * `like_asterisk`: it reads at most 1024 bytes, and only when the socket, not TLS, has data. */
struct tls_relay *tls_relay_start(const char *name, int plain_port, bool like_asterisk, int *port);
const char *tls_relay_ca(const struct tls_relay *r);
void tls_relay_stop(struct tls_relay **r);

/* Checks the condition every millisecond until it holds; false after 20 s. */
bool wait_until(bool (*condition)(void *arg), void *arg);

#endif
