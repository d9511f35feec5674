/*
 * Inside the client thread: one server. ami_server.c has its two links and its status, ami_calls.c the events of the
 * tail, ami_routes.c the reconciler on the control link, ami_hangup.c the hang-ups, ami_endpoints.c the questions about
 * providers' endpoints, and ami_scan.c the short-lived link that lists the server's keys. Owner: the ami thread.
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

/* Live calls: the tracker, and the state of resync and recovery. */
struct ami_calls {
	struct tracker *tracker;
	uint64_t serial;		/* rounds in which every live call is reported */
	int64_t resync_at_ms;		/* -1 = not needed */
	bool resyncing;			/* CoreShowChannels is on its way */
	struct gone_channel *gone;	/* hung up during the resync: the list may still name them */
	struct ami_call_report *pending;	/* changes in this turn, not posted yet: at most PENDING_MAX */
	uint64_t *pending_keys;			/* call_key() of each */
	size_t pending_count, pending_size;
	int64_t recover_at_ms;		/* reports were dropped: next try to report; -1 = none dropped */
	struct unsent_call *unsent;	/* finished calls that the full mailbox refused, oldest first */
	size_t unsent_count;
	int64_t tail_up_us;		/* wall time since when the tail hears all events; 0 = it is down */
	bool mending;			/* a resync after a gap is under way */
	size_t before;			/* live calls when the gap began */
	struct ami_gap gap;		/* not reported yet */
	uint64_t window_events, window_rejected;	/* counts at the start of the present window */
	int64_t window_ms;
	char watched[sizeof(((struct call *)0)->linkedid)];	/* "" = none */
};

/* The listing of the server's numbers; see ami_scan.c. */
struct ami_scan {
	struct ami_link *link;		/* NULL = none under way */
	int64_t by_ms;			/* end of the time limit */
	int64_t heard_ms;		/* when the last list data came; 0 = not asked yet */
	size_t lists;			/* not complete yet */
	bool over;			/* the connection is to be closed */
	bool ok;
};

/* What is known of the server's dialplan; see ami_routes.c. */
struct ami_dialplan {
	bool asking;
	bool known;			/* asked since the control link came up: the reconciler was told about the connection */
	int64_t due_ms;			/* when it is asked again */
	int version;			/* as told by the present answer */
};

struct endpoint_watch;

/* The providers' endpoints and registrations; see ami_endpoints.c. */
struct ami_endpoints {
	bool on;
	struct endpoint_watch *watched;
	size_t count;
	uint64_t last_id;		/* of the newest watch */
	int64_t due_ms;			/* when everything is asked again */
	bool asking;			/* for registrations */
	bool registrations_due;
	int64_t asked_ms;		/* when registrations were last asked for */
	bool others_due, counting;
	struct endpoints_report *report;	/* kept current; its endpoints are filled in when it is sent */
	struct endpoints_report *heard;		/* collects registrations while they are listed */
	bool dirty;
	int64_t sent_at_ms;
};

struct ami_server {
	struct server_config config;	/* a copy */
	const struct ami_timing *timing;
	struct mailbox *to_main;
	const struct ami_handlers *handlers;
	struct raw_log *raw;		/* NULL = the stream is not recorded */
	size_t raw_index;		/* index of the server there */
	struct ami_link *tail;
	struct ami_link *control;
	struct ami_calls calls;
	struct routes *routes;		/* NULL with ROUTES_NONE */
	bool read_only;
	struct hangup *hangups;		/* requested, not answered */
	uint64_t hangup_tag;		/* of the last request */
	struct ami_dialplan dialplan;
	struct ami_scan scan;
	struct ami_endpoints endpoints;
	struct ami_link_config link;	/* what its links have in common */
	struct route_prefix *prefixes;
	size_t prefix_count;
	struct server_status status;	/* kept current; times of links are filled in when it is sent */
	struct server_status sent;	/* as last reported */
	int64_t sent_at_ms;
	bool reported;
};

/* Server number `index` of the options. buffer: AMI_READ_SIZE bytes, owned by the thread. */
struct ami_server *ami_server_new(const struct ami_options *o, size_t index, int epoll, char *buffer);
void ami_server_free(struct ami_server **s);
/* Does what time or input has made possible. Called at the end of each turn of the loop. */
void ami_server_turn(struct ami_server *s);
/* Reports the last status before the thread ends, so that heard_us is current. */
void ami_server_last_word(struct ami_server *s);
int64_t ami_server_next_at_ms(const struct ami_server *s);	/* -1 = never */
/* True when TLS holds bytes that the descriptor does not signal. */
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
void ami_calls_resync(struct ami_server *s);			/* as soon as the minimum interval allows */
void ami_calls_turn(struct ami_server *s, int64_t now_ms);
int64_t ami_calls_next_at_ms(const struct ami_server *s);

/* ami_routes.c */
void ami_routes_init(struct ami_server *s, const struct ami_options *o);
void ami_routes_tell(struct ami_server *s, const char *packed, size_t len);
void ami_routes_untell(struct ami_server *s, enum route_family family, const char *name);
void ami_routes_verify(struct ami_server *s);
void ami_routes_control_up(struct ami_server *s);
void ami_routes_control_down(struct ami_server *s);
/* Takes an event of the tail: after a reload the dialplan may be another one. */
void ami_routes_event(struct ami_server *s, const struct ami_frame *f);
int64_t ami_routes_next_at_ms(const struct ami_server *s);
void ami_routes_set_prefixes(struct ami_server *s, const struct route_prefix *prefixes, size_t n);
/* The prefix of an endpoint; NULL = none. */
const char *ami_routes_prefix_of(const struct ami_server *s, struct str endpoint);
void ami_routes_turn(struct ami_server *s, int64_t now_ms);

/* ami_hangup.c */
void ami_hangup_channel(struct ami_server *s, const char *channel);
void ami_hangup_control_down(struct ami_server *s);
void ami_hangup_clear(struct ami_server *s);

/* ami_endpoints.c */
void ami_endpoints_init(struct ami_server *s, bool on);
void ami_endpoints_clear(struct ami_server *s);
/* Watches the providers' endpoints of s->prefixes from now on. */
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
