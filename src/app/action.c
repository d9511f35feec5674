#include "config.h"

#include "trunkdeck/app/action.h"

#include <string.h>
#include <strings.h>

#include "trunkdeck/base/mem.h"

static const struct action actions[] = {
	[ACTION_NONE] = { ACTION_NONE, "", "", 0, 0, "", "" },
#define ACTION_ROW(id, name, keys, scope, needs, footer, help) \
	[ACTION_##id] = { ACTION_##id, name, keys, scope, needs, footer, help },
	ACTION_TABLE(ACTION_ROW)
#undef ACTION_ROW
};

const struct action *action_get(enum action_id id)
{
	return &actions[id];
}

enum action_id action_by_name(const char *name)
{
	enum action_id found = ACTION_NONE;
	size_t len = strlen(name);
	int matches = 0;

	for (size_t i = 1; i < ARRAY_LEN(actions); i++) {
		if (strcasecmp(actions[i].name, name) == 0)
			return actions[i].id;
		if (len > 0 && strncasecmp(actions[i].name, name, len) == 0) {
			found = actions[i].id;
			matches++;
		}
	}
	return matches == 1 ? found : ACTION_NONE;
}

bool action_in_scope(const struct action *a, unsigned scope)
{
	return a->id != ACTION_NONE && (a->scope == SCOPE_ALL || (a->scope & scope) != 0);
}
