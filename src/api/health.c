/* GET /health: whether the store answers, and takes what is written. */
#include "api/api.h"

gboolean api_health(Api *api, HttpRequest *request, HttpResponse *response, GError **error)
{
	if (!api_parameters(api, request, response, NULL, 0, NULL, error))
		return FALSE;
	fcgi_block(request->fcgi);
	gboolean ok = probe_ask(api->probe, error);
	fcgi_unblock(request->fcgi);
	if (!ok)
		return FALSE;
	http_response_header(response, "Content-Type", "text/plain; charset=utf-8");
	return http_response_write(response, "OK", 2, error);
}
