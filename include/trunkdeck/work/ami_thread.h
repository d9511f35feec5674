/*
 * The AMI client: one thread, one epoll loop, all servers; per server a `tail` connection (only reads events) and a
 * `control` connection (actions). DESIGN.md 4.3.
 *
 * The thread owns sockets, parsers, trackers and reconcilers. It talks to the main thread only by values: reports go to
 * the mailbox given at start with the handlers given there, requests come in through the functions below, which only post (any thread may call them;
 * they never block). The thread never waits for the mailbox: reports coalesce by call, route and server; what does not
 * fit is dropped, counted (struct server_status.dropped), and followed by a resync.
 *
 * Reconnects with jittered back-off from 0.5 s to 30 s. Keepalive: Ping every 5 s with a deadline of 5 s, on both
 * connections. A wrong secret is retried like any failure, slowly, and says so.
 */
#ifndef TRUNKDECK_WORK_AMI_THREAD_H
#define TRUNKDECK_WORK_AMI_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/ami/server.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/calls/call.h"
#include "trunkdeck/calls/call_detail.h"
#include "trunkdeck/routes/endpoint.h"
#include "trunkdeck/routes/route.h"

/* What the Servers view and the header line show; a value. Times are monotonic ms unless named otherwise. */
struct server_status {
	char server[40];
	enum link_state tail;
	enum link_state control;
	struct err err;			/* the last failure, ERR_NONE = none since the links are up */
	int64_t retry_at_ms;		/* of the link in LINK_RETRY, 0 = none */
	int64_t up_since_ms;
	struct server_facts facts;
	int64_t uptime_s;		/* Asterisk's, at login; -1 = unknown */
	int64_t rtt_us;			/* of the last Ping, -1 = unknown */
	int64_t lag_us;			/* arrival minus event time stamp, offset removed; -1 = unknown */
	uint64_t events;
	uint64_t rejected;		/* frames the parser did not believe */
	char last_reject[64];		/* why, of the last one */
	bool rejecting;			/* most of what came lately was rejected: calls are missed */
	uint64_t evicted;		/* calls given up as lost because more than TRACKER_MAX_CALLS were live */
	uint64_t dropped;		/* reports that found the mailbox full */
	uint64_t resyncs;
	size_t live;
	/* Wall time. While listening every event is heard; calls that began since covered_from_us and were told of by
	 * heard_us have been reported. 0 = not listening (any more): the tail is away, or its calls are not known yet. */
	int64_t covered_from_us;
	int64_t heard_us;		/* kept when listening ends: what came later may be lost */
	uint64_t forgotten;		/* finished calls that found no room anywhere */
	int64_t forgotten_from_us;	/* when the oldest of them began */
	struct routes_stats routes;
};

#define ENDPOINTS_MAX 256
#define REGISTRATIONS_MAX 64

/* What is asked of a server for struct endpoints_report, each by an action of its own: id, action, what it tells */
#define ENDPOINTS_ASK_TABLE(X) \
	X(STATES, "Getvar", N_("endpoints")) \
	X(REGISTRATIONS, "PJSIPShowRegistrationsOutbound", N_("registrations")) \
	X(OTHERS, "PJSIPShowEndpoints", N_("other endpoints"))

enum endpoints_ask {
#define ENDPOINTS_ASK_ENUM(id, action, text) ENDPOINTS_ASK_##id,
	ENDPOINTS_ASK_TABLE(ENDPOINTS_ASK_ENUM)
#undef ENDPOINTS_ASK_ENUM
	ENDPOINTS_ASK_COUNT
};

WORDS_DECLARE(endpoints_ask, enum endpoints_ask)		/* the name is the action */

/* The providers' endpoints on a server, and its registrations; a value. What is not known of them is in `denied` or has not
 * been answered yet. */
struct endpoints_report {
	char server[40];
	unsigned denied;		/* 1 << enum endpoints_ask: our user may not ask */
	bool settled;			/* nothing is due or under way */
	size_t count;
	size_t more;			/* of providers, beyond ENDPOINTS_MAX: not asked for */
	int64_t others;			/* endpoints no provider names; -1 = unknown */
	size_t registration_count;
	size_t more_registrations;	/* beyond REGISTRATIONS_MAX: not kept */
	struct endpoint_report endpoints[ENDPOINTS_MAX];
	struct registration_report registrations[REGISTRATIONS_MAX];
};

