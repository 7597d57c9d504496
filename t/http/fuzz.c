/* A target for libFuzzer (configure --enable-fuzz): each input is a connection to the real server.
 * t/replay.c runs it over a corpus.
 *
 * An input begins with three bytes: flags, how the rest is cut, and a seed for that. The rest is
 * what is sent; FE n in it are n * 256 zero bytes, FE 00 is FE.
 *
 * What has to come back is known from framing_feed() over the same bytes at once: what it replies,
 * byte by byte, and for each whole request an answer that says what of its parameters and its body
 * was read. After each connection a request on another one, which is kept, is answered. */
#include "fuzz.h"
#include "../fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/framing.h"

enum {
	PATIENT = 1 << 0,    /* waits for the answer to a request before it sends the next one */
	HALF_CLOSE = 1 << 1, /* ends its half behind the last byte */
	ABORT = 1 << 2,      /* closes behind the last byte and reads nothing */
	LEAVE = 1 << 3,      /* stays open while the next connections come and go */
	HAND_OVER = 1 << 4,  /* comes from another process, as at the end of a worker */
	COPY = 1 << 5,       /* which closes it later: only then is it the server's */
	PAUSE = 1 << 6,      /* waits behind each piece until the loop has seen it */
};

#define STEERING 3        /* bytes */
#define ESCAPE 0xfe       /* see above */
#define LENGTH_MAX 300000 /* of what is sent, about: more than parameters may be */
#define REPLIES_MAX 1600  /* bytes: the socket's buffer takes them, though nobody reads */
#define PIECES_MAX 24     /* of one connection; then the rest at once */
#define LEFT_OPEN 2100    /* at a time: more half requests than the loop allows */
#define SILENCE 20        /* seconds without an answer: it will never come */

#define STDOUT 6
#define HANDED_OVER "chronologer: connections\n"

typedef struct {
	int fd;
	guint flags, cut, seed, pieces;
} Peer;

/* A request, or as much as there is of one. */
typedef struct {
	Framing framing;
	gsize used;
	GByteArray *replies, *parameters;
	FuzzDigest body;
} Exchange;

static const char *path;
static int kept = -1, left_open[LEFT_OPEN];
static guint8 healthy[100];
static gsize healthy_length;

/* Sockets -------------------------------------------------------------------------------------- */

static int connect_to_server(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct timeval silence = {.tv_sec = SILENCE};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
	while (connect(fd, (const struct sockaddr *)&address, sizeof address))
		if (errno != EINTR && errno != EAGAIN)
			g_error("connect: %s", g_strerror(errno));
	return fd;
}

/* FALSE where the server has closed the connection. */
static gboolean send_all(int fd, const guint8 *data, gsize length)
{
	while (length) {
		ssize_t n = send(fd, data, length, MSG_NOSIGNAL);
		if (n < 0 && errno != EINTR)
			return FALSE;
		if (n > 0) {
			data += n;
			length -= (gsize)n;
		}
	}
	return TRUE;
}

