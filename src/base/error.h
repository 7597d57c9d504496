/* The one error domain of the project, and what each of its codes means to a client. */
#ifndef CHRONOLOGER_BASE_ERROR_H
#define CHRONOLOGER_BASE_ERROR_H

#include <glib.h>

#define CHRONOLOGER_ERROR (chronologer_error_quark())

/* Kinds of failure that a caller must tell apart. base/error.c maps each one to an HTTP status,
 * the error type that CONTRACT's clients know, a class and an exit code; nothing else in the
 * tree does. */
typedef enum {
	ERROR_INTERNAL,   /* a bug of ours */
	ERROR_VALUE,      /* a parameter or a document that does not parse */
	ERROR_MODEL,      /* a record with a key missing or of the wrong kind */
	ERROR_QUERY,      /* a query expression that the grammar refuses */
	ERROR_DEADLINE,   /* a read that took longer than the deadline */
	ERROR_NOT_FOUND,  /* no such record, no such path */
	ERROR_METHOD,     /* a path that does not take this method */
	ERROR_FORBIDDEN,  /* the user lacks the role, or a web page of another site sent the request
			   */
	ERROR_INCOMPLETE, /* fewer bytes than Content-Length said, or a client that takes no more */
	ERROR_LENGTH,     /* no Content-Length */
	ERROR_BODY_SIZE,  /* a body over the limit */
	ERROR_MEDIA_TYPE, /* a Content-Type or Content-Encoding that is not taken */
	ERROR_KEY,        /* an Idempotency-Key of another request */
	ERROR_RECORD_SIZE, /* a record larger than the database takes */
	ERROR_STORAGE,     /* database away, busy, full or read-only: worth a retry by the client */
	ERROR_TRANSIENT,   /* the same, and nothing was written: worth one retry by the caller */
	ERROR_UNKNOWN,     /* nobody knows whether it was written: COMMIT was not answered */
	ERROR_SCHEMA,      /* the database has an older or a newer schema than this program */
	ERROR_CONFIGURATION, /* an option, a DSN or a configuration file that is wrong */
} ChronologerError;

/* Whose failure it is, for callers that go on after one. */
typedef enum {
	ERROR_CLASS_OTHER,
	ERROR_CLASS_INPUT, /* of one document, record or setting: another may be good */
	ERROR_CLASS_STORE, /* of the database: it would have been the same with any other */
} ErrorClass;

GQuark chronologer_error_quark(void);

/* HTTP status of an error: 400..503. Errors of other domains are bugs, hence 500. */
guint error_status(const GError *error);

/* The `type` a client sees: "ValueError", "StorageError", ... (Chronologer 0.1.5's names). Static.
 */
const char *error_type(const GError *error);

ErrorClass error_class(const GError *error);

/* ERROR_TRANSIENT. Takes NULL. */
gboolean error_is_transient(const GError *error);

/* What a program that ends with it exits with: sysexits.h. */
int error_exit(const GError *error);

#endif
