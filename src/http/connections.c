/* The loop: accept(), edge-triggered epoll, and what has arrived of each request. */
#include "http/connections.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/systemd.h"
#include "http/handover.h"
#include "http/listener.h"

#define EVENTS 256
#define ACCEPT_PAUSE 100 /* milliseconds without accept() after it failed */
#define WAKE_TRIES 10
#define INTERVAL 2 /* milliseconds between ticks */
#define SWEEP 500  /* milliseconds between looks at half requests */
#define QUIET 250  /* milliseconds of silence after which idle ones are closed at the end */

/* Bytes of a request that are looked at in the socket's buffer; and of how many it is waited for the
 * rest, so often, before they are taken. Not for more: the buffer may be full, and who sends waits
 * for room in it. */
#define LOOK_BYTES (64 * 1024)
#define FEW_BYTES 4096
#define LOOKS 4

#define CONNECTION_EVENTS (EPOLLIN | EPOLLRDHUP | EPOLLET)

/* Half requests, and the memory that their parameters take. What is beyond goes, the oldest first.
 */
#define HALF_MAX 2000
#define HALF_BYTES (32 * 1024 * 1024)

/* Of Connection.state. */
enum {
	IDLE,   /* the loop's */
	BUSY,   /* somebody serves its request */
	MISSED, /* the same, and something has happened meanwhile */
};

/* What a signal has led to. */
typedef enum { RUNNING, ENDING, RELOADING } Phase;

struct connections {
	const ConnectionsOptions *options;
	int epoll, wake;
	gboolean is_handing_over; /* and not closing, when it ends */
	GQueue all;               /* Connection */
	gint busy;                /* how many of them, atomic */
	GQueue half;              /* Connection, the oldest first */
	gsize half_bytes;         /* of parameters */
	gint64 paused_until;      /* monotonic: no accept() before; 0 while accepting */
	gint64 swept;             /* monotonic: the last look at half requests */
	gint64 heard;             /* the last event */
	gint phase;               /* atomic */
	gint asleep;              /* atomic: it has to be woken */
	Connection *returned;     /* atomic: a stack of those given back, or resumed */
	gboolean again;           /* soon: what tick() said */
	guint8 buffer[LOOK_BYTES];
};

/* The addresses of what is watched beside connections. */
static char listener_tag, signals_tag, wake_tag;

static gint64 now(void)
{
	return g_get_monotonic_time();
}

static gboolean watch(
	const Connections *connections, int operation, int fd, guint events, gpointer tag)
{
	struct epoll_event event = {.events = events, .data.ptr = tag};
	return !epoll_ctl(connections->epoll, operation, fd, &event);
}

/* Half requests ---------------------------------------------------------------------------------- */

static void forget_half(Connections *connections, Connection *connection)
{
	if (connection->is_half)
		g_queue_unlink(&connections->half, &connection->half);
	if (connection->is_half && connection->intake)
		connections->half_bytes -= connection->intake->parameters->len;
	connection->is_half = FALSE;
	connection->looks = 0;
}

/* The descriptor is closed already where `fd` is -1. */
static void drop(Connections *connections, Connection *connection)
{
	forget_half(connections, connection);
	g_clear_pointer(&connection->intake, intake_free);
	if (connection->fd >= 0)
		close(connection->fd);
	for (guint i = 0; connection->handed && i < connection->handed->len; i++)
		close(g_array_index(connection->handed, int, i));
	g_clear_pointer(&connection->handed, g_array_unref);
	g_queue_unlink(&connections->all, &connection->all);
	g_free(connection);
}

static void note_half(Connections *connections, Connection *connection)
{
	connection->last = now();
	if (connection->is_half)
		return;
	connection->is_half = TRUE;
	connection->half.data = connection;
	g_queue_push_tail_link(&connections->half, &connection->half);
}

