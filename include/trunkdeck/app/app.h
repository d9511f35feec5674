/*
 * The program without a screen: the workspace in memory, the store worker, the AMI client, what is live, what was said.
 * The screen reads it and asks for changes; it never touches threads or I/O itself.
 *
 * One owner: the main thread. The screen may read every field and changes nothing but through the functions. Nothing here
 * blocks: requests go to workers, results come back through app_handle_mail() on the main thread.
 */
#ifndef TRUNKDECK_APP_APP_H
#define TRUNKDECK_APP_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/app/deletions.h"
#include "trunkdeck/app/live.h"
#include "trunkdeck/app/messages.h"
#include "trunkdeck/app/route_states.h"
#include "trunkdeck/base/clock.h"
#include "trunkdeck/base/mailbox.h"
#include "trunkdeck/base/zone.h"
#include "trunkdeck/calls/coverage.h"
#include "trunkdeck/calls/finished.h"
#include "trunkdeck/calls/metrics.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"
#include "trunkdeck/work/ami_thread.h"
#include "trunkdeck/work/call_page.h"
#include "trunkdeck/work/change_page.h"
#include "trunkdeck/work/job.h"
#include "trunkdeck/work/raw_log.h"

enum store_state { STORE_STATE_OPENING, STORE_STATE_LOADING, STORE_STATE_OK, STORE_STATE_RETRY };

/* Where the live calls of a server come from: a recorder, through the store. */
struct live_source {
	bool known;			/* there is one, or was a minute ago */
	int64_t beat_ms;		/* its last life sign, by our monotonic clock */
	uint64_t round;			/* of reading everything it has */
};

/* A reading back of all routes that was asked for, until it has been reported. */
struct app_syncing {
	bool running;
	uint64_t rounds, written;	/* as they were before */
	size_t deleted;
};

struct app_server {
	const struct server_config *config;
	struct server_status status;
	enum err_code told;		/* the failure that a message has reported; ERR_NONE = it has been up since */
	struct live_source source;	/* of its live calls, where they come out of the store */
	struct endpoints_report endpoints;
	struct app_syncing syncing;
};

/* How a provider is reached: the worst over the servers of its region. */
struct endpoint_summary {
	enum endpoint_state state;
	int64_t rtt_us;			/* REACHABLE: the longest; -1 = unknown */
	int64_t since_ms;		/* monotonic, 0 = found so */
	const char *server;		/* where it is so, when not everywhere; NULL = on all */
	size_t servers;			/* of its region; 0 = there is nothing to say */
};

/* What changed since the screen looked last: bits. */
enum app_dirty {
	APP_DIRTY_WORKSPACE = 1,	/* snapshot, routes */
	APP_DIRTY_CALLS = 2,
	APP_DIRTY_SERVERS = 4,
	APP_DIRTY_MESSAGES = 8,
	APP_DIRTY_STORE = 16,
	APP_DIRTY_FIGURES = 32,
	APP_DIRTY_PAGES = 64,
	APP_DIRTY_JOB = 128,
};

/* METRICS_LIVE is of the calls that are up now (metrics_now()); all others go back from now. */
enum metrics_window {
	METRICS_LIVE, METRICS_TODAY, METRICS_1H, METRICS_24H, METRICS_7D, METRICS_30D, METRICS_WINDOW_COUNT
};

const char *metrics_window_name(enum metrics_window w);		/* "live", "today", "1h", ... */
bool metrics_window_parse(const char *name, enum metrics_window *out);
char *metrics_window_names(void);				/* "live, today, ..."; caller frees */
int64_t metrics_window_since_us(enum metrics_window w, const struct zone *z, int64_t now_us);

/* Figures of a window, out of the store. Of METRICS_LIVE the store has the series only. */
struct figures_request {
	enum metrics_window window;
	enum metrics_group group;
	char key[64];			/* the number, ...; "" for METRICS_BY_ALL */
};