/* What the main thread does with the reports: each is called by mail_deliver() with the value named here. */
struct ami_handlers {
	mail_fn *server;		/* struct server_status, coalesced by server */
	mail_fn *call;			/* struct ami_call_report, coalesced by call: the newest state wins */
	mail_fn *route;			/* struct ami_route_report, coalesced by server and number */
	mail_fn *resynced;		/* struct ami_resync_report: all live calls of a server that exist now have been reported */
	mail_fn *hangup;		/* struct ami_hangup_report: one for each ami_hangup() */
	mail_fn *endpoints;		/* struct endpoints_report, coalesced by server */
	mail_fn *detail;		/* struct call_detail of the call that is watched, coalesced by call */
	mail_fn *story;			/* struct call_detail of a call that ended without an answer */
};

struct ami_call_report {
	struct call call;
	enum call_change change;	/* FINISHED may be the first one heard of a call */
	uint64_t serial;		/* the server's resync round it was reported in, counted from 0 */
};

struct ami_route_report {
	char server[40];
	struct route_report route;
};

/* The tail was away: what became of the calls that were live then, and who came meanwhile. */
struct ami_gap {
	int64_t from_us, until_us;	/* wall time: last heard, and heard again */
	size_t found, lost, late;	/* live calls found again, ended unseen, joined late */
};

struct ami_resync_report {
	char server[40];
	uint64_t serial;		/* the round that ended: calls of this server last reported in an older one are gone */
	struct ami_gap gap;		/* what it mended; from_us 0 = nothing */
};

struct ami_hangup_report {
	char server[40];
	char channel[CALL_TEXT];
	struct err err;			/* ERR_NONE: the server has hung it up */
};

/* Every connection that is needed is up. */
bool server_is_up(const struct server_status *s);

struct ami;
struct raw_log;

struct ami_options {
	const struct server_config *servers;
	size_t count;
	struct mailbox *to_main;
	const struct ami_handlers *handlers;	/* outlive the thread */
	const char *owner;		/* store id for the owner key, "" = unknown yet: routes stay unwritten */
	bool read_only;			/* nothing is written to any server, and nothing hung up */
	bool take_over;
	bool no_tail;			/* live calls come from elsewhere: no events are asked for, and of a server without routes nothing */
	bool endpoints;			/* ask for the providers' endpoints too */
	struct raw_log *raw;		/* records the tails' streams, outlives the thread; NULL = nothing does */
	const struct ami_timing *timing;
};

bool ami_start(struct ami **out, const struct ami_options *options, struct err *e);
/* Stops and joins the thread, closes the connections. Returns within a second. */
void ami_stop(struct ami **a);

/* The id of the store became known (it is read from the store after the screen opened). */
void ami_set_owner(struct ami *a, const char *owner);
/* What shall be on a server. Copied. A later call for the same number replaces the earlier. */
void ami_want_routes(struct ami *a, const char *server, const struct route *routes, size_t n);
void ami_unwant_route(struct ami *a, const char *server, const char *number);
/* All routes of the server have been told: reconciling may begin. */
void ami_routes_complete(struct ami *a, const char *server);
/* Read everything back now. server NULL = all. */
void ami_verify(struct ami *a, const char *server);
/* How carriers write numbers, on every server: all of them, each time. Copied. Calls are read by them, servers told, and the
 * endpoints they name watched. */
void ami_set_prefixes(struct ami *a, const struct route_prefix *prefixes, size_t n);
/* Hangs up one channel of a server, with cause 16; only after a person said so. Refused when the client is read-only, and for a
 * name that is empty, begins with '/' (to Asterisk a pattern of many), or has control bytes. The verdict is mail. */
void ami_hangup(struct ami *a, const char *server, const char *channel);
/* The one live call whose detail is mailed, at once and at every change of it; the one before is so no more. One that is not
 * live is answered with a detail that has no legs. */
void ami_watch_call(struct ami *a, const char *server, const char *linkedid);
void ami_unwatch_call(struct ami *a);
/* Both only after a person said so. A route that is not foreign any more stays. */
void ami_delete_foreign(struct ami *a, const char *server, const char *number);
void ami_take_over(struct ami *a, const char *server);

#endif
