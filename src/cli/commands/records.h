/* Parts of the commands over one record (records.c), for the commands over many. */
#ifndef CLI_COMMANDS_RECORDS_H
#define CLI_COMMANDS_RECORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/io/command.h"
#include "rows.h"
#include "trunkdeck/model/filter_words.h"
#include "trunkdeck/model/snapshot.h"

/* Is a field to be set? If not, *e is a usage error. */
bool cli_sets_fields(const struct cli *c, struct err *e);
/* Sets the fields that the command's options give. `many`: a number without the parameter that is to be removed stays as it is;
 * else it is refused. */
bool cli_set_fields(const struct cli *c, struct snapshot *directory, struct record *r, bool many, struct err *e);
/* Asks whether to do what was just announced; --yes answers. Returns false when it was not confirmed; *e says why. */
bool cli_ask(const struct cli *c, const char *question, struct err *e);
/* Notes that the servers do not have the change of such a record yet, if there are servers that a change is written to. */
void cli_note_servers(struct cli *c, const struct record *r);

/* The records of the command's kind that match --where. */
struct cli_listing {
	struct cli *c;
	struct cli_rows rows;
	struct filter_rows filter;
	struct filter_words *query;
	char *param;			/* the last parameter that was asked for; NULL = none */
	/* Set by the caller. The record and the cells are valid during the call; with JSON and without a filter there are no cells. */
	void (*found)(struct cli_listing *l, const struct record *r, int64_t numbers, char *const cells[]);
	void *arg;
};

/* Reads the filter; *l must not move until cli_listing_close(), which is needed in any case. False: *e is a usage error. */
bool cli_listing_open(struct cli_listing *l, struct cli *c, const struct cli_routes *routes, struct err *e);
bool cli_listing_read(struct cli_listing *l, struct err *e);
void cli_listing_close(struct cli_listing *l);

#endif
