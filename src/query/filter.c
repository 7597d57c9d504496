/* Query-string parameters -> Filter. */
#include "query/filter.h"
#include <string.h>
#include "base/error.h"
#include "base/iso8601.h"
#include "record/record.h"

#define SEARCH_LENGTH_MAX 2048 /* bytes: as SQL, that is up to 1 MiB */

Filter *filter_new(void)
{
	Filter *filter = g_new0(Filter, 1);
	filter->after = CALENDAR_TS_MIN;
	filter->before = CALENDAR_TS_MAX;
	filter->names = g_ptr_array_new_with_free_func(g_free);
	filter->newest = G_MAXUINT64;
	return filter;
}

void filter_free(Filter *filter)
{
	if (!filter)
		return;
	g_ptr_array_unref(filter->names);
	query_unref(filter->query);
	g_free(filter->search);
	g_free(filter);
}

gboolean filter_has_name_or_level(const Filter *filter)
{
	return filter->level > 0 || filter->names->len > 0;
}

static gboolean set_after(Filter *filter, const char *value, gint64 now, GError **error)
{
	return iso8601_parse(value, now, &filter->after, error);
}

static gboolean set_before(Filter *filter, const char *value, gint64 now, GError **error)
{
	return iso8601_parse(value, now, &filter->before, error);
}

static gboolean set_level(
	Filter *filter, const char *value, G_GNUC_UNUSED gint64 now, GError **error)
{
	g_autoptr(GError) why = NULL;
	gint64 level = 0;

	/* An integer of any size is a level: below them all, or above. */
	if (!g_ascii_string_to_signed(value, 10, G_MININT64, G_MAXINT64, &level, &why)) {
		if (why->code != G_NUMBER_PARSER_ERROR_OUT_OF_BOUNDS) {
			g_set_error_literal(
				error, CHRONOLOGER_ERROR, ERROR_VALUE, "not an integer");
			return FALSE;
		}
		level = *value == '-' ? 0 : RECORD_LEVEL_MAX + 1;
	}
	filter->level = (guint)CLAMP(level, 0, RECORD_LEVEL_MAX + 1);
	return TRUE;
}

static gboolean set_names(
	Filter *filter, const char *value, G_GNUC_UNUSED gint64 now, G_GNUC_UNUSED GError **error)
{
	g_auto(GStrv) names = g_strsplit(value, ",", -1);

	for (char **name = names; *name; name++)
		if (**name)
			g_ptr_array_add(filter->names, g_strdup(*name));
	return TRUE;
}

static gboolean set_query(Filter *filter, const char *value, gint64 now, GError **error)
{
	Query *query = query_parse_at(value, strlen(value), now, error);
	if (!query)
		return FALSE;
	filter->query = query_and(filter->query, query);
	return TRUE;
}

static gboolean set_search(Filter *filter, const char *value, gint64 now, GError **error)
{
	if (strlen(value) > SEARCH_LENGTH_MAX) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "longer than %d bytes",
			SEARCH_LENGTH_MAX);
		return FALSE;
	}
	Query *search;
	if (!query_parse_search(value, now, &search, &filter->search, error))
		return FALSE;
	filter->query = query_and(filter->query, search);
	return TRUE;
}

typedef gboolean (*SetFunc)(Filter *filter, const char *value, gint64 now, GError **error);

static const struct {
	const char *name;
	SetFunc set; /* its errors of ERROR_VALUE say only why */
} parameters[] = {
	{"after", set_after},
	{"before", set_before},
	{"level", set_level},
	{"name", set_names},
	{"query", set_query},
	{"search", set_search},
};

static gboolean set_parameter(
	Filter *filter, guint index, const char *value, gint64 now, GError **error)
{
	const char *name = parameters[index].name;
	guint bit = 1u << index;
	if (filter->given & bit) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"%s\" is given twice", name);
		return FALSE;
	}
	filter->given |= bit;
	if (!g_utf8_validate(value, -1, NULL)) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"%s\": not valid UTF-8", name);
		return FALSE;
	}
	if (parameters[index].set(filter, value, now, error))
		return TRUE;
	if (error && g_error_matches(*error, CHRONOLOGER_ERROR, ERROR_VALUE))
		g_prefix_error(error, "Parameter \"%s\": ", name);
	return FALSE;
}

gboolean filter_set(Filter *filter, const char *name, const char *value, gint64 now,
	gboolean *taken, GError **error)
{
	guint i = 0;
	while (i < G_N_ELEMENTS(parameters) && strcmp(parameters[i].name, name) != 0)
		i++;
	*taken = i < G_N_ELEMENTS(parameters);
	return !*taken || set_parameter(filter, i, value, now, error);
}