struct figures {
	struct figures_request request;	/* the last one that was answered */
	struct err err;			/* of that answer */
	int64_t at_ms, took_ms;		/* when it came (monotonic), and what it cost */
	struct figures_request of;	/* what `metrics` are of */
	struct metrics *metrics;	/* the last that could be had; NULL = none yet */
	struct zone *zone;
	int64_t until_us;
	struct coverage_summary coverage;	/* what they may lack */
};

/* The call that is looked at. When nobody looks any more it is kept until another takes its place. */
struct call_watch {
	struct call_detail detail;	/* the newest that is known; "" as its server = no call was ever looked at */
	bool waiting;			/* for the first word of its story */
};

struct app {
	const struct config *config;
	const struct td_clock *clock;
	struct mailbox *inbox;			/* from all workers */
	struct snapshot *snapshot;
	struct live *live;
	struct finished *finished;		/* those that left it last */
	struct metrics *metrics;		/* of today's calls; until today_known since the start of this program */
	bool today_known;			/* the store's calls of today are in it */
	struct figures figures;
	struct call_watch watch;
	struct call_page pages[CALL_ASKERS];	/* of finished calls, for who asked; owned */
	struct change_page changes;		/* of the audit trail, as asked last; owned */
	struct job job;			/* the doctor or test calls, as asked last */
	struct route_states *routes;
	struct deletions *deletions;		/* of numbers, not yet verified on every server */
	struct messages *messages;
	struct app_server *servers;
	size_t server_count;
	enum store_state store_state;
	struct err store_err;			/* why STORE_STATE_RETRY */
	int64_t store_retry_at_ms;
	unsigned dirty;				/* enum app_dirty; the screen clears it */
	bool live_from_store;			/* live calls are read there: no server tells us of any */
	struct app_replay *replay;		/* app/replay.h; NULL = real servers */
	struct app_private *private;
};

/* Result of app_mutate(), app_undo() or app_redo(), on the main thread; *r is valid during the call. After ERR_CHANGED_MEANWHILE
 * r->now is the record as somebody else left it, with who and when, and the snapshot has it already. */
typedef void app_result_fn(void *arg, const struct mutation_result *r);

/* What the app does with the reports of servers: for a recorded stream, and for tests, that mail such reports to app->inbox. */
extern const struct ami_handlers app_ami_handlers;

/* Nothing is connected yet; the config and clock must outlive the app. */
struct app *app_new(const struct config *config, const struct td_clock *clock);
/* Starts the workers; the screen has painted by then. */
bool app_start(struct app *a, struct err *e);
/* The same for a recorder without a screen: routes and the agent directory are left alone. */
bool app_start_recorder(struct app *a, struct err *e);
/* Before app_start_recorder(): the streams of all servers go into files too. */
bool app_record_raw(struct app *a, const struct raw_log_options *options, struct err *e);
/* Stops listening to the servers and waits until every finished call heard of is written, at most timeout_ms. Returns how many
 * are not. */
size_t app_finish_recording(struct app *a, int64_t timeout_ms);
/* Stops and joins them. */
void app_free(struct app **a);

/* Takes what the workers sent; at most `max` messages (0 = all), so that keys get their turn. True when more waits. */
bool app_handle_mail(struct app *a, size_t max);
/* Timers (retry texts, fading messages): when something changes by time alone, monotonic ms; -1 = never. */
int64_t app_next_at_ms(const struct app *a);
/* Nothing is under way: for --script and tests. */
bool app_is_settled(const struct app *a);

/* Asks the store for a change. The mutation is copied. fn may be NULL. On success the app remembers how to undo it. */
void app_mutate(struct app *a, const struct mutation *m, app_result_fn *fn, void *arg);
/*
 * The deletion of a number, or of a provider with its numbers, that also hangs up their calls: on each server as soon as it has
 * been read back without the route, so that no new call slips in. Only after a person said so.
 */
void app_delete_and_cut(struct app *a, const struct mutation *m);
/*
 * Takes the last change made through this app back, and the one before with the next call; redo makes the one taken back last
 * again. False when there is none, or one is under way. A message says what was done. A change of a record that somebody else
 * has changed since is refused, and is not tried again.
 */
