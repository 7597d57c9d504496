/* Requests with an Idempotency-Key. */
#include "api/retry.h"

#include <string.h>

#include "base/error.h"

#define KEY_MAX 255
#define PURGE_INTERVAL (60 * G_USEC_PER_SEC)

/* The key ------------------------------------------------------------------------------------------ */

static gboolean is_printable(const char *key)
{
	gsize length = strlen(key);
	for (gsize i = 0; i < length; i++)
		if (key[i] < ' ' || key[i] > '~')
			return FALSE;
	return length > 0 && length <= KEY_MAX;
}

/* Without the quotes of a String (RFC 8941, 3.3.3); NULL where it is none. */
static char *unquote(const char *text)
{
	GString *key = g_string_new(NULL);
	const char *c = text + 1;
	for (; *c && *c != '"'; c++) {
		if (*c == '\\' && (c[1] == '"' || c[1] == '\\'))
			c++;
		g_string_append_c(key, *c);
	}
	gboolean ok = c[0] == '"' && !c[1];
	return g_string_free(key, !ok);
}

static char *read_key(const char *header, GError **error)
{
	g_autofree char *text = g_strstrip(g_strdup(header));
	g_autofree char *key = *text == '"' ? unquote(text) : g_strdup(text);
	if (key && is_printable(key))
		return g_steal_pointer(&key);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
		"Idempotency-Key: has to be 1 to %d printable ASCII characters, in double quotes "
		"or without",
		KEY_MAX);
	return NULL;
}

/* With the NUL, so that no two lists of texts are the same. */
static void add_text(GChecksum *sum, const char *text)
{
	g_checksum_update(
		sum, (const guchar *)(text ? text : ""), (gssize)(text ? strlen(text) : 0) + 1);
}

static void finish(GChecksum *sum, guint8 *digest)
{
	gsize length = STORE_DIGEST;
	g_checksum_get_digest(sum, digest, &length);
}

static gboolean sum_body(GChecksum *sum, Spool *body, GError **error)
{
	const char *data;
	gsize length;
	if (!spool_rewind(body, error))
		return FALSE;
	do {
		if (!spool_read(body, &data, &length, error))
			return FALSE;
		g_checksum_update(sum, (const guchar *)data, (gssize)length);
	} while (length);
	return spool_rewind(body, error);
}

static gboolean sum_request(guint8 *digest, const HttpRequest *request, GError **error)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	add_text(sum, http_request_header(request, "CONTENT_TYPE"));
	for (guint i = 0; i < request->parameters->len; i++) {
		const HttpParameter *parameter =
			&g_array_index(request->parameters, HttpParameter, i);
		add_text(sum, parameter->name);
		add_text(sum, parameter->value);
	}
	add_text(sum, NULL);
	if (!sum_body(sum, request->body, error))
		return FALSE;
	finish(sum, digest);
	return TRUE;
}

/* Another user's key is another one, though it reads the same. */
static void sum_key(guint8 *digest, const char *user, const char *key)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	add_text(sum, user);
	add_text(sum, key);
	finish(sum, digest);
}

gboolean retry_init(
	Retry *retry, Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	const char *header = http_request_header(request, "HTTP_IDEMPOTENCY_KEY");
	*retry = (Retry){api, request, response, .is_keyed = header != NULL};
	if (!header)
		return TRUE;
	g_autofree char *key = read_key(header, error);
	if (!key)
		return FALSE;
	store_note_init(&retry->note);
	sum_key(retry->note.key, api_user_name(request), key);
	return sum_request(retry->note.request, request, error);
}

void retry_clear(Retry *retry)
{
	store_note_clear(&retry->note);
}

/* Its transaction ---------------------------------------------------------------------------------- */

static gint64 oldest(const Retry *retry)
{
	return g_get_real_time() -
	       (gint64)retry->api->config->idempotency_retention * G_USEC_PER_SEC;
}

gboolean retry_begin(Retry *retry, Store *store, gboolean *done, GError **error)
{
	*done = FALSE;
	if (!store_note_begin(store, &retry->note, oldest(retry), error))
		return FALSE;
	if (!retry->note.status)
		return TRUE;
	*done = TRUE;
	if (retry->note.is_same) {
		http_response_header(retry->response, "Idempotency-Replayed", "true");
		return TRUE;
	}
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_KEY,
		"Idempotency-Key: another request has been answered under this key");
	return FALSE;
}

gboolean retry_commit(Retry *retry, Store *store, GError **error)
{
	return store_note_write(store, &retry->note, error) && store_commit(store, error);
}

static gboolean take_id(guint64 id, gpointer data, GError **error)
{
	(void)error;
	*(guint64 *)data = id;
	return TRUE;
}

/* A minute after the last time, or at once where that left some. */
static void purge(const Retry *retry, Store *store)
{
	static gint64 due; /* monotonic, in microseconds */
	static GMutex mutex;
	g_autoptr(GError) error = NULL;
	gint64 now = g_get_monotonic_time();
	gboolean more = FALSE;
	if (!retry->is_keyed || !g_mutex_trylock(&mutex))
		return;
	if (now >= due) {
		due = now + PURGE_INTERVAL;
		if (store_note_purge(store, oldest(retry), &more, &error) && more)
			due = now;
	}
	g_mutex_unlock(&mutex);
}

gboolean retry_run(Retry *retry, RetryFunc attempt, gpointer data, GError **error)
{
	g_autoptr(GError) problem = NULL;
	fcgi_block(retry->request->fcgi);
	Store *store = pool_take(retry->api->batches);
	gboolean ok = attempt(retry, store, data, &problem);
	for (guint i = 1; i < STORE_TRIES && error_is_transient(problem); i++) {
		g_clear_error(&problem);
		ok = attempt(retry, store, data, &problem);
	}
	store_compact(store);
	purge(retry, store);
	pool_give(retry->api->batches, store);
	fcgi_unblock(retry->request->fcgi);
	if (problem)
		g_propagate_error(error, g_steal_pointer(&problem));
	return ok;
}

/* A RetryFunc. */
static gboolean insert(Retry *retry, Store *store, gpointer data, GError **error)
{
	Record *record = data;
	gboolean done;
	StoreIdList ids = {.text = retry->note.ids};
	if (!retry_begin(retry, store, &done, error))
		return FALSE;
	if (done)
		return store_id_list_read(retry->note.ids, take_id, &record->id, error);
	if (!store_insert(store, &record, 1, error))
		return FALSE;
	store_id_list_add(&ids, record->id);
	store_id_list_end(&ids);
	retry->note.status = 201;
	return retry_commit(retry, store, error);
}

gboolean retry_insert(Retry *retry, Record *record, GError **error)
{
	return retry_run(retry, insert, record, error);
}