/* Ends those that are silent, or too many. */
static void sweep(Connections *connections)
{
	gint64 silence = (gint64)connections->options->receive_timeout * G_USEC_PER_SEC;
	GList *next;
	connections->swept = now();
	for (GList *link = connections->half.head; link; link = next) {
		Connection *connection = link->data;
		next = link->next;
		if (connections->swept - connection->last > silence ||
			connections->half.length > HALF_MAX || connections->half_bytes > HALF_BYTES)
			drop(connections, connection);
	}
}

/* What arrives ----------------------------------------------------------------------------------- */

/* `data`: all of it, or NULL where it has been taken. */
static void hand_on(
	Connections *connections, Connection *connection, gconstpointer data, gsize length)
{
	const ConnectionsHandler *handler = &connections->options->handler;
	forget_half(connections, connection);
	g_atomic_int_inc(&connections->busy);
	g_atomic_int_set(&connection->state, connection->is_ended ? MISSED : BUSY);
	handler->whole(connection, data, length, handler->user);
}

/* Takes what there is. */
static void take(Connections *connections, Connection *connection)
{
	gsize before = connection->intake->parameters->len;
	IntakeState state = intake_read(connection->intake, connections->buffer, LOOK_BYTES);
	note_half(connections, connection);
	connections->half_bytes += connection->intake->parameters->len - before;
	if (state == INTAKE_WHOLE) {
		hand_on(connections, connection, NULL, 0);
	} else if (state == INTAKE_BROKEN) {
		drop(connections, connection);
	} else if (state == INTAKE_AGAIN) { /* as another event */
		watch(connections, EPOLL_CTL_MOD, connection->fd, CONNECTION_EVENTS, connection);
	}
}

static void add(Connections *connections, int fd)
{
	Connection *connection = g_new0(Connection, 1);
	connection->fd = fd;
	connection->connections = connections;
	connection->all.data = connection;
	g_queue_push_tail_link(&connections->all, &connection->all);
	if (!watch(connections, EPOLL_CTL_ADD, fd, CONNECTION_EVENTS, connection))
		drop(connections, connection); /* out of memory or watches */
}

/* From another worker's hand_over(). Until that ends it may have them open as well, and epoll would
 * not forget what is closed here. */
static void take_over(Connections *connections, Connection *connection)
{
	if (!handover_receive(connection->fd, connection->handed))
		return;
	for (guint i = 0; i < connection->handed->len; i++)
		add(connections, g_array_index(connection->handed, int, i));
	g_array_set_size(connection->handed, 0);
	drop(connections, connection);
}

/* Looks whether a whole request is there. What is not plain is taken at once, since it may want a
 * reply, and so is what the peer has ended: that end is seen behind it only. */
static void look(Connections *connections, Connection *connection)
{
	Framing framing;
	ssize_t n;
	do /* what is there now is no other event */
		n = recv(connection->fd, connections->buffer, LOOK_BYTES, MSG_PEEK | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		drop(connections, connection);
		return;
	}
	framing_reset(&framing);
	gsize used = framing_feed(&framing, connections->buffer, (gsize)n, NULL);
	if (framing.state == FRAMING_WHOLE && framing.is_plain && used == (gsize)n) {
		hand_on(connections, connection, connections->buffer, (gsize)n);
		return;
	}
	if (framing.state == FRAMING_BROKEN &&
		handover_begins(connection->fd, connections->buffer, (gsize)n)) {
		connection->handed = g_array_new(FALSE, FALSE, sizeof(int));
		note_half(connections, connection);
		take_over(connections, connection);
		return;
	}
	note_half(connections, connection);
	if (framing.state == FRAMING_MORE && framing.is_plain && !connection->is_ended &&
		n < FEW_BYTES && ++connection->looks < LOOKS)
		return;
	connection->intake = intake_new(connection->fd, connections->options->spool_directory,
		connections->options->body_limit);
	take(connections, connection);
}

static gboolean is_reading(const Connections *connections)
{
	return connections->phase == RUNNING ||
	       (connections->phase == ENDING && !connections->is_handing_over);
}

