/* The members of struct app that the screen does not see. Only the files of this room include this. */
#ifndef APP_APP_PRIVATE_H
#define APP_APP_PRIVATE_H

#include "trunkdeck/work/agents_worker.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/work/raw_log.h"
#include "trunkdeck/work/store_worker.h"

enum request_kind { REQUEST_CHANGE, REQUEST_UNDO, REQUEST_REDO };

/* A mutation that is not answered yet. */
struct pending_change {
	uint64_t token;
	enum mutation_kind made;
	enum request_kind kind;
	bool cuts;			/* DELETE: also hang up its calls */
	struct record deleted;		/* if it cuts: for its key */
	app_result_fn *fn;
	void *arg;
	struct pending_change *next;
};

/* app/change.c: the changes made here, oldest first; the first `at` are in force. */
struct undo_list {
	struct undo_step *steps;
	size_t count, size, at;
	bool running;			/* an undo or redo is not answered yet */
};

/* app/history.c */
struct history {
	struct zone *zone;		/* of the workspace; NULL = not known yet */
	char zone_name[64];
	struct zone *utc;		/* used until the workspace's zone is known */
	struct zone *metrics_zone;	/* the zone that app->metrics use */
	int64_t day_start_us, day_end_us;
	struct call *early;		/* calls that finished before today's calls were read */
	size_t early_count, early_size;
	size_t early_recorded;		/* how many of them are queued for the store */
	uint64_t lost;			/* refused by the full queue since the last message about it */
	bool window_asked;
	struct figures_request window_request;
};

/* app/hangup.c: one hang-up that is not answered yet. */
struct app_hangup {
	char server[40];
	char channel[CALL_TEXT];
	char number[32], caller[48];
	struct app_hangup *next;
};

#define COVERAGE_OVER_MAX 16

/* app/coverage.c: when this program has listened to one server. */
struct server_coverage {
	struct span now;		/* the present span; from_us 0 = not listening */
	struct span over[COVERAGE_OVER_MAX];	/* earlier spans that can't be claimed completely yet, oldest first */
	size_t over_count;
	int64_t fresh_from_us;		/* `now` began then after a loss and is not claimed yet; 0 = no loss */
	int64_t reported_from_us;	/* last value from the ami thread */
	int64_t ahead_us;		/* the server's clock minus ours */
	uint64_t forgotten;
	bool changed;			/* since the last claim */
};

/* app/publish.c: live calls that a recorder publishes for the screens. */
struct publishing {
	struct published *changed;	/* since the last batch, by call */
	bool under_way;			/* a batch was sent; the next one waits for its answer */
	bool begun;			/* it is known what the store has; false = publish all again */
	int64_t sent_ms, tidied_ms;
};

/* Messages about servers, of one kind. A few within NEWS_MS are shown one by one; the others are only counted. */
struct server_news {
	int64_t until_ms;
	size_t said, more;
};

struct app_private {
	struct server_news failing, connected;
	struct publishing publishing;
	struct history history;
	struct server_coverage *coverage;	/* one per server */
	int64_t claim_at_ms;
	bool recorder;			/* there is no screen, and no routes are written */
	struct worker *worker;
	struct ami *ami;
	struct raw_log *raw;		/* NULL = streams are not recorded */
	struct agents_worker *agents;	/* NULL = none needed */
	struct job_thread *job_thread;	/* NULL = no job was started yet */
	uint64_t job_token;		/* of the job whose results are wanted; 0 = none */
	uint64_t next_token;
	struct pending_change *requests;
	struct app_hangup *hangups;
	struct undo_list undo;
	void (*on_route)(void *arg, const struct ami_route_report *r);
	void *on_route_arg;
};

/* app/servers.c */
mail_fn on_server, on_raw_log;
void servers_tick(struct app *a);
int64_t servers_next_at_ms(const struct app *a);
bool servers_settled(const struct app *a);

/* app/endpoint_reports.c */
mail_fn on_endpoints;
bool endpoints_settled(const struct app *a);

/* app/routes.c */
mail_fn on_route;
void routes_tell_all(struct app *a);
void routes_tell_number(struct app *a, const struct number *n);
void routes_tell_removed(struct app *a, const struct number *n);
/* Tells the keys of providers, blocks and the workspace; all of them each time. */
void routes_tell_common(struct app *a);
/* Added, changed or removed. */
void routes_tell_provider(struct app *a, const char *id);
void routes_tell_agent(struct app *a, const char *id);
void routes_tell_schedule(struct app *a, const char *id);
/* A status arrived: reports the result of a requested sync when it is complete. */
void routes_report_sync(struct app *a);
/* True when each number's state has been read back from every server that it belongs on. */
bool routes_settled(const struct app *a);

/* app/hangup.c */
mail_fn on_hangup;
/* Marks the numbers of a deletion so that their calls are hung up, or removes the mark. */
void cut_mark(struct app *a, const struct record *r, bool cut);
/* The number is gone from the server: hangs up its calls there, if they are marked. */
void cut_calls(struct app *a, const char *server, const char *number);
void hangups_free(struct app *a);

/* app/calls.c */
mail_fn on_call, on_resynced, on_live, on_detail, on_story, on_found_calls, on_found_changes;
bool questions_wait(const struct app *a);
void found_free(struct app *a);

/* app/history.c */
mail_fn on_spool, on_metrics;
void history_call(struct app *a, const struct call *c, enum call_change change);
void history_workspace(struct app *a);
/* Calls may have ended unseen: counts today's calls again. */
void history_recount(struct app *a);
void history_tick(struct app *a);
int64_t history_next_at_ms(const struct app *a);
size_t history_unrecorded(const struct app *a);
void history_free(struct app *a);

/* app/replay.c; all functions but the first need a->replay */
struct player;
void replay_open(struct app *a, struct player **player, struct td_clock *clock, int speed);
bool replay_tick(struct app *a);		/* plays what is due; true = more is due */
int64_t replay_next_at_ms(const struct app *a);
bool replay_is_settled(const struct app *a);
void replay_free(struct app *a);

/* app/publish.c */
mail_fn on_published;
void publish_call(struct app *a, const struct call *c);
/* Call it only while the inbox is empty. */
void publish_tick(struct app *a);
int64_t publish_next_at_ms(const struct app *a);
void publish_free(struct app *a);

/* app/coverage.c */
void app_coverage_status(struct app *a, const struct server_status *status);
/* The full queue refused a finished call. */
void app_coverage_lost(struct app *a, const struct call *c);
/* Call it only while the inbox is empty, when all finished calls have been queued for the store. */
void app_coverage_claim(struct app *a);
void app_coverage_end(struct app *a);
int64_t app_coverage_next_at_ms(const struct app *a);

/* app/job.c */
void job_end(struct app *a);

/* app/change.c */
mail_fn on_result;
void change_requests_free(struct app *a);
void undo_free(struct app *a);

#endif
