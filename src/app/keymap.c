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

static bool parse_function_key(const char *name, key_code *out)
{
	unsigned n;
	char rest;

	if (sscanf(name, "F%2u%c", &n, &rest) != 1 || n < 1 || n > 12)
		return false;
	*out = KEYS_F1 + n - 1;
	return true;
}

bool keymap_parse(const char *name, key_code *out)
{
	uint32_t code;
	size_t len = utf8_next(str_of(name), &code);

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
	return parse_function_key(name, out);
}

/* Calls out for each key named in a blank-separated list until fn says stop. */
static bool each_key(const char *keys, bool (*fn)(void *arg, key_code key), void *arg)
{
	char name[KEYMAP_NAME_SIZE];
	key_code key;

	while (*keys != '\0') {
		size_t len = strcspn(keys, " ");

		str_copy(name, sizeof(name), (struct str){ keys, len });
		if (keymap_parse(name, &key) && fn(arg, key))
			return true;
		keys += len;
		keys += strspn(keys, " ");
	}
	return false;
}

static bool key_is(void *arg, key_code key)
{
	return *(key_code *)arg == key;
}

enum action_id keymap_lookup(key_code key, unsigned scope)
{
	for (int id = ACTION_NONE + 1; id < ACTION_COUNT; id++) {
		const struct action *a = action_get((enum action_id)id);

		if (action_in_scope(a, scope) && each_key(a->keys, key_is, &key))
			return a->id;
	}
	return ACTION_NONE;
}

static bool take_first(void *arg, key_code key)
{
	keymap_name(key, arg);
	return true;
}

void keymap_key_of(enum action_id id, char *to)
{
	to[0] = '\0';
	each_key(action_get(id)->keys, take_first, to);
}
