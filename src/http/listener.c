/* Listening sockets: systemd's, standard input, or by address. */
#include "http/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"

#define BACKLOG 4096
#define SYSTEMD_FD 3
#define UNIX "unix:"

/* Numbers, the listening socket's first. */
#define HANDED_OVER "CHRONOLOGER_SOCKETS"

static gboolean is_listening(int fd)
{
	int on = 0;
	socklen_t size = sizeof on;
	return !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) && on;
}

gboolean listener_is_inherited(void)
{
	return is_listening(STDIN_FILENO);
}

/* sd_listen_fds(3), without the library. */
static gboolean has_systemd_socket(void)
{
	const char *pid = g_getenv("LISTEN_PID"), *fds = g_getenv("LISTEN_FDS");
	return fds && atoi(fds) >= 1 && (!pid || atoi(pid) == getpid()) && is_listening(SYSTEMD_FD);
}

/* -1 with the reason in `why`. */
static int bind_to(const struct sockaddr *address, socklen_t length, const char **why)
{
	int on = 1, fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) &&
		!bind(fd, address, length) && !listen(fd, BACKLOG))
		return fd;
	*why = g_strerror(errno);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A socket file that nobody listens on any more is in the way of bind(). */
static void remove_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	if (connect(fd, (const struct sockaddr *)address, sizeof *address) && errno == ECONNREFUSED)
		unlink(address->sun_path);
	close(fd);
}

static int listen_on_path(const char *path, const char **why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (!*path || strlen(path) >= sizeof address.sun_path) {
		*why = *path ? "the path is too long" : "there is no path";
		return -1;
	}
	strcpy(address.sun_path, path);
	remove_stale(&address);
	return bind_to((const struct sockaddr *)&address, sizeof address, why);
}

/* HOST:PORT; an IPv6 address in brackets (RFC 3986, 3.2.2). */
static gboolean split(const char *text, char **host, const char **port)
{
	guint64 number;
	const char *colon = strrchr(text, ':');
	if (!colon || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &number, NULL))
		return FALSE;
	gsize length = (gsize)(colon - text);
	gboolean in_brackets = length > 2 && *text == '[' && colon[-1] == ']';
	*host = in_brackets ? g_strndup(text + 1, length - 2) : g_strndup(text, length);
	*port = colon + 1;
	return length > 0 && (in_brackets || !strchr(*host, ':'));
}

static int listen_on_host(const char *text, const char **why)
{
	static const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	g_autofree char *host = NULL;
	const char *port;
	struct addrinfo *found;
	if (!split(text, &host, &port)) {
		*why = "it is not unix:PATH or HOST:PORT";
		return -1;
	}
	int problem = getaddrinfo(host, port, &hints, &found);
	if (problem) {
		*why = gai_strerror(problem);
		return -1;
	}
	int fd = bind_to(found->ai_addr, found->ai_addrlen, why);
	freeaddrinfo(found);
	return fd;
}

static int listen_on(const char *address, GError **error)
{
	const char *why = NULL;
	int fd = g_str_has_prefix(address, UNIX) ? listen_on_path(address + strlen(UNIX), &why)
						 : listen_on_host(address, &why);
	if (fd < 0)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"Could not listen on %s: %s", address, why);
	return fd;
}

/* -1 where there is none. */
static int take_over(GArray *kept)
{
	g_auto(GStrv) numbers = g_strsplit(g_getenv(HANDED_OVER) ?: "", " ", -1);
	g_unsetenv(HANDED_OVER);
	int listener = numbers[0] ? atoi(numbers[0]) : -1;
	for (char **number = numbers; *number; number++) {
		int fd = atoi(*number);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
		if (number != numbers)
			g_array_append_val(kept, fd);
	}
	return listener;
}

int listener_open(const char *address, GArray *kept, GError **error)
{
	int listener = take_over(kept);
	if (has_systemd_socket())
		return SYSTEMD_FD;
	if (listener_is_inherited())
		return STDIN_FILENO;
	if (listener >= 0)
		return listener;
	if (address)
		return listen_on(address, error);
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
		"No socket: start me from a web server, systemd or spawn-fcgi, or with --listen "
		"ADDRESS");
	return -1;
}

gboolean listener_is_shared(int fd)
{
	return fd == STDIN_FILENO || (fd == SYSTEMD_FD && has_systemd_socket());
}

gboolean listener_is_unix(int fd)
{
	int domain = 0;
	socklen_t size = sizeof domain;
	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) && domain == AF_UNIX;
}

void listener_close(int fd, const char *address)
{
	if (listener_is_shared(fd))
		return;
	/* In this order: a successor takes the name as soon as nobody listens there. */
	if (g_str_has_prefix(address, UNIX))
		unlink(address + strlen(UNIX));
	close(fd);
}

static void append(GString *numbers, int fd)
{
	fcntl(fd, F_SETFD, 0);
	g_string_append_printf(numbers, "%s%d", numbers->len ? " " : "", fd);
}

void listener_hand_over(int fd, const GArray *connections)
{
	g_autoptr(GString) numbers = g_string_new(NULL);
	append(numbers, fd);
	for (guint i = 0; i < connections->len; i++)
		append(numbers, g_array_index(connections, int, i));
	g_setenv(HANDED_OVER, numbers->str, TRUE);
}
