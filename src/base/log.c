/* Lines on standard error; those that repeat are counted. */
#include "base/log.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

/* Different lines that are counted at the same time; all beyond are counted as one. */
#define KINDS_MAX 100
#define BEYOND "other refusals"

/* What has been said, by what was said. */
typedef struct {
	guint64 more; /* times since it was told last */
	gint64 due;   /* monotonic: when it is told again, or forgotten */
} Repeated;

static GMutex mutex; /* of the rest */
static GHashTable *kinds;
static gint64 next = G_MAXINT64; /* the first `due`, or before it */

static Repeated *find(const char **what)
{
	if (!kinds)
		kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	Repeated *found = g_hash_table_lookup(kinds, *what);
	if (found || g_hash_table_size(kinds) < KINDS_MAX)
		return found;
	*what = BEYOND;
	return g_hash_table_lookup(kinds, *what);
}

void log_refusal(const char *where, const char *what)
{
	g_mutex_lock(&mutex);
	Repeated *found = find(&what);
	if (found) {
		found->more++;
	} else {
		Repeated *added = g_new0(Repeated, 1);
		added->due = g_get_monotonic_time() + G_USEC_PER_SEC;
		next = MIN(next, added->due);
		g_hash_table_insert(kinds, g_strdup(what), added);
		g_printerr("chronologer-fcgi: %s%s\n", where, what);
	}
	g_mutex_unlock(&mutex);
}

/* TRUE where it has not been repeated: it is forgotten. */
static gboolean tell(gpointer what, gpointer value, gpointer data)
{
	Repeated *repeated = value;
	gint64 now = *(const gint64 *)data;
	gboolean is_due = now >= repeated->due;
	if (is_due && !repeated->more)
		return TRUE;
	if (is_due) {
		g_printerr("chronologer-fcgi: %" G_GUINT64_FORMAT " more: %s\n", repeated->more,
			(const char *)what);
		*repeated = (Repeated){.due = now + G_USEC_PER_SEC};
	}
	next = MIN(next, repeated->due);
	return FALSE;
}

/* With the mutex. */
static void tell_due(gint64 now)
{
	if (now < next)
		return;
	next = G_MAXINT64;
	g_hash_table_foreach_remove(kinds, tell, &now);
}

int log_patience(void)
{
	gint64 now = g_get_monotonic_time();
	g_mutex_lock(&mutex);
	tell_due(now);
	int patience = next == G_MAXINT64 ? -1 : (int)((next - now) / 1000 + 1);
	g_mutex_unlock(&mutex);
	return patience;
}

void log_flush(void)
{
	g_mutex_lock(&mutex);
	tell_due(G_MAXINT64 - G_USEC_PER_SEC);
	g_clear_pointer(&kinds, g_hash_table_unref);
	next = G_MAXINT64;
	g_mutex_unlock(&mutex);
}

void log_password_file(const char *path)
{
	GStatBuf status;
	if (!g_stat(path, &status) && status.st_mode & S_IROTH)
		g_printerr("%s: everybody can read the password in %s\n", g_get_prgname(), path);
}
