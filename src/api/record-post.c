/* POST /record: forms, JSON documents and streams of them, into the store. */
#include "api/retry.h"

#include <malloc.h>
#include <string.h>

#include "base/error.h"
#include "http/body.h"

/* Bytes of a document for which memory is not asked for. */
#define SMALL (1024 * 1024)

/* How many times its size a document takes: text, record, and what the database's library makes of
 * it, or what a message is made of. Of lines there may be one that is stored, one that waits and one
 * that is read. */
#define DOCUMENT_TIMES 4
#define LINE_TIMES 9

/* And beside that: the tree of JSON_VALUES_MAX values. */
#define VALUES_BYTES (16 * 1024 * 1024)

typedef struct {
	Api *api;
	HttpRequest *request;
	HttpResponse *response;
	gboolean raw;
	gsize memory; /* taken of the budget */
} Post;

/* The answer for one record -------------------------------------------------------------------- */

/* RFC 7240. The preference may stand among others, and its value in quotes. */
static gboolean wants_representation(const HttpRequest *request)
{
	const char *header = http_request_header(request, "HTTP_PREFER");
	return header &&
	       g_regex_match_simple("(^|[,;])\\s*return\\s*=\\s*\"?representation\"?\\s*($|[,;])",
		       header, G_REGEX_CASELESS, 0);
}

/* What the store made of it: MySQL's JSON orders members its own way. The record is committed,
 * so that where it can not be read now, the client gets what it would have got without its
 * preference. */
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

static gboolean answer(Api *api, HttpRequest *request, const Record *record, HttpResponse *response,
	GError **error)
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

/* One record ----------------------------------------------------------------------------------- */

/* A request whose record is on its way to the database. Meanwhile it has no thread. */
typedef struct {
	WriterItem item; /* first: done() is given this */
	HttpRequest *request;
	HttpResponse *response;
} PendingPost;

static void written(WriterItem *item)
{
	PendingPost *pending = (PendingPost *)item;
	fcgi_resume(pending->request->fcgi, pending);
}

/* Takes the record, and the request with its answer: from here on they are no longer this
 * thread's. */
static void leave(const Post *post, Record *record)
{
	PendingPost *pending = g_new0(PendingPost, 1);
	pending->item.record = record;
	pending->item.done = written;
	pending->request = post->request;
	pending->response = post->response;
	post->api->left = TRUE;
	writer_submit(post->api->writer, &pending->item);
}

void api_record_answer(Api *api, gpointer left)
{
	PendingPost *pending = left;
	g_autoptr(HttpRequest) request = pending->request;
	g_autoptr(HttpResponse) response = pending->response;
	g_autoptr(Record) record = pending->item.record;
	g_autoptr(GError) error = pending->item.error;
	g_free(pending);
	if (!error)
		answer(api, request, record, response, &error);
	http_response_send(response, request, error);
}

/* By the writer, whose commit others share, or where there is none alone. */
static gboolean insert(const Post *post, Record *record, GError **error)
{
	const Api *api = post->api;
	if (api->writer) {
		fcgi_block(post->request->fcgi);
		gboolean ok = writer_insert(api->writer, record, error);
		fcgi_unblock(post->request->fcgi);
		return ok;
	}
	Store *store = pool_take(api->batches);
	gboolean ok = store_insert(store, &record, 1, error);
	store_compact(store);
	pool_give(api->batches, store);
	return ok;
}

/* Takes the record; NULL where there is an error instead. */
static gboolean post_one(const Post *post, Record *taken, GError **error)
{
	g_autoptr(Record) record = taken;
	g_auto(Retry) retry = {0};
	if (!record || !retry_init(&retry, post->api, post->request, post->response, error))
		return FALSE;
	g_clear_pointer(&post->request->body, spool_free);
	if (retry.is_keyed)
		return retry_insert(&retry, record, error) &&
		       answer(post->api, post->request, record, post->response, error);
	if (fcgi_leave(post->request->fcgi)) {
		leave(post, g_steal_pointer(&record));
		return TRUE;
	}
	return insert(post, record, error) &&
	       answer(post->api, post->request, record, post->response, error);
}

/* Memory --------------------------------------------------------------------------------------- */

/* Asks for what a document of so many bytes takes at worst. */
static gboolean take_memory(Post *post, gsize length, guint times, GError **error)
{
	gsize bytes = times * length + VALUES_BYTES;
	if (length <= SMALL)
		return TRUE;
	fcgi_block(post->request->fcgi);
	gboolean ok = budget_take(post->api->memory, bytes, post->api->config->deadline, error);
	fcgi_unblock(post->request->fcgi);
	post->memory = ok ? bytes : 0;
	return ok;
}

