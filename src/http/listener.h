/* The socket that a front server connects to: inherited, or opened here. */
#ifndef CHRONOLOGER_HTTP_LISTENER_H
#define CHRONOLOGER_HTTP_LISTENER_H

#include <glib.h>

/* Whether standard input is a listening socket (FastCGI Specification, 2.2), so that this is no CGI
 * program. */
gboolean listener_is_inherited(void);

/* The socket that is inherited (systemd, then standard input), else one on `address`, "unix:PATH"
 * or "HOST:PORT", which may be NULL. -1 with ERROR_CONFIGURATION where there is none. */
int listener_open(const char *address, GError **error);

/* Ends what listener_open() has opened; an inherited socket stays as it is. */
void listener_close(int fd, const char *address);

#endif
