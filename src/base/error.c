/* Error codes -> HTTP statuses and the type names of the API, classes, exit codes. */
#include "base/error.h"

#include <sysexits.h>

G_DEFINE_QUARK(chronologer - error, chronologer_error)

static const struct {
	guint status;
	const char *type;
	ErrorClass class;
	int exit; /* EX_SOFTWARE: also of what the tool never meets */
} kinds[] = {
	[ERROR_INTERNAL] = {500, "HTTPError", ERROR_CLASS_OTHER, EX_SOFTWARE},
	[ERROR_VALUE] = {400, "ValueError", ERROR_CLASS_INPUT, EX_USAGE},
	[ERROR_MODEL] = {400, "ModelError", ERROR_CLASS_INPUT, EX_SOFTWARE},
	[ERROR_QUERY] = {400, "StorageQueryError", ERROR_CLASS_INPUT, EX_SOFTWARE},
	[ERROR_DEADLINE] = {503, "StorageQueryError", ERROR_CLASS_STORE, EX_TEMPFAIL},
	[ERROR_NOT_FOUND] = {404, "HTTPError", ERROR_CLASS_OTHER, EX_NOINPUT},
	[ERROR_METHOD] = {405, "HTTPError", ERROR_CLASS_OTHER, EX_SOFTWARE},
	[ERROR_FORBIDDEN] = {403, "HTTPError", ERROR_CLASS_OTHER, EX_SOFTWARE},
	[ERROR_INCOMPLETE] = {400, "HTTPError", ERROR_CLASS_OTHER, EX_SOFTWARE},
	[ERROR_LENGTH] = {411, "HTTPError", ERROR_CLASS_OTHER, EX_SOFTWARE},
	[ERROR_BODY_SIZE] = {413, "HTTPError", ERROR_CLASS_OTHER, EX_SOFTWARE},
	[ERROR_MEDIA_TYPE] = {415, "HTTPError", ERROR_CLASS_OTHER, EX_SOFTWARE},
	[ERROR_KEY] = {422, "ValueError", ERROR_CLASS_OTHER, EX_SOFTWARE},
	[ERROR_RECORD_SIZE] = {413, "StorageSizeLimitError", ERROR_CLASS_INPUT, EX_SOFTWARE},
	[ERROR_STORAGE] = {503, "StorageError", ERROR_CLASS_STORE, EX_UNAVAILABLE},
	[ERROR_TRANSIENT] = {503, "StorageError", ERROR_CLASS_STORE, EX_TEMPFAIL},
	[ERROR_UNKNOWN] = {503, "StorageError", ERROR_CLASS_STORE, EX_UNAVAILABLE},
	[ERROR_SCHEMA] = {503, "StorageError", ERROR_CLASS_STORE, EX_DATAERR},
	[ERROR_CONFIGURATION] = {500, "HTTPError", ERROR_CLASS_INPUT, EX_CONFIG},
};

static guint kind_of(const GError *error)
{
	if (error->domain != CHRONOLOGER_ERROR || (guint)error->code >= G_N_ELEMENTS(kinds))
		return ERROR_INTERNAL;
	return (guint)error->code;
}

guint error_status(const GError *error)
{
	return kinds[kind_of(error)].status;
}

const char *error_type(const GError *error)
{
	return kinds[kind_of(error)].type;
}

ErrorClass error_class(const GError *error)
{
	return kinds[kind_of(error)].class;
}

gboolean error_is_transient(const GError *error)
{
	return g_error_matches(error, CHRONOLOGER_ERROR, ERROR_TRANSIENT);
}

int error_exit(const GError *error)
{
	return kinds[kind_of(error)].exit;
}
