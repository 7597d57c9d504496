/* Requests from FastCGI parameters. */
#include "http/request.h"

#include <string.h>
#include <uriparser/Uri.h>

#include "base/error.h"

#define PREFIX "/api/v1"

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

/* What is left of the body, and the record that ends it even where there is none (Apache sends that
 * one later than the rest): unread, it would be taken for the next request of a kept connection, or
 * the answer would be lost with a reset one. */
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
