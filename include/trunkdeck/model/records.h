/*
 * The records of the workspace (DESIGN.md 2) and the table of their fields.
 *
 * A record is a plain struct that owns its strings (heap; never NULL after x_init(), "" when empty). x_clear() frees
 * them, and x_copy() makes a deep copy. Times are microseconds since 1970 UTC, 0 = never. `version` counts the edits of
 * a record, from 1; an edit names the version that it changes.
 *
 * One table per record describes its fields: JSON key, option of the batch commands, label and help on the screen, type
 * and bounds. JSON, CSV, the audit trail, options, forms and validation all use that table. So a field has one name
 * everywhere, and a new one is one line (and its SQL column).
 */
#ifndef TRUNKDECK_MODEL_RECORDS_H
#define TRUNKDECK_MODEL_RECORDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/err.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/words.h"

enum region { REGION_NA, REGION_EU, REGION_COUNT };

#define REGION_TABLE(X) X(NA, "na", "") X(EU, "eu", "")
WORDS_DECLARE(region, enum region)
bool region_parse(const char *s, enum region *out);	/* false for another word or NULL; *out is then unchanged */

enum plan { PLAN_FREE, PLAN_PRO, PLAN_ENTERPRISE, PLAN_COUNT };

#define PLAN_TABLE(X) X(FREE, "free", "") X(PRO, "pro", "") X(ENTERPRISE, "enterprise", "")
WORDS_DECLARE(plan, enum plan)
bool plan_parse(const char *s, enum plan *out);
int64_t plan_limit(enum plan p);			/* numbers; LIMIT_NONE = unlimited */

#define LIMIT_NONE ((int64_t)-1)

struct workspace {
	char *id;			/* made once by init; written to servers to mark the owner */
	char *name;
	enum plan plan;
	bool has_max;			/* max_phone_numbers overrides the plan */
	int64_t max_phone_numbers;	/* LIMIT_NONE = unlimited */
	char *time_zone;		/* IANA name */
	int64_t max_calls_per_caller;	/* at the same time on one server; 0 = no cap */
	int64_t max_duration;		/* of a call, seconds; 0 = no limit */
};

/* The limit that applies: LIMIT_NONE or a count >= 0. */
int64_t workspace_limit(const struct workspace *w);

struct provider {
	char *id;		/* a slug of the name; does not change when renamed; "trunkId" of its numbers */
	char *name;		/* unique */
	char *sip_domain;	/* host or IP: no sip:, no port */
	char *endpoint;		/* PJSIP endpoint on the servers; "" = the id */
	enum region region;	/* the default for its numbers */
	char *inbound_prefix;	/* added before a number that arrives without '+'; "" = "+" */
	char *default_agent;	/* answers numbers that arrive unconfigured; "" = none */
	int64_t default_max_calls;	/* at the same time, of those numbers; 0 = no cap */
	char *routing;		/* the operator's dialplan context that may choose the agent; "" = none */
	int64_t max_calls;	/* at the same time on one server; 0 = no cap */
	char *notes;
	int64_t version;
};

struct agent {
	char *id;
	char *title;
	enum region region;
	char *url;		/* ws:// or wss://; used instead of the dial string. May hold a credential, so that texts and
				 * JSON are made of its masked form; "" = none */
	char *dial;		/* Asterisk dial string, e.g. WebSocket/support/c(ulaw) */
	int64_t speaks_first_within;	/* seconds; silence until then counts as unreachable; 0 = not checked */
	bool voice_enabled;
	char *voice_problem;	/* the reason if not voice_enabled */
	bool disabled;
	int64_t max_calls;	/* at the same time on one server; 0 = no cap */
	char *source;		/* "local" or "api" */
	int64_t version;
};

struct number {
	char *e164;		/* primary key over the whole workspace */
	char *provider;		/* provider id */
	char *agent;		/* agent id */
	char *split;		/* agents and their weights, "sales:90,billing:10"; "" = the agent alone */
	char *fallback;		/* the id of the agent that is tried when the first one fails; "" = none */
	char *schedule;		/* the id of the schedule with its opening times; "" = always open */
	char *closed_agent;	/* the id of the agent that answers while it is closed; "" = none */
	int64_t max_calls;	/* at the same time on one server; 0 = no cap */
	int64_t max_duration;	/* of a call, seconds; 0 = the workspace's */
	enum region region;
	char *label;
	char *notes;
	bool enabled;
	char *params;		/* additional parameters: one JSON object, compact, keys sorted; "{}" = none */
	int64_t version;
	int64_t created_at;
	char *created_by;
	int64_t updated_at;
	char *updated_by;
};

/* Opening times that numbers refer to. */
struct schedule {
	char *id;
	char *title;
	char *time_zone;	/* IANA name; its times are local times of this zone */
	char *open;		/* each week: "mon-fri 09:00-18:00; sat 22:00-02:00"; "" = never open but for exceptions */
	char *exceptions;	/* by date: "2026-12-24 closed; 2026-12-31 10:00-14:00,15:00-16:00" */
	int64_t version;
};

