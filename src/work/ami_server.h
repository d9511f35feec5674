/*
 * Inside the client thread: one server. ami_server.c has its two links and its status, ami_calls.c the events of the
 * tail, ami_routes.c the reconciler on the control link, ami_hangup.c the calls to end there, ami_endpoints.c the questions
 * about providers' endpoints, ami_scan.c the short-lived link that lists the server's keys. All of it belongs to the ami
 * thread.
 */
#ifndef WORK_AMI_SERVER_H
#define WORK_AMI_SERVER_H

#include "trunkdeck/ami/link.h"
#include "trunkdeck/calls/tracker.h"
#include "trunkdeck/work/ami_thread.h"
#include "trunkdeck/work/raw_log.h"

struct gone_channel;
struct unsent_call;
struct hangup;

/* Live calls: the tracker, and what it takes to keep it and the main thread right. */
struct ami_calls {
	struct tracker *tracker;
	uint64_t serial;		/* rounds of reporting every live call */
	int64_t resync_at_ms;		/* -1 = not needed */
	bool resyncing;			/* CoreShowChannels is on its way */
	struct gone_channel *gone;	/* hung up meanwhile: may still be in the list */
	struct ami_call_report *pending;	/* of this turn of the loop, not posted yet: at most PENDING_MAX */
	uint64_t *pending_keys;			/* call_key() of each */
	size_t pending_count, pending_size;
	int64_t recover_at_ms;		/* reports were dropped: try again then; -1 = none were */
	struct unsent_call *unsent;	/* finished calls that found the mailbox full, oldest first */
	size_t unsent_count;
	int64_t tail_up_us;		/* wall time, since when the tail tells of everything; 0 = it is away */
	bool mending;			/* calls live in the gap are looked for */
	size_t before;			/* live calls when it began */
	struct ami_gap gap;		/* not told yet */
	uint64_t window_events, window_rejected;	/* as counted when the present window began */
	int64_t window_ms;
	char watched[sizeof(((struct call *)0)->linkedid)];	/* "" = none */
};

/* The listing of the server's numbers; see ami_scan.c. */
struct ami_scan {
	struct ami_link *link;		/* NULL = none under way */
	int64_t by_ms;			/* must be over by then */
	int64_t heard_ms;		/* the last of the list; 0 = not asked yet */
	bool over;			/* to be taken down */
	bool ok;
};

struct endpoint_watch;

/* The providers' endpoints, and registrations; see ami_endpoints.c. */
struct ami_endpoints {
	bool on;
	struct endpoint_watch *watched;
	size_t count;
	uint64_t last_id;		/* of a watch */
	int64_t due_ms;			/* everything is asked again then */
	bool asking;			/* for registrations */
	bool registrations_due;
	int64_t asked_ms;		/* when they were asked for last */
	bool others_due, counting;
	struct endpoints_report *report;	/* as it is; its endpoints are filled in when sent */
	struct endpoints_report *heard;		/* registrations while they are listed */
	bool dirty;
	int64_t sent_at_ms;
};

struct ami_server {
	struct server_config config;	/* a copy */
	const struct ami_timing *timing;
	struct mailbox *to_main;
	const struct ami_handlers *handlers;
	struct raw_log *raw;		/* NULL = the stream is not recorded */
	size_t raw_index;		/* which server it is there */
	struct ami_link *tail;
	struct ami_link *control;
	struct ami_calls calls;
	struct routes *routes;		/* NULL with ROUTES_NONE */
	bool read_only;
	struct hangup *hangups;		/* asked for, not answered */
	uint64_t hangup_tag;		/* of the last one */
	struct ami_scan scan;
	struct ami_endpoints endpoints;
	struct ami_link_config link;	/* what all its links have in common */
	struct route_prefix *prefixes;
	size_t prefix_count;
	struct server_status status;	/* as it is, times of links filled in when sent */
	struct server_status sent;	/* as last reported */
	int64_t sent_at_ms;
	bool reported;
};

/* The server `index` of the options. buffer: AMI_READ_SIZE bytes, of the thread. */
struct ami_server *ami_server_new(const struct ami_options *o, size_t index, int epoll, char *buffer);
void ami_server_free(struct ami_server **s);
/* Whatever time or input made possible; at the end of each turn of the loop. */
void ami_server_turn(struct ami_server *s);
/* How far it was heard, before the thread ends. */
void ami_server_last_word(struct ami_server *s);
int64_t ami_server_next_at_ms(const struct ami_server *s);	/* -1 = never */
/* TLS may hold bytes back that no descriptor tells of. */
bool ami_server_has_more(const struct ami_server *s);
void ami_server_read_more(struct ami_server *s);
bool ami_server_post(struct ami_server *s, mail_fn *handle, uint64_t key, const void *value, size_t size,
		     enum mail_flags flags);

/* ami_calls.c */
void ami_calls_init(struct ami_server *s);
void ami_calls_clear(struct ami_server *s);
void ami_calls_frame(struct ami_server *s, const struct ami_frame *f);
void ami_calls_rejected(struct ami_server *s, const struct ami_frame *f);	/* counts it */
void ami_calls_tail_up(struct ami_server *s);
void ami_calls_tail_down(struct ami_server *s);
void ami_calls_control_down(struct ami_server *s);
void ami_calls_watch(struct ami_server *s, const char *linkedid);	/* "" = none */
void ami_calls_resync(struct ami_server *s);			/* as soon as it may be */
void ami_calls_turn(struct ami_server *s, int64_t now_ms);
int64_t ami_calls_next_at_ms(const struct ami_server *s);

/* ami_routes.c */
void ami_routes_init(struct ami_server *s, const struct ami_options *o);
void ami_routes_want(struct ami_server *s, const struct route *route);
void ami_routes_unwant(struct ami_server *s, const char *number);
void ami_routes_set_prefixes(struct ami_server *s, const struct route_prefix *prefixes, size_t n);
/* The prefix of an endpoint, NULL = it has none. */
const char *ami_routes_prefix_of(const struct ami_server *s, struct str endpoint);
void ami_routes_turn(struct ami_server *s, int64_t now_ms);

/* ami_hangup.c */
void ami_hangup_channel(struct ami_server *s, const char *channel);
void ami_hangup_control_down(struct ami_server *s);
void ami_hangup_clear(struct ami_server *s);

/* ami_endpoints.c */
void ami_endpoints_init(struct ami_server *s, bool on);
void ami_endpoints_clear(struct ami_server *s);
/* The providers' endpoints are those of s->prefixes now. */
void ami_endpoints_watch(struct ami_server *s);
void ami_endpoints_control_up(struct ami_server *s);
void ami_endpoints_control_down(struct ami_server *s);
void ami_endpoints_event(struct ami_server *s, const struct ami_frame *f);
void ami_endpoints_turn(struct ami_server *s, int64_t now_ms);
int64_t ami_endpoints_next_at_ms(const struct ami_server *s);

/* ami_scan.c */
void ami_scan_turn(struct ami_server *s, int64_t now_ms);
void ami_scan_abandon(struct ami_server *s);		/* takes effect at the next turn */
int64_t ami_scan_next_at_ms(const struct ami_server *s);

#endif
