/* POST /record: forms, JSON documents and streams of them, into the store. */
#include "api/api.h"

#include <malloc.h>
#include <string.h>

#include "record/documents.h"
#include "http/body.h"
#include "base/error.h"
#include "base/json-text.h"

#define ERRORS_LISTED 100

/* Bytes of a body whose records leave much free memory in many pieces, which goes back to the system then. */
#define LARGE_BODY (8 * 1024 * 1024)

typedef struct {
	Api *api;
	HttpRequest *request;
	HttpResponse *response;
	gboolean raw;
} Post;

/* One record ----------------------------------------------------------------------------------- */

static gboolean insert_alone(Api *api, Record *record, GError **error)
{
	Store *store = pool_take(api->batches);
	gboolean ok =
		store_check_size(store, record, error) && store_insert(store, &record, 1, error);
	store_compact(store);
	pool_give(api->batches, store);
	return ok;
}

/* RFC 7240. The preference may stand among others, and its value in quotes. */
static gboolean wants_representation(const HttpRequest *request)
{
	const char *header = http_request_header(request, "HTTP_PREFER");
	return header &&
	       g_regex_match_simple("(^|[,;])\\s*return\\s*=\\s*\"?representation\"?\\s*($|[,;])",
		       header, G_REGEX_CASELESS, 0);
}

/* What the store made of it: MySQL's JSON orders members its own way. The record is committed, so that
 * where it can not be read now, the client gets what it would have got without its preference. */
static gboolean write_representation(Api *api, guint64 id, HttpResponse *response)
{
	g_autoptr(GString) json = g_string_new(NULL);
	Store *store = pool_take(api->readers);
	g_autoptr(Record) stored = store_get(store, id, NULL);
	pool_give(api->readers, store);
	if (!stored)
		return FALSE;
	record_append_json(json, stored, TRUE);
	http_response_header(response, "Preference-Applied", "return=representation");
	return http_response_write(response, json->str, json->len, NULL);
}

gboolean api_record_answer(Api *api, HttpRequest *request, const Record *record,
	HttpResponse *response, GError **error)
{
	char id[24];
	g_snprintf(id, sizeof id, "%" G_GUINT64_FORMAT, record->id);
	g_autofree char *location = g_strconcat(request->url, "/", id, NULL);
	http_response_header(response, "Location", location);
	response->status = 201;
	if (wants_representation(request) && write_representation(api, record->id, response))
		return TRUE;
	return http_response_write(response, id, strlen(id), error);
}

/* Takes the record. The writer's batch, where there is one, is waited for by who calls the handler. */
static gboolean post_one(
	Api *api, HttpRequest *request, Record *taken, HttpResponse *response, GError **error)
{
	g_autoptr(Record) record = taken;
	if (!record)
		return FALSE;
	if (api->writer) {
		api->record = g_steal_pointer(&record);
		return TRUE;
	}
	return insert_alone(api, record, error) &&
	       api_record_answer(api, request, record, response, error);
}

/* Many records --------------------------------------------------------------------------------- */

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
} Collector;

static void collector_init(Collector *collector, Store *store, const char *spool_directory)
{
	*collector = (Collector){.store = store};
	collector->records = g_ptr_array_new();
	collector->ids = spool_new(spool_directory);
	collector->errors = g_string_new(NULL);
}

static void collector_clear(Collector *collector)
{
	if (collector->in_transaction)
		store_rollback(collector->store);
	g_ptr_array_unref(collector->records);
	spool_free(collector->ids);
	g_string_free(collector->errors, TRUE);
	g_clear_error(&collector->first);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Collector, collector_clear)

static gboolean insert_batch(Collector *collector, GError **error)
{
	Record *const *records = (Record *const *)collector->records->pdata;
	guint n = collector->records->len;
	char id[24];
	if (!n)
		return TRUE;
	if (!store_insert(collector->store, records, n, error)) {
		collector->in_transaction = FALSE; /* the store has rolled it back */
		return FALSE;
	}
	for (guint i = 0; i < n; i++) {
		int length = g_snprintf(id, sizeof id, "%s%" G_GUINT64_FORMAT,
			collector->stored++ ? ", " : "", records[i]->id);
		if (!spool_write(collector->ids, id, (gsize)length, error))
			return FALSE;
	}
	g_ptr_array_set_size(collector->records, 0);
	return TRUE;
}

