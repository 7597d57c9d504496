/* Requests from FastCGI parameters, bodies spooled and inflated, answers with their headers. */
#include "http/http.h"

#include <string.h>
#include <uriparser/Uri.h>
#include <zlib.h>

#include "base/error.h"
#include "base/json-text.h"

#define PREFIX "/api/v1"

/* Enough for a message; some front servers drop a line over 8 KiB, and with it the answer. */
#define ERROR_HEADER_MAX 1000

#define CHUNK (8 * 1024) /* what libfcgi has at a time */

/* Of inflateInit2(): any window, in a gzip wrapper alone. */
#define GZIP_WINDOW (15 + 16)

/* Requests ------------------------------------------------------------------------------------- */

static gboolean bad_query(const char *why, GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "The query string %s", why);
	return FALSE;
}

/* uriparser ends a decoded value at %00, so that is refused before. */
static gboolean parse_query(HttpRequest *request, const char *query, GError **error)
{
	UriQueryListA *list = NULL;
	int count = 0;
	if (!query || !*query)
		return TRUE;
	if (strstr(query, "%00"))
		return bad_query("holds a NUL byte (%00)", error);
	if (uriDissectQueryMallocExA(
		    &list, &count, query, query + strlen(query), URI_TRUE, URI_BR_DONT_TOUCH))
		return bad_query("does not parse", error);
	request->query_list = list;
	for (const UriQueryListA *item = list; item; item = item->next) {
		HttpParameter parameter = {item->key, item->value ? item->value : ""};
		if (!g_utf8_validate(parameter.name, -1, NULL) ||
			!g_utf8_validate(parameter.value, -1, NULL))
			return bad_query("is not UTF-8", error);
		if (*parameter.name)
			g_array_append_val(request->parameters, parameter);
	}
	return TRUE;
}

/* REQUEST_URI is the one parameter that all front servers fill alike: SCRIPT_NAME and PATH_INFO
 * differ with the way the worker is reached. What stands before /api/v1 is where the API was
 * mounted. */
gboolean http_request_read(
	HttpRequest **result, FcgiRequest *fcgi, const char *spool_directory, GError **error)
{
	HttpRequest *request = g_new0(HttpRequest, 1);
	const char *method = fcgi_param(fcgi, "REQUEST_METHOD");
	const char *uri = fcgi_param(fcgi, "REQUEST_URI");
	const char *query = uri ? strchr(uri, '?') : NULL;
	request->fcgi = fcgi;
	request->spool_directory = spool_directory;
	request->method = method ? method : "GET";
	request->url = uri ? g_strndup(uri, strcspn(uri, "?")) : g_strdup("");
	const char *api = strstr(request->url, PREFIX);
	request->path = api ? api + strlen(PREFIX) : "";
	request->parameters = g_array_new(FALSE, FALSE, sizeof(HttpParameter));
	*result = request;
	return parse_query(request, query ? query + 1 : NULL, error);
}

/* What is left of the body, and the record that ends it even where there is none (Apache sends that one
 * later than the rest): unread, it would be taken for the next request of a kept connection, or the
 * answer would be lost with a reset one. */
static void drain(HttpRequest *request)
{
	char buffer[4096];
	while (fcgi_read(request->fcgi, buffer, sizeof buffer))
		;
}

void http_request_free(HttpRequest *request)
{
	if (!request)
		return;
	drain(request);
	uriFreeQueryListA(request->query_list);
	g_array_unref(request->parameters);
	spool_free(request->body);
	g_free(request->url);
	g_free(request);
}

const char *http_request_header(const HttpRequest *request, const char *name)
{
	return fcgi_param(request->fcgi, name);
}

gboolean http_request_is(const HttpRequest *request, const char *type)
{
	const char *header = http_request_header(request, "CONTENT_TYPE");
	gsize length = header ? strcspn(header, "; \t") : 0;
	return length == strlen(type) && !g_ascii_strncasecmp(header, type, length);
}

/* Bodies --------------------------------------------------------------------------------------- */

typedef struct {
	Spool *spool;
	gboolean is_gzip;
	z_stream stream;
	gboolean member_done; /* the last gzip member is complete */
	gsize limit;
} Receiver;

static gboolean too_large(gsize limit, GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_BODY_SIZE,
		"The request body is larger than %" G_GSIZE_FORMAT " bytes", limit);
	return FALSE;
}

static gboolean keep(Receiver *receiver, const char *data, gsize length, GError **error)
{
	if (spool_length(receiver->spool) + length > receiver->limit)
		return too_large(receiver->limit, error);
	return spool_write(receiver->spool, data, length, error);
}

