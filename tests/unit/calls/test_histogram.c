/* Compares the histogram with the exact results. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "trunkdeck/base/mem.h"
#include "trunkdeck/calls/histogram.h"

#define MANY 20000

static void starts_empty(void **state)
{
	struct histogram h;

	(void)state;
	histogram_init(&h);
	assert_int_equal(histogram_mean(&h), 0);
	assert_int_equal(histogram_quantile(&h, 0.5), 0);
	assert_null(h.bins);
	histogram_clear(&h);
}

static void one_value_is_every_quantile(void **state)
{
	static const int64_t values[] = { 0, 1, 127, 128, 129, 255, 256, 841000, 3867123, INT64_C(86400000000) };
	struct histogram h;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		histogram_init(&h);
		histogram_add(&h, values[i]);
		assert_int_equal(histogram_quantile(&h, 0), values[i]);
		assert_int_equal(histogram_quantile(&h, 0.5), values[i]);
		assert_int_equal(histogram_quantile(&h, 1), values[i]);
		assert_int_equal(histogram_mean(&h), values[i]);
		histogram_clear(&h);
	}
}

static void extremes(void **state)
{
	struct histogram h;

	(void)state;
	histogram_init(&h);
	histogram_add(&h, -5);
	histogram_add(&h, INT64_MAX);
	assert_int_equal(histogram_quantile(&h, 0), 0);
	assert_int_equal(histogram_quantile(&h, 1), INT64_MAX);
	assert_int_equal(h.count, 2);
	for (int i = 0; i < 3; i++)
		histogram_add(&h, INT64_MAX);
	assert_true(h.sum_us == UINT64_MAX);
	assert_true(histogram_mean(&h) > INT64_MAX / 5);
	histogram_clear(&h);
}

static int compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Returns values in many octaves: 1 us to about 4 h. */
static int64_t some_value(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((*seed >> 30) >> (*seed >> 59));
}

static void quantiles_within_one_percent(void **state)
{
	static const double qs[] = { 0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1 };
	int64_t *values = xcalloc(MANY, sizeof(*values)), got, want, sum = 0;
	struct histogram h;
	uint64_t seed = 1;

	(void)state;
	histogram_init(&h);
	for (size_t i = 0; i < MANY; i++) {
		values[i] = some_value(&seed);
		sum += values[i];
		histogram_add(&h, values[i]);
	}
	qsort(values, MANY, sizeof(*values), compare);
	for (size_t i = 0; i < ARRAY_LEN(qs); i++) {
		size_t rank = (size_t)(qs[i] * MANY);

		want = values[rank < MANY ? rank : MANY - 1];
		got = histogram_quantile(&h, qs[i]);
		assert_true(llabs(got - want) * 100 <= want + 100);
	}
	assert_int_equal(histogram_mean(&h), (sum + MANY / 2) / MANY);
	assert_int_equal(h.count, MANY);
	assert_int_equal(h.max_us, values[MANY - 1]);
	histogram_clear(&h);
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_empty),
		cmocka_unit_test(one_value_is_every_quantile),
		cmocka_unit_test(extremes),
		cmocka_unit_test(quantiles_within_one_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