/* Notes a document that is not stored. Takes the error. */
static void reject(Collector *collector, GError *problem, guint64 number)
{
	const char *why = problem->message;
	gboolean invalid = g_str_has_prefix(why, JSON_TEXT_INVALID);
	if (invalid)
		why += strlen(JSON_TEXT_INVALID);
	char *message =
		g_strdup_printf(invalid ? JSON_TEXT_INVALID " %2$s %3$" G_GUINT64_FORMAT "%1$s"
					: "%1$s %2$s %3$" G_GUINT64_FORMAT,
			why, collector->where, number);
	g_free(problem->message);
	problem->message = message;
	if (collector->failed++ < ERRORS_LISTED) {
		g_string_append_printf(collector->errors,
			",\n{\"status\": %u, \"body\": {\"error\": ", error_status(problem));
		http_append_error(collector->errors, problem);
		g_string_append(collector->errors, "}}");
	}
	if (collector->first)
		g_error_free(problem);
	else
		collector->first = problem;
}

/* Only what the record itself is to blame for is noted beside it; the rest fails the whole. */
static gboolean is_rejection(const GError *problem)
{
	return g_error_matches(problem, CHRONOLOGER_ERROR, ERROR_VALUE) ||
	       g_error_matches(problem, CHRONOLOGER_ERROR, ERROR_MODEL) ||
	       g_error_matches(problem, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE);
}

static gboolean add(Collector *collector, Document *document, GError **error)
{
	if (document->record &&
		store_check_size(collector->store, document->record, &document->problem))
		g_ptr_array_add(collector->records, document->record);
	GError *problem = g_steal_pointer(&document->problem);
	if (problem && !is_rejection(problem)) {
		g_propagate_error(error, problem);
		return FALSE;
	}
	if (problem)
		reject(collector, problem, document->number);
	return TRUE;
}

/* A batch with more behind it begins a transaction. */
static gboolean add_batch(Collector *collector, GArray *batch, gboolean is_last, GError **error)
{
	for (guint i = 0; i < batch->len; i++)
		if (!add(collector, &g_array_index(batch, Document, i), error))
			return FALSE;
	if (!is_last && !collector->in_transaction) {
		if (!store_begin(collector->store, error))
			return FALSE;
		collector->in_transaction = TRUE;
	}
	return insert_batch(collector, error);
}

static gboolean finish(Collector *collector, GError **error)
{
	if (!collector->in_transaction)
		return TRUE;
	collector->in_transaction = FALSE;
	return store_commit(collector->store, error);
}

static gboolean write_string(HttpResponse *response, const char *text, GError **error)
{
	return http_response_write(response, text, strlen(text), error);
}

static gboolean write_ids(Collector *collector, HttpResponse *response, GError **error)
{
	const char *data;
	gsize length;
	if (!write_string(response, "[", error) || !spool_rewind(collector->ids, error))
		return FALSE;
	do {
		if (!spool_read(collector->ids, &data, &length, error) ||
			!http_response_write(response, data, length, error))
			return FALSE;
	} while (length);
	return write_string(response, "]", error);
}

/* 200 and not 207: there are clients that take 207 for a failure and send everything again. */
static gboolean answer(Collector *collector, HttpResponse *response, GError **error)
{
	if (!collector->failed) {
		response->status = 201;
		return write_ids(collector, response, error);
	}
	if (!collector->stored) {
		g_propagate_error(error, g_steal_pointer(&collector->first));
		if (collector->failed > 1)
			g_prefix_error(error, "None of %" G_GUINT64_FORMAT " documents is good: ",
				collector->failed);
		return FALSE;
	}
	return write_string(response, "{\"multistatus\": [{\"status\": 201, \"body\": ", error) &&
	       write_ids(collector, response, error) && write_string(response, "}", error) &&
	       http_response_write(
		       response, collector->errors->str, collector->errors->len, error) &&
	       write_string(response, "]}", error);
}

