/* Reading what an expression finds a slice of time at a time, newest first, so that what was found is
 * there however long the rest takes: `partial=1`, the HTTP contract, "Searching for text". */
#ifndef CHRONOLOGER_API_SLICES_H
#define CHRONOLOGER_API_SLICES_H

#include "api/api.h"
#include "store/timeline.h"

/* Whether an index on a field, or names and levels that few records have, leave no more to be read than a first slice
 * has: then it is read as a whole. */
gboolean slices_leave_few(Api *api, const Filter *filter);

/* `*after`: the instant of the last of `look` records, matching or not, that are older than `from`, in the range
 * of the filter: looks in the index. Where there are not so many `*is_last`, and it is the filter's. */
gboolean slices_find(Api *api, const Filter *filter, const StorePosition *from, guint look,
	gint64 *after, gboolean *is_last, GError **error);

typedef struct slices Slices;

/* Reads the records of one slice. It may move `slices->to` as it gets on, which is kept where it then
 * fails at the deadline. */
typedef gboolean (*SliceFunc)(const Filter *slice, Slices *slices, GError **error);

/* What a request says about it. */
typedef struct {
	gboolean is_partial; /* `partial` */
	gint64 patience;     /* `timeout`, microseconds: the deadline where it is not given */
	gboolean has_from;   /* of a range, by itself */
	StorePosition from;  /* only what is older */
} SliceOptions;

gboolean slices_parse(Api *api, const ApiParameter *partial, const ApiParameter *timeout,
	SliceOptions *options, GError **error);

struct slices {
	Api *api;
	const SliceOptions *options;
	const Filter *filter;
	SliceFunc read;
	gpointer data;
	gboolean is_enough; /* set by `read`: no more is wanted */

	StorePosition to;  /* what is not older was read */
	gboolean is_whole; /* out: all was read, or enough */
};

/* Begins with a thousand records, matching or not, and goes on with more of them as long as they are
 * read fast. Ends when the time is over, or the deadline of a single slice: that is an error only where
 * nothing was read yet. */
gboolean slices_read(Slices *slices, GError **error);

/* X-Searched-To, where the answer is not whole: what `from` takes. */
void slices_describe(const Slices *slices, HttpResponse *response);

typedef struct {
	const Filter *filter;
	TimelineGroup group;
	GTimeZone *zone; /* borrowed */
} TimelineParameters;

/* As timeline_read() gives them; with partial=1 a group may stand there twice, one after the other. */
GArray *api_timeline_sums(Api *api, const TimelineParameters *wanted, const SliceOptions *options,
	HttpResponse *response, GError **error);

#endif
