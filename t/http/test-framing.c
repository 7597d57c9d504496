/* Frames of FastCGI: what is whole, what is broken, what is replied, at any cut. */
#include <string.h>

#include "http/framing.h"

#define BEGIN "\1\1\0\1\0\10\0\0\0\1\1\0\0\0\0\0"
#define BEGIN_7 "\1\1\0\7\0\10\0\0\0\1\0\0\0\0\0\0"
#define PAIR "\1\4\0\1\0\5\0\0\1\2Pab"
#define END_OF_PARAMETERS "\1\4\0\1\0\0\0\0"
#define BODY "\1\5\0\1\0\4\0\0body"
#define END_OF_BODY "\1\5\0\1\0\0\0\0"
#define WITH_PAIRS(frame) BEGIN frame END_OF_PARAMETERS END_OF_BODY

#define BUSY_7 "\1\3\0\7\0\10\0\0\0\0\0\0\1\0\0\0"
#define NO_VALUES "\1\12\0\0\0\0\0\0"
#define UNKNOWN_99 "\1\13\0\0\0\10\0\0\143\0\0\0\0\0\0\0"

#define BYTES(text) text, sizeof(text) - 1

typedef struct {
	const char *name;
	const char *data;
	gsize length;
	FramingState state;
	gboolean is_plain;
	const char *replies; /* beside zero bytes in them */
	gsize replies_length;
	const char *body;
} Case;

