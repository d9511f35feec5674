/* Pages of finished calls and of the audit trail: asked of the store worker, matched by token to what was asked last. */
#include "config.h"

#include "app_private.h"

#include <stdlib.h>

uint64_t app_ask_calls(struct app *a, enum call_asker asker, const struct call_question *q)
{
	struct call_page *p = &a->pages[asker];

	if (!a->private->worker)
		return 0;
	free(p->calls);
	*p = (struct call_page){ .asker = asker, .token = ++a->private->next_token, .waiting = true, .question = *q };
	if (p->question.max == 0 || p->question.max > CALL_PAGE_MAX)
		p->question.max = CALL_PAGE_MAX;
	worker_ask_calls(a->private->worker, p);
	return p->token;
}

void app_forget_calls(struct app *a, enum call_asker asker)
{
	struct call_page *p = &a->pages[asker];

	free(p->calls);
	*p = (struct call_page){ .asker = asker };
}

void pages_answer(struct app *a, struct call_page *answer)
{
	struct call_page *p = &a->pages[answer->asker];

	if (answer->token != p->token)
		return;
	*p = *answer;
	p->waiting = false;
	answer->calls = NULL;
	for (size_t i = 0; i < p->count; i++)
		watch_call(a, &p->calls[i]);
	a->dirty |= APP_DIRTY_PAGES;
}

uint64_t app_ask_changes(struct app *a, const struct change_question *q)
{
	struct change_page *p = &a->changes;

	if (!a->private->worker)
		return 0;
	change_page_clear(p);
	*p = (struct change_page){ .token = ++a->private->next_token, .waiting = true, .question = *q };
	if (p->question.max == 0 || p->question.max > CHANGE_PAGE_MAX)
		p->question.max = CHANGE_PAGE_MAX;
	worker_ask_changes(a->private->worker, p);
	return p->token;
}

void changes_answer(struct app *a, struct change_page *answer)
{
	if (answer->token != a->changes.token)
		return;
	a->changes = *answer;
	a->changes.waiting = false;
	answer->changes = NULL;
	answer->count = 0;
	a->dirty |= APP_DIRTY_PAGES;
}

bool pages_waiting(const struct app *a)
{
	bool waiting = a->changes.waiting;

	for (int i = 0; i < CALL_ASKERS; i++)
		waiting = waiting || a->pages[i].waiting;
	return waiting;
}

void pages_free(struct app *a)
{
	for (int i = 0; i < CALL_ASKERS; i++)
		free(a->pages[i].calls);
	change_page_clear(&a->changes);
}
