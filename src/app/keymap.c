#include "config.h"

#include "trunkdeck/app/keymap.h"

#include <stdio.h>
#include <string.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/base/utf8.h"

static const struct {
	key_code key;
	const char *name;
} named_keys[] = {
	{ KEYS_ENTER, "Enter" }, { KEYS_TAB, "Tab" }, { KEYS_ESC, "Esc" }, { ' ', "Space" },
	{ KEYS_UP, "Up" }, { KEYS_DOWN, "Down" }, { KEYS_LEFT, "Left" }, { KEYS_RIGHT, "Right" },
	{ KEYS_HOME, "Home" }, { KEYS_END, "End" }, { KEYS_PAGE_UP, "PageUp" }, { KEYS_PAGE_DOWN, "PageDown" },
	{ KEYS_INSERT, "Insert" }, { KEYS_DELETE, "Delete" }, { KEYS_BACKSPACE, "Backspace" },
	{ KEYS_BACKTAB, "BackTab" }, { KEYS_PASTE_BEGIN, "PasteBegin" }, { KEYS_PASTE_END, "PasteEnd" },
	{ KEYS_MOUSE, "Mouse" },
};

void keymap_name(key_code key, char *to)
{
	for (size_t i = 0; i < ARRAY_LEN(named_keys); i++) {
		if (named_keys[i].key == key) {
			snprintf(to, KEYMAP_NAME_SIZE, "%s", named_keys[i].name);
			return;
		}
	}
	if (key >= KEYS_F1 && key <= KEYS_F12)
		snprintf(to, KEYMAP_NAME_SIZE, "F%u", (unsigned)(key - KEYS_F1 + 1));
	else if (key < 0x20)
		snprintf(to, KEYMAP_NAME_SIZE, "^%c", (char)(key | 0x40));
	else
		to[utf8_encode(to, key)] = '\0';
}

bool keymap_parse(const char *name, key_code *out)
{
	uint32_t code;
	size_t len = utf8_next(str_of(name), &code);
	unsigned n;
	char rest;

	for (size_t i = 0; i < ARRAY_LEN(named_keys); i++) {
		if (strcmp(named_keys[i].name, name) == 0) {
			*out = named_keys[i].key;
			return true;
		}
	}
	if (len > 0 && name[len] == '\0') {
		*out = code;
		return true;
	}
	if (name[0] == '^' && name[1] >= '@' && name[1] <= '_' && name[2] == '\0') {
		*out = KEYS_CTRL(name[1]);
		return true;
	}
	if (sscanf(name, "F%2u%c", &n, &rest) != 1 || n < 1 || n > 12)
		return false;
	*out = KEYS_F1 + n - 1;
	return true;
}

/* Every key of the action table with its action, in the order of the table. */
static struct binding {
	key_code key;
	const struct action *action;
} bindings[2 * ACTION_COUNT];
static size_t binding_count;		/* 0 = the names are not resolved yet */

static void resolve_names(void)
{
	for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
		const struct action *a = action_get((enum action_id)id);

		for (const char *keys = a->keys; *keys != '\0'; keys += strspn(keys, " ")) {
			size_t len = strcspn(keys, " ");
			char name[KEYMAP_NAME_SIZE];

			str_copy(name, sizeof(name), (struct str){ keys, len });
			keys += len;
			if (binding_count == ARRAY_LEN(bindings))
				die("too many keys in the table of actions");
			bindings[binding_count].action = a;
			if (keymap_parse(name, &bindings[binding_count].key))
				binding_count++;
		}
	}
}

enum action_id keymap_lookup(key_code key, unsigned scope)
{
	if (binding_count == 0)
		resolve_names();
	for (size_t i = 0; i < binding_count; i++)
		if (bindings[i].key == key && action_in_scope(bindings[i].action, scope))
			return bindings[i].action->id;
	return ACTION_NONE;
}

void keymap_key_of(enum action_id id, char *to)
{
	const char *keys = action_get(id)->keys;

	str_copy(to, KEYMAP_NAME_SIZE, (struct str){ keys, strcspn(keys, " ") });
}
