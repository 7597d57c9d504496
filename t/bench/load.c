/* Clients that post records, for what wrk does not measure: a steady rate, the time that connecting
 * takes, and whether each answer is 201.
 *
 * load [OPTION...] PORT FILE: each line of FILE is a form's body. Prints one line of JSON: "answers",
 * "other" (of them, other than 201), "failed" (no answer; why, for the first, on standard error), "rate"
 * (answers a second), and "p50", "p99" and "max" in milliseconds, from the moment a request was due, the
 * connection not yet made, to the end of its answer. At a rate, a request that has to wait for a client to
 * be free is late, and that counts. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <glib.h>

#define PATIENCE (60 * G_USEC_PER_SEC) /* for the answers that are missing at the end */
#define EVENTS 512
#define ANSWER_SIZE 2048

typedef struct {
	int fd; /* -1: not connected */
	gboolean idle;
	const GString *request; /* NULL: none, or it is answered */
	gsize sent;
	gint64 due;
	gsize length; /* of the answer */
	char answer[ANSWER_SIZE];
} Client;

typedef struct {
	struct sockaddr_in address;
	GPtrArray *requests; /* GString */
	gboolean keep;
	gdouble rate; /* requests a second; 0: as soon as a client is free */
	gint64 begin, end, last;
	int epoll, timer;
	GQueue idle; /* Client */
	guint busy;
	guint64 started, answers, other, failed;
	GArray *latencies; /* gint64, microseconds */
} Load;

static void die(const char *what)
{
	g_printerr("load: %s: %s\n", what, g_strerror(errno));
	exit(EXIT_FAILURE);
}

/* A request ----------------------------------------------------------------------------------- */

static void hang_up(Client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}

static void set_idle(Load *load, Client *client)
{
	client->request = NULL;
	client->idle = TRUE;
	load->busy--;
	g_queue_push_tail(&load->idle, client);
}

static void fail(Load *load, Client *client, const char *why)
{
	if (!load->failed++)
		g_printerr("load: no answer: %s\n", why);
	hang_up(client);
	set_idle(load, client);
}

/* Notes the answer once; the connection may have to be closed yet, by the server. */
static void note_answer(Load *load, Client *client)
{
	load->last = g_get_monotonic_time();
	gint64 latency = load->last - client->due;
	g_array_append_val(load->latencies, latency);
	load->answers++;
	load->other += !g_str_has_prefix(client->answer, "HTTP/1.1 201 ");
	client->request = NULL;
}

/* Whether the answer is complete; `stays` where the connection can be used again. */
static gboolean is_complete(const Client *client, gboolean *stays)
{
	const char *end = strstr(client->answer, "\r\n\r\n");
	const char *length = strstr(client->answer, "\r\nContent-Length: ");
	const char *closing = strstr(client->answer, "\r\nConnection: close");
	if (!end || !length || length > end)
		return FALSE;
	*stays = !closing || closing > end;
	gsize body = client->length - (gsize)(end + 4 - client->answer);
	return body >= g_ascii_strtoull(length + strlen("\r\nContent-Length: "), NULL, 10);
}

static void send_more(Load *load, Client *client)
{
	while (client->request && client->sent < client->request->len) {
		ssize_t n = send(client->fd, client->request->str + client->sent,
			client->request->len - client->sent, MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
			return;
		if (n < 0) {
			fail(load, client, g_strerror(errno));
			return;
		}
		client->sent += (gsize)n;
	}
}

static void end_of_stream(Load *load, Client *client, const char *why)
{
	if (client->request) {
		fail(load, client, why);
		return;
	}
	hang_up(client);
	if (!client->idle)
		set_idle(load, client);
}

static void receive_more(Load *load, Client *client)
{
	gboolean stays;
	while (client->fd >= 0) {
		ssize_t n = recv(client->fd, client->answer + client->length,
			ANSWER_SIZE - 1 - client->length, 0);
		if (n < 0 && (errno == EAGAIN || errno == ENOTCONN))
			return;
		if (n <= 0) {
			end_of_stream(load, client, n ? g_strerror(errno) : "closed");
			return;
		}
		client->length += (gsize)n;
		client->answer[client->length] = '\0';
		if (!client->request || !is_complete(client, &stays))
			continue;
		note_answer(load, client);
		if (stays) {
			set_idle(load, client);
			return;
		}
	}
}

static void dial(Load *load, Client *client)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = client};
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		die("socket");
	if (connect(client->fd, (struct sockaddr *)&load->address, sizeof load->address) &&
		errno != EINPROGRESS)
		die("connect");
	if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &event))
		die("epoll_ctl");
}

static void start(Load *load, Client *client, gint64 due)
{
	client->request = load->requests->pdata[load->started++ % load->requests->len];
	client->sent = client->length = 0;
	client->answer[0] = '\0';
	client->due = due;
	client->idle = FALSE;
	load->busy++;
	if (client->fd < 0)
		dial(load, client); /* sent when it is connected */
	else
		send_more(load, client);
}

