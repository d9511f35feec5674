/*
 * What the program says of opening times at instants: hours_at ZONE OPEN EXCEPTIONS. Reads instants (seconds since 1970), a line each,
 * and prints each with "open" or "closed". The lab compares it with what Asterisk says.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "trunkdeck/base/zone.h"
#include "trunkdeck/model/schedule.h"

int main(int argc, char **argv)
{
	struct schedule_times times;
	struct zone *zone = argc == 4 ? zone_open(argv[1]) : NULL;
	int64_t at;

	if (!zone || !schedule_read(&times, argv[2], argv[3])) {
		fprintf(stderr, "usage: hours_at ZONE OPEN EXCEPTIONS, as records keep them\n");
		return 2;
	}
	while (scanf("%" SCNd64, &at) == 1)
		printf("%" PRId64 " %s\n", at, schedule_is_open(&times, zone, at * 1000000) ? "open" : "closed");
	zone_free(&zone);
	return 0;
}
