/*
 * The program without a screen: the workspace in memory, the store worker, the AMI client, live calls and messages. The
 * screen reads this state and asks for changes; it uses no threads or I/O itself.
 *
 * One owner: the main thread. The screen may read every field, and changes fields only through the functions. Nothing
 * here blocks: requests go to workers, and app_handle_mail() takes the results on the main thread.
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
#include "trunkdeck/calls/call_params.h"
#include "trunkdeck/calls/metrics.h"
#include "trunkdeck/config/config.h"
#include "trunkdeck/model/snapshot.h"
#include "trunkdeck/store/store.h"
#include "trunkdeck/work/ami_thread.h"
#include "trunkdeck/work/found_calls.h"
#include "trunkdeck/work/found_changes.h"
#include "trunkdeck/work/job.h"
#include "trunkdeck/work/raw_log.h"

enum store_state { STORE_STATE_OPENING, STORE_STATE_LOADING, STORE_STATE_OK, STORE_STATE_RETRY };

/* The recorder that a server's live calls come from, through the store. */
struct live_source {
	bool known;			/* there is one, or there was a minute ago */
	int64_t beat_ms;		/* its last life sign, by our monotonic clock */
	uint64_t round;			/* counts the complete reads of its calls */
};

/* A readback of all routes that an operator asked for, until its result is reported. */
struct app_syncing {
	bool running;
	uint64_t rounds, written;	/* counters at the start */
	size_t deleted;
};

struct app_server {
	const struct server_config *config;
	struct server_status status;
	enum err_code told;		/* the failure that a message has reported; ERR_NONE = it has been up since */
	struct live_source source;	/* of its live calls, if they come from the store */
	struct endpoints_report endpoints;
	struct app_syncing syncing;
};

/* How a provider is reached: the worst state on the servers of its region. */
struct endpoint_summary {
	enum endpoint_state state;
	int64_t rtt_us;			/* REACHABLE: the longest; -1 = unknown */
	int64_t since_ms;		/* monotonic; 0 = since before the first look */
	const char *server;		/* a server in this state, if not all are; NULL = all */
	size_t servers;			/* of its region; 0 = there is nothing to show */
};

/* Bits for what changed since the screen was last drawn. */
enum app_dirty {
	APP_DIRTY_WORKSPACE = 1,	/* snapshot, routes */
	APP_DIRTY_CALLS = 2,
	APP_DIRTY_SERVERS = 4,
	APP_DIRTY_MESSAGES = 8,
	APP_DIRTY_STORE = 16,
	APP_DIRTY_FIGURES = 32,
	APP_DIRTY_FOUND = 64,
	APP_DIRTY_JOB = 128,
};

/* METRICS_LIVE covers the calls that are up now (metrics_now()). All other windows end now. */
enum metrics_window {
	METRICS_LIVE, METRICS_TODAY, METRICS_1H, METRICS_24H, METRICS_7D, METRICS_30D, METRICS_WINDOW_COUNT
};

const char *metrics_window_name(enum metrics_window w);		/* "live", "today", "1h", ... */
bool metrics_window_parse(const char *name, enum metrics_window *out);
char *metrics_window_names(void);				/* "live, today, ..."; caller frees */
int64_t metrics_window_since_us(enum metrics_window w, const struct zone *z, int64_t now_us);

/* Figures of a window, from the store. For METRICS_LIVE the store has only the series. */
struct figures_request {
	enum metrics_window window;
	enum metrics_group group;
	char key[CALL_ID_SIZE];		/* the number, ...; "" for METRICS_BY_ALL */
};

struct figures {
	struct figures_request request;	/* the last request that was answered */
	struct err err;			/* of the last answer */
	int64_t at_ms, took_ms;		/* when the answer came (monotonic), and how long it took */
	struct figures_request of;	/* the request that `metrics` belong to */
	struct metrics *metrics;	/* from the last successful answer; NULL = none yet */
	struct zone *zone;
	int64_t until_us;
	struct coverage_summary coverage;	/* the gaps in what was recorded */
};