static const Case cases[] = {
	{"nothing", BYTES(""), FRAMING_MORE, TRUE, BYTES(""), ""},
	{"whole", BYTES(BEGIN PAIR END_OF_PARAMETERS BODY END_OF_BODY), FRAMING_WHOLE, TRUE,
		BYTES(""), "body"},
	{"no-body", BYTES(WITH_PAIRS(PAIR)), FRAMING_WHOLE, TRUE, BYTES(""), ""},
	{"no-parameters", BYTES(WITH_PAIRS("")), FRAMING_WHOLE, TRUE, BYTES(""), ""},
	{"two-bodies", BYTES(BEGIN END_OF_PARAMETERS BODY BODY END_OF_BODY), FRAMING_WHOLE, TRUE,
		BYTES(""), "bodybody"},
	{"half-header", BYTES("\1\1\0\1\0"), FRAMING_MORE, TRUE, BYTES(""), ""},
	{"half-body", BYTES(BEGIN PAIR END_OF_PARAMETERS "\1\5\0\1\0\4\0\0bo"), FRAMING_MORE, TRUE,
		BYTES(""), "bo"},
	{"padded", BYTES(BEGIN "\1\4\0\1\0\5\3\0\1\2Pab\0\0\0" END_OF_PARAMETERS END_OF_BODY),
		FRAMING_WHOLE, TRUE, BYTES(""), ""},
	{"padding-missing", BYTES(BEGIN END_OF_PARAMETERS "\1\5\0\1\0\0\2\0\0"), FRAMING_MORE, TRUE,
		BYTES(""), ""},
	{"end-padded", BYTES(BEGIN END_OF_PARAMETERS "\1\5\0\1\0\0\2\0\0\0"), FRAMING_WHOLE, FALSE,
		BYTES(""), ""},
	{"begin-padded", BYTES("\1\1\0\1\0\10\1\0\0\1\1\0\0\0\0\0\0" END_OF_PARAMETERS END_OF_BODY),
		FRAMING_WHOLE, FALSE, BYTES(""), ""},
	{"end-of-parameters-padded", BYTES(BEGIN "\1\4\0\1\0\0\1\0\0" END_OF_BODY), FRAMING_WHOLE,
		FALSE, BYTES(""), ""},

	{"version", BYTES("\2\1\0\1\0\10\0\0"), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"version-0", BYTES(BEGIN "\0\0\0\0\0\0\0\0"), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"http", BYTES("GET / HTTP/1.0\r\n\r\n"), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"role", BYTES("\1\1\0\1\0\10\0\0\0\2\1\0\0\0\0\0"), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"begin-short", BYTES("\1\1\0\1\0\7\0\0"), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"begin-long", BYTES("\1\1\0\1\0\11\0\0"), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"begin-no-id", BYTES("\1\1\0\0\0\10\0\0"), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"begin-again", BYTES(BEGIN BEGIN), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"abort", BYTES(BEGIN PAIR "\1\2\0\1\0\0\0\0"), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"body-first", BYTES(BEGIN BODY), FRAMING_BROKEN, TRUE, BYTES(""), ""},
	{"parameters-last", BYTES(BEGIN END_OF_PARAMETERS PAIR), FRAMING_BROKEN, TRUE, BYTES(""),
		""},
	{"type-of-request", BYTES(BEGIN "\1\143\0\1\0\0\0\0"), FRAMING_BROKEN, TRUE, BYTES(""), ""},

	{"lengths-only", BYTES(WITH_PAIRS("\1\4\0\1\0\1\0\0\1")), FRAMING_BROKEN, TRUE, BYTES(""),
		""},
	{"long-length-cut", BYTES(WITH_PAIRS("\1\4\0\1\0\3\0\0\1\200\0")), FRAMING_BROKEN, TRUE,
		BYTES(""), ""},
	{"name-cut", BYTES(WITH_PAIRS("\1\4\0\1\0\3\0\0\2\0P")), FRAMING_BROKEN, TRUE, BYTES(""),
		""},
	{"value-cut", BYTES(WITH_PAIRS("\1\4\0\1\0\4\0\0\1\2Pa")), FRAMING_BROKEN, TRUE, BYTES(""),
		""},
	{"long-lengths", BYTES(WITH_PAIRS("\1\4\0\1\0\13\0\0\200\0\0\1\200\0\0\2Pab")),
		FRAMING_WHOLE, TRUE, BYTES(""), ""},
	{"empty-pairs", BYTES(WITH_PAIRS("\1\4\0\1\0\4\0\0\0\0\0\0")), FRAMING_WHOLE, TRUE,
		BYTES(""), ""},
	{"pair-in-two-frames", BYTES(WITH_PAIRS("\1\4\0\1\0\3\0\0\1\2P\1\4\0\1\0\2\0\0ab")),
		FRAMING_WHOLE, TRUE, BYTES(""), ""},
	{"name-too-long", BYTES(BEGIN "\1\4\0\1\0\5\0\0\200\4\0\1\0"), FRAMING_BROKEN, TRUE,
		BYTES(""), ""},
	{"value-too-long", BYTES(BEGIN "\1\4\0\1\0\5\0\0\0\377\377\377\377"), FRAMING_BROKEN, TRUE,
		BYTES(""), ""},
	{"pair-too-long", BYTES(BEGIN "\1\4\0\1\0\5\0\0\1\200\4\0\0"), FRAMING_BROKEN, TRUE,
		BYTES(""), ""},
	{"pair-at-the-bound", BYTES(BEGIN "\1\4\0\1\0\5\0\0\1\200\3\377\377"), FRAMING_MORE, TRUE,
		BYTES(""), ""},

	{"get-values", BYTES("\1\11\0\0\0\2\0\0\0\0" WITH_PAIRS(PAIR)), FRAMING_WHOLE, FALSE,
		BYTES(NO_VALUES), ""},
	{"get-values-within", BYTES(WITH_PAIRS("\1\11\0\0\0\0\0\0" PAIR)), FRAMING_WHOLE, FALSE,
		BYTES(NO_VALUES), ""},
	{"unknown-management", BYTES(WITH_PAIRS("\1\143\0\0\0\1\1\0xy")), FRAMING_WHOLE, FALSE,
		BYTES(UNKNOWN_99), ""},
	{"begin-other", BYTES(WITH_PAIRS(BEGIN_7)), FRAMING_WHOLE, FALSE, BYTES(BUSY_7), ""},
	{"replies-in-order", BYTES(WITH_PAIRS("\1\143\0\0\0\0\0\0" BEGIN_7 "\1\11\0\0\0\0\0\0")),
		FRAMING_WHOLE, FALSE, BYTES(UNKNOWN_99 BUSY_7 NO_VALUES), ""},
	{"abort-other", BYTES(WITH_PAIRS("\1\2\0\7\0\0\0\0")), FRAMING_WHOLE, FALSE, BYTES(""), ""},
	{"parameters-other", BYTES(WITH_PAIRS("\1\4\0\7\0\2\0\0xx")), FRAMING_WHOLE, FALSE,
		BYTES(""), ""},
	{"before-begin", BYTES("\1\5\0\1\0\4\0\0junk" WITH_PAIRS("")), FRAMING_WHOLE, FALSE,
		BYTES(""), ""},
};