/* What was in small pieces goes back to the system too. */
static void give_memory(Post *post)
{
	if (!post->memory)
		return;
	g_clear_pointer(&post->request->body, spool_free);
	malloc_trim(0);
	budget_give(post->api->memory, post->memory);
}

/* 0 where none of them can be one for which memory is asked. */
static gboolean longest_line(Spool *body, gsize *longest, GError **error)
{
	const char *data, *end, *newline;
	gsize length, begun = 0;
	*longest = 0;
	if (spool_length(body) <= SMALL)
		return TRUE;
	do {
		if (!spool_read(body, &data, &length, error))
			return FALSE;
		for (end = data + length; (newline = memchr(data, '\n', (gsize)(end - data)));
			data = newline + 1) {
			*longest = MAX(*longest, begun + (gsize)(newline - data));
			begun = 0;
		}
		begun += (gsize)(end - data);
	} while (length);
	*longest = MAX(*longest, begun);
	return TRUE;
}

/* By type of body ------------------------------------------------------------------------------ */

static gboolean receive_document(Post *post, char **data, gsize *length, GError **error)
{
	const Config *config = post->api->config;
	Spool *body = http_body_receive(
		post->request, MIN(config->document_limit, config->body_limit), error);
	return body && take_memory(post, spool_length(body), DOCUMENT_TIMES, error) &&
	       spool_contents(body, data, length, error);
}

static gboolean post_form(Post *post, GError **error)
{
	char *data;
	gsize length;
	if (post->raw) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"raw\" goes with JSON only");
		return FALSE;
	}
	if (!receive_document(post, &data, &length, error))
		return FALSE;
	return post_one(post, record_from_form(data, length, error), error);
}

static gboolean post_json(Post *post, GError **error)
{
	char *data;
	gsize length;
	if (!receive_document(post, &data, &length, error))
		return FALSE;
	if (data[strspn(data, " \t\r\n")] == '[') {
		DocumentSource source = {
			.body = post->request->body,
			.is_array = TRUE,
			.raw = post->raw,
		};
		return api_bulk(post->api, post->request, &source, post->response, error);
	}
	Record *record = post->raw ? record_from_raw_json(data, length, g_get_real_time(), error)
				   : record_from_json(data, length, error);
	return post_one(post, record, error);
}

static gboolean post_lines(Post *post, GError **error)
{
	const Config *config = post->api->config;
	DocumentSource source = {
		.body = http_body_receive(post->request, config->body_limit, error),
		.limit = config->document_limit,
		.raw = post->raw,
	};
	gsize longest;
	return source.body && longest_line(source.body, &longest, error) &&
	       take_memory(post, MIN(longest, source.limit), LINE_TIMES, error) &&
	       api_bulk(post->api, post->request, &source, post->response, error);
}

/* What the loop can do by itself: one record that is in the socket's buffer. A representation is
 * read from the database, an array is stored by who has read it, and inflating takes a while. */
gboolean api_is_quick(const Api *api, FcgiRequest *fcgi)
{
	const char *method = fcgi_param(fcgi, "REQUEST_METHOD");
	const char *type = fcgi_param(fcgi, "CONTENT_TYPE");
	if (!api->writer || !method || !type || strcmp(method, "POST") ||
		fcgi_param(fcgi, "HTTP_PREFER") || fcgi_param(fcgi, "HTTP_CONTENT_ENCODING") ||
		fcgi_param(fcgi, "HTTP_IDEMPOTENCY_KEY"))
		return FALSE;
	if (g_str_has_prefix(type, "application/x-www-form-urlencoded"))
		return TRUE;
	return g_str_has_prefix(type, "application/json") && fcgi_peek(fcgi) == '{';
}

static const struct {
	const char *type;
	gboolean (*post)(Post *post, GError **error);
} types[] = {
	{"application/x-www-form-urlencoded", post_form},
	{"application/json", post_json},
	{"application/x-ndjson", post_lines},
};

static gboolean post_body(Post *post, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
		if (http_request_is(post->request, types[i].type))
			return types[i].post(post, error);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_MEDIA_TYPE,
		"The Content-Type is not supported; these are: %s, %s, %s", types[0].type,
		types[1].type, types[2].type);
	return FALSE;
}

gboolean api_record_post(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	ApiParameter own[] = {{"raw", NULL}};
	Post post = {api, request, response, FALSE, 0};
	if (!api_parameters(api, request, response, own, G_N_ELEMENTS(own), NULL, error) ||
		!api_parse_flag(&own[0], &post.raw, error))
		return FALSE;
	gboolean ok = post_body(&post, error);
	give_memory(&post);
	return ok;
}
