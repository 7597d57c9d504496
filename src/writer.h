/* Group commit: one thread that writes what all request threads have, a batch a transaction.
 *
 * Nothing waits for a timer: while one batch is committed the next one gathers. So a commit, which waits
 * for the disk, is shared by as many records as there are clients at that moment. */
#ifndef CHRONOLOGER_WRITER_H
#define CHRONOLOGER_WRITER_H

#include <glib.h>

#include "record.h"
#include "store.h"

typedef struct writer Writer;

/* Its thread, with a connection of its own, starts with the first record. At most `limit` records wait for
 * it. `config` is borrowed. */
Writer *writer_new(StoreConfig *config, guint limit);

/* Ends the thread when everything is written that was accepted. Takes NULL. */
void writer_free(Writer *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_free)

/* Returns when the record is committed and has its id, or with why it is not: store_insert()'s errors,
 * never those of another record of its batch; ERROR_STORAGE at once where too many wait already. From any
 * thread. */
gboolean writer_insert(Writer *writer, Record *record, GError **error);

#endif
