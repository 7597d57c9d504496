/* The queue of records that wait, and the thread that writes them. */
#include "store/writer.h"

#include <errno.h>
#include <semaphore.h>

#include "base/error.h"
#include "store/compactor.h"

/* Bounds of a batch; what is over them waits for the next one. */
#define BATCH_RECORDS 1000
#define BATCH_BYTES (4 * 1024 * 1024)

struct writer {
	Store *store;
	StoreConfig *store_config;
	Compactor *compactor;
	GThread *thread; /* NULL before the first record; it inherits that thread's signal mask */
	GMutex mutex;    /* of what follows; never held while the database works */
	GCond arrived;
	GQueue queue; /* WriterItem, at most `limit` */
	guint limit;
	gboolean ending;
};

/* Takes what waits, up to a batch, as soon as there is something. FALSE when there will be no more. */
static gboolean gather(Writer *writer, GPtrArray *batch)
{
	gsize bytes = 0;
	g_mutex_lock(&writer->mutex);
	while (g_queue_is_empty(&writer->queue) && !writer->ending)
		g_cond_wait(&writer->arrived, &writer->mutex);
	while (!g_queue_is_empty(&writer->queue) && batch->len < BATCH_RECORDS &&
		bytes < BATCH_BYTES) {
		WriterItem *item = g_queue_pop_head(&writer->queue);
		bytes += item->record->message.length + item->record->logrec.length;
		g_ptr_array_add(batch, item);
	}
	g_mutex_unlock(&writer->mutex);
	return batch->len > 0;
}

static void insert_alone(Writer *writer, const GPtrArray *batch)
{
	for (guint i = 0; i < batch->len; i++) {
		WriterItem *item = batch->pdata[i];
		store_insert(writer->store, &item->record, 1, &item->error);
	}
}

/* FALSE: one of them is to blame, and nothing is written. */
static gboolean write_items(Writer *writer, const GPtrArray *items)
{
	g_autoptr(GPtrArray) records = g_ptr_array_sized_new(items->len);
	g_autoptr(GError) error = NULL;
	for (guint i = 0; i < items->len; i++)
		g_ptr_array_add(records, ((WriterItem *)items->pdata[i])->record);
	/* What a deadlock or a lost connection undid store/store.c has done once more where that made sense. */
	if (store_insert(writer->store, (Record *const *)records->pdata, records->len, &error))
		return TRUE;
	if (error_class(error) != ERROR_CLASS_STORE && items->len > 1)
		return FALSE;
	for (guint i = 0; i < items->len; i++)
		((WriterItem *)items->pdata[i])->error = g_error_copy(error);
	return TRUE;
}

/* Records the database can not take are told so, and do not spoil the batch. */
static void write_batch(Writer *writer, const GPtrArray *batch)
{
	g_autoptr(GPtrArray) writable = g_ptr_array_sized_new(batch->len);
	if (write_items(writer, batch))
		return;
	for (guint i = 0; i < batch->len; i++) {
		WriterItem *item = batch->pdata[i];
		if (store_check_size(writer->store, item->record, &item->error))
			g_ptr_array_add(writable, item);
	}
	if (writable->len == batch->len || !write_items(writer, writable))
		insert_alone(writer, writable);
}

/* An item is gone when its done() returns. */
static void finish(const GPtrArray *batch)
{
	for (guint i = 0; i < batch->len; i++) {
		WriterItem *item = batch->pdata[i];
		item->done(item);
	}
}

static gpointer write_all(gpointer data)
{
	Writer *writer = data;
	g_autoptr(GPtrArray) batch = g_ptr_array_new();
	writer->store = store_new(writer->store_config, STORE_WRITE);
	while (gather(writer, batch)) {
		write_batch(writer, batch);
		finish(batch);
		compactor_compact(writer->compactor, writer->store);
		g_ptr_array_set_size(batch, 0);
	}
	store_free(writer->store);
	return NULL;
}

Writer *writer_new(StoreConfig *config, guint limit)
{
	Writer *writer = g_new0(Writer, 1);
	g_mutex_init(&writer->mutex);
	g_cond_init(&writer->arrived);
	g_queue_init(&writer->queue);
	writer->store_config = config;
	writer->compactor = compactor_new(config);
	writer->limit = limit;
	return writer;
}

void writer_free(Writer *writer)
{
	if (!writer)
		return;
	g_mutex_lock(&writer->mutex);
	writer->ending = TRUE;
	g_cond_signal(&writer->arrived);
	g_mutex_unlock(&writer->mutex);
	if (writer->thread)
		g_thread_join(writer->thread);
	compactor_free(writer->compactor);
	g_mutex_clear(&writer->mutex);
	g_cond_clear(&writer->arrived);
	g_free(writer);
}

/* With the mutex. FALSE where there is no thread, or too many wait already. */
static gboolean may_enqueue(Writer *writer, GError **error)
{
	if (!writer->thread)
		writer->thread = g_thread_try_new("writer", write_all, writer, NULL);
	if (!writer->thread)
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_STORAGE,
			"The system has no thread for writing records now");
	else if (writer->queue.length >= writer->limit)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_STORAGE,
			"The database is slower than records arrive: %u wait already",
			writer->limit);
	else
		return TRUE;
	return FALSE;
}

void writer_submit(Writer *writer, WriterItem *item)
{
	g_mutex_lock(&writer->mutex);
	gboolean ok = may_enqueue(writer, &item->error);
	if (ok)
		g_queue_push_tail(&writer->queue, item);
	if (ok && writer->queue.length == 1)
		g_cond_signal(&writer->arrived);
	g_mutex_unlock(&writer->mutex);
	if (!ok)
		item->done(item);
}

/* A thread that waits, on whose stack this is. */
typedef struct {
	WriterItem item;
	sem_t done;
} Waiting;

static void wake(WriterItem *item)
{
	sem_post(&((Waiting *)item)->done);
}

gboolean writer_insert(Writer *writer, Record *record, GError **error)
{
	Waiting waiting = {.item = {.record = record, .done = wake}};
	sem_init(&waiting.done, 0, 0);
	writer_submit(writer, &waiting.item);
	while (sem_wait(&waiting.done) != 0 && errno == EINTR)
		;
	sem_destroy(&waiting.done);
	if (!waiting.item.error)
		return TRUE;
	g_propagate_error(error, waiting.item.error);
	return FALSE;
}
