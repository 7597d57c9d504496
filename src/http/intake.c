/* Reading frames into memory and a spool. */
#include "http/intake.h"

#include <errno.h>
#include <sys/socket.h>

/* How often one is read from before the others have their turn. */
#define READS 16

Intake *intake_new(int fd, const char *spool_directory, guint64 body_limit)
{
	Intake *intake = g_new0(Intake, 1);
	framing_reset(&intake->framing);
	intake->parameters = g_byte_array_new();
	intake->body = spool_new(spool_directory);
	intake->body_limit = body_limit;
	intake->fd = fd;
	return intake;
}

void intake_free(Intake *intake)
{
	if (!intake)
		return;
	g_byte_array_unref(intake->parameters);
	spool_free(intake->body);
	g_clear_error(&intake->problem);
	g_free(intake);
}

static void take_parameters(gconstpointer data, gsize length, gpointer user)
{
	g_byte_array_append(((Intake *)user)->parameters, data, (guint)length);
}

static void take_body(gconstpointer data, gsize length, gpointer user)
{
	Intake *intake = user;
	if (!intake->problem && spool_length(intake->body) <= intake->body_limit)
		spool_write(intake->body, data, length, &intake->problem);
}

/* A few bytes, which the socket's buffer takes unless the peer does not read at all. */
static void send_reply(gconstpointer data, gsize length, gpointer user)
{
	ssize_t done = send(((Intake *)user)->fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)done;
}

static IntakeState finish(Intake *intake)
{
	if (intake->framing.state == FRAMING_BROKEN)
		return INTAKE_BROKEN;
	if (!intake->problem)
		spool_rewind(intake->body, &intake->problem);
	return INTAKE_WHOLE;
}

IntakeState intake_read(Intake *intake, void *buffer, gsize size)
{
	const FramingSink sink = {take_parameters, take_body, send_reply, intake};
	for (guint reads = 0; reads < READS; reads++) {
		ssize_t n = recv(intake->fd, buffer, size, MSG_DONTWAIT);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return INTAKE_MORE;
		if (n <= 0 || framing_feed(&intake->framing, buffer, (gsize)n, &sink) < (gsize)n)
			return INTAKE_BROKEN;
		if (intake->framing.state != FRAMING_MORE)
			return finish(intake);
	}
	return INTAKE_AGAIN;
}