/* What a stream led to. */
typedef struct {
	Framing framing;
	gsize used;
	GByteArray *parameters, *body, *replies;
} Result;

static void on_parameters(gconstpointer data, gsize length, gpointer user)
{
	g_byte_array_append(((Result *)user)->parameters, data, (guint)length);
}

static void on_body(gconstpointer data, gsize length, gpointer user)
{
	g_byte_array_append(((Result *)user)->body, data, (guint)length);
}

static void on_reply(gconstpointer data, gsize length, gpointer user)
{
	g_byte_array_append(((Result *)user)->replies, data, (guint)length);
}

/* In pieces of that many bytes, the first one of `first`. Each is copied, so that a byte read too
 * far is seen. */
static Result feed(const char *data, gsize length, gsize first, gsize piece)
{
	Result result = {.parameters = g_byte_array_new(),
		.body = g_byte_array_new(),
		.replies = g_byte_array_new()};
	const FramingSink sink = {on_parameters, on_body, on_reply, &result};
	framing_reset(&result.framing);
	for (gsize n = first; length; n = piece) {
		n = MIN(n, length);
		g_autofree char *copy = g_memdup2(data, n);
		gsize used = framing_feed(&result.framing, copy, n, &sink);
		result.used += used;
		if (used < n || result.framing.state != FRAMING_MORE)
			break;
		data += n;
		length -= n;
	}
	return result;
}

static void clear(Result *result)
{
	g_byte_array_unref(result->parameters);
	g_byte_array_unref(result->body);
	g_byte_array_unref(result->replies);
}

static void check_same(const Result *a, const Result *b)
{
	g_assert_cmpint(a->framing.state, ==, b->framing.state);
	g_assert_cmpint(a->framing.is_plain, ==, b->framing.is_plain);
	g_assert_cmpint(a->framing.keep, ==, b->framing.keep);
	g_assert_cmpuint(a->framing.id, ==, b->framing.id);
	g_assert_cmpmem(a->body->data, a->body->len, b->body->data, b->body->len);
	g_assert_cmpmem(a->replies->data, a->replies->len, b->replies->data, b->replies->len);
	if (a->framing.state == FRAMING_BROKEN)
		return; /* a piece with what breaks it is not handed on */
	g_assert_cmpuint(a->used, ==, b->used);
	g_assert_cmpuint(a->framing.parameters, ==, b->framing.parameters);
	g_assert_cmpuint(a->framing.body, ==, b->framing.body);
	g_assert_cmpmem(
		a->parameters->data, a->parameters->len, b->parameters->data, b->parameters->len);
}