static gboolean collect(Collector *collector, Documents *documents, GError **error)
{
	g_autoptr(GArray) batch = NULL;
	if (!documents_next(documents, &batch, error))
		return FALSE;
	while (batch) {
		if (!add_batch(collector, batch, documents_ended(documents), error))
			return FALSE;
		g_clear_pointer(&batch, g_array_unref);
		if (!documents_next(documents, &batch, error))
			return FALSE;
	}
	return finish(collector, error);
}

static gboolean attempt(const DocumentSource *source, const char *spool_directory, Store *store,
	HttpResponse *response, GError **error)
{
	g_auto(Collector) collector;
	collector_init(&collector, store, spool_directory);
	collector.where = source->array ? "in element" : "on line";
	g_autoptr(Documents) documents = documents_new(source, error);
	return documents && collect(&collector, documents, error) &&
	       answer(&collector, response, error);
}

/* A transaction that was rolled back through no fault of its records is done once more. */
static gboolean post_many(const Post *post, const DocumentSource *source, GError **error)
{
	Api *api = post->api;
	const char *spool_directory = api->config->spool_directory;
	g_autoptr(GError) problem = NULL;
	fcgi_block(post->request->fcgi);
	Store *store = pool_take(api->batches);
	gboolean ok = attempt(source, spool_directory, store, post->response, &problem);
	if (g_error_matches(problem, CHRONOLOGER_ERROR, ERROR_TRANSIENT)) {
		g_clear_error(&problem);
		ok = attempt(source, spool_directory, store, post->response, &problem);
	}
	store_compact(store);
	pool_give(api->batches, store);
	fcgi_unblock(post->request->fcgi);
	if (source->body && spool_length(source->body) > LARGE_BODY)
		malloc_trim(0);
	if (problem)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

/* By type of body ------------------------------------------------------------------------------ */

static gboolean receive_document(Post *post, const char **data, gsize *length, GError **error)
{
	const Config *config = post->api->config;
	Spool *body = http_body_receive(
		post->request, MIN(config->document_limit, config->body_limit), error);
	return body && spool_contents(body, data, length, error);
}

static gboolean post_form(Post *post, GError **error)
{
	const char *data;
	gsize length;
	if (post->raw) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"raw\" goes with JSON only");
		return FALSE;
	}
	if (!receive_document(post, &data, &length, error))
		return FALSE;
	return post_one(post->api, post->request, record_from_form(data, length, error),
		post->response, error);
}

static gboolean post_json(Post *post, GError **error)
{
	const char *data;
	gsize length;
	if (!receive_document(post, &data, &length, error))
		return FALSE;
	if (data[strspn(data, " \t\r\n")] == '[') {
		Text array = {(char *)data, length};
		DocumentSource source = {.array = &array, .raw = post->raw};
		return post_many(post, &source, error);
	}
	Record *record = post->raw ? record_from_raw_json(data, length, g_get_real_time(), error)
				   : record_from_json(data, length, error);
	return post_one(post->api, post->request, record, post->response, error);
}

static gboolean post_lines(Post *post, GError **error)
{
	const Config *config = post->api->config;
	DocumentSource source = {
		.body = http_body_receive(post->request, config->body_limit, error),
		.limit = config->document_limit,
		.raw = post->raw,
	};
	return source.body && post_many(post, &source, error);
}

static const struct {
	const char *type;
	gboolean (*post)(Post *post, GError **error);
} types[] = {
	{"application/x-www-form-urlencoded", post_form},
	{"application/json", post_json},
	{"application/x-ndjson", post_lines},
};

gboolean api_record_post(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	ApiParameter own[] = {{"raw", NULL}};
	Post post = {api, request, response, FALSE};
	if (!api_parameters(api, request, own, G_N_ELEMENTS(own), NULL, error) ||
		!api_parse_flag(&own[0], &post.raw, error))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
		if (http_request_is(request, types[i].type))
			return types[i].post(&post, error);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_MEDIA_TYPE,
		"The Content-Type is not supported; these are: %s, %s, %s", types[0].type,
		types[1].type, types[2].type);
	return FALSE;
}
