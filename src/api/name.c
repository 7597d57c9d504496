/* GET /name: logger names and how many records each has. */
#include "api/api.h"
#include "base/json-text.h"

typedef struct {
	HttpResponse *response;
	GString *json; /* one row */
	guint64 rows;
} Names;

static gboolean write_name(const Text *name, guint64 count, gpointer data, GError **error)
{
	Names *names = data;
	g_string_assign(names->json, names->rows++ ? ",\n{\"name\": " : "{\"name\": ");
	json_text_append_string(names->json, name->data, name->length);
	g_string_append_printf(names->json, ", \"count\": %" G_GUINT64_FORMAT "}", count);
	return http_response_write(names->response, names->json->str, names->json->len, error);
}

gboolean api_name(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	g_autoptr(Filter) filter = filter_new();
	g_autoptr(GString) json = g_string_new(NULL);
	Names names = {response, json, 0};
	return api_parameters(api, request, response, NULL, 0, filter, error) &&
	       http_response_write(response, "[", 1, error) &&
	       store_names(api->reader, filter, write_name, &names, error) &&
	       http_response_write(response, "]", 1, error);
}
