noinst_LIBRARIES += libtdmodel.a
libtdmodel_a_SOURCES = src/model/countries.c src/model/countries.h src/model/e164.c src/model/field_value.c \
	src/model/fields.c src/model/fields.h src/model/host.c src/model/params.c src/model/record_json.c src/model/records.c \
	src/model/snapshot.c src/model/sorted.c src/model/sorted.h src/model/validate.c \
	src/model/call.c src/model/call_json.c src/model/call_detail.c src/model/cause.c src/model/event.c src/model/histogram.c src/model/metrics.c \
	src/model/metrics_group.c src/model/metrics_json.c src/model/tracker.c \
	src/model/tracker_calls.c src/model/tracker_internal.h src/model/tracker_legs.c \
	src/model/tracker_resync.c src/model/tracker_story.c
libtdmodel_a_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)

libtdmodel_a_SOURCES += src/model/near.c src/model/resolve.c src/model/gaps.c
