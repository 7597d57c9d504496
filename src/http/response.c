/* Answers: status, headers and body; errors. */
#include "http/response.h"

#include <string.h>

#include "base/error.h"
#include "base/json-text.h"
#include "base/log.h"
#include "base/text.h"

/* Enough for a message; some front servers drop a line over 8 KiB, and with it the answer. */
#define ERROR_HEADER_MAX 1000

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

static void append_header(GString *headers, const char *name, const char *value)
{
	g_string_append(headers, name);
	g_string_append_len(headers, ": ", 2);
	text_append_visible(headers, value, G_MAXSIZE);
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

/* Whether a path begins here, as in: socket '/run/x' (2). */
static gboolean is_path(const char *text, const char *p)
{
	if (p > text && !strchr(" '\"(", p[-1]))
		return FALSE;
	p += strspn(p, ".");
	return p[0] == '/' && g_ascii_isgraph(p[1]);
}

/* What clients are told: databases and their libraries name files of this server, which are for the
 * log only. */
static char *public_message(const GError *error)
{
	char *text = g_utf8_make_valid(error->message, -1), *to = text;
	if (error_status(error) < 500)
		return text;
	g_autofree char *all = g_strdup(text);
	for (const char *p = all; *p;) {
		if (is_path(all, p)) {
			p += strcspn(p, p > all && strchr("'\"", p[-1]) ? "'\"" : " :,;)");
			to = g_stpcpy(to, "*");
		} else {
			*to++ = *p++;
		}
	}
	*to = '\0';
	return text;
}

void http_append_error(GString *json, const GError *error)
{
	g_autofree char *message = public_message(error);
	g_string_append_printf(json, "{\"type\": \"%s\", \"message\": ", error_type(error));
	json_text_append_string(json, message, strlen(message));
	g_string_append_c(json, '}');
}

/* In the log: what the operator has to know, our bugs and the database's failures. */
static void report(const HttpRequest *request, const GError *error)
{
	g_autoptr(GString) where = g_string_new(NULL);
	g_autoptr(GString) what = g_string_new(NULL);
	if (error_status(error) < 500)
		return;
	text_append_visible(where, request->method, 16);
	g_string_append_c(where, ' ');
	text_append_visible(where, request->url, 200);
	g_string_append(where, ": ");
	g_string_append_printf(what, "%u ", error_status(error));
	text_append_visible(what, error->message, ERROR_HEADER_MAX);
	log_refusal(where->str, what->str);
}

static void drop_body(HttpResponse *response, const HttpRequest *request)
{
	spool_free(response->body);
	response->body = spool_new(request->spool_directory);
	g_string_truncate(response->body_headers, 0);
}

static void become_error(HttpResponse *response, const HttpRequest *request, const GError *error)
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
		g_autofree char *message = public_message(error);
		g_autoptr(GString) visible = g_string_new(NULL);
		text_append_visible(visible, message, ERROR_HEADER_MAX);
		http_response_header(response, "X-Error-Type", error_type(error));
		http_response_header(response, "X-Error-Message", visible->str);
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
		{422, "Unprocessable Content"},
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

void http_response_send(HttpResponse *response, const HttpRequest *request, const GError *error)
{
	g_autoptr(GError) unread = NULL;
	if (error)
		become_error(response, request, error);
	if (!spool_rewind(response->body, &unread))
		become_error(response, request, unread);
	if ((response->begun || send_head(response, request)) &&
		!g_str_equal(request->method, "HEAD"))
		send_body(response, request);
}
