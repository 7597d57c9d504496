/* What systemd is told about the program: sd_notify(3), without the library. Nothing happens where
 * NOTIFY_SOCKET is not in the environment. */
#ifndef CHRONOLOGER_BASE_SYSTEMD_H
#define CHRONOLOGER_BASE_SYSTEMD_H

#include <glib.h>

/* Assignments, a line each: "READY=1", "STOPPING=1". */
void systemd_notify(const char *state);

/* That it is going to say READY=1 again, after it has read its settings anew. */
void systemd_notify_reloading(void);

/* To be called by what shows that the program works, at least as often as it says: milliseconds
 * until the next call, -1 where nobody waits for one (systemd.service(5), WatchdogSec=). */
int systemd_watchdog(void);

#endif