/* What has not begun at the end is for the one that comes after, if there is one. */
static void on_readable(Connections *connections, Connection *connection)
{
	if (connection->intake)
		take(connections, connection);
	else if (connection->handed)
		take_over(connections, connection);
	else if (is_reading(connections))
		look(connections, connection);
}

/* Edge-triggered: what happens while a request is served is to be looked at afterwards. */
static void on_event(Connections *connections, Connection *connection, guint events)
{
	if (events & (EPOLLRDHUP | EPOLLHUP))
		connection->is_ended = TRUE;
	if (g_atomic_int_compare_and_exchange(&connection->state, BUSY, MISSED) ||
		g_atomic_int_get(&connection->state) == MISSED)
		return;
	on_readable(connections, connection);
}

/* Giving back ------------------------------------------------------------------------------------ */

/* On TCP the end goes with the answer, in one segment. */
gboolean connections_prepare_close(Connection *connection)
{
	const Connections *connections = connection->connections;
	if (g_atomic_int_get(&connections->phase) != ENDING || connections->is_handing_over)
		return FALSE;
	setsockopt(connection->fd, IPPROTO_TCP, TCP_CORK, &(int){1}, sizeof(int));
	return TRUE;
}

/* Eight bytes always fit. Where the system fails to write them they are written again: nobody else wakes the loop. */
static void wake(const Connections *connections)
{
	for (guint i = 0; i < WAKE_TRIES; i++)
		if (write(connections->wake, &(guint64){1}, sizeof(guint64)) > 0)
			return;
}

/* For the loop to look at. A loop that runs does so before it sleeps: a batch wakes it once. */
static void push(Connection *connection)
{
	Connections *connections = connection->connections;
	do
		connection->next = g_atomic_pointer_get(&connections->returned);
	while (!g_atomic_pointer_compare_and_exchange(
		&connections->returned, connection->next, connection));
	if (g_atomic_int_compare_and_exchange(&connections->asleep, TRUE, FALSE))
		wake(connections);
}

void connections_resume(Connection *connection, gpointer data)
{
	connection->resumed = data;
	push(connection);
}

void connections_give_back(Connection *connection, gboolean keep)
{
	Connections *connections = connection->connections;
	g_clear_pointer(&connection->intake, intake_free);
	connection->resumed = NULL;
	if (!keep)
		connection->fd = -1;
	if (!keep || !g_atomic_int_compare_and_exchange(&connection->state, BUSY, IDLE))
		push(connection);
	g_atomic_int_add(&connections->busy, -1);
}

static void take_one_returned(Connections *connections, Connection *connection)
{
	if (connection->resumed) {
		connections->options->handler.resume(
			connection, connections->options->handler.user);
	} else if (connection->fd < 0) {
		drop(connections, connection);
	} else {
		g_atomic_int_set(&connection->state, IDLE);
		on_readable(connections, connection);
	}
}

/* The first that came is the first. */
static void take_returned(Connections *connections)
{
	Connection *next, *list, *first = NULL;
	do
		list = g_atomic_pointer_get(&connections->returned);
	while (list && !g_atomic_pointer_compare_and_exchange(&connections->returned, list, NULL));
	for (; list; list = next) {
		next = list->next;
		list->next = first;
		first = list;
	}
	for (; first; first = next) {
		next = first->next;
		take_one_returned(connections, first);
	}
}

/* New connections -------------------------------------------------------------------------------- */

static void watch_listener(Connections *connections)
{
	watch(connections, EPOLL_CTL_ADD, connections->options->listener, EPOLLIN | EPOLLEXCLUSIVE,
		&listener_tag);
}

static void ignore_listener(Connections *connections)
{
	epoll_ctl(connections->epoll, EPOLL_CTL_DEL, connections->options->listener, NULL);
}

/* Takes all that wait. FALSE where accept() can not go on for now (EMFILE, say). */
static gboolean accept_all(Connections *connections)
{
	for (;;) {
		int fd = accept4(
			connections->options->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			add(connections, fd);
		} else if (errno == EAGAIN) {
			return TRUE;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			g_autofree char *what = g_strconcat("accept: ", g_strerror(errno), NULL);
			log_refusal("", what);
			return FALSE;
		}
	}
}