/* The call that the call page shows. It is kept after the page is closed, until another call is shown. */
struct call_watch {
	struct call_detail detail;	/* the newest known; server "" = no call was shown yet */
	bool waiting;			/* for the first report of its story */
};

struct app {
	const struct config *config;
	const struct td_clock *clock;
	struct mailbox *inbox;			/* from all workers */
	struct snapshot *snapshot;
	struct live *live;
	struct finished *finished;		/* the calls that finished last */
	struct call_params *call_params;	/* what agents were told of the calls' numbers */
	struct metrics *metrics;		/* of today; until today_known, since the program started */
	bool today_known;			/* they include the store's calls of today */
	struct figures figures;
	struct call_watch watch;
	struct found_calls found[CALL_ASKERS];	/* of finished calls, one for each asker; owned */
	struct found_changes changes;		/* of the audit trail: the last question and its answer; owned */
	struct job job;			/* the last doctor or test calls that were asked for */
	struct route_states *routes;
	struct deletions *deletions;		/* deletions of numbers that are not verified on every server yet */
	struct messages *messages;
	struct hours *hours;			/* app/hours.h; made when it is first asked */
	struct app_server *servers;
	size_t server_count;
	enum store_state store_state;
	struct err store_err;			/* the reason of STORE_STATE_RETRY */
	int64_t store_retry_at_ms;
	unsigned dirty;				/* enum app_dirty; the screen clears it */
	bool live_from_store;			/* live calls are read from the store, and not reported by servers */
	struct app_replay *replay;		/* app/replay.h; NULL = real servers */
	struct app_private *private;
};

/* Called on the main thread with the result of app_mutate(), app_undo() or app_redo(); *r is valid during the call.
 * After ERR_CHANGED_MEANWHILE, r->now has the record as somebody else changed it, with the actor and the time, and the
 * snapshot has the same record. */
typedef void app_result_fn(void *arg, const struct mutation_result *r);

/* The app's handlers for reports of servers. A recorded stream and tests mail reports with them. */
extern const struct ami_handlers app_ami_handlers;

/* Does not connect to anything yet. The config and clock must outlive the app. */
struct app *app_new(const struct config *config, const struct td_clock *clock);
/* Starts the workers. Call it after the screen was drawn once. */
bool app_start(struct app *a, struct err *e);
/* Starts the workers of a recorder without a screen, which leaves routes and the agent directory alone. */
bool app_start_recorder(struct app *a, struct err *e);
/* Also records the streams of all servers in files. Call it before app_start_recorder(). */
bool app_record_raw(struct app *a, const struct raw_log_options *options, struct err *e);
/* Stops listening to the servers and waits, at most timeout_ms, until every reported finished call is written. Returns
 * the number of calls that are not written. */
size_t app_finish_recording(struct app *a, int64_t timeout_ms);
/* Stops and joins the workers. */
void app_free(struct app **a);

/* Handles mail of the workers, at most `max` messages (0 = all), so that keys are not delayed. True when more waits. */
bool app_handle_mail(struct app *a, size_t max);
/* When something changes by time alone (retry texts, fading messages), monotonic ms; -1 = never. */
int64_t app_next_at_ms(const struct app *a);
/* True when no request is under way; for --script and tests. */
bool app_is_settled(const struct app *a);

/* Asks the store for a change. The mutation is copied. fn may be NULL. After a success the app can undo the change. */
void app_mutate(struct app *a, const struct mutation *m, app_result_fn *fn, void *arg);
/*
 * Deletes a number, or a provider with its numbers, and hangs up their calls. Calls are hung up once a readback shows
 * that the server has no route, so that no new call arrives. Call it only after the operator confirmed.
 */
void app_delete_and_cut(struct app *a, const struct mutation *m);
/*
 * app_undo() reverts the last change made through this app; the next call reverts the one before. app_redo() makes the
 * change that was reverted last again. False when there is none, or one is under way. A message says what was done. If
 * somebody else has changed the record since, the step is refused and is not tried again.
 */
