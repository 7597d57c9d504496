/* One table: path, method, role, handler. */
#ifndef CHRONOLOGER_API_ROUTE_H
#define CHRONOLOGER_API_ROUTE_H

#include "api/api.h"

/* Serves one request: finds its handler, checks the role, and sends the answer, whatever it is; FALSE
 * where that is left for later. */
gboolean route_serve(Api *api, FcgiRequest *fcgi);

/* Sends the answer of a request that route_serve() has left: it returned FALSE. `left` is what the request
 * was resumed with. */
void route_resume(Api *api, gpointer left);

#endif