static void resume_accepting(Connections *connections)
{
	if (!connections->paused_until || now() < connections->paused_until)
		return;
	watch_listener(connections);
	connections->paused_until = 0;
}

/* The loop --------------------------------------------------------------------------------------- */

static void on_signal(Connections *connections)
{
	const ConnectionsHandler *handler = &connections->options->handler;
	struct signalfd_siginfo info;
	if (read(connections->options->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo != SIGHUP)
		g_atomic_int_set(&connections->phase, ENDING);
	else if (connections->phase == RUNNING && handler->reload && handler->reload(handler->user))
		g_atomic_int_set(&connections->phase, RELOADING);
}

static void on_tag(Connections *connections, gpointer tag, guint events)
{
	if (tag == &signals_tag)
		on_signal(connections);
	else if (tag != &listener_tag && tag != &wake_tag)
		on_event(connections, tag, events);
	else if (tag == &listener_tag && !accept_all(connections)) {
		ignore_listener(connections);
		connections->paused_until = now() + ACCEPT_PAUSE * 1000;
	}
}

/* How long to wait for the next event, in milliseconds. */
static int patience(Connections *connections)
{
	guint limit = MIN((guint)systemd_watchdog(), (guint)log_patience()); /* -1: the largest */
	if (connections->again || connections->phase != RUNNING)
		return INTERVAL;
	if (connections->paused_until)
		return ACCEPT_PAUSE;
	if (connections->half.length)
		limit = MIN(limit, SWEEP);
	return (int)limit;
}

/* Edge-triggered, the counter of an eventfd(2) need not be read. */
static int wait_for_events(Connections *connections, struct epoll_event *events)
{
	int timeout = patience(connections);
	g_atomic_int_set(&connections->asleep, TRUE);
	if (g_atomic_pointer_get(&connections->returned))
		timeout = 0;
	int n = epoll_wait(connections->epoll, events, EVENTS, timeout);
	g_atomic_int_set(&connections->asleep, FALSE);
	return n;
}

static void dispatch(Connections *connections)
{
	const ConnectionsHandler *handler = &connections->options->handler;
	struct epoll_event events[EVENTS];
	int n = wait_for_events(connections, events);
	for (int i = 0; i < n; i++)
		on_tag(connections, events[i].data.ptr, events[i].events);
	if (n > 0)
		connections->heard = now();
	take_returned(connections);
	connections->again = handler->tick(handler->user);
	if (connections->half.length && now() - connections->swept > SWEEP * 1000)
		sweep(connections);
}

static gboolean is_idle(const Connection *connection)
{
	return g_atomic_int_get(&connection->state) == IDLE && !connection->intake &&
	       !connection->handed;
}

static gboolean is_over(Connections *connections)
{
	if (g_atomic_int_get(&connections->busy) || connections->returned)
		return FALSE;
	if (!is_reading(connections)) {
		for (GList *link = connections->half.head; link; link = link->next)
			if (!is_idle(link->data))
				return FALSE;
		return TRUE;
	}
	return !connections->half.length &&
	       (!connections->all.length || now() - connections->heard > QUIET * 1000);
}

/* What waits to be accepted is as good as begun. */
static void accept_last(Connections *connections)
{
	GList *next;
	accept_all(connections);
	for (GList *link = connections->all.head; link; link = next) {
		Connection *connection = link->data;
		next = link->next;
		if (is_idle(connection))
			look(connections, connection);
	}
}

/* A connection that is closed while the front server sends the next request on it, or the first one,
 * loses that request: all are handed over, with what has arrived on them. */
static void hand_over(Connections *connections)
{
	g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(int));
	g_autoptr(GPtrArray) idle = g_ptr_array_new();
	for (GList *link = connections->all.head; link; link = link->next) {
		Connection *connection = link->data;
		if (!is_idle(connection))
			continue;
		g_ptr_array_add(idle, connection);
		g_array_append_val(fds, connection->fd);
	}
	int to = fds->len ? handover_send(connections->options->listener, fds) : -1;
	if (fds->len && to < 0)
		g_printerr("chronologer-fcgi: could not hand over %u connections: %s\n", fds->len,
			g_strerror(errno));
	for (guint i = 0; i < idle->len; i++) {
		Connection *connection = idle->pdata[i];
		/* close() does not do that while a connection is open elsewhere. */
		epoll_ctl(connections->epoll, EPOLL_CTL_DEL, connection->fd, NULL);
		drop(connections, connection);
	}
	if (to >= 0)
		close(to);
}