static void test_case(gconstpointer data)
{
	const Case *each = data;
	Result result = feed(each->data, each->length, each->length, each->length);
	g_assert_cmpint(result.framing.state, ==, each->state);
	g_assert_cmpint(result.framing.is_plain, ==, each->is_plain);
	g_assert_cmpmem(
		result.replies->data, result.replies->len, each->replies, each->replies_length);
	g_assert_cmpmem(result.body->data, result.body->len, each->body, strlen(each->body));
	if (each->state == FRAMING_WHOLE)
		g_assert_cmpuint(result.used, ==, each->length);
	for (gsize cut = 1; cut < each->length; cut++) {
		Result in_pieces = feed(each->data, each->length, cut, cut);
		Result in_two = feed(each->data, each->length, cut, each->length);
		check_same(&result, &in_pieces);
		check_same(&result, &in_two);
		clear(&in_pieces);
		clear(&in_two);
	}
	clear(&result);
}

static void append(GByteArray *stream, guint type, gconstpointer content, gsize length)
{
	guint8 header[FRAMING_HEADER];
	framing_header(header, type, 1, (guint)length);
	g_byte_array_append(stream, header, sizeof header);
	g_byte_array_append(stream, content, (guint)length);
}

/* A request with one pair whose lengths and texts are that many bytes. */
static GByteArray *request_of(gsize length)
{
	GByteArray *stream = g_byte_array_new();
	g_autofree guint8 *pair = g_malloc0(length);
	gsize value = length - 6;
	const guint8 lengths[] = {1, (guint8)(0x80 | value >> 24), (guint8)(value >> 16),
		(guint8)(value >> 8), (guint8)value, 'P'};
	memcpy(pair, lengths, sizeof lengths);
	g_byte_array_append(stream, (const guint8 *)BYTES(BEGIN));
	for (gsize at = 0; at < length; at += 65535)
		append(stream, FRAMING_PARAMETERS, pair + at, MIN(65535, length - at));
	append(stream, FRAMING_PARAMETERS, "", 0);
	append(stream, FRAMING_BODY, "", 0);
	return stream;
}

static void check_bound(gsize length, FramingState state)
{
	static const gsize pieces[] = {1, 7, 4096, 65535, 1 << 20};
	g_autoptr(GByteArray) stream = request_of(length);
	for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
		Result result = feed((const char *)stream->data, stream->len, pieces[i], pieces[i]);
		g_assert_cmpint(result.framing.state, ==, state);
		if (state == FRAMING_WHOLE)
			g_assert_cmpuint(result.parameters->len, ==, length);
		g_assert_cmpuint(result.parameters->len, <=, FRAMING_PARAMETERS_MAX);
		clear(&result);
	}
}

static void test_bound(void)
{
	check_bound(FRAMING_PARAMETERS_MAX - 1, FRAMING_WHOLE);
	check_bound(FRAMING_PARAMETERS_MAX, FRAMING_WHOLE);
	check_bound(FRAMING_PARAMETERS_MAX + 1, FRAMING_BROKEN);
}

/* What comes behind a request is not its own. */
static void test_behind(void)
{
	static const char two[] = WITH_PAIRS(PAIR) WITH_PAIRS(PAIR);
	Result result = feed(BYTES(two), sizeof two - 1, sizeof two - 1);
	g_assert_cmpint(result.framing.state, ==, FRAMING_WHOLE);
	g_assert_cmpuint(result.used, ==, (sizeof two - 1) / 2);
	g_assert_cmpuint(framing_feed(&result.framing, "x", 1, NULL), ==, 0);
	clear(&result);
}

static void test_begin(void)
{
	Result kept = feed(BYTES(BEGIN), 16, 16), not_kept = feed(BYTES(BEGIN_7), 16, 16);
	g_assert_true(kept.framing.keep);
	g_assert_false(not_kept.framing.keep);
	g_assert_cmpuint(kept.framing.id, ==, 1);
	g_assert_cmpuint(not_kept.framing.id, ==, 7);
	clear(&kept);
	clear(&not_kept);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strconcat("/framing/", cases[i].name, NULL);
		g_test_add_data_func(path, &cases[i], test_case);
	}
	g_test_add_func("/framing/bound", test_bound);
	g_test_add_func("/framing/behind", test_behind);
	g_test_add_func("/framing/begin", test_begin);
	return g_test_run();
}
