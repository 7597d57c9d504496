/* The socket that a front server connects to: inherited, or opened here. */
#ifndef CHRONOLOGER_HTTP_LISTENER_H
#define CHRONOLOGER_HTTP_LISTENER_H

#include <glib.h>

/* Whether standard input is a listening socket (FastCGI Specification, 2.2), so that this is no CGI
 * program. */
gboolean listener_is_inherited(void);

/* The socket that was handed over, or is inherited (systemd, then standard input), else one on
 * `address`, "unix:PATH" or "HOST:PORT", which may be NULL. -1 with ERROR_CONFIGURATION where there
 * is none. Connections that were handed over as well are added to `kept` (int). */
int listener_open(const char *address, GArray *kept, GError **error);

/* Whether the socket is inherited: others may have it, and may come after this process. */
gboolean listener_is_shared(int fd);

gboolean listener_is_unix(int fd);

/* Ends what listener_open() has opened; an inherited socket stays as it is. */
void listener_close(int fd, const char *address);

/* For a program that this process is about to execute: `fd` and the connections (int) in the
 * environment. */
void listener_hand_over(int fd, const GArray *connections);

#endif
