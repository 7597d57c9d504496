/* `chronologer delete`: deletes old records, and takes them out of the counts. */
#include "base/error.h"
#include "base/iso8601.h"
#include "tool/tool.h"

/* Of one transaction: short, so that nobody waits for it. */
#define BATCH 500

static char *before;
static gboolean dry_run;

static const GOptionEntry options[] = {
	{"before", 0, 0, G_OPTION_ARG_STRING, &before,
		"Records older than this: an ISO 8601 date and time (UTC), or a duration back "
		"from now such as -P90D",
		"TIME"},
	{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run, "Only say how many there are", NULL},
	{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
};

static gboolean read_before(gint64 *ts, GError **error)
{
	gint64 now = g_get_real_time();
	if (!before) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "--before=TIME is missing");
		return FALSE;
	}
	if (!iso8601_parse(before, now, ts, error)) {
		g_prefix_error(error, "--before: ");
		return FALSE;
	}
	return TRUE;
}

static gboolean count_older(const Tool *tool, gint64 ts, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	guint64 n = 0;
	filter->before = ts - 1;
	if (ts > CALENDAR_TS_MIN && !store_count(tool->store, filter, &n, error))
		return FALSE;
	g_print("would delete %" G_GUINT64_FORMAT " records\n", n);
	return TRUE;
}

static gboolean delete_older(const Tool *tool, gint64 ts, GError **error)
{
	guint64 all = 0, some = 0;
	gboolean ok;
	do {
		ok = store_delete(tool->store, ts, BATCH, &some, error);
		all += ok ? some : 0;
	} while (ok && some == BATCH);
	g_print("deleted %" G_GUINT64_FORMAT " records\n", all);
	return ok;
}

static gboolean run(const Tool *tool, char *const *arguments, GError **error)
{
	gint64 ts;
	if (!tool_no_arguments(&tool_delete, arguments, error) || !read_before(&ts, error))
		return FALSE;
	return dry_run ? count_older(tool, ts, error) : delete_older(tool, ts, error);
}

const ToolCommand tool_delete = {
	.name = "delete",
	.summary = "delete old records",
	.options = options,
	.run = run,
};
