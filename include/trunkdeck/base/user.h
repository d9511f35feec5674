/*
 * The account that runs the program, and its folders. The name comes from the user database and not from the
 * environment, which everyone can set; folders come from the environment first, as XDG requires. Any thread.
 */
#ifndef TRUNKDECK_BASE_USER_H
#define TRUNKDECK_BASE_USER_H

/* The name of the real user id; "uid 1234" when the user database does not know it. Caller frees. */
char *user_name(void);
/* $HOME, else the folder in the user database, else "/". Caller frees. */
char *user_home(void);
/* A folder of the XDG specification: XDG_DATA_HOME, XDG_STATE_HOME, XDG_CONFIG_HOME, XDG_CACHE_HOME. Its default when
 * the variable is unset or not an absolute path. NULL for any other name. Caller frees. */
char *user_xdg_folder(const char *variable);
/* Replaces a leading "~/", "$HOME/" or "$XDG_..._HOME/" by the folder. NULL when the path begins with another variable
 * or another user's "~name", because it is never meant literally. Caller frees. */
char *user_expand_path(const char *path);

#endif
