/* The documents of a body with many of them, a batch at a time: of a long body the next ones are
 * parsed while the database works on the last. */
#ifndef CHRONOLOGER_RECORD_DOCUMENTS_H
#define CHRONOLOGER_RECORD_DOCUMENTS_H

#include <glib.h>

#include "record/record.h"
#include "base/spool.h"

/* Where they come from. All of it is borrowed. */
typedef struct {
	Spool *body;
	gboolean is_array; /* the body is a JSON array, and not lines */
	gsize limit;       /* of a line, in bytes */
	gboolean raw;      /* any JSON object: record_from_raw_json() */
} DocumentSource;

/* One of them: a record, or why it is none. */
typedef struct {
	guint64 number;  /* from 1; counts empty lines too */
	Record *record;  /* owned; NULL where there is a problem */
	GError *problem; /* owned */
} Document;

typedef struct documents Documents;

/* Begins at the first document. The spool must not be used by others before documents_free(). */
Documents *documents_new(const DocumentSource *source, GError **error);
void documents_free(Documents *documents); /* takes NULL; ends reading, whatever is left */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Documents, documents_free)

/* The next batch, Document, which is the caller's; `*batch` is NULL behind the last one. What
 * records and problems a batch still holds are freed with it. Errors are those of the body as a
 * whole: a spool that can not be read, an array that is none. */
gboolean documents_next(Documents *documents, GArray **batch, GError **error);

/* TRUE where what documents_next() gave was all there is. Of a long body that is not known. */
gboolean documents_ended(const Documents *documents);

#endif