/* What becomes of the input that the stream has now, up to the end of a member. */
static gboolean inflate_some(Receiver *receiver, GError **error)
{
	char buffer[16 * 1024];
	z_stream *stream = &receiver->stream;
	int result;
	do {
		stream->next_out = (Bytef *)buffer;
		stream->avail_out = sizeof buffer;
		result = inflate(stream, Z_NO_FLUSH);
		if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
			g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
				"The body is not valid gzip: %s",
				stream->msg ? stream->msg : zError(result));
			return FALSE;
		}
		if (!keep(receiver, buffer, sizeof buffer - stream->avail_out, error))
			return FALSE;
	} while (result == Z_OK && (stream->avail_in > 0 || stream->avail_out == 0));
	receiver->member_done = result == Z_STREAM_END;
	return TRUE;
}

/* A file of several gzip members is gzip too (RFC 1952, 2.2): the inflater starts anew for each. */
static gboolean keep_inflated(Receiver *receiver, const char *data, gsize length, GError **error)
{
	receiver->stream.next_in = (Bytef *)data;
	receiver->stream.avail_in = (uInt)length;
	while (receiver->stream.avail_in > 0) {
		if (receiver->member_done)
			inflateReset(&receiver->stream);
		if (!inflate_some(receiver, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean receive(Receiver *receiver, HttpRequest *request, guint64 expected, GError **error)
{
	char buffer[CHUNK];
	guint64 received = 0;
	gsize length;
	while ((length = fcgi_read(request->fcgi, buffer, sizeof buffer)) > 0) {
		received += length;
		if (!(receiver->is_gzip ? keep_inflated : keep)(receiver, buffer, length, error))
			return FALSE;
	}
	if (received != expected) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_INCOMPLETE,
			"The request body ended after %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" bytes",
			received, expected);
		return FALSE;
	}
	if (receiver->is_gzip && !receiver->member_done) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "The gzip body ends too early");
		return FALSE;
	}
	return spool_rewind(receiver->spool, error);
}

static gboolean content_length(const HttpRequest *request, guint64 *length, GError **error)
{
	const char *text = http_request_header(request, "CONTENT_LENGTH");
	if (text && g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT64, length, NULL))
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_LENGTH, "The request has no Content-Length");
	return FALSE;
}

static gboolean content_encoding(const HttpRequest *request, gboolean *is_gzip, GError **error)
{
	const char *encoding = http_request_header(request, "HTTP_CONTENT_ENCODING");
	if (!encoding || !*encoding || !g_ascii_strcasecmp(encoding, "identity"))
		return TRUE;
	if (g_ascii_strcasecmp(encoding, "gzip") && g_ascii_strcasecmp(encoding, "x-gzip")) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_MEDIA_TYPE,
			"The Content-Encoding is not supported; gzip is");
		return FALSE;
	}
	*is_gzip = TRUE;
	return TRUE;
}

Spool *http_request_body(HttpRequest *request, gsize limit, GError **error)
{
	Receiver receiver = {.limit = limit};
	guint64 length;
	if (!content_length(request, &length, error) ||
		!content_encoding(request, &receiver.is_gzip, error))
		return NULL;
	if (length > limit) {
		too_large(limit, error);
		return NULL;
	}
	if (receiver.is_gzip && inflateInit2(&receiver.stream, GZIP_WINDOW) != Z_OK)
		g_error("zlib: out of memory");
	receiver.spool = request->body = spool_new(request->spool_directory);
	gboolean ok = receive(&receiver, request, length, error);
	if (receiver.is_gzip)
		inflateEnd(&receiver.stream);
	return ok ? request->body : NULL;
}

/* Responses ------------------------------------------------------------------------------------ */

HttpResponse *http_response_new(const char *spool_directory)
{
	HttpResponse *response = g_new0(HttpResponse, 1);
	response->status = 200;
	response->headers = g_string_new(NULL);
	response->body_headers = g_string_new(NULL);
	response->body = spool_new(spool_directory);
	return response;
}

void http_response_free(HttpResponse *response)
{
	if (!response)
		return;
	g_string_free(response->headers, TRUE);
	g_string_free(response->body_headers, TRUE);
	spool_free(response->body);
	g_free(response);
}

static void append_without_controls(GString *text, const char *value, gsize limit)
{
	for (gsize i = 0; value[i] && i < limit; i++)
		g_string_append_c(text, g_ascii_iscntrl(value[i]) ? ' ' : value[i]);
}

static void append_header(GString *headers, const char *name, const char *value)
{
	g_string_append(headers, name);
	g_string_append_len(headers, ": ", 2);
	append_without_controls(headers, value, G_MAXSIZE);
	g_string_append(headers, "\r\n");
}

void http_response_header(HttpResponse *response, const char *name, const char *value)
{
	append_header(response->headers, name, value);
}

void http_response_body_header(HttpResponse *response, const char *name, const char *value)
{
	append_header(response->body_headers, name, value);
}

