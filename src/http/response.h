/* The answer as a client gets it: status, headers, body, or an error. */
#ifndef CHRONOLOGER_HTTP_RESPONSE_H
#define CHRONOLOGER_HTTP_RESPONSE_H

#include "http/request.h"

typedef struct {
	guint status;
	GString *headers;      /* lines that end in CR LF */
	GString *body_headers; /* the same, of the body: they go where it is dropped */
	Spool *body;
	gboolean begun; /* the head was sent, by http_response_flush() */
} HttpResponse;

HttpResponse *http_response_new(const char *spool_directory);
void http_response_free(HttpResponse *response); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpResponse, http_response_free)

/* Adds a header. Of the value goes what may be seen: text_append_visible(). */
void http_response_header(HttpResponse *response, const char *name, const char *value);

/* The same of one that is about the body: an error does not keep it. */
void http_response_body_header(HttpResponse *response, const char *name, const char *value);

/* Appends JSON (or what Content-Type says) to the body. */
gboolean http_response_write(
	HttpResponse *response, const char *data, gsize length, GError **error);

/* Sends what was written so far, before it the head: of an answer that has no length, because it is
 * larger than anybody would keep. Where one that breaks off would pass for a whole one it does
 * nothing, and all is sent at the end. ERROR_INCOMPLETE where the front server is gone, or its
 * client. */
gboolean http_response_flush(HttpResponse *response, const HttpRequest *request, GError **error);

/* The object {"type": ..., "message": ...} of an error, appended. A failure of the server's own
 * names no paths there. */
void http_append_error(GString *json, const GError *error);

/* Sends the answer; without its body for HEAD. Where `error` is not NULL that is the answer:
 * {"error": ...}, and for HEAD X-Error-Type and X-Error-Message. What was written before is dropped
 * then, headers stay; one that has begun is broken off. */
void http_response_send(HttpResponse *response, const HttpRequest *request, const GError *error);

#endif
