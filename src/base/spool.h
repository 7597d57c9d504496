/* A body on its way in or out: kept in memory while it is small, in an unlinked file beyond that.
 *
 * Request bodies are spooled before anything is done with them, so that no transaction waits for a
 * client, a body cut short stores nothing, and a transaction that the database gave up can be done
 * again. Responses are, so that an error half way is an error and not a short answer; exports a
 * page at a time. */
#ifndef CHRONOLOGER_BASE_SPOOL_H
#define CHRONOLOGER_BASE_SPOOL_H

#include <glib.h>

typedef struct spool Spool;

/* Bytes that are kept in memory. */
#define SPOOL_MEMORY (256 * 1024)

/* `directory` is borrowed and takes the file, if there comes to be one. */
Spool *spool_new(const char *directory);
void spool_free(Spool *spool); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spool, spool_free)

/* Appends. ERROR_STORAGE where the disk is full or the directory not writable. */
gboolean spool_write(Spool *spool, const void *data, gsize length, GError **error);

/* FALSE where that many bytes never fit, as the file system of `directory` or RLIMIT_FSIZE is
 * smaller: a client need not try again. */
gboolean spool_may_hold(const char *directory, guint64 length);

guint64 spool_length(const Spool *spool);

/* Ends writing; reading starts at the beginning (again). */
gboolean spool_rewind(Spool *spool, GError **error);

/* The next bytes, up to a chunk of the spool's own choosing; `*length` is 0 at the end. Borrowed
 * until the next call. */
gboolean spool_read(Spool *spool, const char **data, gsize *length, GError **error);

/* The next line without its newline; `*line` is NULL at the end. A last line needs no newline.
 * Borrowed until the next call. Of a line longer than `limit` bytes the first `limit` + 1 are
 * given, the rest is passed over. */
gboolean spool_read_line(
	Spool *spool, gsize limit, const char **line, gsize *length, GError **error);

/* The whole body from its beginning, in memory; for bodies that are known to be small enough,
 * with a NUL behind it. Borrowed until the next call, which does not need it as it is. */
gboolean spool_contents(Spool *spool, char **data, gsize *length, GError **error);

/* Frees what that gave, where it is large. */
void spool_drop_contents(Spool *spool);

#endif
