/* The body of a request. */
#ifndef CHRONOLOGER_HTTP_BODY_H
#define CHRONOLOGER_HTTP_BODY_H

#include "http/request.h"

/* Receives the body, inflated where it is gzip, ready to be read. Borrowed from the request.
 * Errors: ERROR_LENGTH, ERROR_BODY_SIZE (over `limit`, also inflated, or never to be spooled),
 * ERROR_MEDIA_TYPE (encoding), ERROR_INCOMPLETE, ERROR_VALUE (not gzip), ERROR_STORAGE (no room to
 * spool now). */
Spool *http_body_receive(HttpRequest *request, gsize limit, GError **error);

#endif
