/* The application without a screen, for tests: its main loop, and what it has said. */
#ifndef APP_FIXTURE_H
#define APP_FIXTURE_H

#include "trunkdeck/app/app.h"

/* Takes mail until the condition holds; false after 20 s. */
bool app_handle_until(struct app *a, bool (*condition)(const struct app *a));
/* Takes mail until nothing is under way. */
void app_settle(struct app *a);
/* Made, started, and settled. The config and clock must outlive it. */
struct app *app_new_settled(const struct config *config, const struct td_clock *clock);
/* In how many messages the text is. */
size_t app_said(const struct app *a, const char *text);

#endif
