/* Frames, one after the other, as many bytes at a time as there are. */
#include "http/framing.h"

#include <string.h>

#define KEEP_CONN 1
#define CANT_MPX_CONN 1

void framing_reset(Framing *framing)
{
	*framing = (Framing){.is_plain = TRUE};
}

void framing_header(guint8 header[static FRAMING_HEADER], guint type, guint id, guint length)
{
	const guint8 bytes[FRAMING_HEADER] = {1, (guint8)type, (guint8)(id >> 8), (guint8)id,
		(guint8)(length >> 8), (guint8)length, 0, 0};
	memcpy(header, bytes, sizeof bytes);
}

static guint type_of(const Framing *framing)
{
	return framing->header[1];
}

static guint id_of(const Framing *framing)
{
	return (guint)framing->header[2] << 8 | framing->header[3];
}

static void reply(
	const FramingSink *sink, guint type, guint id, const guint8 content[static 8], gsize length)
{
	guint8 frame[2 * FRAMING_HEADER];
	framing_header(frame, type, id, (guint)length);
	memcpy(frame + FRAMING_HEADER, content, length);
	if (sink)
		sink->reply(frame, FRAMING_HEADER + length, sink->user);
}

/* Parameters ----------------------------------------------------------------------------------- */

/* libfcgi allocates what a length says before it has looked whether so much is there. */
static gboolean read_length(Framing *framing, guint8 byte)
{
	if (!framing->length_left) {
		framing->length_left = byte & 0x80 ? 4 : 1;
		framing->length = byte & 0x7f;
	} else {
		framing->length = framing->length << 8 | byte;
	}
	if (--framing->length_left)
		return TRUE;
	framing->pair += framing->length;
	framing->lengths = (framing->lengths + 1) % 2;
	return framing->pair <= FRAMING_PARAMETERS_MAX;
}

static gboolean check_pairs(Framing *framing, const guint8 *data, gsize length)
{
	while (length) {
		gboolean in_texts = framing->pair && !framing->lengths && !framing->length_left;
		gsize n = in_texts ? MIN(length, framing->pair) : 1;
		if (in_texts)
			framing->pair -= n;
		else if (!read_length(framing, *data))
			return FALSE;
		data += n;
		length -= n;
	}
	return TRUE;
}

static gboolean take_parameters(
	Framing *framing, const guint8 *data, gsize length, const FramingSink *sink)
{
	framing->parameters += length;
	if (framing->parameters > FRAMING_PARAMETERS_MAX || !check_pairs(framing, data, length))
		return FALSE;
	if (sink)
		sink->parameters(data, length, sink->user);
	return TRUE;
}

/* Frames --------------------------------------------------------------------------------------- */

static gboolean is_ours(const Framing *framing)
{
	return framing->id && id_of(framing) == framing->id;
}

static gboolean begins(const Framing *framing)
{
	return type_of(framing) == FRAMING_BEGIN && !framing->id;
}

/* A header is whole. FALSE: not in this place. */
static gboolean begin_frame(Framing *framing)
{
	guint type = type_of(framing);
	framing->content = (guint)framing->header[4] << 8 | framing->header[5];
	framing->padding = framing->header[6];
	if (framing->header[0] != 1)
		return FALSE;
	if (type == FRAMING_BEGIN)
		return id_of(framing) && !is_ours(framing) &&
		       framing->content == sizeof framing->begin;
	if (!id_of(framing) || !is_ours(framing))
		return TRUE;
	return type == (framing->has_parameters ? FRAMING_BODY : FRAMING_PARAMETERS);
}

static gboolean take_content(
	Framing *framing, const guint8 *data, gsize length, const FramingSink *sink)
{
	if (begins(framing)) {
		memcpy(framing->begin + sizeof framing->begin - framing->content, data, length);
	} else if (is_ours(framing) && type_of(framing) == FRAMING_PARAMETERS) {
		return take_parameters(framing, data, length, sink);
	} else if (is_ours(framing) && type_of(framing) == FRAMING_BODY) {
		framing->body += length;
		if (sink)
			sink->body(data, length, sink->user);
	}
	return TRUE;
}

/* What is no part of the request: 4 "Management Record Types"; 5.5 on a second request. */
static void answer_foreign(Framing *framing, const FramingSink *sink)
{
	const guint8 unknown[8] = {framing->header[1]}, busy[8] = {0, 0, 0, 0, CANT_MPX_CONN};
	framing->is_plain = FALSE;
	if (type_of(framing) == FRAMING_BEGIN)
		reply(sink, FRAMING_END, id_of(framing), busy, sizeof busy);
	else if (id_of(framing))
		return;
	else if (type_of(framing) == FRAMING_GET_VALUES)
		reply(sink, FRAMING_GET_VALUES_RESULT, 0, busy, 0); /* none that we know */
	else
		reply(sink, FRAMING_UNKNOWN_TYPE, 0, unknown, sizeof unknown);
}

/* A frame is whole, its padding too. */
static gboolean end_frame(Framing *framing, const FramingSink *sink)
{
	guint length = (guint)framing->header[4] << 8 | framing->header[5];
	if (framing->header[6] && (begins(framing) || !length))
		framing->is_plain = FALSE; /* libfcgi would take this padding for a header */
	if (begins(framing)) {
		framing->id = (guint16)id_of(framing);
		framing->keep = framing->begin[2] & KEEP_CONN;
		return framing->begin[0] == 0 && framing->begin[1] == FRAMING_RESPONDER;
	}
	if (!is_ours(framing)) {
		answer_foreign(framing, sink);
		return TRUE;
	}
	if (length)
		return TRUE;
	if (framing->has_parameters) {
		framing->state = FRAMING_WHOLE;
		return TRUE;
	}
	framing->has_parameters = TRUE;
	return !framing->pair && !framing->lengths && !framing->length_left;
}

static gboolean take_some(
	Framing *framing, const guint8 *data, gsize length, gsize *taken, const FramingSink *sink)
{
	if (framing->header_length < FRAMING_HEADER) {
		*taken = MIN(length, FRAMING_HEADER - framing->header_length);
		memcpy(framing->header + framing->header_length, data, *taken);
		framing->header_length += (guint)*taken;
		if (framing->header_length < FRAMING_HEADER)
			return TRUE;
		if (!begin_frame(framing))
			return FALSE;
	} else if (framing->content) {
		*taken = MIN(length, framing->content);
		if (!take_content(framing, data, *taken, sink))
			return FALSE;
		framing->content -= (guint)*taken;
	} else {
		*taken = MIN(length, framing->padding);
		framing->padding -= (guint)*taken;
	}
	if (framing->content || framing->padding)
		return TRUE;
	framing->header_length = 0;
	return end_frame(framing, sink);
}

gsize framing_feed(Framing *framing, gconstpointer data, gsize length, const FramingSink *sink)
{
	gsize done = 0;
	while (done < length && framing->state == FRAMING_MORE) {
		gsize taken = 0;
		if (!take_some(framing, (const guint8 *)data + done, length - done, &taken, sink))
			framing->state = FRAMING_BROKEN;
		done += taken;
	}
	return done;
}
