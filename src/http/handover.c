/* Messages of a line, with descriptors beside it. */
#include "http/handover.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* No FastCGI frame begins so. */
#define LINE "chronologer: connections\n"

/* Descriptors in a message; the system's limit, SCM_MAX_FD, is 253. */
#define DESCRIPTORS 200

typedef union {
	char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
	struct cmsghdr header; /* for its alignment */
} Control;

/* Sending -------------------------------------------------------------------------------------- */

static int connect_to(int listener)
{
	struct sockaddr_un address;
	socklen_t size = sizeof address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !getsockname(listener, (struct sockaddr *)&address, &size) &&
		!connect(fd, (struct sockaddr *)&address, size))
		return fd;
	int problem = errno;
	if (fd >= 0)
		close(fd);
	errno = problem;
	return -1;
}

static gboolean send_some(int to, const int *fds, guint n)
{
	Control control = {{0}};
	struct iovec data = {(char *)LINE, strlen(LINE)};
	struct msghdr message = {.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(n * sizeof *fds)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(n * sizeof *fds);
	memcpy(CMSG_DATA(header), fds, n * sizeof *fds);
	return sendmsg(to, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)data.iov_len;
}

int handover_send(int listener, const GArray *connections)
{
	int to = connect_to(listener);
	for (guint i = 0; to >= 0 && i < connections->len; i += DESCRIPTORS) {
		guint n = MIN(DESCRIPTORS, connections->len - i);
		if (send_some(to, &g_array_index(connections, int, i), n))
			continue;
		int problem = errno;
		close(to);
		errno = problem;
		return -1;
	}
	return to;
}

/* Receiving ------------------------------------------------------------------------------------ */

static gboolean is_same_user(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof peer;
	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) && peer.uid == geteuid();
}

gboolean handover_begins(int fd, gconstpointer data, gsize length)
{
	return length >= strlen(LINE) && !memcmp(data, LINE, strlen(LINE)) && is_same_user(fd);
}

static void take_descriptors(struct msghdr *message, GArray *connections)
{
	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control;
		control = CMSG_NXTHDR(message, control)) {
		if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
			continue;
		for (gsize at = CMSG_LEN(0); at < control->cmsg_len; at += sizeof(int)) {
			int fd;
			memcpy(&fd, (char *)control + at, sizeof fd);
			g_unix_set_fd_nonblocking(fd, TRUE, NULL);
			g_array_append_val(connections, fd);
		}
	}
}

gboolean handover_receive(int fd, GArray *connections)
{
	char line[sizeof LINE];
	for (;;) {
		Control control;
		struct iovec data = {line, strlen(LINE)};
		struct msghdr message = {.msg_iov = &data,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof control};
		ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (n <= 0)
			return n == 0 || errno != EAGAIN;
		take_descriptors(&message, connections);
	}
}
