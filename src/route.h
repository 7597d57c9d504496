/* One table: path, method, role, handler. */
#ifndef CHRONOLOGER_ROUTE_H
#define CHRONOLOGER_ROUTE_H

#include "api.h"

/* Serves one request: finds its handler, checks the role, and sends the answer, whatever it is. */
void route_serve(Api *api, FcgiRequest *fcgi);

#endif
