/* GET /record/{id}: one record, whole. */
#include "api/api.h"
#include "base/error.h"

static gboolean not_found(GError **error)
{
	g_clear_error(error);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_NOT_FOUND, "Nothing matches the given URI");
	return FALSE;
}

gboolean api_record_get(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(GString) json = g_string_new(NULL);
	guint64 id;
	if (!api_parameters(api, request, response, NULL, 0, NULL, error))
		return FALSE;
	if (!g_ascii_string_to_unsigned(request->id, 10, 1, G_MAXINT64, &id, NULL))
		return not_found(error);
	g_autoptr(Record) record = store_get(api->reader, id, error);
	if (!record)
		return g_error_matches(*error, CHRONOLOGER_ERROR, ERROR_NOT_FOUND) &&
		       not_found(error);
	record_append_json(json, record, TRUE);
	http_response_header(
		response, "Cache-Control", "max-age=2600000"); /* records never change */
	return http_response_write(response, json->str, json->len, error);
}
