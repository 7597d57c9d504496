/* The server that the fuzz target talks to. */
#ifndef CHRONOLOGER_HTTP_FUZZ_H
#define CHRONOLOGER_HTTP_FUZZ_H

#include <glib.h>

/* What of a body is kept, at least, where it does not stay in the socket's buffer. */
#define FUZZ_BODY_LIMIT (100 * 1024)

/* The answer says what the server has read: of the parameter P, and of the body. */
typedef struct {
	gulong crc; /* zlib's */
	guint64 length;
} FuzzDigest;

void fuzz_digest(FuzzDigest *digest, gconstpointer data, gsize length);

/* By the first byte of the parameter P: how the request is served. Without it by the first byte of
 * the body: as FUZZ_THREAD where that is odd. All others are served in the loop at once. */
#define FUZZ_ABORT 'a'  /* in a thread, given up half way */
#define FUZZ_BIG 'b'    /* in a thread, with FUZZ_BIG_LENGTH more bytes */
#define FUZZ_LEAVE 'l'  /* left, and resumed by another thread */
#define FUZZ_SPOOL 's'  /* in a thread, which takes the spool if there is one */
#define FUZZ_THREAD 't' /* in a thread */

#define FUZZ_BIG_LENGTH 30000

/* `p`: NULL where there is no such parameter. */
char *fuzz_answer(const char *p, const FuzzDigest *body);

/* fcgi_serve() in a thread; ends with the process. The socket's path. */
const char *fuzz_server_start(void);

#endif
