/* A request as the API sees it. */
#ifndef CHRONOLOGER_HTTP_REQUEST_H
#define CHRONOLOGER_HTTP_REQUEST_H

#include <glib.h>

#include "base/spool.h"
#include "http/fcgi.h"

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
	Spool *body;         /* set by http_body_receive() */
} HttpRequest;

/* ERROR_VALUE where the query string does not parse; `*request` is set all the same, for the
 * answer. */
gboolean http_request_read(
	HttpRequest **request, FcgiRequest *fcgi, const char *spool_directory, GError **error);
/* Takes NULL; reads and drops what is left of the body. */
void http_request_free(HttpRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRequest, http_request_free)

/* A header by its CGI name ("HTTP_PREFER", "CONTENT_TYPE"); NULL where there is none. Borrowed. */
const char *http_request_header(const HttpRequest *request, const char *name);

/* TRUE where the media type of the body, without parameters, is `type`. */
gboolean http_request_is(const HttpRequest *request, const char *type);

#endif
