/* Keys as values: how they are packed for the way between threads, and the agent in a number's value. */
#include "config.h"

#include "trunkdeck/routes/route.h"

#include <string.h>

#include "trunkdeck/base/mem.h"

const char *route_family_name(enum route_family family)
{
#define ROUTE_FAMILY_NAME(id, family, function) family,
	static const char *const names[] = { ROUTE_FAMILY_TABLE(ROUTE_FAMILY_NAME) };
#undef ROUTE_FAMILY_NAME

	return names[family];
}

struct str route_value_field(const char *value, size_t index)
{
	return str_field(str_of(value), ',', index);
}

static void copy_field(const char *value, size_t index, char *out, size_t size)
{
	bool is_new = str_starts(str_of(value), STR(ROUTE_VALUE_FORMAT));

	str_copy(out, size, is_new ? route_value_field(value, index) : str_of(value));
}

void route_value_agent(const char *value, char *out, size_t size)
{
	copy_field(value, ROUTE_NUMBER_AGENT, out, size);
}

void route_value_prefix(const char *value, char *out, size_t size)
{
	copy_field(value, ROUTE_TRUNK_PREFIX, out, size);
}

/* A text that may be missing has a letter before it. */
static void pack_text(struct buf *to, const char *text)
{
	buf_addc(to, text ? '+' : '-');
	buf_add(to, text ? text : "", text ? strlen(text) + 1 : 1);
}

static const char *unpack_text(const char **at)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return *text == '+' ? text + 1 : NULL;
}

void route_pack(struct buf *to, const struct route_key *k)
{
	const uint32_t count = (uint32_t)k->need_count;

	buf_addc(to, (char)k->family);
	buf_addc(to, (char)(k->off | k->wants_new << 1));
	buf_add(to, (const char *)&count, sizeof(count));
	pack_text(to, k->name);
	pack_text(to, k->value);
	pack_text(to, k->former);
	pack_text(to, k->spare);
	pack_text(to, k->uri);
	for (size_t i = 0; i < k->need_count; i++) {
		buf_addc(to, (char)k->needs[i].family);
		buf_addc(to, (char)k->needs[i].former);
		pack_text(to, k->needs[i].name);
	}
}

bool route_unpack(const char **at, const char *end, struct route_key *k, struct route_need **needs)
{
	uint32_t count;

	if (*at >= end)
		return false;
	*k = (struct route_key){ .family = (enum route_family)(*at)[0], .off = (*at)[1] & 1, .wants_new = (*at)[1] & 2 };
	memcpy(&count, *at + 2, sizeof(count));
	*at += 2 + sizeof(count);
	k->name = unpack_text(at);
	k->value = unpack_text(at);
	k->former = unpack_text(at);
	k->spare = unpack_text(at);
	k->uri = unpack_text(at);
	k->need_count = count;
	if (count)
		*needs = xreallocarray(*needs, count, sizeof(**needs));
	for (size_t i = 0; i < count; i++) {
		(*needs)[i] = (struct route_need){ .family = (enum route_family)(*at)[0], .former = (*at)[1] };
		*at += 2;
		(*needs)[i].name = unpack_text(at);
	}
	k->needs = *needs;
	return true;
}
