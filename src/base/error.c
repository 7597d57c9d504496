/* Error codes -> HTTP statuses and the type names of the API. */
#include "base/error.h"

G_DEFINE_QUARK(chronologer - error, chronologer_error)

static const struct {
	guint status;
	const char *type;
} kinds[] = {
	[ERROR_INTERNAL] = {500, "HTTPError"},
	[ERROR_VALUE] = {400, "ValueError"},
	[ERROR_MODEL] = {400, "ModelError"},
	[ERROR_QUERY] = {400, "StorageQueryError"},
	[ERROR_DEADLINE] = {503, "StorageQueryError"},
	[ERROR_NOT_FOUND] = {404, "HTTPError"},
	[ERROR_METHOD] = {405, "HTTPError"},
	[ERROR_FORBIDDEN] = {403, "HTTPError"},
	[ERROR_INCOMPLETE] = {400, "HTTPError"},
	[ERROR_LENGTH] = {411, "HTTPError"},
	[ERROR_BODY_SIZE] = {413, "HTTPError"},
	[ERROR_MEDIA_TYPE] = {415, "HTTPError"},
	[ERROR_RECORD_SIZE] = {413, "StorageSizeLimitError"},
	[ERROR_STORAGE] = {503, "StorageError"},
	[ERROR_TRANSIENT] = {503, "StorageError"},
	[ERROR_SCHEMA] = {503, "StorageError"},
	[ERROR_CONFIGURATION] = {500, "HTTPError"},
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
