/* The app without a screen, for tests: its main loop, and its messages. */
#ifndef APP_FIXTURE_H
#define APP_FIXTURE_H

#include "trunkdeck/app/app.h"

/* Takes mail until the condition holds; false after 20 s. */
bool app_handle_until(struct app *a, bool (*condition)(const struct app *a));
/* Takes mail until nothing is under way. */
void app_settle(struct app *a);
/* Makes and starts the app and waits until it is settled. The config and clock must outlive it. */
struct app *app_new_settled(const struct config *config, const struct td_clock *clock);
/* The count of messages that have the text. */
size_t app_said(const struct app *a, const char *text);

#endif
