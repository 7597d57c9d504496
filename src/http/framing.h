/* What of a FastCGI request has arrived: its frames (the specification's "records"), looked at
 * before libfcgi sees a byte, so that nobody waits for the rest of one and nothing that libfcgi is
 * not up to reaches it. FastCGI Specification, 3.3 "Records", 5.1 to 5.5, 8. */
#ifndef CHRONOLOGER_HTTP_FRAMING_H
#define CHRONOLOGER_HTTP_FRAMING_H

#include <glib.h>

/* Names and values of the parameters together, with their lengths, in bytes. */
#define FRAMING_PARAMETERS_MAX (256 * 1024)

#define FRAMING_HEADER 8 /* bytes of a frame's header */

typedef enum {
	FRAMING_MORE,   /* it is not whole yet */
	FRAMING_WHOLE,  /* it is, with all of its body */
	FRAMING_BROKEN, /* no request can come of it: the connection is to be closed */
} FramingState;

/* Who takes what has arrived; borrowed during the call. */
typedef struct {
	void (*parameters)(gconstpointer data, gsize length, gpointer user);
	void (*body)(gconstpointer data, gsize length, gpointer user);
	void (*reply)(gconstpointer data, gsize length, gpointer user); /* to be sent at once */
	gpointer user;
} FramingSink;

typedef struct {
	FramingState state;
	gboolean is_plain;       /* nothing but the frames of one request: as libfcgi takes it */
	gboolean keep;           /* the connection is to be kept */
	guint16 id;              /* of the request; 0 before it has begun */
	gboolean has_parameters; /* all of them */
	gsize parameters;        /* bytes so far */
	guint64 body;            /* the same */

	/* framing.c's own: the frame that is being read, and the pair of a name and a value. */
	guint8 header[FRAMING_HEADER];
	guint header_length;
	guint content, padding; /* left of it */
	guint8 begin[8];        /* the content of a BEGIN_REQUEST */
	guint length_left;      /* bytes */
	guint lengths;          /* that are known: of the name, of both */
	guint64 length, pair;   /* the one that is being read; what is left of both texts */
} Framing;

/* Before the first byte of a request. */
void framing_reset(Framing *framing);

/* Takes the next bytes; how many: all, but for those behind the end of the request. `sink` may be
 * NULL. */
gsize framing_feed(Framing *framing, gconstpointer data, gsize length, const FramingSink *sink);

/* The header of a frame. */
void framing_header(guint8 header[static FRAMING_HEADER], guint type, guint id, guint length);

#define FRAMING_RESPONDER 1 /* a role */

#define FRAMING_BEGIN 1
#define FRAMING_ABORT 2
#define FRAMING_END 3
#define FRAMING_PARAMETERS 4
#define FRAMING_BODY 5
#define FRAMING_GET_VALUES 9
#define FRAMING_GET_VALUES_RESULT 10
#define FRAMING_UNKNOWN_TYPE 11

#endif
