/* Many records of one body: one transaction, and beside each document that is none the reason. */
#include "api/api.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"

#define ERRORS_LISTED 100

/* One attempt at storing a body of documents. Ids and errors go where memory does not grow with
 * them. */
typedef struct {
	const char *where; /* "on line", "in element" */
	Store *store;
	GPtrArray *records; /* of the batch; borrowed from it */
	gboolean in_transaction;
	Spool *ids;
	guint64 stored;
	GString *errors; /* JSON: the first ERRORS_LISTED */
	guint64 failed;
	GError *first; /* the first of them */
} Bulk;

static void bulk_init(Bulk *bulk, Store *store, const char *spool_directory)
{
	*bulk = (Bulk){.store = store};
	bulk->records = g_ptr_array_new();
	bulk->ids = spool_new(spool_directory);
	bulk->errors = g_string_new(NULL);
}

static void bulk_clear(Bulk *bulk)
{
	if (bulk->in_transaction)
		store_rollback(bulk->store);
	g_ptr_array_unref(bulk->records);
	spool_free(bulk->ids);
	g_string_free(bulk->errors, TRUE);
	g_clear_error(&bulk->first);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bulk, bulk_clear)

static gboolean insert_batch(Bulk *bulk, GError **error)
{
	Record *const *records = (Record *const *)bulk->records->pdata;
	guint n = bulk->records->len;
	char id[24];
	if (!n)
		return TRUE;
	if (!store_insert(bulk->store, records, n, error)) {
		bulk->in_transaction = FALSE; /* the store has rolled it back */
		return FALSE;
	}
	for (guint i = 0; i < n; i++) {
		int length = g_snprintf(id, sizeof id, "%s%" G_GUINT64_FORMAT,
			bulk->stored++ ? ", " : "", records[i]->id);
		if (!spool_write(bulk->ids, id, (gsize)length, error))
			return FALSE;
	}
	g_ptr_array_set_size(bulk->records, 0);
	return TRUE;
}

/* Notes a document that is not stored. Takes the error. */
static void reject(Bulk *bulk, GError *problem, guint64 number)
{
	const char *why = problem->message;
	gboolean invalid = g_str_has_prefix(why, JSON_INVALID);
	if (invalid)
		why += strlen(JSON_INVALID);
	char *message = g_strdup_printf(invalid ? JSON_INVALID " %2$s %3$" G_GUINT64_FORMAT "%1$s"
						: "%1$s %2$s %3$" G_GUINT64_FORMAT,
		why, bulk->where, number);
	g_free(problem->message);
	problem->message = message;
	if (bulk->failed++ < ERRORS_LISTED) {
		g_string_append_printf(bulk->errors,
			",\n{\"status\": %u, \"body\": {\"error\": ", error_status(problem));
		http_append_error(bulk->errors, problem);
		g_string_append(bulk->errors, "}}");
	}
	if (bulk->first)
		g_error_free(problem);
	else
		bulk->first = problem;
}

/* Only what the record itself is to blame for is noted beside it; the rest fails the whole. */
static gboolean add(Bulk *bulk, Document *document, GError **error)
{
	if (document->record && store_check_size(bulk->store, document->record, &document->problem))
		g_ptr_array_add(bulk->records, document->record);
	GError *problem = g_steal_pointer(&document->problem);
	if (problem && error_class(problem) != ERROR_CLASS_INPUT) {
		g_propagate_error(error, problem);
		return FALSE;
	}
	if (problem)
		reject(bulk, problem, document->number);
	return TRUE;
}

/* A batch with more behind it begins a transaction. */
static gboolean add_batch(Bulk *bulk, GArray *batch, gboolean is_last, GError **error)
{
	for (guint i = 0; i < batch->len; i++)
		if (!add(bulk, &g_array_index(batch, Document, i), error))
			return FALSE;
	if (!is_last && !bulk->in_transaction) {
		if (!store_begin(bulk->store, error))
			return FALSE;
		bulk->in_transaction = TRUE;
	}
	return insert_batch(bulk, error);
}

static gboolean finish(Bulk *bulk, GError **error)
{
	if (!bulk->in_transaction)
		return TRUE;
	bulk->in_transaction = FALSE;
	return store_commit(bulk->store, error);
}

static gboolean write_string(HttpResponse *response, const char *text, GError **error)
{
	return http_response_write(response, text, strlen(text), error);
}

static gboolean write_ids(Bulk *bulk, HttpResponse *response, GError **error)
{
	const char *data;
	gsize length;
	if (!write_string(response, "[", error) || !spool_rewind(bulk->ids, error))
		return FALSE;
	do {
		if (!spool_read(bulk->ids, &data, &length, error) ||
			!http_response_write(response, data, length, error))
			return FALSE;
	} while (length);
	return write_string(response, "]", error);
}

/* 200 and not 207: there are clients that take 207 for a failure and send everything again. */
static gboolean answer(Bulk *bulk, HttpResponse *response, GError **error)
{
	if (!bulk->failed) {
		response->status = 201;
		return write_ids(bulk, response, error);
	}
	if (!bulk->stored) {
		g_propagate_error(error, g_steal_pointer(&bulk->first));
		if (bulk->failed > 1)
			g_prefix_error(error,
				"None of %" G_GUINT64_FORMAT " documents is good: ", bulk->failed);
		return FALSE;
	}
	return write_string(response, "{\"multistatus\": [{\"status\": 201, \"body\": ", error) &&
	       write_ids(bulk, response, error) && write_string(response, "}", error) &&
	       http_response_write(response, bulk->errors->str, bulk->errors->len, error) &&
	       write_string(response, "]}", error);
}

static gboolean collect(Bulk *bulk, Documents *documents, GError **error)
{
	g_autoptr(GArray) batch = NULL;
	if (!documents_next(documents, &batch, error))
		return FALSE;
	while (batch) {
		if (!add_batch(bulk, batch, documents_ended(documents), error))
			return FALSE;
		g_clear_pointer(&batch, g_array_unref);
		if (!documents_next(documents, &batch, error))
			return FALSE;
	}
	return finish(bulk, error);
}

static gboolean attempt(const DocumentSource *source, const char *spool_directory, Store *store,
	HttpResponse *response, GError **error)
{
	g_auto(Bulk) bulk;
	bulk_init(&bulk, store, spool_directory);
	bulk.where = source->is_array ? "in element" : "on line";
	g_autoptr(Documents) documents = documents_new(source, error);
	return documents && collect(&bulk, documents, error) && answer(&bulk, response, error);
}

/* A transaction that was rolled back through no fault of its records is done once more. */
gboolean api_bulk(Api *api, HttpRequest *request, const DocumentSource *source,
	HttpResponse *response, GError **error)
{
	const char *spool_directory = api->config->spool_directory;
	g_autoptr(GError) problem = NULL;
	fcgi_block(request->fcgi);
	Store *store = pool_take(api->batches);
	gboolean ok = attempt(source, spool_directory, store, response, &problem);
	if (g_error_matches(problem, CHRONOLOGER_ERROR, ERROR_TRANSIENT)) {
		g_clear_error(&problem);
		ok = attempt(source, spool_directory, store, response, &problem);
	}
	store_compact(store);
	pool_give(api->batches, store);
	fcgi_unblock(request->fcgi);
	if (problem)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}
