/* The rules beyond a single field (references, usability, limits), and the slug of a name. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/model/validate.h"

/* A valid number that is to be added. Each test makes one thing wrong. */
struct fixture {
	struct number number, holder;
	struct provider provider;
	struct agent agent;
	struct number_context ctx;
	struct err err;
};

static void put(char **at, const char *text)
{
	free(*at);
	*at = xstrdup(text);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	number_init(&f->number);
	put(&f->number.e164, "+15551234567");
	put(&f->number.provider, "twilio");
	put(&f->number.agent, "support");
	number_copy(&f->holder, &f->number);
	provider_init(&f->provider);
	put(&f->provider.id, "twilio");
	put(&f->provider.name, "Twilio");
	put(&f->provider.sip_domain, "pstn.twilio.com");
	agent_init(&f->agent);
	put(&f->agent.id, "support");
	put(&f->agent.title, "Customer Support");
	put(&f->agent.dial, "WebSocket/support/c(ulaw)");
	f->ctx = (struct number_context){
		.provider = &f->provider, .agent = &f->agent, .used = 4, .limit = 5, .plan = "free", .adding = true,
	};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	number_clear(&f->number);
	number_clear(&f->holder);
	provider_clear(&f->provider);
	agent_clear(&f->agent);
	free(f);
	return 0;
}

static void expect(struct fixture *f, enum err_code code, const char *message, const char *hint)
{
	assert_false(number_validate(&f->number, &f->ctx, NULL, &f->err));
	assert_int_equal(f->err.code, code);
	assert_string_equal(f->err.message, message);
	assert_string_equal(f->err.hint, hint);
	assert_false(number_validate(&f->number, &f->ctx, NULL, NULL));
}

static void a_valid_number_is_accepted(void **state)
{
	struct fixture *f = *state;

	assert_true(number_validate(&f->number, &f->ctx, NULL, &f->err));
	assert_int_equal(f->err.code, ERR_NONE);
	assert_null(number_warning(&f->number, &f->ctx));
}

/* Everything is wrong at first, and is corrected in the order of the form. */
static void errors_come_in_the_order_of_the_form(void **state)
{
	struct fixture *f = *state;

	put(&f->number.e164, "");
	put(&f->number.provider, "");
	put(&f->number.agent, "");
	put(&f->number.label, "a\rb");
	f->ctx.holder = &f->holder;
	f->ctx.holder_provider_name = "Twilio";
	f->ctx.provider = NULL;
	f->ctx.agent = NULL;
	f->ctx.used = 5;
	f->agent.disabled = true;
	expect(f, ERR_NUMBER_REQUIRED, "Phone number is required", "Enter a number such as +15551234567");
	put(&f->number.e164, "2079460958");
	expect(f, ERR_NUMBER_FORMAT, "Invalid phone number format", "start with + and the country code");
	/* The country of the provider is known. */
	put(&f->provider.inbound_prefix, "+44");
	f->ctx.provider = &f->provider;
	expect(f, ERR_NUMBER_FORMAT, "Invalid phone number format",
	       "start with + and the country code: did you mean +442079460958?");
	f->ctx.provider = NULL;
	put(&f->number.e164, "+15551234567");
	expect(f, ERR_NUMBER_EXISTS, "Phone number already exists",
	       "already on provider Twilio: edit it there or use another number");
	f->ctx.holder_provider_name = NULL;
	expect(f, ERR_NUMBER_EXISTS, "Phone number already exists",
	       "already on provider twilio: edit it there or use another number");
	f->ctx.holder = NULL;
	expect(f, ERR_TRUNK_REQUIRED, "Trunk is required", "choose a provider: see 'trunkdeck provider list'");
	put(&f->number.provider, "telnyx");
	expect(f, ERR_TRUNK_NOT_FOUND, "Trunk not found",
	       "there is no provider telnyx: see 'trunkdeck provider list'");
	f->ctx.provider = &f->provider;
	expect(f, ERR_AGENT_REQUIRED, "Agent is required", "choose an agent: see 'trunkdeck agent list'");
	put(&f->number.agent, "billing");
	expect(f, ERR_AGENT_NOT_FOUND, "Agent not found", "there is no agent billing: see 'trunkdeck agent list'");
	f->ctx.agent = &f->agent;
	expect(f, ERR_AGENT_UNUSABLE, "Agent can't take calls",
	       "billing: agent is disabled; choose another agent");
	f->agent.disabled = false;
	expect(f, ERR_FIELD_INVALID, "label: this value is not allowed",
	       "line ends and other control characters are not allowed");
	put(&f->number.label, "");
	expect(f, ERR_NUMBER_LIMIT, "Phone number limit reached",
	       "5 of 5 used (plan free): delete a number or raise the plan");
	f->ctx.plan = NULL;
	expect(f, ERR_NUMBER_LIMIT, "Phone number limit reached",
	       "5 of 5 used: delete a number or raise the workspace's limit");
	f->ctx.limit = LIMIT_NONE;
	assert_true(number_validate(&f->number, &f->ctx, NULL, NULL));
}

