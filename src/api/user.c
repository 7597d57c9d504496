/* GET /user: who asks, and what they may do. */
#include "api/api.h"

#include <string.h>

#include "base/json-text.h"

static void append_name(GString *json, const char *user)
{
	g_autofree char *valid = user ? g_utf8_make_valid(user, -1) : NULL;
	if (valid)
		json_text_append_string(json, valid, strlen(valid));
	else
		g_string_append(json, "null");
}

gboolean api_user(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	const char *user = api_user_name(request);
	g_autofree const char **roles = roles_names(api->roles, user);
	g_autoptr(GString) json = g_string_new("{\"user\": ");
	if (!api_parameters(api, request, response, NULL, 0, NULL, error))
		return FALSE;
	append_name(json, user);
	g_string_append(json, ", \"roles\": [");
	for (gsize i = 0; roles[i]; i++)
		g_string_append_printf(json, "%s\"%s\"", i ? ", " : "", roles[i]);
	g_string_append(json, "]}");
	return http_response_write(response, json->str, json->len, error);
}
