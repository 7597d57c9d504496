/* `chronologer recount`: compares the count tables with the records and makes them right. */
#include "base/error.h"
#include "tool/tool.h"

static gboolean check;

static const GOptionEntry options[] = {
	{"check", 0, 0, G_OPTION_ARG_NONE, &check,
		"Change nothing, and fail where a count is wrong", NULL},
	{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
};

static gboolean run(const Tool *tool, char *const *arguments, GError **error)
{
	ToolRecount result;
	if (!tool_no_arguments(&tool_recount, arguments, error) ||
		!tool_recount_days(
			tool, check ? STORE_RECOUNT_CHECK : STORE_RECOUNT_ALL, &result, error))
		return FALSE;
	if (check && result.wrong > 0) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_SCHEMA,
			"the counts of %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" days are wrong; run \"chronologer recount\"",
			result.wrong, result.days);
		return FALSE;
	}
	g_print("%" G_GUINT64_FORMAT " records in %" G_GUINT64_FORMAT " days, ", result.records,
		result.days);
	if (result.wrong > 0)
		g_print("the counts of %" G_GUINT64_FORMAT " days corrected\n", result.wrong);
	else
		g_print("all counts are right\n");
	return TRUE;
}

const ToolCommand tool_recount = {
	.name = "recount",
	.summary = "compare the count tables with the records, and correct them",
	.options = options,
	.run = run,
};