/* Callers that are refused. */
struct block {
	char *caller;		/* key: "+41791234567", "+4479*" (all that begin so) or "anonymous" */
	char *reason;
	int64_t until;		/* us since 1970 UTC; 0 = no end */
	int64_t version;
};

/* Numbers come last: the store reads what they refer to before them. */
enum entity {
	ENTITY_WORKSPACE, ENTITY_PROVIDER, ENTITY_AGENT, ENTITY_SCHEDULE, ENTITY_BLOCK, ENTITY_NUMBER, ENTITY_COUNT
};

#define ENTITY_TABLE(X) \
	X(WORKSPACE, "workspace", "") X(PROVIDER, "provider", "") X(AGENT, "agent", "") X(SCHEDULE, "schedule", "") \
	X(BLOCK, "block", "") X(NUMBER, "number", "")
WORDS_DECLARE(entity, enum entity)
bool entity_parse(const char *s, enum entity *out);

/* Any kind of record. */
struct record {
	enum entity entity;
	union {
		struct workspace workspace;
		struct provider provider;
		struct agent agent;
		struct schedule schedule;
		struct block block;
		struct number number;
	};
};

/* Sets defaults: empty strings, enabled, REGION_NA, voice_enabled, version 0, params "{}", source "local", zone "UTC". */
#define RECORD_DECLARE(type) \
	void type##_init(struct type *r); \
	void type##_clear(struct type *r); \
	void type##_copy(struct type *to, const struct type *from);	/* `to` uninitialised */
RECORD_DECLARE(workspace)
RECORD_DECLARE(provider)
RECORD_DECLARE(agent)
RECORD_DECLARE(schedule)
RECORD_DECLARE(block)
RECORD_DECLARE(number)
void record_init(struct record *r, enum entity entity);
void record_clear(struct record *r);
void record_copy(struct record *to, const struct record *from);
/* The primary key: the id, the e164 of a number, the caller of a block. Owned by the record. */
const char *record_key(const struct record *r);
int64_t record_version(const struct record *r);
void record_set_version(struct record *r, int64_t version);

/* Can the agent take calls? If not, *why is the reason, translated; the agent owns it, or it is static. */
bool agent_usable(const struct agent *a, const char **why);
/* Why the number has no route on any server, translated; NULL = it has one. `agent`: its agent, NULL = none. */
const char *number_unrouted(const struct number *n, const struct agent *agent);
/* The PJSIP endpoint name: `endpoint`, or the id when that is empty. */
const char *provider_endpoint(const struct provider *p);

enum field_type {
	FIELD_TEXT,		/* no control bytes; one line but for FIELD_LINES */
	FIELD_E164,
	FIELD_HOST,		/* host name or IP address */
	FIELD_DIAL,		/* Asterisk dial string: no comma, no control bytes */
	FIELD_ID,		/* [A-Za-z0-9._-]+ */
	FIELD_PROVIDER,		/* id of a provider */
	FIELD_AGENT,		/* id of an agent */
	FIELD_SCHEDULE,		/* id of a schedule */
	FIELD_SPLIT,		/* agents and weights; JSON array of {agentId, weight} */
	FIELD_URL,		/* ws:// or wss://, write-only: field_get() and JSON return its masked form */
	FIELD_ZONE,		/* IANA name of a time zone */
	FIELD_OPEN,		/* weekly opening times */
	FIELD_EXCEPTIONS,	/* opening times by date */
	FIELD_CALLER,		/* E.164, digits after '+' and a '*', or "anonymous" */
	FIELD_REGION,		/* this type and the following ones are no texts, but for PARAMS and PREFIX */
	FIELD_PLAN,
	FIELD_BOOL,
	FIELD_LIMIT,		/* integer >= 0 or "unlimited"; JSON null = unlimited; absent = the plan's */
	FIELD_PARAMS,		/* JSON object */
	FIELD_PREFIX,		/* '+' and up to 6 digits, or "" */
	FIELD_INT,		/* read-only counters */
	FIELD_TIME,		/* ISO 8601 in JSON; 0 = none, null in JSON */
	FIELD_CAP,		/* integer from 1 to `max`; 0 = none, "" as text, null in JSON */
	FIELD_DURATION,		/* seconds from 1 to `max`, "30m" as text; 0 = none, as for a cap */
};

enum field_flags {
	FIELD_REQUIRED = 1,
	FIELD_READONLY = 2,	/* set by the store; shown, but never accepted from the operator */
	FIELD_KEY = 4,		/* the primary key, which cannot be edited */
	FIELD_IDENTITY = 8,	/* a name that identifies a record: nothing invisible, no look-alikes of blanks */
	FIELD_VISIBLE = 16,	/* a name that people choose by: nothing invisible */
	FIELD_LINES = 64,	/* line ends (LF) and tabs are allowed: imported texts have them */
	FIELD_MORE = 32,	/* seldom set: not a column of tables, and below "More" in a form */
};

