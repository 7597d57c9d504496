/* One table: path, method, role, reader, handler. */
#ifndef CHRONOLOGER_API_ROUTE_H
#define CHRONOLOGER_API_ROUTE_H

#include "api/api.h"

/* Serves one request: finds its handler, checks the role, and sends the answer, whatever it is;
 * FALSE where the handler has left that for later. */
gboolean route_serve(Api *api, FcgiRequest *fcgi);

#endif
