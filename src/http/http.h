/* A request as the API sees it, and the answer as a client gets it: statuses, headers, errors. */
#ifndef CHRONOLOGER_HTTP_HTTP_H
#define CHRONOLOGER_HTTP_HTTP_H

#include <glib.h>

#include "http/fcgi.h"
#include "base/spool.h"

typedef struct {
	const char *name; /* decoded UTF-8 */
	const char *value;
} HttpParameter;

typedef struct {
	FcgiRequest *fcgi;
	const char *spool_directory; /* borrowed */
	const char *method;
	char *url;           /* the path as the client sent it, without the query */
	const char *path;    /* its part behind "/api/v1", or "" where it has none */
	const char *id;      /* what stands for {id} in the path; set by the route */
	GArray *parameters;  /* HttpParameter, in order */
	gpointer query_list; /* uriparser's, which the parameters borrow from */
	Spool *body;         /* set by http_request_body() */
} HttpRequest;

typedef struct {
	guint status;
	GString *headers;      /* lines that end in CR LF */
	GString *body_headers; /* the same, of the body: they go where it is dropped */
	Spool *body;
	gboolean begun; /* the head was sent, by http_response_flush() */
} HttpResponse;

/* ERROR_VALUE where the query string does not parse; `*request` is set all the same, for the
 * answer. */
gboolean http_request_read(
	HttpRequest **request, FcgiRequest *fcgi, const char *spool_directory, GError **error);
void http_request_free(
	HttpRequest *request); /* takes NULL; reads and drops what is left of the body */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRequest, http_request_free)

/* A header by its CGI name ("HTTP_PREFER", "CONTENT_TYPE"); NULL where there is none. Borrowed. */
const char *http_request_header(const HttpRequest *request, const char *name);

/* TRUE where the media type of the body, without parameters, is `type`. */
gboolean http_request_is(const HttpRequest *request, const char *type);

/* Receives the body, inflated where it is gzip, ready to be read. Borrowed. Errors: ERROR_LENGTH,
 * ERROR_BODY_SIZE (over `limit`, also inflated), ERROR_MEDIA_TYPE (encoding), ERROR_INCOMPLETE,
 * ERROR_VALUE (not gzip), ERROR_STORAGE (no room to spool). */
Spool *http_request_body(HttpRequest *request, gsize limit, GError **error);

HttpResponse *http_response_new(const char *spool_directory);
void http_response_free(HttpResponse *response); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpResponse, http_response_free)

/* Adds a header. Control characters of the value become spaces. */
void http_response_header(HttpResponse *response, const char *name, const char *value);

/* The same of one that is about the body: an error does not keep it. */
void http_response_body_header(HttpResponse *response, const char *name, const char *value);

/* Appends JSON (or what Content-Type says) to the body. */
gboolean http_response_write(
	HttpResponse *response, const char *data, gsize length, GError **error);

/* Sends what was written so far, before it the head: of an answer that has no length, because it is
 * larger than anybody would keep. Where one that breaks off would pass for a whole one it does nothing,
 * and all is sent at the end. ERROR_INCOMPLETE where the front server is gone, or its client. */
gboolean http_response_flush(HttpResponse *response, const HttpRequest *request, GError **error);

/* Turns the answer into an error: {"error": ...}, and for HEAD X-Error-Type and X-Error-Message.
 * What was written before is dropped, headers stay. One that has begun is broken off instead. */
void http_response_error(HttpResponse *response, const HttpRequest *request, const GError *error);

/* The object {"type": ..., "message": ...} of an error, appended. */
void http_append_error(GString *json, const GError *error);

/* Sends the answer; without its body for HEAD. */
void http_response_send(HttpResponse *response, const HttpRequest *request);

#endif