struct field {
	const char *key;	/* JSON and CSV: "agentId" */
	const char *option;	/* batch option without dashes: "agent"; NULL = positional or none */
	const char *column;	/* SQL column */
	const char *label;	/* N_(): label in forms and tables */
	const char *help;	/* N_(): one sentence, with an example */
	enum field_type type;
	unsigned flags;		/* enum field_flags */
	size_t offset;		/* of the member inside its struct */
	size_t max;		/* the largest size of a text in bytes, 0 = no bound; the largest CAP or DURATION */
};

/* Both end with a row whose key is NULL. The JSON keys of numbers are those of the product document: number trunkId
 * agentId region label enabled additionalParams, then version createdAt createdBy updatedAt updatedBy. */
const struct field *entity_fields(enum entity e);
const struct field *field_by_key(enum entity e, const char *key);
/* The field's name in filters and in the description of a change: its option, else its key. */
const char *field_word(const struct field *f);

/* Is the member a char *? */
bool field_is_text(const struct field *f);
/* The kind of record whose id the field holds; ENTITY_COUNT = the field is no reference. A split is not one reference. */
enum entity field_refers_to(const struct field *f);
/* The value of a member of any type. Texts, forms, JSON and SQL are made from it. */
enum value_kind {
	VALUE_NONE,		/* the plan's limit applies: no key in JSON, NULL in SQL */
	VALUE_TEXT,
	VALUE_JSON,		/* the text of an object */
	VALUE_BOOL,
	VALUE_INT,
	VALUE_UNLIMITED,
	VALUE_TIME,		/* 0 = never */
	VALUE_CAP,		/* 0 = none */
	VALUE_DURATION,		/* seconds; 0 = none */
};

struct value {
	enum value_kind kind;
	const char *text;	/* owned by the record, or static; NULL for numbers */
	int64_t number;
};

struct value field_value(const struct field *f, const struct record *r);	/* a URL with its credential */
/* The value as text (canonical: "na", "yes"/"no", "30m", JSON text; a URL is masked); caller frees. */
char *field_get(const struct field *f, const struct record *r);
/* Parses text into the member and checks type and bounds. *e names the field's key and the allowed form. */
bool field_set(const struct field *f, struct record *r, const char *text, struct err *e);

/* JSON objects in field order. record_from_json() sets only the keys that are present (a patch) and refuses unknown
 * keys. It also sets read-only fields, because the audit trail is read with it. On failure *r may be partly changed. */
json_t *record_to_json(const struct record *r);		/* caller decrefs */
void record_add_json(struct buf *to, const struct record *r);	/* the same as compact text */
bool record_from_json(struct record *r, json_t *json, struct err *e);
/* Takes the next agent of a split's text: *text moves on. False at the end, and then **text is not 0 if what is left has
 * not the form "id:weight,id:weight". */
bool split_next(const char **text, struct str *agent, int *weight);
/* Returns the weight of an agent in a split; 0 = it is not in it. */
int split_weight(const char *split, const char *agent);

enum { SPLIT_AGENTS_MAX = 8, SPLIT_WEIGHT_MAX = 1000 };

/* "wss://user:secret@host:8443/path?key=1" becomes "wss://host:8443/...": everything that may be a credential is left out.
 * A masked URL stays as it is. No field accepts one from an operator. Caller frees. */
char *url_mask(const char *url);
/* Returns a JSON object in canonical form (sorted keys, compact). NULL with *e if it is not an object. Caller frees. */
char *params_canonical(const char *text, struct err *e);

/* A row of the audit trail, which is also the change feed. before/after: JSON text of the record, "" = none. */
struct change {
	int64_t id;
	int64_t at;		/* us since 1970 UTC */
	char *actor;
	char *action;		/* "add", "edit", "delete" */
	enum entity entity;
	char *key;
	char *before;
	char *after;
	int64_t undoes;		/* the id of the change that this one undoes; 0 = none */
	char *db_user;		/* the account that connected to the database; "" = the database has no accounts */
	bool url_replaced;	/* an agent's URL was changed or removed; before and after may have the same masked form */
	char *url;		/* the agent's present URL, if the query asked for it; else NULL. before and after are masked */
};

void change_clear(struct change *c);
/* Reads the record before or after a change; an agent has the URL of `url`, if that is set. False, with nothing to clear, if there is none or it cannot be read. */
bool change_record(const struct change *c, bool before, struct record *out);
/* Describes an edit without the fields that the program sets: "label AAA -> BBB, agent sales -> support"; "" if it
 * cannot be read. The short form names three fields, cuts long values, and is "" for an addition or deletion. With
 * `all` these have all values. Clean text; caller frees. */
char *change_difference(const struct change *c, bool all);
/* The same for two records. from or to NULL = added or deleted. */
char *record_difference(const struct record *from, const struct record *to, bool all);

#endif
