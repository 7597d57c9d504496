/* The endpoints: one file each, one row each in api/route.c. */
#ifndef CHRONOLOGER_API_API_H
#define CHRONOLOGER_API_API_H

#include <glib.h>

#include "base/budget.h"
#include "config.h"
#include "query/filter.h"
#include "record/documents.h"
#include "record/format.h"
#include "http/request.h"
#include "http/response.h"
#include "store/pool.h"
#include "store/probe.h"
#include "api/roles.h"
#include "store/store.h"
#include "store/writer.h"

/* What a thread serves its requests with. All but the last two are shared by the threads. */
typedef struct {
	const Config *config;
	const Roles *roles;
	Writer *writer; /* for single records; NULL where there is only one thread */
	Pool *readers;
	Pool *batches;  /* for transactions of a request's own */
	Probe *probe;   /* whether the database works */
	Budget *memory; /* for large documents */
	Store *reader;  /* taken for this request where it is for a basic-reader */
	gboolean left;  /* set by a handler that has taken request and response for later */
} Api;

/* Fills in the answer, or says why not; on FALSE the caller makes an error of it. */
typedef gboolean (*ApiHandler)(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error);

gboolean api_record_post(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* POST /record */
/* Whether the request is a POST that route_serve() is going to leave, or answer, without waiting for
 * anything. */
gboolean api_is_quick(const Api *api, FcgiRequest *fcgi);

/* Sends its answer for a request that was left, with what fcgi_resume() was given. */
void api_record_answer(Api *api, gpointer left);
gboolean api_record_head(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* HEAD /record */
gboolean api_record_range(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* GET /record */
gboolean api_record_get(Api *api, HttpRequest *request, HttpResponse *response,
	GError **error); /* GET /record/{id} */
gboolean api_timeline(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* GET /timeline */
gboolean api_name(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* GET /name */
gboolean api_value(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* GET /value */
gboolean api_tail(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* GET /tail */
gboolean api_user(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* GET /user */
gboolean api_health(
	Api *api, HttpRequest *request, HttpResponse *response, GError **error); /* GET /health */

/* The part of POST /record that is about many documents. One that is wrong does not stop the
 * others: what is wrong with it stands in the answer. */
gboolean api_bulk(Api *api, HttpRequest *request, const DocumentSource *source,
	HttpResponse *response, GError **error);

/* Records on their way into an answer. */
typedef struct {
	HttpResponse *response;
	const Format *format;
	gboolean with_logrec;
	guint64 rows;  /* written so far */
	GString *text; /* the one being written */
} ApiRows;

/* What stands before the first record, a record, what stands behind the last. api_write_row() is a
 * StoreRecordFunc; its data is an ApiRows. */
gboolean api_begin_rows(ApiRows *rows, GError **error);
gboolean api_write_row(const Record *record, gpointer data, GError **error);
gboolean api_end_rows(ApiRows *rows, GError **error);

#define API_UNCOUNTED G_MAXUINT64

/* The headers of an answer that is something to save: its type, a file name with the time, and
 * X-Record-Count unless that is API_UNCOUNTED. */
void api_describe_file(ApiRows *rows, guint64 count);

/* All records that match, newest first, but those that arrive after it has begun. Sends while it
 * reads. Sets `filter->newest`. */
gboolean api_record_export(
	Api *api, const HttpRequest *request, Filter *filter, ApiRows *rows, GError **error);

/* A parameter that an endpoint takes besides the filters. */
typedef struct {
	const char *name;
	const char *value; /* out: NULL where not given. Borrowed from the request */
} ApiParameter;

/* Reads the query string: `own` (`n` of them) and, where `filter` is not NULL, the filters. The answer
 * gets X-Search-Query, where that fits into a header.
 * ERROR_VALUE names a parameter that is unknown (one that begins with "_" is ignored), repeated or
 * does not parse; ERROR_FORBIDDEN where the user may not use `query`. */
gboolean api_parameters(Api *api, HttpRequest *request, HttpResponse *response, ApiParameter *own,
	gsize n, Filter *filter, GError **error);

/* A whole number. ERROR_VALUE names the parameter; also where it is missing. */
gboolean api_parse_number(const ApiParameter *parameter, guint64 *number, GError **error);

/* The same with a sign, from -`limit` to `limit`. */
gboolean api_parse_offset(
	const ApiParameter *parameter, gint64 limit, gint64 *offset, GError **error);

/* A number from 1 to `max`; `*number` stays as it is where it is missing. */
gboolean api_parse_limit(const ApiParameter *parameter, guint max, guint *number, GError **error);

/* "1" or "0"; FALSE where it is missing. */
gboolean api_parse_flag(const ApiParameter *parameter, gboolean *flag, GError **error);

/* The user that the front server named, or NULL. Borrowed from the request. */
const char *api_user_name(const HttpRequest *request);

/* ERROR_FORBIDDEN where the user that the front server named lacks the role. */
gboolean api_check_role(const Api *api, const HttpRequest *request, Role role, GError **error);

#endif