/* The error of a field is found and names the field, even if other fields are wrong too. */
static void each_field_has_its_own_error(void **state)
{
	static const struct {
		const char *key;
		enum err_code code;
	} cases[] = {
		{ "number", ERR_NUMBER_FORMAT }, { "trunkId", ERR_TRUNK_NOT_FOUND }, { "agentId", ERR_AGENT_UNUSABLE },
		{ "label", ERR_FIELD_INVALID }, { "additionalParams", ERR_FIELD_INVALID },
	};
	struct fixture *f = *state;

	put(&f->number.e164, "12");
	put(&f->number.label, "a\rb");
	put(&f->number.params, "[]");
	f->ctx.provider = NULL;
	f->agent.disabled = true;
	f->ctx.used = 5;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_false(number_validate(&f->number, &f->ctx, cases[i].key, &f->err));
		assert_int_equal(f->err.code, cases[i].code);
		assert_string_equal(f->err.field, cases[i].key);
	}
	assert_true(number_validate(&f->number, &f->ctx, "region", NULL));
	put(&f->number.e164, "+15551234567");
	assert_false(number_validate(&f->number, &f->ctx, "number", &f->err));
	assert_int_equal(f->err.code, ERR_NUMBER_LIMIT);
}

static void unusable_agents_are_named_with_their_reason(void **state)
{
	struct fixture *f = *state;

	f->agent.voice_enabled = false;
	put(&f->agent.voice_problem, "no transcriber is set");
	expect(f, ERR_AGENT_UNUSABLE, "Agent can't take calls",
	       "support: no transcriber is set; choose another agent");
}

static void an_edit_ignores_the_number_itself(void **state)
{
	struct fixture *f = *state;

	f->ctx.adding = false;
	f->ctx.holder = &f->holder;
	f->ctx.used = 5;
	assert_true(number_validate(&f->number, &f->ctx, NULL, &f->err));
	/* The present agent may have become unusable, but a new agent must be usable. */
	f->agent.disabled = true;
	assert_true(number_validate(&f->number, &f->ctx, NULL, &f->err));
	put(&f->holder.agent, "sales");
	expect(f, ERR_AGENT_UNUSABLE, "Agent can't take calls",
	       "support: agent is disabled; choose another agent");
	f->ctx.holder = NULL;
	assert_false(number_validate(&f->number, &f->ctx, NULL, NULL));
}

static void parameters_are_checked(void **state)
{
	struct fixture *f = *state;

	put(&f->number.params, "[]");
	expect(f, ERR_FIELD_INVALID, "additionalParams: this value is not allowed",
	       "a JSON object is expected, e.g. {\"department\":\"sales\"}");
}

static void different_regions_are_a_warning(void **state)
{
	struct fixture *f = *state;

	f->agent.region = REGION_EU;
	assert_true(number_validate(&f->number, &f->ctx, NULL, NULL));
	assert_string_equal(number_warning(&f->number, &f->ctx),
			    "The agent runs in eu, the number is in na: callers will wait longer for answers");
	f->agent.region = REGION_NA;
	f->number.region = REGION_EU;
	assert_string_equal(number_warning(&f->number, &f->ctx),
			    "The agent runs in na, the number is in eu: callers will wait longer for answers");
	f->ctx.agent = NULL;
	assert_null(number_warning(&f->number, &f->ctx));
}