/* The run ------------------------------------------------------------------------------------- */

static gint64 next_due(const Load *load)
{
	return load->begin + (gint64)((gdouble)load->started * G_USEC_PER_SEC / load->rate);
}

static void set_timer(Load *load, gint64 due)
{
	struct itimerspec when = {.it_value = {due / G_USEC_PER_SEC, due % G_USEC_PER_SEC * 1000}};
	timerfd_settime(load->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* As many as are due and as there are clients. Those at the tail were used last. */
static void start_due(Load *load)
{
	gint64 now = g_get_monotonic_time();
	while (now < load->end && !g_queue_is_empty(&load->idle)) {
		gint64 due = load->rate > 0 ? next_due(load) : now;
		if (due > now) {
			set_timer(load, due);
			return;
		}
		start(load, g_queue_pop_head(&load->idle), due);
	}
}

static void take_event(Load *load, const struct epoll_event *event)
{
	Client *client = event->data.ptr;
	if (!client)
		return; /* the timer */
	send_more(load, client);
	if (client->fd >= 0)
		receive_more(load, client);
}

static void run(Load *load)
{
	struct epoll_event events[EVENTS];
	gint64 now = load->begin;
	while ((now < load->end || load->busy) && now < load->end + PATIENCE) {
		start_due(load);
		int n = epoll_wait(load->epoll, events, EVENTS, 100);
		for (int i = 0; i < n; i++)
			take_event(load, &events[i]);
		now = g_get_monotonic_time();
	}
	load->failed += load->busy;
}

/* Beginning and end --------------------------------------------------------------------------- */

static void read_requests(Load *load, const char *path)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	if (!g_file_get_contents(path, &text, NULL, &error)) {
		g_printerr("load: %s\n", error->message);
		exit(EXIT_FAILURE);
	}
	g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
	load->requests = g_ptr_array_new();
	for (char **line = lines; *line; line++) {
		GString *request = g_string_new(NULL);
		g_string_printf(request,
			"POST /api/v1/record HTTP/1.1\r\nHost: 127.0.0.1\r\n"
			"Authorization: Basic bG9nZ2VyOg==\r\n%s"
			"Content-Type: application/x-www-form-urlencoded\r\n"
			"Content-Length: %zu\r\n\r\n%s",
			load->keep ? "" : "Connection: close\r\n", strlen(*line), *line);
		g_ptr_array_add(load->requests, request);
	}
}

static void open_clients(Load *load, int n)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < n; i++) {
		Client *client = g_new0(Client, 1);
		client->fd = -1;
		client->idle = TRUE;
		g_queue_push_tail(&load->idle, client);
	}
}

static gint ascending(gconstpointer a, gconstpointer b)
{
	gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
	return (x > y) - (x < y);
}

/* In milliseconds. */
static double percentile(const Load *load, double part)
{
	guint n = load->latencies->len;
	return n ? (double)g_array_index(load->latencies, gint64, (guint)(part * (n - 1))) / 1000
		 : 0;
}

static void print(Load *load)
{
	double seconds = (double)(load->last - load->begin) / G_USEC_PER_SEC;
	g_array_sort(load->latencies, ascending);
	g_print("{\"answers\": %" G_GUINT64_FORMAT ", \"other\": %" G_GUINT64_FORMAT
		", \"failed\": %" G_GUINT64_FORMAT
		", \"rate\": %.1f, \"p50\": %.3f, \"p99\": %.3f, "
		"\"max\": %.3f}\n",
		load->answers, load->other, load->failed,
		load->answers ? (double)load->answers / seconds : 0, percentile(load, 0.5),
		percentile(load, 0.99), percentile(load, 1));
}

int main(int argc, char **argv)
{
	Load load = {.address = {.sin_family = AF_INET}};
	int clients = 64;
	double seconds = 10;
	GOptionEntry entries[] = {
		{"clients", 'c', 0, G_OPTION_ARG_INT, &clients, "that post at the same time", "N"},
		{"keep", 'k', 0, G_OPTION_ARG_NONE, &load.keep, "connections open", NULL},
		{"rate", 'r', 0, G_OPTION_ARG_DOUBLE, &load.rate, "requests a second", "N"},
		{"seconds", 's', 0, G_OPTION_ARG_DOUBLE, &seconds, "for so long", "N"},
		{NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new("PORT FILE");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 3) {
		g_printerr("load: %s\n", error ? error->message : "PORT FILE");
		return EXIT_FAILURE;
	}
	load.address.sin_port = htons((guint16)atoi(argv[1]));
	load.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	read_requests(&load, argv[2]);
	load.latencies = g_array_new(FALSE, FALSE, sizeof(gint64));
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	load.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN | EPOLLET};
	epoll_ctl(load.epoll, EPOLL_CTL_ADD, load.timer, &event);
	open_clients(&load, clients);
	load.begin = load.last = g_get_monotonic_time();
	load.end = load.begin + (gint64)(seconds * G_USEC_PER_SEC);
	run(&load);
	print(&load);
	return EXIT_SUCCESS;
}
