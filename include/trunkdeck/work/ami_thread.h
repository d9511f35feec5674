/*
 * The AMI client: one thread with one epoll loop for all servers. Each server has a `tail` connection, which only reads
 * events, and a `control` connection for actions. DESIGN.md 4.3.
 *
 * The thread owns sockets, parsers, trackers and reconcilers. It exchanges only values with the main thread. Reports go
 * to the mailbox and the handlers that are given at the start. Requests come in through the functions below, which only
 * post mail: any thread may call them, and they never block. The thread never waits for the mailbox. Reports coalesce
 * by call, route and server; one that does not fit is dropped and counted (struct server_status.dropped). A resync
 * follows.
 *
 * Connections are retried with jittered back-off from 0.5 s to 30 s. Both get a Ping every 5 s, with a deadline of 5 s.
 * A wrong secret is reported and retried like any other failure, but slowly.
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

/* The data of the Servers view and the header line; a value. Times are monotonic ms unless stated otherwise. */
struct server_status {
	char server[40];
	enum link_state tail;
	enum link_state control;
	struct err err;			/* the last failure; ERR_NONE = none since the links came up */
	int64_t retry_at_ms;		/* of the link in LINK_RETRY, 0 = none */
	int64_t up_since_ms;
	struct server_facts facts;
	int64_t uptime_s;		/* of Asterisk, at login; -1 = unknown */
	int64_t rtt_us;			/* of the last Ping, -1 = unknown */
	int64_t lag_us;			/* arrival minus event time stamp, offset removed; -1 = unknown */
	uint64_t events;
	uint64_t rejected;		/* frames that the parser rejected */
	char last_reject[64];		/* the reason of the last rejection */
	bool rejecting;			/* most recent frames were rejected, so calls are missed */
	uint64_t evicted;		/* calls recorded as lost because more than TRACKER_MAX_CALLS were live */
	uint64_t dropped;		/* reports dropped because the mailbox was full */
	uint64_t resyncs;
	size_t live;
	/* Wall time. All calls that began since covered_from_us have been reported, as far as events up to heard_us
	 * tell. 0 = not listening: the tail is down, or its calls are not known yet. */
	int64_t covered_from_us;
	int64_t heard_us;		/* kept when listening ends; later calls may be lost */
	uint64_t forgotten;		/* finished calls that could be stored nowhere */
	int64_t forgotten_from_us;	/* when the oldest of them began */
	struct routes_stats routes;
};

#define ENDPOINTS_MAX 256
#define REGISTRATIONS_MAX 64

/* The questions to a server for struct endpoints_report; each is one action: id, action, what the answer tells */
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

/* The providers' endpoints on a server, and its registrations; a value. Unknown parts are denied, or not answered
 * yet. */
struct endpoints_report {
	char server[40];
	unsigned denied;		/* 1 << enum endpoints_ask: questions our user may not ask */
	bool settled;			/* no question is due or under way */
	size_t count;
	size_t more;			/* providers' endpoints beyond ENDPOINTS_MAX: not asked for */
	int64_t others;			/* endpoints that no provider names; -1 = unknown */
	size_t registration_count;
	size_t more_registrations;	/* beyond REGISTRATIONS_MAX: not kept */
	struct endpoint_report endpoints[ENDPOINTS_MAX];
	struct registration_report registrations[REGISTRATIONS_MAX];
};

/* The main thread's handlers: mail_deliver() calls each with the value that is named here. */
struct ami_handlers {
	mail_fn *server;		/* struct server_status, coalesced by server */
	mail_fn *call;			/* struct ami_call_report, coalesced by call: the newest state wins */
	mail_fn *route;			/* struct ami_route_report, coalesced by server and number */
	mail_fn *resynced;		/* struct ami_resync_report: all live calls of a server that exist now have been reported */
	mail_fn *hangup;		/* struct ami_hangup_report: one for each ami_hangup() */
	mail_fn *endpoints;		/* struct endpoints_report, coalesced by server */
	mail_fn *detail;		/* struct call_detail of the watched call, coalesced by call */
	mail_fn *story;			/* struct call_detail of a call that ended without an answer */
};

