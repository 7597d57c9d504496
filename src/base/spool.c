/* Bodies: memory first, then an unlinked file. */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error.h"

/* Bytes of most bodies: of a record in a form. */
#define BODY_USUAL 1000

struct spool {
	const char *directory;
	GString *memory; /* the whole body, or the chunk of the file being read */
	GString *line;   /* a line that ends in a later chunk */
	gsize offset;    /* in `memory`: what was read of it */
	off_t position;  /* in the file: what was read of it */
	guint64 length;
	int fd; /* -1 while all is in memory */
};

Spool *spool_new(const char *directory)
{
	Spool *spool = g_new0(Spool, 1);
	spool->directory = directory;
	spool->memory = g_string_sized_new(BODY_USUAL);
	spool->fd = -1;
	return spool;
}

void spool_free(Spool *spool)
{
	if (!spool)
		return;
	if (spool->fd >= 0)
		close(spool->fd);
	g_string_free(spool->memory, TRUE);
	if (spool->line)
		g_string_free(spool->line, TRUE);
	g_free(spool);
}

/* Clients see it: where the file is concerns the operator, who has chosen that. */
static gboolean failed(const char *what, GError **error)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE, "Could not %s a spool file: %s", what,
		g_strerror(errno));
	return FALSE;
}

static gboolean flush(Spool *spool, GError **error)
{
	const char *data = spool->memory->str;
	gsize left = spool->memory->len;
	while (left) {
		ssize_t done = write(spool->fd, data, left);
		if (done < 0 && errno != EINTR)
			return failed("write", error);
		if (done > 0) {
			data += done;
			left -= (gsize)done;
		}
	}
	g_string_truncate(spool->memory, 0);
	return TRUE;
}

static gboolean open_file(Spool *spool, GError **error)
{
	spool->fd = open(spool->directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (spool->fd >= 0)
		return TRUE;
	/* Not every file system has O_TMPFILE (overlayfs and NFS lack it in older kernels). */
	g_autofree char *path = g_build_filename(spool->directory, "chronologer-XXXXXX", NULL);
	spool->fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
	if (spool->fd < 0)
		return failed("create", error);
	unlink(path);
	return TRUE;
}

gboolean spool_write(Spool *spool, const void *data, gsize length, GError **error)
{
	g_string_append_len(spool->memory, data, (gssize)length);
	spool->length += length;
	if (spool->memory->len <= SPOOL_MEMORY)
		return TRUE;
	if (spool->fd < 0 && !open_file(spool, error))
		return FALSE;
	return flush(spool, error);
}

gboolean spool_may_hold(const char *directory, guint64 length)
{
	struct rlimit file;
	struct statvfs system;
	if (length <= SPOOL_MEMORY)
		return TRUE;
	if (getrlimit(RLIMIT_FSIZE, &file) == 0 && length > file.rlim_cur)
		return FALSE;
	return statvfs(directory, &system) != 0 || system.f_blocks == 0 || /* without a limit */
	       length <= (guint64)system.f_blocks * system.f_frsize;
}

guint64 spool_length(const Spool *spool)
{
	return spool->length;
}

gboolean spool_rewind(Spool *spool, GError **error)
{
	spool->offset = 0;
	if (spool->fd < 0)
		return TRUE;
	if (!spool->position && !flush(spool, error)) /* the last bytes written */
		return FALSE;
	spool->position = 0;
	g_string_truncate(spool->memory, 0);
	return TRUE;
}

/* Makes unread bytes stand at `offset`, if there are any left. */
static gboolean fill(Spool *spool, GError **error)
{
	ssize_t done;
	if (spool->fd < 0 || spool->offset < spool->memory->len)
		return TRUE;
	g_string_set_size(spool->memory, SPOOL_MEMORY / 4);
	do
		done = pread(spool->fd, spool->memory->str, spool->memory->len, spool->position);
	while (done < 0 && errno == EINTR);
	g_string_set_size(spool->memory, done > 0 ? (gsize)done : 0);
	spool->offset = 0;
	if (done < 0)
		return failed("read", error);
	spool->position += done;
	return TRUE;
}

gboolean spool_read(Spool *spool, const char **data, gsize *length, GError **error)
{
	if (!fill(spool, error))
		return FALSE;
	*data = spool->memory->str + spool->offset;
	*length = spool->memory->len - spool->offset;
	spool->offset = spool->memory->len;
	return TRUE;
}

/* Appends to the line being put together what fits under `limit` + 1 bytes. */
static void append_line(Spool *spool, const char *data, gsize length, gsize limit)
{
	gsize room = limit + 1 - MIN(spool->line->len, limit + 1);
	g_string_append_len(spool->line, data, (gssize)MIN(length, room));
}

gboolean spool_read_line(
	Spool *spool, gsize limit, const char **line, gsize *length, GError **error)
{
	gboolean partial = FALSE;
	if (!spool->line)
		spool->line = g_string_new(NULL);
	g_string_truncate(spool->line, 0);
	for (;;) {
		if (!fill(spool, error))
			return FALSE;
		const char *start = spool->memory->str + spool->offset;
		gsize left = spool->memory->len - spool->offset;
		if (!left) {
			*line = partial ? spool->line->str : NULL;
			*length = spool->line->len;
			return TRUE;
		}
		const char *end = memchr(start, '\n', left);
		gsize taken = end ? (gsize)(end - start) : left;
		spool->offset += end ? taken + 1 : taken;
		if (end && !partial) { /* the usual case: no copy */
			*line = start;
			*length = MIN(taken, limit + 1);
			return TRUE;
		}
		append_line(spool, start, taken, limit);
		partial = TRUE;
		if (end) {
			*line = spool->line->str;
			*length = spool->line->len;
			return TRUE;
		}
	}
}

void spool_drop_contents(Spool *spool)
{
	if (spool->fd >= 0 && spool->line)
		g_string_free(g_steal_pointer(&spool->line), TRUE);
}

gboolean spool_contents(Spool *spool, char **data, gsize *length, GError **error)
{
	GString *all = spool->memory;
	const char *part;
	if (!spool_rewind(spool, error))
		return FALSE;
	if (spool->fd >= 0) {
		spool_drop_contents(spool);
		all = spool->line = g_string_sized_new(spool->length);
		do {
			if (!spool_read(spool, &part, length, error))
				return FALSE;
			g_string_append_len(all, part, (gssize)*length);
		} while (*length);
	}
	spool->offset = spool->memory->len;
	*data = all->str;
	*length = all->len;
	return TRUE;
}
