/*
 * Keys and their actions. A key is a Unicode code point, or one of enum key_special; Ctrl is the C0 code. Names: "a",
 * "^L", "Enter", "Space", "Tab", "BackTab", "Esc", "Up", "PageDown", "F1"... Only this module knows names of keys. The
 * first keymap_lookup() resolves the names in the action table. Main thread only.
 */
#ifndef TRUNKDECK_APP_KEYMAP_H
#define TRUNKDECK_APP_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trunkdeck/app/action.h"

typedef uint32_t key_code;

enum key_special {
	KEYS_UP = 0x110000, KEYS_DOWN, KEYS_LEFT, KEYS_RIGHT, KEYS_HOME, KEYS_END, KEYS_PAGE_UP, KEYS_PAGE_DOWN,
	KEYS_INSERT, KEYS_DELETE, KEYS_BACKSPACE, KEYS_BACKTAB, KEYS_PASTE_BEGIN, KEYS_PASTE_END, KEYS_MOUSE,
	KEYS_F1, KEYS_F2, KEYS_F12 = KEYS_F1 + 11,
};
#define KEYS_CTRL(c) ((key_code)((c) & 0x1f))
#define KEYS_ESC ((key_code)0x1b)
#define KEYS_ENTER ((key_code)'\r')
#define KEYS_TAB ((key_code)'\t')

/* `to` has KEYMAP_NAME_SIZE bytes. */
#define KEYMAP_NAME_SIZE 16
void keymap_name(key_code key, char *to);
bool keymap_parse(const char *name, key_code *out);
/* The action of a key in a scope (bits of enum action_scope); ACTION_NONE when there is none. */
enum action_id keymap_lookup(key_code key, unsigned scope);
/* The first key of an action, as the footer and help show it; "" when it has none. */
void keymap_key_of(enum action_id id, char *to);

#endif
