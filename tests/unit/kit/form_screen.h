/*
 * A form on a screen without a terminal, and an app that only records the requested mutations: the test acts as
 * operator and store. The workspace: providers peoplefone (eu, +44) and twilio (na); agents billing (eu), sales,
 * support, and survey, which can't take calls; the schedule office; and the number +14155550101 of twilio, version 7.
 */
#ifndef FORM_SCREEN_H
#define FORM_SCREEN_H

#include <stdbool.h>

#include "ui/frame/ui.h"

struct ui {
	struct app app;
	struct term *term;
	const struct overlay_ops *ops;	/* of the one overlay; NULL = none */
	void *state;
	char below[64];			/* keys that were passed to what is below the form */
	const char *why_no_change;
	struct mutation asked;		/* the last mutation */
	bool has_asked;
	app_result_fn *answer;
	void *answer_arg;
	int forgotten;
};

struct ui *form_ui(void);

/* For the group, and for each test. */
int form_start(void **state);
int form_stop(void **state);
int form_set_up(void **state);
int form_tear_down(void **state);

void set_text(char **to, const char *text);
void put_agent(const char *id, const char *title, enum region region, const char *problem);
void put_number(const char *e164, const char *agent, const char *label, const char *params, int64_t version);
void put_workspace(enum plan plan);

/* Names of keys, separated by blanks. */
void press(const char *names);
void type_text(const char *text);
void paste_text(const char *text);

char *screen_text(void);		/* caller frees */
/* True if the screen has the text, with frames and line breaks as one blank. */
bool shows(const char *text);

#define assert_shown(text) do { \
	if (!shows(text)) { \
		char *screen_ = screen_text(); \
		print_error("not shown: %s\n%s\n", (text), screen_); \
		free(screen_); \
		fail(); \
	} \
} while (0)
#define assert_not_shown(text) assert_false(shows(text))

void open_add(const char *provider);
void open_edit(const char *e164);
/* Fills the form of a number, which is then ready to save. */
void fill_number(void);

/* Gives the store's answer to the requested mutation. */
void answer(struct mutation_result *r);
void answer_done(void);
void answer_refused(enum err_code code, const char *message, const char *hint);

#define FORM_TEST(f) cmocka_unit_test_setup_teardown(f, form_set_up, form_tear_down)

#endif
