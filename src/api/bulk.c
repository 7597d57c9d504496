/* Many records of one body: one transaction, and beside each document that is none the reason. */
#include "api/retry.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"

#define ERRORS_LISTED 100

/* One attempt at storing a body of documents. Memory does not grow with them. */
typedef struct {
	const char *where; /* "on line", "in element" */
	Store *store;
	Retry *retry;
	GPtrArray *records; /* of the batch; borrowed from it */
	gboolean in_transaction;
	StoreNote *note; /* the answer: `ids`, and of `errors` the first ERRORS_LISTED */
	StoreIdList list;
	guint64 stored, failed;
	GError *first; /* the first of them */
} Bulk;

static void bulk_init(Bulk *bulk, Store *store, Retry *retry)
{
	StoreNote *note = &retry->note;
	*bulk = (Bulk){.store = store, .retry = retry, .note = note, .list = {.text = note->ids}};
	bulk->records = g_ptr_array_new();
	store_note_reset(note);
}

static void bulk_clear(Bulk *bulk)
{
	if (bulk->in_transaction)
		store_rollback(bulk->store);
	g_ptr_array_unref(bulk->records);
	g_clear_error(&bulk->first);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Bulk, bulk_clear)

static gboolean insert_batch(Bulk *bulk, GError **error)
{
	Record *const *records = (Record *const *)bulk->records->pdata;
	guint n = bulk->records->len;
	if (!n)
		return TRUE;
	if (!store_insert(bulk->store, records, n, error)) {
		bulk->in_transaction = FALSE; /* the store has rolled it back */
		return FALSE;
	}
	for (guint i = 0; i < n; i++)
		store_id_list_add(&bulk->list, records[i]->id);
	bulk->stored += n;
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
		g_string_append_printf(bulk->note->errors,
			",\n{\"status\": %u, \"body\": {\"error\": ", error_status(problem));
		http_append_error(bulk->note->errors, problem);
		g_string_append(bulk->note->errors, "}}");
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

/* What has stored nothing leaves no note. */
static gboolean finish(Bulk *bulk, GError **error)
{
	store_id_list_end(&bulk->list);
	bulk->note->status = bulk->failed ? 200 : 201;
	if (!bulk->in_transaction)
		return TRUE;
	if (bulk->retry->is_keyed && !bulk->stored)
		return TRUE;
	bulk->in_transaction = FALSE;
	return bulk->retry->is_keyed ? retry_commit(bulk->retry, bulk->store, error)
				     : store_commit(bulk->store, error);
}

static gboolean write_string(HttpResponse *response, const char *text, GError **error)
{
	return http_response_write(response, text, strlen(text), error);
}

typedef struct {
	HttpResponse *response;
	gboolean is_next;
} Ids;

static gboolean write_id(guint64 id, gpointer data, GError **error)
{
	Ids *ids = data;
	char text[24];
	int length =
		g_snprintf(text, sizeof text, "%s%" G_GUINT64_FORMAT, ids->is_next ? ", " : "", id);
	ids->is_next = TRUE;
	return http_response_write(ids->response, text, (gsize)length, error);
}

static gboolean write_ids(Bulk *bulk, HttpResponse *response, GError **error)
{
	Ids ids = {.response = response};
	return write_string(response, "[", error) &&
	       store_id_list_read(bulk->note->ids, write_id, &ids, error) &&
	       write_string(response, "]", error);
}

/* 200 and not 207: there are clients that take 207 for a failure and send everything again. */
static gboolean answer(Bulk *bulk, HttpResponse *response, GError **error)
{
	if (bulk->note->status == 201) {
		response->status = 201;
		return write_ids(bulk, response, error);
	}
	if (!bulk->note->ids->len) {
		g_propagate_error(error, g_steal_pointer(&bulk->first));
		if (bulk->failed > 1)
			g_prefix_error(error,
				"None of %" G_GUINT64_FORMAT " documents is good: ", bulk->failed);
		return FALSE;
	}
	return write_string(response, "{\"multistatus\": [{\"status\": 201, \"body\": ", error) &&
	       write_ids(bulk, response, error) && write_string(response, "}", error) &&
	       http_response_write(
		       response, bulk->note->errors->str, bulk->note->errors->len, error) &&
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

static gboolean store_documents(Bulk *bulk, const DocumentSource *source, GError **error)
{
	gboolean done = FALSE;
	if (bulk->retry->is_keyed && !retry_begin(bulk->retry, bulk->store, &done, error))
		return FALSE;
	if (done)
		return TRUE;
	bulk->in_transaction = bulk->retry->is_keyed;
	g_autoptr(Documents) documents = documents_new(source, error);
	return documents && collect(bulk, documents, error);
}

typedef struct {
	const DocumentSource *source;
	HttpResponse *response;
} Work;

/* A RetryFunc. */
static gboolean attempt(Retry *retry, Store *store, gpointer data, GError **error)
{
	const Work *work = data;
	g_auto(Bulk) bulk;
	bulk_init(&bulk, store, retry);
	bulk.where = work->source->is_array ? "in element" : "on line";
	return store_documents(&bulk, work->source, error) && answer(&bulk, work->response, error);
}

gboolean api_bulk(Api *api, HttpRequest *request, const DocumentSource *source,
	HttpResponse *response, GError **error)
{
	g_auto(Retry) retry = {0};
	Work work = {source, response};
	if (!retry_init(&retry, api, request, response, error))
		return FALSE;
	if (!retry.is_keyed)
		store_note_init(&retry.note);
	return retry_run(&retry, attempt, &work, error);
}