static void providers_are_checked(void **state)
{
	struct fixture *f = *state;

	assert_true(provider_validate(&f->provider, NULL, false, &f->ctx.look, NULL));
	/* The store makes the id from the name. */
	put(&f->provider.id, "");
	assert_true(provider_validate(&f->provider, NULL, false, &f->ctx.look, NULL));
	put(&f->provider.sip_domain, "sip:pstn.twilio.com");
	assert_false(provider_validate(&f->provider, NULL, false, &f->ctx.look, &f->err));
	assert_string_equal(f->err.message, "sipDomain: this value is not allowed");
	assert_string_equal(f->err.hint, "no sip:, no port: write pstn.twilio.com");
	put(&f->provider.name, "");
	assert_false(provider_validate(&f->provider, NULL, false, &f->ctx.look, &f->err));
	assert_int_equal(f->err.code, ERR_FIELD_REQUIRED);
	assert_string_equal(f->err.message, "name: a value is required");
}

static void agents_are_checked(void **state)
{
	struct fixture *f = *state;

	assert_true(agent_validate(&f->agent, NULL));
	put(&f->agent.dial, "");
	assert_false(agent_validate(&f->agent, &f->err));
	assert_int_equal(f->err.code, ERR_FIELD_REQUIRED);
	assert_string_equal(f->err.message, "dial: a value is required");
	/* An agent that takes no calls needs no dial string. */
	f->agent.disabled = true;
	assert_true(agent_validate(&f->agent, NULL));
	f->agent.disabled = false;
	f->agent.voice_enabled = false;
	assert_true(agent_validate(&f->agent, NULL));
	put(&f->agent.dial, "PJSIP/1,2");
	assert_false(agent_validate(&f->agent, NULL));
	put(&f->agent.dial, "");
	put(&f->agent.id, "");
	assert_false(agent_validate(&f->agent, NULL));
}

static void workspaces_are_checked(void **state)
{
	static const char *const zones[] = { "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+3" };
	static const char *const no_zones[] = { "", "/etc/passwd", "../x", "Europe Berlin", "UTC\n" };
	struct workspace w;
	struct err e;

	(void)state;
	workspace_init(&w);
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		put(&w.time_zone, zones[i]);
		assert_true(workspace_validate(&w, NULL));
	}
	w.has_max = true;
	w.max_phone_numbers = -2;
	assert_false(workspace_validate(&w, &e));
	assert_string_equal(e.message, "maxPhoneNumbers: this value is not allowed");
	w.max_phone_numbers = LIMIT_NONE;
	assert_true(workspace_validate(&w, NULL));
	for (size_t i = 0; i < ARRAY_LEN(no_zones); i++) {
		put(&w.time_zone, no_zones[i]);
		assert_false(workspace_validate(&w, &e));
		assert_int_equal(strncmp(e.message, "timeZone: ", 10), 0);
	}
	workspace_clear(&w);
}

static void limits_have_states(void **state)
{
	(void)state;
	assert_int_equal(limit_state_of(3, 5), LIMIT_OK);
	assert_int_equal(limit_state_of(4, 5), LIMIT_NEAR);
	assert_int_equal(limit_state_of(5, 5), LIMIT_REACHED);
	assert_int_equal(limit_state_of(6, 5), LIMIT_REACHED);
	assert_int_equal(limit_state_of(0, 0), LIMIT_REACHED);
	assert_int_equal(limit_state_of(0, 1), LIMIT_OK);
	assert_int_equal(limit_state_of(1000000, LIMIT_NONE), LIMIT_OK);
	assert_int_equal(limit_state_of(INT64_MAX - 1, INT64_MAX), LIMIT_NEAR);
	for (int64_t limit = 1; limit < 500; limit++)
		for (int64_t used = 0; used < limit; used++)
			assert_int_equal(limit_state_of(used, limit), used * 10 >= limit * 8 ? LIMIT_NEAR : LIMIT_OK);
}

