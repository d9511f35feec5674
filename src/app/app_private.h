/* What the screen does not see of struct app; shared by the files of this room only. */
#ifndef APP_APP_PRIVATE_H
#define APP_APP_PRIVATE_H

#include "trunkdeck/work/agents_worker.h"
#include "trunkdeck/app/app.h"
#include "trunkdeck/work/raw_log.h"
#include "trunkdeck/work/store_worker.h"

enum request_kind { REQUEST_CHANGE, REQUEST_UNDO, REQUEST_REDO };

/* A mutation under way. */
struct pending_change {
	uint64_t token;
	struct mutation mutation;	/* as asked, for messages */
	enum request_kind kind;
	bool cuts;			/* DELETE: calls are hung up with it */
	app_result_fn *fn;
	void *arg;
	struct pending_change *next;
};

/* app/change.c: the changes made here, oldest first; `at` of them are in force. */
struct undo_list {
	struct undo_step *steps;
	size_t count, size, at;
	bool running;			/* one step at a time */
};

/* app/history.c */
struct history {
	struct zone *zone;		/* the workspace's; NULL = not known yet */
	char zone_name[64];
	struct zone *utc;		/* for as long as the workspace's is not known */
	struct zone *metrics_zone;	/* what app->metrics counts by */
	int64_t day_start_us, day_end_us;
	struct call *early;		/* finished before today's calls were read */
	size_t early_count, early_size;
	size_t early_recorded;		/* so many of them are in the spool */
	uint64_t lost;			/* found no room, since it was last said how many */
	bool window_asked;
	struct figures_request window_request;
};

/* app/hangup.c: one under way. */
struct app_hangup {
	char server[40];
	char channel[CALL_TEXT];
	char number[32], caller[48];
	struct app_hangup *next;
};

#define COVERAGE_OVER_MAX 16

/* app/coverage.c: what this program has listened to of one server. */
struct server_coverage {
	struct span now;		/* from_us 0 = not listening */
	struct span over[COVERAGE_OVER_MAX];	/* earlier ones that can't be claimed whole yet, oldest first */
	size_t over_count;
	int64_t fresh_from_us;		/* `now` began then after a loss, and has not been claimed yet; 0 = not so */
	int64_t reported_from_us;	/* as the ami thread said last */
	uint64_t forgotten;
	bool changed;			/* since the last claim */
};

/* app/publish.c: live calls on their way from a recorder to the screens. */
struct publishing {
	struct published *changed;	/* since the last batch, by call */
	bool under_way;			/* a batch; the next one waits for its answer */
	bool begun;			/* what the store has of us, with the batch under way, is known; else all is written anew */
	int64_t sent_ms, tidied_ms;
};

/* Messages about servers, of one kind: a few within NEWS_MS are said one by one, of the others only how many there are. */
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
	bool recorder;			/* no screen, no routes */
	struct worker *worker;
	struct ami *ami;
	struct raw_log *raw;		/* NULL = streams are not recorded */
	struct agents_worker *agents;	/* NULL = none needed */
	struct job_thread *job_thread;	/* NULL = nothing was asked of it yet */
	uint64_t job_token;		/* of the job whose results are wanted; 0 = of none */
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
/* How the providers' carriers write numbers. */
void routes_tell_prefixes(struct app *a);
void routes_tell_agent(struct app *a, const char *agent_id);
/* A status has come: reports what a sync that was asked for did, once it is through. */
void routes_report_sync(struct app *a);
/* What the store says of each number has been read back from every server it belongs on. */
bool routes_settled(const struct app *a);

/* app/hangup.c */
mail_fn on_hangup;
/* Marks the numbers of a deletion, or takes the mark back. */
void cut_mark(struct app *a, const struct record *r, bool cut);
/* The server has let go of the number: its calls there are hung up, if that was asked. */
void cut_calls(struct app *a, const char *server, const char *number);
void hangups_free(struct app *a);

/* app/calls.c */
mail_fn on_call, on_resynced, on_live, on_detail, on_story, on_call_page, on_change_page;
bool pages_waiting(const struct app *a);
void pages_free(struct app *a);

/* app/history.c */
mail_fn on_spool, on_metrics;
void history_call(struct app *a, const struct call *c, enum call_change change);
void history_workspace(struct app *a);
/* Calls may have ended unseen: today's are counted anew. */
void history_recount(struct app *a);
void history_tick(struct app *a);
int64_t history_next_at_ms(const struct app *a);
size_t history_unrecorded(const struct app *a);
void history_free(struct app *a);

/* app/replay.c; all but the first only when a->replay */
struct player;
void replay_open(struct app *a, struct player **player, struct td_clock *clock, int speed);
bool replay_tick(struct app *a);		/* plays what is due; true = more is due now */
int64_t replay_next_at_ms(const struct app *a);
bool replay_is_settled(const struct app *a);
void replay_free(struct app *a);

/* app/publish.c */
mail_fn on_published;
void publish_call(struct app *a, const struct call *c);
/* Only while the inbox is empty. */
void publish_tick(struct app *a);
int64_t publish_next_at_ms(const struct app *a);
void publish_free(struct app *a);

/* app/coverage.c */
void app_coverage_status(struct app *a, const struct server_status *status);
/* A finished call found no room. */
void app_coverage_lost(struct app *a, const struct call *c);
/* Only while the inbox is empty, and every finished call is on its way to the store. */
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
