/* From a request to its handler. */
#include "api/route.h"

#include <string.h>

#include "base/error.h"

#define READER TRUE
#define NO_READER FALSE

/* A path that ends in "/" is followed by an identifier. HEAD is GET without the body where it has
 * no row. */
static const struct {
	const char *path;
	const char *method;
	Role role;
	gboolean reader; /* whether the handler works with `api->reader` */
	ApiHandler handler;
} routes[] = {
	{"/record", "POST", ROLE_WRITER, NO_READER, api_record_post},
	{"/record", "HEAD", ROLE_BASIC_READER, READER, api_record_head},
	{"/record", "GET", ROLE_BASIC_READER, READER, api_record_range},
	{"/record/", "GET", ROLE_BASIC_READER, READER, api_record_get},
	{"/timeline", "GET", ROLE_BASIC_READER, READER, api_timeline},
	{"/name", "GET", ROLE_BASIC_READER, READER, api_name},
	{"/value", "GET", ROLE_BASIC_READER, READER, api_value},
	{"/tail", "GET", ROLE_BASIC_READER, READER, api_tail},
	{"/user", "GET", ROLE_ANY, NO_READER, api_user},
	{"/health", "GET", ROLE_BASIC_READER, NO_READER, api_health},
};

static gboolean path_matches(const char *pattern, HttpRequest *request)
{
	gsize length = strlen(pattern);
	if (pattern[length - 1] != '/')
		return !strcmp(pattern, request->path);
	if (strncmp(pattern, request->path, length))
		return FALSE;
	request->id = request->path + length;
	return *request->id && !strchr(request->id, '/');
}

static gboolean method_matches(const char *method, const HttpRequest *request)
{
	return !strcmp(method, request->method) ||
	       (!strcmp(method, "GET") && !strcmp(request->method, "HEAD"));
}

/* The index of the row, or -1; methods that the path does take go to `allow`. */
static int find_route(HttpRequest *request, GString *allow)
{
	for (gsize i = 0; i < G_N_ELEMENTS(routes); i++) {
		if (!path_matches(routes[i].path, request))
			continue;
		if (method_matches(routes[i].method, request))
			return (int)i;
		g_string_append_printf(allow, "%s%s", allow->len ? ", " : "", routes[i].method);
	}
	return -1;
}

static gboolean no_route(
	const HttpRequest *request, HttpResponse *response, GString *allow, GError **error)
{
	if (!allow->len) {
		g_set_error(
			error, CHRONOLOGER_ERROR, ERROR_NOT_FOUND, "Nothing matches the given URI");
		return FALSE;
	}
	if (!strstr(allow->str, "HEAD"))
		g_string_append(allow, ", HEAD");
	http_response_header(response, "Allow", allow->str);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_METHOD,
		"Specified method is invalid for this resource: %.20s", request->method);
	return FALSE;
}

/* Of "host:port" without a default port: browsers leave it out, a proxy need not. */
static gsize host_length(const char *host)
{
	gsize length = strlen(host);
	if (g_str_has_suffix(host, ":443"))
		return length - strlen(":443");
	return g_str_has_suffix(host, ":80") ? length - strlen(":80") : length;
}

/* The scheme is not compared: behind a proxy that does TLS nobody here knows it. */
static gboolean is_own_origin(const char *origin, const char *host)
{
	const char *colon = strstr(origin, "://"); /* none in "null" */
	if (!colon || !host)
		return FALSE;
	origin = colon + strlen("://");
	gsize length = host_length(origin);
	return length == host_length(host) && !g_ascii_strncasecmp(origin, host, length);
}

/* A page of any site can make a browser post a form here, with the password that the browser keeps.
 * Browsers then say so: always in Origin (Fetch Standard), with TLS in Sec-Fetch-Site (W3C) too.
 * Other clients send neither. */
static gboolean check_site(const HttpRequest *request, GError **error)
{
	const char *site = http_request_header(request, "HTTP_SEC_FETCH_SITE");
	const char *origin = http_request_header(request, "HTTP_ORIGIN");
	const char *host = http_request_header(request, "HTTP_HOST");
	gboolean is_other =
		(site && !strcmp(site, "cross-site")) || (origin && !is_own_origin(origin, host));
	if (strcmp(request->method, "POST") || !is_other)
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_FORBIDDEN,
		"Requests from web pages of other sites are refused");
	return FALSE;
}

/* The front server's location without a password, which shows the status of the answer only. */
static gboolean is_watcher(const HttpRequest *request, ApiHandler handler)
{
	return handler == api_health && http_request_header(request, "CHRONOLOGER_WATCHER");
}

static gboolean handle(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(GString) allow = g_string_new(NULL);
	int row = find_route(request, allow);
	if (row < 0)
		return no_route(request, response, allow, error);
	if (!check_site(request, error) ||
		(!is_watcher(request, routes[row].handler) &&
			!api_check_role(api, request, routes[row].role, error)))
		return FALSE;
	if (!routes[row].reader)
		return routes[row].handler(api, request, response, error);
	fcgi_block(request->fcgi);
	api->reader = pool_take(api->readers);
	gboolean ok = routes[row].handler(api, request, response, error);
	pool_give(api->readers, api->reader);
	fcgi_unblock(request->fcgi);
	return ok;
}

gboolean route_serve(Api *api, FcgiRequest *fcgi)
{
	g_autoptr(HttpRequest) request = NULL;
	g_autoptr(HttpResponse) response = http_response_new(api->config->spool_directory);
	g_autoptr(GError) error = NULL;
	api->left = FALSE;
	if (http_request_read(&request, fcgi, api->config->spool_directory, &error))
		handle(api, request, response, &error);
	if (api->left) {
		g_steal_pointer(&request);
		g_steal_pointer(&response);
		return FALSE;
	}
	http_response_send(response, request, error);
	return TRUE;
}
