/*
 * The demonstration Asterisk: a thread that listens on a loopback port and speaks as much AMI as the client needs
 * (login, events, calls, the database in memory, endpoints, test calls). Calls arrive for the numbers that have routes,
 * from callers of many countries. Most are answered; the others fail in every possible way.
 *
 * `trunkdeck --demo` runs the real client against it. The same seed and routes give the same calls, in real time.
 */
#ifndef TRUNKDECK_DEMO_PBX_H
#define TRUNKDECK_DEMO_PBX_H

#include <stdint.h>

#include "trunkdeck/base/err.h"

struct demo_pbx_options {
	uint64_t seed;
	double calls_per_minute;	/* on average; 0 = none */
	double speed;			/* calls take 1/speed of their natural time; 0 = 1 */
	const char *endpoint;		/* PJSIP endpoint the calls come in by; NULL = "twilio" */
	const char *silent_endpoint;	/* an endpoint that does not answer; NULL = none */
	const char *registrar;		/* the SIP URI at which it is registered; NULL = none */
	int64_t clock_us;		/* how far its clock is ahead of ours */
	int dialplan;			/* the version of its dialplan; 0 = that of this program */
	const char *user;		/* the only user who may log in */
	const char *secret;
};

struct demo_pbx;

/* *port becomes the port at 127.0.0.1 on which it listens. On failure returns NULL, and *e says why. */
struct demo_pbx *demo_pbx_start(const struct demo_pbx_options *options, int *port, struct err *e);
/* Stops and joins the thread, closes all connections. */
void demo_pbx_stop(struct demo_pbx **p);

#endif