/* What has begun is served. Where connections are to be closed they are behind their next answer, or
 * when nothing has come for a while: under load the front server uses each of them again at once,
 * and without it no request is on its way. */
static gboolean finish(Connections *connections)
{
	gint64 limit = now() + (gint64)connections->options->shutdown_timeout * G_USEC_PER_SEC;
	if (connections->phase == ENDING)
		accept_last(connections);
	if (!connections->paused_until)
		ignore_listener(connections);
	connections->paused_until = 0;
	connections->heard = now();
	while (!is_over(connections)) {
		if (now() > limit)
			return FALSE;
		if (connections->phase == ENDING && connections->is_handing_over)
			hand_over(connections);
		dispatch(connections);
	}
	return TRUE;
}

/* It does not reload after all: what has come meanwhile is for this process. */
static void go_on(Connections *connections)
{
	GList *next;
	g_printerr("chronologer-fcgi: not reloaded: requests take longer than %u s\n",
		connections->options->shutdown_timeout);
	systemd_notify("READY=1");
	g_atomic_int_set(&connections->phase, RUNNING);
	watch_listener(connections);
	for (GList *link = connections->all.head; link; link = next) {
		next = link->next;
		if (is_idle(link->data))
			look(connections, link->data);
	}
}

/* TCP_NODELAY, which accepted sockets inherit: an answer may be several writes on a connection that
 * is kept; without it the last one waits 40 ms for the other side's delayed acknowledgement. (It
 * fails on a Unix socket, which has no such thing.) */
static Connections *begin(const ConnectionsOptions *options)
{
	Connections *connections = g_new0(Connections, 1);
	connections->options = options;
	connections->epoll = epoll_create1(EPOLL_CLOEXEC);
	connections->is_handing_over = options->is_shared && listener_is_unix(options->listener);
	connections->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	g_unix_set_fd_nonblocking(options->listener, TRUE, NULL);
	setsockopt(options->listener, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	watch(connections, EPOLL_CTL_ADD, connections->wake, EPOLLIN | EPOLLET, &wake_tag);
	watch(connections, EPOLL_CTL_ADD, options->signals, EPOLLIN, &signals_tag);
	watch_listener(connections);
	for (guint i = 0; i < options->kept->len; i++)
		add(connections, g_array_index(options->kept, int, i));
	return connections;
}

static void keep_idle(Connections *connections, GArray *idle)
{
	for (GList *link = connections->all.head; link; link = link->next) {
		Connection *connection = link->data;
		if (connection->intake)
			continue;
		g_array_append_val(idle, connection->fd);
		connection->fd = -1;
	}
}

ConnectionsResult connections_run(const ConnectionsOptions *options, GArray *idle)
{
	Connections *connections = begin(options);
	for (;;) {
		while (connections->phase == RUNNING) {
			resume_accepting(connections);
			dispatch(connections);
		}
		if (finish(connections))
			break;
		if (connections->phase == ENDING)
			return CONNECTIONS_UNANSWERED;
		go_on(connections);
	}
	gboolean is_reloading = connections->phase == RELOADING;
	if (is_reloading)
		keep_idle(connections, idle);
	else if (connections->is_handing_over)
		hand_over(connections);
	while (connections->all.length)
		drop(connections, connections->all.head->data);
	close(connections->wake);
	close(connections->epoll);
	g_free(connections);
	return is_reloading ? CONNECTIONS_RELOADING : CONNECTIONS_ENDED;
}
