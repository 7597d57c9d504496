/* What the endpoints share: reading the query string, and who asks. */
#include "api/api.h"

#include <string.h>

#include "base/error.h"

/* Not REMOTE_USER: nginx fills that from an Authorization header that nobody checked. */
#define USER_PARAMETER "CHRONOLOGER_USER"

const char *api_user_name(const HttpRequest *request)
{
	const char *user = http_request_header(request, USER_PARAMETER);
	return user && *user ? user : NULL;
}

gboolean api_check_role(const Api *api, const HttpRequest *request, Role role, GError **error)
{
	return roles_check(api->roles, api_user_name(request), role, error);
}

/* Records -------------------------------------------------------------------------------------- */

static gboolean write_text(ApiRows *rows, const char *text, GError **error)
{
	return http_response_write(rows->response, text, strlen(text), error);
}

gboolean api_begin_rows(ApiRows *rows, GError **error)
{
	return write_text(rows, rows->format->begin, error);
}

gboolean api_write_row(const Record *record, gpointer data, GError **error)
{
	ApiRows *rows = data;
	g_string_assign(rows->text, rows->rows++ ? rows->format->between : "");
	rows->format->append(rows->text, record, rows->with_logrec);
	return http_response_write(rows->response, rows->text->str, rows->text->len, error);
}

gboolean api_end_rows(ApiRows *rows, GError **error)
{
	return write_text(rows, rows->format->end, error);
}

void api_describe_file(ApiRows *rows, guint64 count)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
	g_autofree char *disposition = g_strdup_printf(
		"attachment; filename=\"chronologer-%s.%s\"", time, rows->format->name);
	g_autofree char *number = g_strdup_printf("%" G_GUINT64_FORMAT, count);
	http_response_body_header(rows->response, "Content-Type", rows->format->content_type);
	http_response_body_header(rows->response, "Content-Disposition", disposition);
	if (count != API_UNCOUNTED)
		http_response_body_header(rows->response, "X-Record-Count", number);
}

/* Parameters ----------------------------------------------------------------------------------- */

static ApiParameter *find_parameter(ApiParameter *own, gsize n, const char *name)
{
	for (gsize i = 0; i < n; i++)
		if (!strcmp(own[i].name, name))
			return &own[i];
	return NULL;
}

static gboolean set_parameter(ApiParameter *parameter, const char *value, GError **error)
{
	if (parameter->value) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"%s\" is given twice", parameter->name);
		return FALSE;
	}
	parameter->value = value;
	return TRUE;
}

static gboolean set_filter(Api *api, HttpRequest *request, Filter *filter,
	const HttpParameter *parameter, GError **error)
{
	gboolean taken = FALSE;
	if (filter && !strcmp(parameter->name, "query") &&
		!api_check_role(api, request, ROLE_QUERY_READER, error))
		return FALSE;
	if (filter && !filter_set(filter, parameter->name, parameter->value, g_get_real_time(),
			      &taken, error))
		return FALSE;
	if (!taken)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "Unknown parameter \"%s\"",
			parameter->name);
	return taken;
}

/* So that who searched sees what it means, and can go on from there as `query`. */
static void tell_search(const Api *api, HttpResponse *response, const Filter *filter)
{
	if (filter && filter->search && *filter->search &&
		strlen(filter->search) + sizeof "X-Search-Query: " <= api->config->header_limit)
		http_response_header(response, "X-Search-Query", filter->search);
}

gboolean api_parameters(Api *api, HttpRequest *request, HttpResponse *response, ApiParameter *own,
	gsize n, Filter *filter, GError **error)
{
	for (guint i = 0; i < request->parameters->len; i++) {
		const HttpParameter *parameter =
			&g_array_index(request->parameters, HttpParameter, i);
		ApiParameter *found = find_parameter(own, n, parameter->name);
		if (*parameter->name == '_')
			continue;
		if (found ? !set_parameter(found, parameter->value, error)
			  : !set_filter(api, request, filter, parameter, error))
			return FALSE;
	}
	tell_search(api, response, filter);
	return TRUE;
}

gboolean api_parse_number(const ApiParameter *parameter, guint64 *number, GError **error)
{
	if (parameter->value &&
		g_ascii_string_to_unsigned(parameter->value, 10, 0, G_MAXINT64, number, NULL))
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "Parameter \"%s\" %s", parameter->name,
		parameter->value ? "is not a whole number" : "is missing");
	return FALSE;
}

gboolean api_parse_offset(
	const ApiParameter *parameter, gint64 limit, gint64 *offset, GError **error)
{
	if (parameter->value &&
		g_ascii_string_to_signed(parameter->value, 10, -limit, limit, offset, NULL))
		return TRUE;
	if (!parameter->value)
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "Parameter \"%s\" is missing",
			parameter->name);
	else
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"%s\" is not a whole number from -%" G_GINT64_FORMAT
			" to %" G_GINT64_FORMAT,
			parameter->name, limit, limit);
	return FALSE;
}

gboolean api_parse_limit(const ApiParameter *parameter, guint max, guint *number, GError **error)
{
	guint64 given;
	if (!parameter->value)
		return TRUE;
	if (!g_ascii_string_to_unsigned(parameter->value, 10, 1, max, &given, NULL)) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"Parameter \"%s\" is not a whole number from 1 to %u", parameter->name,
			max);
		return FALSE;
	}
	*number = (guint)given;
	return TRUE;
}

gboolean api_parse_flag(const ApiParameter *parameter, gboolean *flag, GError **error)
{
	*flag = parameter->value && !strcmp(parameter->value, "1");
	if (!parameter->value || *flag || !strcmp(parameter->value, "0"))
		return TRUE;
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_VALUE, "Parameter \"%s\" is neither 0 nor 1",
		parameter->name);
	return FALSE;
}
