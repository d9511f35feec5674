/*
 * Words are parsed against a table. getopt is not used: it has global state, prints messages and accepts abbreviations.
 * Options and other words may be mixed. Where a value is expected, a word that starts with '-' is that value, so that
 * "--label -" works. Unknown options are refused.
 */
#include "config.h"

#include "args.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trunkdeck/base/buf.h"
#include "trunkdeck/base/gettext.h"
#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/str.h"

void cli_args_init(struct cli_args *a)
{
	*a = (struct cli_args){ 0 };
}

void cli_args_clear(struct cli_args *a)
{
	free(a->given);
	cli_args_init(a);
}

void cli_args_allow(struct cli_args *a, const struct cli_option *option)
{
	if (a->option_count == CLI_OPTIONS_MAX)
		die("a command has more than %d options", CLI_OPTIONS_MAX);
	a->options[a->option_count++] = *option;
}

static const char *argument_of(const struct field *f)
{
	switch (f->type) {
	case FIELD_REGION:
		return "na|eu";
	case FIELD_PLAN:
		return "free|pro|enterprise";
	case FIELD_BOOL:
		return "yes|no";
	case FIELD_LIMIT:
		return N_("N|unlimited");
	case FIELD_PARAMS:
		return "JSON";
	case FIELD_HOST:
		return N_("HOST");
	case FIELD_PROVIDER:
		return N_("PROVIDER");
	case FIELD_AGENT:
	case FIELD_SCHEDULE:
	case FIELD_ID:
		return "ID";
	case FIELD_SPLIT:
		return N_("ID:WEIGHT,...");
	case FIELD_URL:
		return N_("FILE");
	case FIELD_ZONE:
		return N_("ZONE");
	case FIELD_OPEN:
	case FIELD_EXCEPTIONS:
		return N_("TIMES");
	case FIELD_TIME:
		return N_("MOMENT");
	case FIELD_CAP:
		return "N";
	case FIELD_DURATION:
		return N_("DURATION");
	case FIELD_PREFIX:
		return N_("PREFIX");
	default:
		return N_("TEXT");
	}
}

void cli_args_allow_fields(struct cli_args *a, enum entity entity)
{
	for (const struct field *f = entity_fields(entity); f->key; f++) {
		if (f->option && !(f->flags & FIELD_READONLY))
			cli_args_allow(a, &(struct cli_option){ f->option, argument_of(f), f->help, f });
	}
}

/* --- parsing --- */

/* Takes one word that starts with '-'; *used = words taken, this one included. */
static bool take_option(struct cli_args *a, int argc, char **argv, int *used, struct err *e)
{
	const char *value = strchr(argv[0], '='), *name = argv[0][1] == '-' ? argv[0] + 2 : "";
	size_t len = strcspn(name, "=");
	const struct cli_option *option = NULL;
	struct buf allowed;

	*used = 1;
	if (strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "--help") == 0) {
		a->help = true;
		return true;
	}
	buf_init(&allowed, BUF_UNBOUNDED);
	for (size_t i = 0; i < a->option_count; i++) {
		buf_addf(&allowed, "%s--%s", i > 0 ? ", " : "", a->options[i].name);
		if (strlen(a->options[i].name) == len && strncmp(a->options[i].name, name, len) == 0)
			option = &a->options[i];
	}
	if (!option) {
		err_set_message(e, ERR_USAGE, _("unknown option %.*s"), (int)strcspn(argv[0], "="), argv[0]);
		err_hint(e, _("allowed: %s"), allowed.p);
	}
	buf_clear(&allowed);
	if (!option)
		return false;
	if (!option->argument && value)
		return err_set_message(e, ERR_USAGE, _("option --%s takes no value"), option->name);
	if (option->argument && value)
		value++;
	else if (option->argument && argc > 1)
		value = argv[(*used)++];
	if (option->argument && !value) {
		err_set_message(e, ERR_USAGE, _("option --%s needs a value"), option->name);
		err_hint(e, "%s", _(option->help));
		return false;
	}
	a->given = xreallocarray(a->given, a->given_count + 1, sizeof(*a->given));
	a->given[a->given_count++] = (struct cli_given){ option, value };
	return true;
}

bool cli_args_parse(struct cli_args *a, int argc, char **argv, size_t min, size_t max, struct err *e)
{
	bool options = true, ok = true;
	int used;

	for (int i = 0; i < argc; i += used) {
		const char *word = argv[i];

		used = 1;
		if (options && strcmp(word, "--") == 0) {
			options = false;
		} else if (options && word[0] == '-' && word[1] != '\0') {
			ok &= take_option(a, argc - i, argv + i, &used, ok ? e : NULL);
		} else if (a->positional_count < max && max <= CLI_POSITIONALS_MAX) {
			a->positionals[a->positional_count++] = word;
		} else if (ok) {
			ok = err_set_message(e, ERR_USAGE, _("\"%s\" is an unexpected argument"), word);
			err_hint(e, "%s", _("put a text of several words in quotes"));
		}
	}
	if (!ok || a->positional_count >= min || a->help)
		return ok;
	return err_set_message(e, ERR_USAGE, "%s", _("an argument is missing"));
}

/* --- results --- */

const char *cli_args_value(const struct cli_args *a, const char *name)
{
	for (size_t i = a->given_count; i > 0; i--) {
		if (strcmp(a->given[i - 1].option->name, name) == 0)
			return a->given[i - 1].value ? a->given[i - 1].value : "";
	}
	return NULL;
}

bool cli_args_has(const struct cli_args *a, const char *name)
{
	return cli_args_value(a, name) != NULL;
}

bool cli_args_refuse(const struct cli_args *a, const char *name, const char *allowed, struct err *e)
{
	err_set_message(e, ERR_USAGE, _("--%s %s is not allowed"), name, cli_args_value(a, name));
	err_hint(e, _("allowed: %s"), allowed);
	return false;
}

bool cli_args_count(const struct cli_args *a, const char *name, int64_t min, int64_t fallback, int64_t *out,
		    struct err *e)
{
	const char *value = cli_args_value(a, name);

	*out = fallback;
	if (!value || (str_to_i64(str_of(value), out) && *out >= min))
		return true;
	err_set_message(e, ERR_USAGE, _("--%s %s is not allowed"), name, value);
	err_hint(e, _("allowed: a number from %" PRId64 " on"), min);
	return false;
}
