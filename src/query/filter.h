/* Which records a reader asks for: the filters of the HTTP contract, read from a query string. */
#ifndef CHRONOLOGER_QUERY_FILTER_H
#define CHRONOLOGER_QUERY_FILTER_H

#include <glib.h>

#include "query/query.h"

typedef struct {
	gint64 after;  /* microseconds since 1970, included; CALENDAR_TS_MIN where not given */
	gint64 before; /* the same; CALENDAR_TS_MAX where not given */
	guint level;  /* at least this; 0 where not given, RECORD_LEVEL_MAX + 1 where none has it */
	Query *query; /* what `query` and `search` say; NULL where neither is given */
	char *search; /* the latter as an expression, "" where it asks for nothing; NULL where not given */
	GPtrArray *names; /* char *: logger-name prefixes, any of them; empty for all */
	guint64 newest; /* no record with a higher id; G_MAXUINT64 for all. Not a parameter: an export
			 * leaves out what arrives after it has begun */
	guint given;    /* query/filter.c's own: a bit for each parameter that was set */
} Filter;

Filter *filter_new(void);
void filter_free(Filter *filter); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filter, filter_free)

/* Whether it asks for some logger names, or for some levels: how many have them is counted. */
gboolean filter_has_name_or_level(const Filter *filter);

/* Takes one parameter of a query string. `*taken` says whether it is a filter's; one that is not is no
 * error. ERROR_VALUE names it where its value does not parse or it is given twice, ERROR_QUERY for
 * `query`. `now` (microseconds since 1970) is what durations count from. */
gboolean filter_set(Filter *filter, const char *name, const char *value, gint64 now,
	gboolean *taken, GError **error);

#endif