bool app_undo(struct app *a, app_result_fn *fn, void *arg);
bool app_redo(struct app *a, app_result_fn *fn, void *arg);
/* True when a change was asked for and is not answered yet. */
bool app_is_changing(const struct app *a);
bool app_can_undo(const struct app *a);
bool app_can_redo(const struct app *a);
/* Forgets the callbacks with this arg, because their owner goes away. */
void app_forget(struct app *a, void *arg);
/*
 * Asks the doctor about a number (as configured, or as it arrived), a provider, or everything (both NULL); or asks for
 * test calls to a number. Results come into app->job. The next question, or app_drop_job(), clears it and hangs up a
 * test call.
 */
void app_ask_doctor(struct app *a, const char *number, const char *provider);
void app_ask_test(struct app *a, const char *number);
void app_drop_job(struct app *a);
/* Reads all routes of the server (NULL: of all) back and repairs them. A message reports the result. */
void app_sync(struct app *a, const char *server);
/* The routes that the store does not know. Caller frees. */
struct app_foreign {
	char server[40];
	char number[E164_SIZE];
};
struct app_foreign *app_list_foreign(const struct app *a, size_t *count);
/* Call both only after the operator confirmed. Deletes exactly these routes. */
void app_delete_foreign(struct app *a, const struct app_foreign *routes, size_t count);
void app_take_over(struct app *a, const char *server);
/* Calls fn with each report of a route, after the app has handled it; for batch commands. */
void app_watch_routes(struct app *a, void (*fn)(void *arg, const struct ami_route_report *r), void *arg);

/* The workspace's time zone, in which all times are shown; UTC while it is not known. Valid until mail is handled. */
const struct zone *app_zone(const struct app *a);
/* True if the number belongs on the server. */
bool app_route_wanted(const struct app *a, const struct server_config *server, const struct number *n);
/* True when the store has answered all questions. */
bool app_store_is_idle(const struct app *a);
/* Asks the store for figures; the answer comes into app->figures. False: another answer is still awaited. */
bool app_ask_figures(struct app *a, const struct figures_request *r);

/* Asks the store for finished calls; the answer comes into app->found[asker]. Returns the token of the question, 0 when
 * there is no store to ask. */
uint64_t app_ask_calls(struct app *a, enum call_asker asker, const struct call_question *q);
/* Asks the store for changes of the audit trail; the answer comes into app->changes. Returns the token of the question,
 * 0 when there is no store to ask. */
uint64_t app_ask_changes(struct app *a, const struct change_question *q);
/* The asker goes away: its answer is no longer awaited. */
void app_forget_calls(struct app *a, enum call_asker asker);
/* Asks the call's server to hang up the trunk leg of the live call with this (server, linkedid), and nothing else. Call
 * it only after the operator confirmed. A message reports the result. */
void app_hangup(struct app *a, const struct call *c);
/* Selects a live or finished call: app->watch follows it from now on. */
void app_watch_call(struct app *a, const struct call *c);
void app_unwatch_call(struct app *a);
/* Why hanging up is not possible, translated; NULL = it is possible. */
const char *app_why_no_hangup(const struct app *a, const struct call *c);

/* True if live calls of the server come from the store and are out of date. */
bool app_live_is_stale(const struct app *a, const struct app_server *s);
/* True if a needs attention more than b. */
bool route_state_worse(enum route_state a, enum route_state b);
struct route_summary app_route_summary(const struct app *a, const struct number *n);
struct endpoint_summary app_provider_endpoint(const struct app *a, const struct provider *p);
/* The report on the server's endpoint with this name; NULL = not known. */
const struct endpoint_report *app_endpoint(const struct app_server *s, const char *name);
/* True if a provider of the server's region names the endpoint. Other servers need not have it. */
bool app_endpoint_expected(const struct app *a, const struct app_server *s, const char *name);
/* The server with this name, or NULL. */
struct app_server *app_server(const struct app *a, const char *name);
/* Converts a time of our clock to the clock of the call's server. All times of the call are by that clock. */
int64_t app_by_server_clock(const struct app *a, const struct call *c, int64_t us);
/* Why a change is not possible now (read-only, store away, limit), translated; NULL = it is possible. */
const char *app_why_no_change(const struct app *a);
const char *app_why_no_add(const struct app *a);

#endif