gboolean http_response_write(HttpResponse *response, const char *data, gsize length, GError **error)
{
	return spool_write(response->body, data, length, error);
}

void http_append_error(GString *json, const GError *error)
{
	g_autofree char *message = g_utf8_make_valid(error->message, -1);
	g_string_append_printf(json, "{\"type\": \"%s\", \"message\": ", error_type(error));
	json_text_append_string(json, message, strlen(message));
	g_string_append_c(json, '}');
}

/* One line in the log for what the operator has to know: our bugs and the database's failures. */
static void report(const HttpRequest *request, const GError *error)
{
	g_autoptr(GString) line = g_string_new("chronologer-fcgi: ");
	if (error_status(error) < 500)
		return;
	append_without_controls(line, request->method, 16);
	g_string_append_c(line, ' ');
	append_without_controls(line, request->url, 200);
	g_string_append_printf(line, ": %u ", error_status(error));
	append_without_controls(line, error->message, ERROR_HEADER_MAX);
	g_printerr("%s\n", line->str);
}

static void drop_body(HttpResponse *response, const HttpRequest *request)
{
	spool_free(response->body);
	response->body = spool_new(request->spool_directory);
	g_string_truncate(response->body_headers, 0);
}

void http_response_error(HttpResponse *response, const HttpRequest *request, const GError *error)
{
	g_autoptr(GString) json = g_string_new("{\"error\": ");
	report(request, error);
	drop_body(response, request);
	if (response->begun) {
		fcgi_abort(request->fcgi);
		return;
	}
	response->status = error_status(error);
	if (g_str_equal(error_type(error), "StorageError"))
		http_response_header(response, "Retry-After", "1");
	if (g_str_equal(request->method, "HEAD")) {
		g_autoptr(GString) message = g_string_new(NULL);
		append_without_controls(message, error->message, ERROR_HEADER_MAX);
		http_response_header(response, "X-Error-Type", error_type(error));
		http_response_header(response, "X-Error-Message", message->str);
		return;
	}
	http_append_error(json, error);
	g_string_append_c(json, '}');
	spool_write(response->body, json->str, json->len, NULL); /* small: stays in memory */
}

/* RFC 9110, 15. */
static const char *reason(guint status)
{
	static const struct {
		guint status;
		const char *reason;
	} reasons[] = {
		{200, "OK"},
		{201, "Created"},
		{400, "Bad Request"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{415, "Unsupported Media Type"},
		{503, "Service Unavailable"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Internal Server Error";
}

static gboolean send_body(HttpResponse *response, const HttpRequest *request)
{
	const char *data;
	gsize length;
	do {
		if (!spool_read(response->body, &data, &length, NULL))
			return FALSE;
		if (length && !fcgi_write(request->fcgi, data, length))
			return FALSE;
	} while (length);
	return TRUE;
}

static gboolean send_head(HttpResponse *response, const HttpRequest *request)
{
	g_autoptr(GString) head = g_string_sized_new(500);
	char line[64];
	g_snprintf(
		line, sizeof line, "Status: %u %s\r\n", response->status, reason(response->status));
	g_string_append(head, line);
	g_string_append_len(response->headers, response->body_headers->str,
		(gssize)response->body_headers->len);
	if (!strstr(response->headers->str, "Content-Type:"))
		g_string_append(head, "Content-Type: application/json\r\n");
	if (!strstr(response->headers->str, "Cache-Control:"))
		g_string_append(head, "Cache-Control: no-cache\r\n");
	if (!response->begun && !g_str_equal(request->method, "HEAD")) {
		g_snprintf(line, sizeof line, "Content-Length: %" G_GUINT64_FORMAT "\r\n",
			spool_length(response->body));
		g_string_append(head, line);
	}
	g_string_append_len(head, response->headers->str, (gssize)response->headers->len);
	g_string_append(head, "\r\n");
	return fcgi_write(request->fcgi, head->str, head->len);
}

gboolean http_response_flush(HttpResponse *response, const HttpRequest *request, GError **error)
{
	gboolean first = !response->begun;
	if (!fcgi_can_abort(request->fcgi))
		return TRUE;
	if (!spool_rewind(response->body, error))
		return FALSE;
	response->begun = TRUE;
	if ((first && !send_head(response, request)) || !send_body(response, request) ||
		!fcgi_flush(request->fcgi)) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_INCOMPLETE, "The client went away");
		return FALSE;
	}
	drop_body(response, request);
	return TRUE;
}

void http_response_send(HttpResponse *response, const HttpRequest *request)
{
	g_autoptr(GError) error = NULL;
	if (!spool_rewind(response->body, &error))
		http_response_error(response, request, error);
	if ((response->begun || send_head(response, request)) &&
		!g_str_equal(request->method, "HEAD"))
		send_body(response, request);
}