/* Bytes read; fewer at the end of the connection. */
static gsize receive(int fd, guint8 *buffer, gsize length)
{
	gsize done = 0;
	while (done < length) {
		ssize_t n = recv(fd, buffer + done, length - done, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			g_error("no answer");
		if (n <= 0)
			break;
		done += (gsize)n;
	}
	return done;
}

static void expect(int fd, const guint8 *data, gsize length)
{
	g_autofree guint8 *found = g_malloc(length + 1);
	gsize n = receive(fd, found, length);
	g_assert_cmpmem(found, n, data, length);
}

static void expect_end(int fd)
{
	guint8 byte;
	if (receive(fd, &byte, 1))
		g_error("a byte %02x where the connection ends", byte);
}

/* Frames that come back ------------------------------------------------------------------------ */

typedef struct {
	guint8 header[FRAMING_HEADER];
	guint8 content[65535 + 255];
	gsize length;
} Frame;

/* FALSE at the end of the connection. */
static gboolean read_frame(int fd, Frame *frame)
{
	const guint8 *header = frame->header;
	gsize n = receive(fd, frame->header, FRAMING_HEADER);
	if (!n)
		return FALSE;
	g_assert_cmpuint(n, ==, FRAMING_HEADER);
	g_assert_cmpuint(header[0], ==, 1);
	frame->length = (gsize)header[4] << 8 | header[5];
	n = receive(fd, frame->content, frame->length + header[6]);
	g_assert_cmpuint(n, ==, frame->length + header[6]);
	return TRUE;
}

/* The answer to one request. FALSE where it was given up. */
static gboolean read_answer(int fd, guint id, GByteArray *output)
{
	static Frame frame;
	static const guint8 complete[8];
	while (read_frame(fd, &frame)) {
		g_assert_cmpuint((guint)frame.header[2] << 8 | frame.header[3], ==, id);
		if (frame.header[1] == FRAMING_END) {
			g_assert_cmpmem(frame.content, frame.length, complete, sizeof complete);
			return TRUE;
		}
		g_assert_cmpuint(frame.header[1], ==, STDOUT);
		g_byte_array_append(output, frame.content, (guint)frame.length);
	}
	return FALSE;
}

/* Of who has sent more than he may: frames, to the end. */
static void read_anything(int fd)
{
	static Frame frame;
	while (read_frame(fd, &frame))
		g_assert_cmpuint(frame.header[1], <=, FRAMING_UNKNOWN_TYPE);
}

/* What is sent, and what it means -------------------------------------------------------------- */

static void on_parameters(gconstpointer data, gsize length, gpointer user)
{
	g_byte_array_append(((Exchange *)user)->parameters, data, (guint)length);
}

static void on_body(gconstpointer data, gsize length, gpointer user)
{
	fuzz_digest(&((Exchange *)user)->body, data, length);
}

static void on_reply(gconstpointer data, gsize length, gpointer user)
{
	g_byte_array_append(((Exchange *)user)->replies, data, (guint)length);
}

static void exchange_read(Exchange *exchange, const guint8 *data, gsize length)
{
	const FramingSink sink = {on_parameters, on_body, on_reply, exchange};
	exchange->replies = g_byte_array_new();
	exchange->parameters = g_byte_array_new();
	exchange->body = (FuzzDigest){0, 0};
	framing_reset(&exchange->framing);
	exchange->used = framing_feed(&exchange->framing, data, length, &sink);
}

static void exchange_clear(Exchange *exchange)
{
	g_byte_array_unref(exchange->replies);
	g_byte_array_unref(exchange->parameters);
}

static gsize read_length(const guint8 **at)
{
	const guint8 *bytes = *at;
	gboolean is_long = bytes[0] & 0x80;
	*at += is_long ? 4 : 1;
	return is_long ? (gsize)(bytes[0] & 0x7f) << 24 | (gsize)bytes[1] << 16 |
				 (gsize)bytes[2] << 8 | bytes[3]
		       : bytes[0];
}

/* "NAME=VALUE" of both texts, which end at a NUL as each text in an environment does. */
static char *join(const char *texts, gsize name, gsize value)
{
	g_autofree char *first = g_strndup(texts, name);
	g_autofree char *second = g_strndup(texts + name, value);
	return strlen(first) < name ? g_steal_pointer(&first)
				    : g_strconcat(first, "=", second, NULL);
}

/* As in an environment, where a value with a '=' before it is a value: of the first name that is P,
 * or goes on with '='. NULL: none. */
static char *find_p(const GByteArray *parameters)
{
	const guint8 *at = parameters->data;
	while (parameters->len && at < parameters->data + parameters->len) {
		gsize name = read_length(&at), value = read_length(&at);
		if (name == 1 && *at == 'P')
			return g_strndup((const char *)at + 1, value);
		if (name > 1 && at[0] == 'P' && at[1] == '=')
			return join((const char *)at + 2, name - 2, value);
		at += name + value;
	}
	return NULL;
}

/* A body over the limit is not kept as a whole, but where it was in the socket's buffer. */
static void expect_answer(int fd, const Exchange *exchange)
{
	g_autofree char *p = find_p(exchange->parameters);
	g_autofree char *text = fuzz_answer(p, &exchange->body);
	g_autoptr(GByteArray) output = g_byte_array_new();
	int way = p ? *p : 0;
	gboolean is_whole = read_answer(fd, exchange->framing.id, output);
	g_assert_cmpint(is_whole, ==, way != FUZZ_ABORT);
	if (exchange->body.length > FUZZ_BODY_LIMIT)
		return;
	g_assert_cmpuint(output->len, ==, strlen(text) + (way == FUZZ_BIG ? FUZZ_BIG_LENGTH : 0));
	g_assert_cmpmem(output->data, strlen(text), text, strlen(text));
}

static gboolean is_kept(const Exchange *exchange)
{
	g_autofree char *p = find_p(exchange->parameters);
	return exchange->framing.keep && !(p && *p == FUZZ_ABORT);
}

/* A peer --------------------------------------------------------------------------------------- */

/* By then the loop has seen all that was sent before. */
static void check_health(void)
{
	g_autoptr(GByteArray) output = g_byte_array_new();
	if (!send_all(kept, healthy, healthy_length) || !read_answer(kept, 1, output))
		g_error("the server does not serve");
}

static gsize piece_of(Peer *peer, gsize left)
{
	gsize n = peer->cut < 192 ? peer->cut : (peer->cut - 191) * 1024;
	if (n && peer->seed) {
		peer->seed = peer->seed * 1103515245 + 12345;
		n = 1 + (peer->seed >> 8) % n;
	}
	return n && peer->pieces++ < PIECES_MAX ? MIN(n, left) : left;
}

static void send_pieces(Peer *peer, const guint8 *data, gsize length)
{
	while (length) {
		gsize n = piece_of(peer, length);
		if (!send_all(peer->fd, data, n))
			return;
		data += n;
		length -= n;
		if (peer->flags & PAUSE && length)
			check_health();
	}
}

/* Sends one request. TRUE: the next one can follow. */
static gboolean talk(Peer *peer, const Exchange *exchange, const guint8 *data, gsize length)
{
	FramingState state = exchange->framing.state;
	gboolean is_last = exchange->used == length;
	gboolean is_orderly = is_last || state != FRAMING_WHOLE || peer->flags & PATIENT;
	send_pieces(peer, data, is_orderly ? exchange->used : length);
	if ((is_last && peer->flags & HALF_CLOSE) || !is_orderly)
		shutdown(peer->fd, SHUT_WR);
	if (is_last && peer->flags & ABORT)
		return FALSE;
	if (!is_orderly) {
		read_anything(peer->fd);
		return FALSE;
	}
	expect(peer->fd, exchange->replies->data, exchange->replies->len);
	if (state == FRAMING_WHOLE)
		expect_answer(peer->fd, exchange);
	gboolean is_open = state != FRAMING_BROKEN && (state == FRAMING_MORE || is_kept(exchange));
	if (!is_open || (is_last && peer->flags & HALF_CLOSE))
		expect_end(peer->fd);
	return is_open && !is_last;
}

static void converse(Peer *peer, const guint8 *data, gsize length)
{
	gboolean goes_on = length > 0;
	while (goes_on) {
		Exchange exchange;
		exchange_read(&exchange, data, length);
		goes_on =
			exchange.replies->len <= REPLIES_MAX && talk(peer, &exchange, data, length);
		data += exchange.used;
		length -= exchange.used;
		exchange_clear(&exchange);
	}
}

/* The other process has closed what it has sent before it ends what it has sent it on. */
static void hand_over(int fd, gboolean is_slow)
{
	union {
		char space[CMSG_SPACE(sizeof(int))];
		gsize alignment;
	} control = {.alignment = 0};
	struct iovec text = {(char *)HANDED_OVER, strlen(HANDED_OVER)};
	struct msghdr message = {.msg_iov = &text,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof control.space};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int to = connect_to_server();
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	if (sendmsg(to, &message, MSG_NOSIGNAL) < 0)
		g_error("sendmsg: %s", g_strerror(errno));
	if (is_slow)
		check_health();
	close(fd);
	close(to);
}

static void open_peer(Peer *peer)
{
	const struct timeval silence = {.tv_sec = SILENCE};
	int pair[2];
	if (!(peer->flags & HAND_OVER)) {
		peer->fd = connect_to_server();
		return;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		g_error("socketpair: %s", g_strerror(errno));
	setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
	hand_over(pair[1], peer->flags & COPY);
	peer->fd = pair[0];
}

static void close_peer(Peer *peer)
{
	static guint next;
	if (peer->flags & LEAVE) {
		if (left_open[next])
			close(left_open[next]);
		left_open[next] = peer->fd;
		next = (next + 1) % LEFT_OPEN;
	} else {
		close(peer->fd);
	}
}

/* So that the server, which ends then, waits for nothing. */
static void close_all(void)
{
	for (guint i = 0; i < LEFT_OPEN; i++)
		if (left_open[i])
			close(left_open[i]);
	close(kept);
}

/* Inputs --------------------------------------------------------------------------------------- */

static GByteArray *stretch(const guint8 *data, gsize size)
{
	static const guint8 zeros[255 * 256];
	GByteArray *text = g_byte_array_new();
	for (gsize i = 0; i < size && text->len < LENGTH_MAX; i++) {
		if (data[i] != ESCAPE || i + 1 == size)
			g_byte_array_append(text, data + i, 1);
		else if (data[++i])
			g_byte_array_append(text, zeros, data[i] * 256u);
		else
			g_byte_array_append(text, data + i - 1, 1);
	}
	return text;
}

static void append(guint type, gconstpointer content, guint length)
{
	framing_header(healthy + healthy_length, type, 1, length);
	healthy_length += FRAMING_HEADER;
	memcpy(healthy + healthy_length, content, length);
	healthy_length += length;
}

static void start(void)
{
	static const guint8 begin[8] = {0, FRAMING_RESPONDER, 1};
	append(FRAMING_BEGIN, begin, sizeof begin);
	append(FRAMING_PARAMETERS, "\001\005Phello", 8);
	append(FRAMING_PARAMETERS, "", 0);
	append(FRAMING_BODY, "body", 4);
	append(FRAMING_BODY, "", 0);
	path = fuzz_server_start();
	atexit(close_all);
	kept = connect_to_server();
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	if (kept < 0)
		start();
	if (size < STEERING)
		return 0;
	Peer peer = {.flags = data[0], .cut = data[1], .seed = data[2]};
	g_autoptr(GByteArray) text = stretch(data + STEERING, size - STEERING);
	open_peer(&peer);
	converse(&peer, text->data, text->len);
	close_peer(&peer);
	check_health();
	return 0;
}
