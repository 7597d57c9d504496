/* Datagrams to NOTIFY_SOCKET. */
#include "base/systemd.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void systemd_notify(const char *state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = g_getenv("NOTIFY_SOCKET");
	gsize length = path ? strlen(path) : 0;
	if (!length || length >= sizeof address.sun_path)
		return;
	memcpy(address.sun_path, path, length);
	if (*path == '@') /* of the abstract namespace */
		address.sun_path[0] = '\0';
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		(socklen_t)(G_STRUCT_OFFSET(struct sockaddr_un, sun_path) + length));
	close(fd);
}

/* MONOTONIC_USEC is Type=notify-reload's. */
void systemd_notify_reloading(void)
{
	char state[80];
	g_snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT,
		g_get_monotonic_time());
	systemd_notify(state);
}

/* Microseconds; 0 where no watchdog is set, or not for this process. */
static gint64 watchdog_period(void)
{
	const char *period = g_getenv("WATCHDOG_USEC"), *pid = g_getenv("WATCHDOG_PID");
	if (!period || (pid && atoi(pid) != getpid()))
		return 0;
	return MAX(0, g_ascii_strtoll(period, NULL, 10));
}

int systemd_watchdog(void)
{
	static gint64 interval = -1, next;
	if (interval < 0)
		interval = watchdog_period() / 2; /* as sd_watchdog_enabled(3) recommends */
	if (!interval)
		return -1;
	gint64 now = g_get_monotonic_time();
	if (now >= next) {
		systemd_notify("WATCHDOG=1");
		next = now + interval;
	}
	return (int)((next - now) / 1000 + 1);
}
