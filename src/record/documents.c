/* Parsing the documents of a body, in a thread of its own where there are many. */
#include "record/documents.h"

#include <string.h>

#include "base/error.h"
#include "base/json-text.h"

/* Bounds of a batch; beyond one of them it is complete. */
#define BATCH_DOCUMENTS 128
#define BATCH_BYTES (256 * 1024)

/* Batches that may be parsed before they are asked for; where the last one was LARGE_BATCH bytes or
 * more, one. */
#define BATCHES_AHEAD 6
#define LARGE_BATCH (1024 * 1024)

/* A body that is not longer is parsed by who asks: a thread would cost more than it saves. */
#define LONG_BODY (64 * 1024)

struct documents {
	DocumentSource source;
	JsonTextArray elements;
	gint64 now;
	guint64 number;
	gboolean at_end; /* of the text */
	guint ahead;     /* batches that may be */

	GThread *thread; /* NULL: parsed by who asks */
	GMutex mutex;    /* of what follows; not held while parsing */
	GCond changed;
	GQueue ready; /* GArray * */
	gboolean ended;
	gboolean stopping;
	GError *failure;
};

static void clear_document(gpointer data)
{
	Document *document = data;
	record_free(document->record);
	g_clear_error(&document->problem);
}

/* Parsing -------------------------------------------------------------------------------------- */

static gboolean is_blank(const char *line, gsize length)
{
	return strspn(line, " \t\r") >= length;
}

/* The text of the next document; NULL behind the last one. */
static gboolean next_text(Documents *documents, const char **text, gsize *length, GError **error)
{
	const DocumentSource *source = &documents->source;
	do {
		documents->number++;
		if (source->is_array)
			return json_text_array_next(&documents->elements, text, length, error);
		if (!spool_read_line(source->body, source->limit, text, length, error))
			return FALSE;
	} while (*text && is_blank(*text, *length));
	return TRUE;
}

static Document parse(const Documents *documents, const char *text, gsize length)
{
	const DocumentSource *source = &documents->source;
	Document document = {.number = documents->number};
	if (!source->is_array && length > source->limit)
		g_set_error(&document.problem, CHRONOLOGER_ERROR, ERROR_RECORD_SIZE,
			"A document larger than %" G_GSIZE_FORMAT " bytes", source->limit);
	else if (source->raw)
		document.record =
			record_from_raw_json(text, length, documents->now, &document.problem);
	else
		document.record = record_from_json(text, length, &document.problem);
	return document;
}

/* FALSE also behind the last document, without an error. */
static gboolean parse_batch(Documents *documents, GArray *batch, GError **error)
{
	const char *text;
	gsize length, bytes = 0;
	while (batch->len < BATCH_DOCUMENTS && bytes < BATCH_BYTES) {
		if (!next_text(documents, &text, &length, error))
			return FALSE;
		documents->at_end = !text;
		if (!text)
			break;
		Document document = parse(documents, text, length);
		g_array_append_val(batch, document);
		bytes += length;
	}
	documents->ahead = bytes < LARGE_BATCH ? BATCHES_AHEAD : 1;
	return batch->len > 0;
}

static GArray *new_batch(void)
{
	GArray *batch = g_array_new(FALSE, FALSE, sizeof(Document));
	g_array_set_clear_func(batch, clear_document);
	return batch;
}

/* The thread ----------------------------------------------------------------------------------- */

/* Takes the batch. FALSE where no more are wanted. */
static gboolean put(Documents *documents, GArray *batch)
{
	g_mutex_lock(&documents->mutex);
	while (documents->ready.length >= documents->ahead && !documents->stopping)
		g_cond_wait(&documents->changed, &documents->mutex);
	g_queue_push_tail(&documents->ready, batch);
	gboolean go_on = !documents->stopping;
	g_cond_signal(&documents->changed);
	g_mutex_unlock(&documents->mutex);
	return go_on;
}

static void end(Documents *documents, GError *failure)
{
	g_mutex_lock(&documents->mutex);
	documents->failure = failure;
	documents->ended = TRUE;
	g_cond_signal(&documents->changed);
	g_mutex_unlock(&documents->mutex);
}

static gpointer parse_all(gpointer data)
{
	Documents *documents = data;
	GError *failure = NULL;
	gboolean go_on;
	do {
		GArray *batch = new_batch();
		if (parse_batch(documents, batch, &failure)) {
			go_on = put(documents, batch);
		} else {
			g_array_unref(batch);
			go_on = FALSE;
		}
	} while (go_on);
	spool_drop_contents(documents->source.body);
	end(documents, failure);
	return NULL;
}

static gboolean take(Documents *documents, GArray **batch, GError **error)
{
	g_mutex_lock(&documents->mutex);
	while (g_queue_is_empty(&documents->ready) && !documents->ended)
		g_cond_wait(&documents->changed, &documents->mutex);
	*batch = g_queue_pop_head(&documents->ready);
	GError *failure = *batch ? NULL : g_steal_pointer(&documents->failure);
	g_cond_signal(&documents->changed);
	g_mutex_unlock(&documents->mutex);
	if (failure)
		g_propagate_error(error, failure);
	return !failure;
}

/* What callers see ----------------------------------------------------------------------------- */

static gboolean begin(Documents *documents, GError **error)
{
	const DocumentSource *source = &documents->source;
	char *data;
	gsize length;
	if (!source->is_array)
		return spool_rewind(source->body, error);
	return spool_contents(source->body, &data, &length, error) &&
	       json_text_array_begin(&documents->elements, data, length, error);
}

Documents *documents_new(const DocumentSource *source, GError **error)
{
	Documents *documents = g_new0(Documents, 1);
	documents->source = *source;
	documents->now = g_get_real_time();
	g_mutex_init(&documents->mutex);
	g_cond_init(&documents->changed);
	g_queue_init(&documents->ready);
	if (!begin(documents, error)) {
		documents_free(documents);
		return NULL;
	}
	if (spool_length(source->body) > LONG_BODY)
		documents->thread = g_thread_try_new("documents", parse_all, documents, NULL);
	return documents;
}

static void stop(Documents *documents)
{
	g_mutex_lock(&documents->mutex);
	documents->stopping = TRUE;
	g_cond_signal(&documents->changed);
	g_mutex_unlock(&documents->mutex);
	g_thread_join(documents->thread);
}

static void free_batch(gpointer batch)
{
	g_array_unref(batch);
}

void documents_free(Documents *documents)
{
	if (!documents)
		return;
	if (documents->thread)
		stop(documents);
	g_queue_clear_full(&documents->ready, free_batch);
	g_clear_error(&documents->failure);
	g_mutex_clear(&documents->mutex);
	g_cond_clear(&documents->changed);
	g_free(documents);
}

gboolean documents_ended(const Documents *documents)
{
	return !documents->thread && documents->at_end;
}

gboolean documents_next(Documents *documents, GArray **batch, GError **error)
{
	GError *failure = NULL;
	*batch = NULL;
	if (documents->thread)
		return take(documents, batch, error);
	g_autoptr(GArray) parsed = new_batch();
	if (parse_batch(documents, parsed, &failure))
		*batch = g_steal_pointer(&parsed);
	if (failure)
		g_propagate_error(error, failure);
	return !failure;
}
