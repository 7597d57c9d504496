/* GET /value: which values a field of the newest records that match has, and how often. */
#include "api/api.h"

#include <string.h>

#include "base/error.h"
#include "base/json-text.h"
#include "base/json-path.h"

#define LIMIT 20
#define LIMIT_MAX 1000
#define SAMPLE 10000
#define SAMPLE_MAX 100000

/* Values that are kept; a record beyond that is not looked at any more. A message may have
 * megabytes. */
#define BYTES_MAX (32 << 20)

typedef enum { FIELD_NAME, FIELD_LEVEL, FIELD_MESSAGE, FIELD_LOGREC } Field;

typedef struct {
	char *json;
	guint count;
} Counted;

typedef struct {
	Field field;
	JsonPath *path; /* of FIELD_LOGREC, else NULL */
	Arena *arena;
	GString *json;
	guint sample;
	GPtrArray *values; /* Counted */
	GHashTable *index; /* their `json` -> Counted */
	gsize bytes;       /* of their texts */
	guint records, missing;
	gboolean complete;
} Tally;

static void free_value(gpointer data)
{
	Counted *value = data;
	g_free(value->json);
	g_free(value);
}

static Tally *tally_new(void)
{
	Tally *tally = g_new0(Tally, 1);
	tally->arena = arena_new();
	tally->json = g_string_new(NULL);
	tally->values = g_ptr_array_new_with_free_func(free_value);
	tally->index = g_hash_table_new(g_str_hash, g_str_equal);
	tally->complete = TRUE;
	return tally;
}

static void tally_free(Tally *tally)
{
	json_path_free(tally->path);
	arena_free(tally->arena);
	g_string_free(tally->json, TRUE);
	g_hash_table_unref(tally->index);
	g_ptr_array_unref(tally->values);
	g_free(tally);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tally, tally_free)

/* Counting ------------------------------------------------------------------------------------- */

static void append_text(GString *json, const Text *text)
{
	json_text_append_string(json, text->data, text->length);
}

/* FALSE where the record has no such value. */
static gboolean append_found(Tally *tally, const Text *logrec)
{
	arena_reset(tally->arena);
	const Json *document = json_parse(tally->arena, logrec->data, logrec->length);
	const Json *found = document ? json_path_first(tally->path, document) : NULL;
	if (found)
		json_print(found, tally->json);
	return found != NULL;
}

static gboolean append_value(Tally *tally, const Record *record)
{
	switch (tally->field) {
	case FIELD_NAME:
		append_text(tally->json, &record->name);
		return TRUE;
	case FIELD_LEVEL:
		g_string_append_printf(tally->json, "%u", record->level);
		return TRUE;
	case FIELD_MESSAGE:
		append_text(tally->json, &record->message);
		return TRUE;
	default:
		return append_found(tally, &record->logrec);
	}
}

static void count(Tally *tally)
{
	Counted *value = g_hash_table_lookup(tally->index, tally->json->str);
	if (!value) {
		value = g_new(Counted, 1);
		*value = (Counted){g_strndup(tally->json->str, tally->json->len), 0};
		g_ptr_array_add(tally->values, value);
		g_hash_table_insert(tally->index, value->json, value);
		tally->bytes += tally->json->len;
	}
	value->count++;
}

static gboolean look_at(const Record *record, gpointer data, G_GNUC_UNUSED GError **error)
{
	Tally *tally = data;
	if (tally->records == tally->sample || tally->bytes > BYTES_MAX) {
		tally->complete = FALSE;
		return TRUE;
	}
	tally->records++;
	g_string_truncate(tally->json, 0);
	if (append_value(tally, record))
		count(tally);
	else
		tally->missing++;
	return TRUE;
}

/* The answer ----------------------------------------------------------------------------------- */

static gint compare_values(gconstpointer a, gconstpointer b)
{
	const Counted *x = *(Counted *const *)a, *y = *(Counted *const *)b;
	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->json, y->json);
}

static gboolean write_value(
	HttpResponse *response, const Counted *value, gboolean first, GError **error)
{
	g_autofree char *end = g_strdup_printf(", \"count\": %u}", value->count);
	const char *begin = first ? "{\"value\": " : ",\n{\"value\": ";
	return http_response_write(response, begin, strlen(begin), error) &&
	       http_response_write(response, value->json, strlen(value->json), error) &&
	       http_response_write(response, end, strlen(end), error);
}

static gboolean write_tally(HttpResponse *response, Tally *tally, guint limit, GError **error)
{
	g_autofree char *head = g_strdup_printf("{\"records\": %u, \"complete\": %s, \"missing\": "
						"%u, \"distinct\": %u,\n\"values\": [",
		tally->records, tally->complete ? "true" : "false", tally->missing,
		tally->values->len);
	g_ptr_array_sort(tally->values, compare_values);
	gboolean ok = http_response_write(response, head, strlen(head), error);
	for (guint i = 0; i < MIN(tally->values->len, limit) && ok; i++)
		ok = write_value(response, tally->values->pdata[i], i == 0, error);
	return ok && http_response_write(response, "]}", 2, error);
}

/* The request ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	Field field;
} columns[] = {
	{"name", FIELD_NAME},
	{"level", FIELD_LEVEL},
	{"message", FIELD_MESSAGE},
};

static gboolean parse_path(const ApiParameter *parameter, Tally *tally, GError **error)
{
	const char *path = parameter->value;
	if (!path) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "Parameter \"path\" is missing");
		return FALSE;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
		if (!strcmp(columns[i].name, path)) {
			tally->field = columns[i].field;
			return TRUE;
		}
	tally->field = FIELD_LOGREC;
	tally->path = json_path_parse(path, strlen(path), error);
	if (!tally->path)
		g_prefix_error(error, "Parameter \"path\" is not name, level or message: ");
	return tally->path != NULL;
}

gboolean api_value(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(Tally) tally = tally_new();
	ApiParameter own[] = {{"path", NULL}, {"limit", NULL}, {"sample", NULL}};
	guint limit = LIMIT;
	tally->sample = SAMPLE;
	if (!api_parameters(api, request, response, own, G_N_ELEMENTS(own), filter, error) ||
		!parse_path(&own[0], tally, error) ||
		!api_parse_limit(&own[1], LIMIT_MAX, &limit, error) ||
		!api_parse_limit(&own[2], SAMPLE_MAX, &tally->sample, error))
		return FALSE;
	StoreRange range = {
		.filter = filter,
		.limit = tally->sample + 1, /* one more, to know whether there is one */
		.with_logrec = tally->field == FIELD_LOGREC,
	};
	return store_range(api->reader, &range, look_at, tally, error) &&
	       write_tally(response, tally, limit, error);
}
