/* Group commit: one thread that writes what all request threads have, a batch a transaction.
 *
 * Nothing waits for a timer: while one batch is committed the next one gathers. So a commit, which waits
 * for the disk, is shared by as many records as there are clients at that moment. */
#ifndef CHRONOLOGER_STORE_WRITER_H
#define CHRONOLOGER_STORE_WRITER_H

#include <glib.h>

#include "record/record.h"
#include "store/store.h"

typedef struct writer Writer;

/* Its thread, with a connection of its own, starts with the first record. At most `limit` records wait for
 * it. `config` is borrowed. */
Writer *writer_new(StoreConfig *config, guint limit);

/* Ends the thread when everything is written that was accepted. Takes NULL. */
void writer_free(Writer *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Writer, writer_free)

/* A record on its way. `done` is called once, when it is committed and has its id, or `error` says why it is
 * not: store_insert()'s errors, never those of another record of its batch; ERROR_STORAGE where too many
 * wait already. It is called in the writer's thread, or by writer_submit(), and has to be quick. */
typedef struct writer_item WriterItem;
struct writer_item {
	Record *record;
	GError *error; /* the owner of the item frees it */
	void (*done)(WriterItem *item);
};

/* The item is borrowed until done() returns. From any thread. */
void writer_submit(Writer *writer, WriterItem *item);

/* The same for a thread that waits until then. */
gboolean writer_insert(Writer *writer, Record *record, GError **error);

#endif
