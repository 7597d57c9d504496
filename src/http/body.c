/* Bodies: received whole, spooled and inflated. */
#include "http/body.h"

#include <zlib.h>

#include "base/error.h"

#define CHUNK (8 * 1024) /* what libfcgi has at a time */

/* Of inflateInit2(): any window, in a gzip wrapper alone. */
#define GZIP_WINDOW (15 + 16)

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

/* `limit` is what was configured; this is less. */
static gboolean never_fits(guint64 length, GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_BODY_SIZE,
		"The server has no room for a request body of %" G_GUINT64_FORMAT " bytes", length);
	return FALSE;
}

static gboolean no_memory(GError **error)
{
	g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_STORAGE,
		"The system has no memory for inflating a body now");
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
		if (result == Z_MEM_ERROR)
			return no_memory(error);
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

/* What has been spooled while it came is taken as it is. */
static gboolean adopt(Receiver *receiver, HttpRequest *request, guint64 *received, GError **error)
{
	g_autoptr(Spool) spool = NULL;
	if (receiver->is_gzip)
		return TRUE;
	if (!fcgi_take_spool(request->fcgi, &spool, error))
		return FALSE;
	if (!spool)
		return TRUE;
	spool_free(request->body);
	*received = spool_length(spool);
	receiver->spool = request->body = g_steal_pointer(&spool);
	return *received <= receiver->limit || too_large(receiver->limit, error);
}

static gboolean receive(Receiver *receiver, HttpRequest *request, guint64 expected, GError **error)
{
	char buffer[CHUNK];
	guint64 received = 0;
	gsize length;
	if (!adopt(receiver, request, &received, error))
		return FALSE;
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

/* receive(), or why it fails: of a gzip body not more is known than what has been inflated. */
static gboolean receive_or_explain(
	Receiver *receiver, HttpRequest *request, guint64 expected, GError **error)
{
	g_autoptr(GError) problem = NULL;
	if (receive(receiver, request, expected, &problem))
		return TRUE;
	guint64 length = MAX(expected, spool_length(receiver->spool));
	if (g_error_matches(problem, CHRONOLOGER_ERROR, ERROR_STORAGE) &&
		!spool_may_hold(request->spool_directory, length))
		return never_fits(length, error);
	g_propagate_error(error, g_steal_pointer(&problem));
	return FALSE;
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

Spool *http_body_receive(HttpRequest *request, gsize limit, GError **error)
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
	if (receiver.is_gzip && inflateInit2(&receiver.stream, GZIP_WINDOW) != Z_OK) {
		no_memory(error);
		return NULL;
	}
	receiver.spool = request->body = spool_new(request->spool_directory);
	gboolean ok = receive_or_explain(&receiver, request, length, error);
	if (receiver.is_gzip)
		inflateEnd(&receiver.stream);
	return ok ? request->body : NULL;
}