struct ami_call_report {
	struct call call;
	enum call_change change;	/* FINISHED may be the first report of a call */
	uint64_t serial;		/* the server's resync round of this report, counted from 0 */
};

struct ami_route_report {
	char server[40];
	struct route_report route;
};

/* The tail was down: the fate of the calls that were live before, and the calls that began meanwhile. */
struct ami_gap {
	int64_t from_us, until_us;	/* wall time: last event before, first event after */
	size_t found, lost, late;	/* live calls found again, ended unseen, joined late */
};

struct ami_resync_report {
	char server[40];
	uint64_t serial;		/* the round that ended: calls last reported in an older round are gone */
	struct ami_gap gap;		/* the gap that the resync closed; from_us 0 = none */
};

struct ami_hangup_report {
	char server[40];
	char channel[CALL_TEXT];
	struct err err;			/* ERR_NONE: the server has hung it up */
};

/* True when every needed connection is up. */
bool server_is_up(const struct server_status *s);

struct ami;
struct raw_log;

struct ami_options {
	const struct server_config *servers;
	size_t count;
	struct mailbox *to_main;
	const struct ami_handlers *handlers;	/* outlive the thread */
	const char *owner;		/* store id for the owner key; "" = not known yet: no routes are written */
	bool read_only;			/* write nothing to any server, and hang nothing up */
	bool take_over;
	bool no_tail;			/* calls come from the store: no events, no link without routes */
	bool endpoints;			/* ask for the providers' endpoints too */
	struct raw_log *raw;		/* records the tails' streams, outlives the thread; NULL = none */
	const struct ami_timing *timing;
};

bool ami_start(struct ami **out, const struct ami_options *options, struct err *e);
/* Stops and joins the thread, closes the connections. Returns within a second. */
void ami_stop(struct ami **a);

/* Sets the id of the store, which is read from the store after the screen opened. */
void ami_set_owner(struct ami *a, const char *owner);
/* Keys that shall be on a server, packed by route_pack(). Copied. A later call for the same key replaces an earlier one. */
void ami_tell_keys(struct ami *a, const char *server, const struct buf *packed);
/* All keys of the families TRUNK, BLOCK and HAS; each call passes all of them. */
void ami_tell_standing(struct ami *a, const char *server, const struct buf *packed);
void ami_untell_key(struct ami *a, const char *server, enum route_family family, const char *name);
/* All routes of the server have been passed: reconciling may begin. */
void ami_routes_complete(struct ami *a, const char *server);
/* Reads all routes back now. server NULL = of all servers. */
void ami_verify(struct ami *a, const char *server);
/* The prefixes that carriers leave out of numbers, on every server; each call passes all of them. Copied. Calls are
 * interpreted with them, and the endpoints that they name are watched. */
void ami_set_prefixes(struct ami *a, const struct route_prefix *prefixes, size_t n);
/* Hangs up one channel of a server with cause 16. Call it only after the operator confirmed. Refused when the client is
 * read-only, and for a name that is empty, begins with '/' (a pattern of several channels to Asterisk), or has control
 * bytes. The result arrives as mail. */
void ami_hangup(struct ami *a, const char *server, const char *channel);
/* Selects the one live call whose detail is mailed, at once and after each change. It replaces the call selected
 * before. If the call is not live, the answer is a detail without legs. */
void ami_watch_call(struct ami *a, const char *server, const char *linkedid);
void ami_unwatch_call(struct ami *a);
/* Call both only after the operator confirmed. A route that is no longer foreign is not deleted. */
void ami_delete_foreign(struct ami *a, const char *server, const char *number);
void ami_take_over(struct ami *a, const char *server);

#endif