bool app_undo(struct app *a, app_result_fn *fn, void *arg);
bool app_redo(struct app *a, app_result_fn *fn, void *arg);
/* A change was asked for and has not been answered. */
bool app_is_changing(const struct app *a);
bool app_can_undo(const struct app *a);
bool app_can_redo(const struct app *a);
/* Forget a callback whose owner goes away. */
void app_forget(struct app *a, void *arg);
/*
 * The doctor for a number (as configured, or as it arrived), for a provider, or, both NULL, for everything; and test calls to a
 * number. What comes is in app->job, which the next question, or dropping it, clears. A test call under way is hung up then.
 */
void app_ask_doctor(struct app *a, const char *number, const char *provider);
void app_ask_test(struct app *a, const char *number);
void app_drop_job(struct app *a);
/* Reads all routes of the server (NULL: of all) back, and repairs them; a message reports the result when the last one is through. */
void app_sync(struct app *a, const char *server);
/* The routes that no store knows, as they are now. Caller frees. */
struct app_foreign {
	char server[40];
	char number[E164_SIZE];
};
struct app_foreign *app_list_foreign(const struct app *a, size_t *count);
/* Both only after asking: deletes these routes and no others. */
void app_delete_foreign(struct app *a, const struct app_foreign *routes, size_t count);
void app_take_over(struct app *a, const char *server);
/* fn hears each report of a route, after the app; for batch commands. */
void app_watch_routes(struct app *a, void (*fn)(void *arg, const struct ami_route_report *r), void *arg);

/* The workspace's time zone, in which all times are shown; UTC while it is not known. Valid until the app takes mail. */
const struct zone *app_zone(const struct app *a);
/* Does the number belong on the server? */
bool app_route_wanted(const struct app *a, const struct server_config *server, const struct number *n);
/* The store has answered all it was asked. */
bool app_store_is_idle(const struct app *a);
/* Asks the store for figures; they come into app->figures. False: not now, another answer is awaited. */
bool app_ask_figures(struct app *a, const struct figures_request *r);

/* Asks the store for a page of finished calls; the answer comes into app->pages[asker]. Returns the token of the question, 0 when
 * there is no store to ask. */
uint64_t app_ask_calls(struct app *a, enum call_asker asker, const struct call_question *q);
/* Asks the store for a page of the audit trail; the answer comes into app->changes. The token, 0 when there is no store to ask. */
uint64_t app_ask_changes(struct app *a, const struct change_question *q);
/* The asker goes away: its answer is not awaited any more. */
void app_forget_calls(struct app *a, enum call_asker asker);
/* Asks the call's server to hang it up: the trunk leg of the live call with this (server, linkedid), nothing else. Only after a
 * person said so. What comes of it is said in a message. */
void app_hangup(struct app *a, const struct call *c);
/* Looks at a call, live or finished: from now on app->watch follows it. */
void app_watch_call(struct app *a, const struct call *c);
void app_unwatch_call(struct app *a);
/* Why that is not possible, translated; NULL = it is. */
const char *app_why_no_hangup(const struct app *a, const struct call *c);

/* Live calls of the server come out of the store, and what is shown of them is old. */
bool app_live_is_stale(const struct app *a, const struct app_server *s);
/* Of two states the one a person should see. */
bool route_state_worse(enum route_state a, enum route_state b);
struct route_summary app_route_summary(const struct app *a, const struct number *n);
struct endpoint_summary app_provider_endpoint(const struct app *a, const struct provider *p);
/* Of the providers' endpoints on a server the one of this name; NULL = not known. */
const struct endpoint_report *app_endpoint(const struct app_server *s, const char *name);
/* Does a provider of the server's own region name the endpoint? On others it need not be. */
bool app_endpoint_expected(const struct app *a, const struct app_server *s, const char *name);
/* The server record by name, NULL. */
struct app_server *app_server(const struct app *a, const char *name);
/* A moment of our clock by the clock of the call's server, which all times of the call are by. */
int64_t app_by_server_clock(const struct app *a, const struct call *c, int64_t us);
/* Why an action that changes something is not possible now (read-only, store away, limit), translated; NULL = possible. */
const char *app_why_no_change(const struct app *a);
const char *app_why_no_add(const struct app *a);

#endif