/* All characters of a name must be visible, and it must not look like another name. */
static void deceptive_names_are_refused(void **state)
{
	static const struct {
		const char *name;
		bool allowed;
	} cases[] = {
		{ "Twilio", true }, { "Z\u00fcrich \u260e", true }, { "\u5317\u4eac", true }, { "A B", true },
		{ "Twi\u200blio", false }, { "\u200b", false }, { "\u202eoiliwT", false }, { "Twilio\u2066", false }, { "\u3164", false },
		{ "Twi\u00adlio", false }, { "Twilio\ufe0f", false }, { "A\u00a0B", false }, { "\u2003", false }, { "\u2800", false },
		{ "Twilio ", false }, { " Twilio", false }, { "A  B", false }, { "\ufeffTwilio", false }, { "Tw\U000e0041ilio", false },
	};
	struct record p, n;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		record_init(&p, ENTITY_PROVIDER);
		assert_int_equal(field_set(field_by_key(ENTITY_PROVIDER, "name"), &p, cases[i].name, &e), cases[i].allowed);
		record_clear(&p);
		record_init(&p, ENTITY_WORKSPACE);
		assert_int_equal(field_set(field_by_key(ENTITY_WORKSPACE, "name"), &p, cases[i].name, &e), cases[i].allowed);
		record_clear(&p);
	}
	record_init(&n, ENTITY_NUMBER);
	assert_true(field_set(field_by_key(ENTITY_NUMBER, "label"), &n, "Sales  \ufe0f", &e));
	assert_false(field_set(field_by_key(ENTITY_NUMBER, "label"), &n, "Sales \u202e", &e));
	record_clear(&n);
}

static void slugs_are_made_of_names(void **state)
{
	static const struct {
		const char *name, *slug;
	} cases[] = {
		{ "Twilio", "twilio" },	       { "Twilio  EU (2)", "twilio-eu-2" },
		{ "--A--", "a" },	       { "", "provider" },
		{ "\u00e4\u00f6", "ao" },	       { "M\u00fcller", "muller" },
		{ "Z\u00fcrich", "zurich" },	       { "Zu\u0308rich", "zurich" },
		{ "\u00d8resund \u00c6r\u00f8", "oresund-aero" }, { "Stra\u00dfe", "strasse" },
		{ "\u0141\u00f3d\u017a", "lodz" },    { "\u0160koda \u010desk\u00fd \u0159", "skoda-cesky-r" },
		{ "\u0150r\u0171", "oru" },	       { "\u0130stanbul \u011f\u015f\u0131", "istanbul-gsi" },
		{ "Bucure\u0219ti \u021a", "bucuresti-t" }, { "\u0152uvre \u00de\u00f3r", "oeuvre-thor" },
		{ "\u0132sland \u0149 \u014a\u0178\u017d", "ijsland-n-nyz" }, { "\u041c\u043e\u0441\u043a\u0432\u0430", "provider" },
		{ "a.b_c", "a-b-c" },
	};
	char name[200], *slug;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		slug = slug_of(cases[i].name);
		assert_string_equal(slug, cases[i].slug);
		free(slug);
	}
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	slug = slug_of(name);
	assert_in_range(strlen(slug), 40, 60);
	free(slug);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_valid_number_is_accepted),
		TEST(errors_come_in_the_order_of_the_form),
		TEST(each_field_has_its_own_error),
		TEST(unusable_agents_are_named_with_their_reason),
		TEST(an_edit_ignores_the_number_itself),
		TEST(parameters_are_checked),
		TEST(different_regions_are_a_warning),
		TEST(providers_are_checked),
		TEST(agents_are_checked),
		cmocka_unit_test(workspaces_are_checked),
		cmocka_unit_test(limits_have_states),
		cmocka_unit_test(slugs_are_made_of_names),
		cmocka_unit_test(deceptive_names_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
