/* A request that is taken from its socket as it comes: its parameters into memory, its body to a
 * spool. */
#ifndef CHRONOLOGER_HTTP_INTAKE_H
#define CHRONOLOGER_HTTP_INTAKE_H

#include <glib.h>

#include "base/spool.h"
#include "http/framing.h"

typedef struct {
	Framing framing;
	GByteArray *parameters; /* unframed */
	Spool *body;            /* up to a limit: its Content-Length says that it is more */
	GError *problem;        /* why `body` is not all of it: ERROR_STORAGE */
	guint64 body_limit;
	int fd;
} Intake;

/* `fd` and `spool_directory` are borrowed. */
Intake *intake_new(int fd, const char *spool_directory, guint64 body_limit);
void intake_free(Intake *intake); /* takes NULL */

typedef enum {
	INTAKE_MORE,   /* nothing more is there now */
	INTAKE_AGAIN,  /* something may be: this has been going on for long enough */
	INTAKE_WHOLE,  /* the request; `body` is rewound */
	INTAKE_BROKEN, /* or the connection is gone */
} IntakeState;

/* Takes what there is; never waits. `buffer` is the caller's, to read into. */
IntakeState intake_read(Intake *intake, void *buffer, gsize size);

#endif
