/*
 * What an agent is told about a call, and how an agent is dialled, in the encodings that Asterisk reads. Pure.
 *
 * The tell string of a number has what the store knows: pairs joined by ',', percent-encoded but for [A-Za-z0-9_.-]:
 *
 *     td_provider=twilio,td_region=na,td_label=Sales%20hotline,td_p_department=sales
 *
 * The label is left out when it is empty. Additional parameters are sorted by key; a string is told as it is, another
 * JSON value as compact JSON. The dialplan adds the number, the caller and the uuid of the call. It passes the string
 * on as URI parameters (v() of chan_websocket, which accepts no more characters and cuts the list at 4,095 bytes), and
 * makes headers and variables of it.
 *
 * A URL agent is a client object of res_websocket_client named td-ID, which lies in astdb as JSON. AMI writes a value
 * of at most 1,017 bytes. Sources: DESIGN.md 4.6; Asterisk 22 channels/chan_websocket.c, res/res_websocket_client.c,
 * ast_uri_verify_encoded() in main/utils.c.
 */
#ifndef TRUNKDECK_MODEL_TELL_H
#define TRUNKDECK_MODEL_TELL_H

#include <stdbool.h>
#include <stddef.h>

#include "trunkdeck/base/err.h"
#include "trunkdeck/base/str.h"
#include "trunkdeck/base/words.h"
#include "trunkdeck/model/records.h"

#define TELL_KEY_MAX 32			/* bytes of a key */
#define TELL_VALUE_MAX 1024		/* bytes of a value, before it is encoded */
#define TELL_KEYS_MAX 32
#define TELL_PARAMS_MAX 3000		/* bytes of all encoded parameters: "td_p_KEY=VALUE,..." */
#define TELL_HEADERS_MAX 800		/* bytes of all headers; a SIP request over UDP should not be larger with them */
#define TELL_CHUNK_MAX 900		/* bytes of the string in one astdb value */

/* Why a parameter does not reach the agent: id, name, text. */
#define TELL_FIT_TABLE(X) \
	X(FITS, "fits", "") \
	X(KEY, "key", N_("a key has 1 to 32 characters of A-Z a-z 0-9 _ . -")) \
	X(TWIN, "twin", N_("in a SIP header the key is the same as another one: case, '.' and '-' do not count there")) \
	X(CONTROL, "control", N_("the value has control characters")) \
	X(LONG, "long", N_("the value is longer than 1,024 bytes")) \
	X(MANY, "many", N_("there are more than 32 keys")) \
	X(LARGE, "large", N_("all parameters together have more than 3,000 bytes when they are encoded"))

enum tell_fit {
#define TELL_FIT_ENUM(id, name, text) TELL_##id,
	TELL_FIT_TABLE(TELL_FIT_ENUM)
#undef TELL_FIT_ENUM
	TELL_FIT_COUNT
};

WORDS_DECLARE(tell_fit, enum tell_fit)

/* An additional parameter. Both texts are on the heap. */
struct tell_param {
	char *key;
	char *value;			/* as the agent gets it, not encoded */
	size_t bytes;			/* of its encoded pair */
	enum tell_fit fit;		/* FITS: it reaches the agent */
	size_t twin;			/* TELL_TWIN: the index of the key that it cannot be told from */
};

/* Returns the parameters of a JSON object, sorted by key; none if it is not an object. Caller frees with
 * tell_params_free(). Parameters that do not fit are skipped; those behind them may fit. */
struct tell_param *tell_params(const char *params, size_t *count);
void tell_params_free(struct tell_param *list, size_t count);
/* Checks parameters that are entered. `before`: those that the number had, "" = none. A parameter that does not fit is
 * refused only if it is new or changed, or if a new one is the reason. `lines`: values with line ends and tabs are kept,
 * and agents are not told them. */
bool tell_check_params(const char *params, const char *before, bool lines, struct err *e);
/* The bytes of the headers that an agent reached by PJSIP gets for the parameters. */
size_t tell_header_bytes(const char *params);

#define TELL_GEN_SIZE 17

struct tell {
	char *text;			/* heap */
	size_t len;
	char gen[TELL_GEN_SIZE];	/* the first 16 hex digits of its SHA-256: changes with the text */
};

void tell_init(struct tell *t, const struct number *n);
void tell_clear(struct tell *t);
size_t tell_chunk_count(const struct tell *t);
/* Chunk i from 0 on; astdb counts from 1. */
struct str tell_chunk(const struct tell *t, size_t i);

/* --- agents --- */

/* What decides how an agent is told its parameters: id, name in routes, text. */
#define AGENT_KIND_TABLE(X) \
	X(URL, "url", N_("WebSocket, by its URL")) \
	X(SECTION, "section", N_("WebSocket, by a section of websocket_client.conf")) \
	X(PJSIP, "pjsip", N_("SIP")) \
	X(AUDIOSOCKET, "audiosocket", N_("AudioSocket")) \
	X(OTHER, "other", N_("another technology"))

enum agent_kind {
#define AGENT_KIND_ENUM(id, name, text) AGENT_KIND_##id,
	AGENT_KIND_TABLE(AGENT_KIND_ENUM)
#undef AGENT_KIND_ENUM
	AGENT_KIND_COUNT
};

WORDS_DECLARE(agent_kind, enum agent_kind)

#define AGENT_CA_FILE "/etc/ssl/certs/ca-certificates.crt"	/* Debian's bundle of public authorities */
#define AGENT_CA_FILE_MAX 128		/* bytes of a path of another CA file */
#define AGENT_OBJECT_MAX 1017
#define AGENT_CLIENT_PREFIX "td-"	/* and the id: the name of the client object */

/* Checks a URL that is entered: ws://HOST..., wss://HOST..., or wss+anyname://ADDRESS... A certificate never names an
 * IP address, so wss:// needs a host name. wss+anyname:// is for an address: the certificate must come from the CA file
 * of the server, and the name in it is not compared. The object fits with each CA file. The hint repeats no part of the
 * URL, which may hold a credential. */
bool agent_url_check(const char *url, struct err *e);
/* Makes the client object; caller frees. ca_file: on the server; NULL or "" = AGENT_CA_FILE. NULL with *e when the URL
 * is wrong or the object would be too long. */
char *agent_object(const char *url, const char *ca_file, struct err *e);
/* The URI in the object, as Asterisk reads it; NULL = the URL has none of the schemes. It may hold a credential. Caller frees. */
char *agent_uri(const char *url);
/* url "" = the agent has only the dial string. A dial string of several technologies is OTHER. */
enum agent_kind agent_kind_of(const char *url, const char *dial);
/* What Asterisk dials; caller frees. */
char *agent_dial_made(const char *id, const char *url, const char *dial);

#endif
