/* Reading a DSN, and which driver it means. No message may quote one: the password is in it. */
#include "store/dsn.h"

#include <string.h>
#include <uriparser/Uri.h>

#include "base/error.h"
#include "base/log.h"

void store_dsn_free(StoreDsn *dsn)
{
	if (!dsn)
		return;
	g_free(dsn->scheme);
	g_free(dsn->user);
	g_free(dsn->password);
	g_free(dsn->host);
	g_free(dsn->path);
	g_clear_pointer(&dsn->others, g_array_unref);
	g_clear_pointer(&dsn->options, g_hash_table_unref);
	g_free(dsn);
}

static gboolean dsn_error(GError **error, const char *reason)
{
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION, "storage DSN: %s", reason);
	return FALSE;
}

/* NULL for a part that is not there, or holds a NUL byte: no name, password or path has one. */
static char *decoded(const char *first, const char *end)
{
	if (first == NULL)
		return NULL;
	g_autofree char *text = g_strndup(first, (gsize)(end - first));
	const char *last = uriUnescapeInPlaceExA(text, URI_FALSE, URI_BR_DONT_TOUCH);
	return strlen(text) == (gsize)(last - text) ? g_steal_pointer(&text) : NULL;
}

static gboolean read_user(StoreDsn *dsn, const UriTextRangeA *part, GError **error)
{
	if (part->first == NULL)
		return TRUE;
	const char *colon = memchr(part->first, ':', (gsize)(part->afterLast - part->first));
	dsn->user = decoded(part->first, colon != NULL ? colon : part->afterLast);
	if (colon != NULL)
		dsn->password = decoded(colon + 1, part->afterLast);
	if (dsn->user == NULL || (colon != NULL && dsn->password == NULL))
		return dsn_error(error, "%00 in the user or password");
	return TRUE;
}

static gboolean read_port(StoreDsn *dsn, const UriTextRangeA *part, GError **error)
{
	if (part->first == NULL || part->first == part->afterLast)
		return TRUE;
	g_autofree char *text = decoded(part->first, part->afterLast);
	guint64 port;
	if (!g_ascii_string_to_unsigned(text, 10, 1, 65535, &port, NULL))
		return dsn_error(error, "the port is not a number from 1 to 65535");
	dsn->port = (guint)port;
	return TRUE;
}

static gboolean read_path(StoreDsn *dsn, const UriPathSegmentA *segments, GError **error)
{
	g_autoptr(GString) path = g_string_new(NULL);
	for (const UriPathSegmentA *segment = segments; segment != NULL; segment = segment->next) {
		g_autofree char *text = decoded(segment->text.first, segment->text.afterLast);
		if (text == NULL)
			return dsn_error(error, "%00 in the path");
		if (segment != segments)
			g_string_append_c(path, '/');
		g_string_append(path, text);
	}
	dsn->path = g_string_free(g_steal_pointer(&path), FALSE);
	return TRUE;
}

static gboolean take_option(
	StoreDsn *dsn, const StoreDriver *driver, const UriQueryListA *option, GError **error)
{
	if (!g_strv_contains(driver->options, option->key)) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"storage DSN: unknown option \"%s\"", option->key);
		return FALSE;
	}
	g_hash_table_replace(dsn->options, g_strdup(option->key),
		g_strdup(option->value != NULL ? option->value : ""));
	return TRUE;
}

static gboolean read_options(
	StoreDsn *dsn, const StoreDriver *driver, const UriTextRangeA *part, GError **error)
{
	UriQueryListA *options = NULL;
	if (part->first == NULL || part->first == part->afterLast)
		return TRUE;
	if (uriDissectQueryMallocA(&options, NULL, part->first, part->afterLast) != URI_SUCCESS)
		return dsn_error(error, "the options after \"?\" can not be read");
	gboolean ok = TRUE;
	for (UriQueryListA *option = options; option != NULL && ok; option = option->next)
		ok = take_option(dsn, driver, option, error);
	uriFreeQueryListA(options);
	return ok;
}

/* Several hosts ---------------------------------------------------------------------------------- */

/* No URI has "a:1,b:2/path". What is behind the first host, up to the path, is cut out of `text`; NULL where
 * that is nothing. */
static char *cut_hosts(GString *text)
{
	const char *scheme = strstr(text->str, "://");
	if (!scheme)
		return NULL;
	gsize begin = (gsize)(scheme + 3 - text->str);
	gsize end = begin + strcspn(text->str + begin, "/?#");
	for (gsize i = begin; i < end; i++)
		if (text->str[i] == '@')
			begin = i + 1;
	gsize comma = begin + strcspn(text->str + begin, ",");
	if (comma >= end)
		return NULL;
	char *others = g_strndup(text->str + comma + 1, end - comma - 1);
	g_string_erase(text, (gssize)comma, (gssize)(end - comma));
	return others;
}

static gboolean add_host(GArray *hosts, const char *text, GError **error)
{
	UriUriA uri;
	const char *position;
	StoreDsn parts = {0};
	g_autofree char *whole = g_strconcat("mysql://", text, "/", NULL);
	if (!*text || uriParseSingleUriExA(&uri, whole, NULL, &position) != URI_SUCCESS)
		return dsn_error(error, "one of its hosts is none");
	gboolean ok = read_port(&parts, &uri.portText, error);
	StoreHost host = {decoded(uri.hostText.first, uri.hostText.afterLast), parts.port};
	g_array_append_val(hosts, host);
	uriFreeUriMembersA(&uri);
	return ok;
}

static void clear_host(gpointer host)
{
	g_free(((StoreHost *)host)->host);
}

static gboolean read_hosts(StoreDsn *dsn, const char *text, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", -1);
	dsn->others = g_array_new(FALSE, FALSE, sizeof(StoreHost));
	g_array_set_clear_func(dsn->others, clear_host);
	for (char **part = parts; *part; part++)
		if (!add_host(dsn->others, *part, error))
			return FALSE;
	return TRUE;
}

/* The password's file ------------------------------------------------------------------------------ */

static gboolean read_password(StoreDsn *dsn, GError **error)
{
	g_autoptr(GError) problem = NULL;
	const char *path = g_hash_table_lookup(dsn->options, "password-file");
	if (!path)
		return TRUE;
	if (dsn->password)
		return dsn_error(error, "it has a password and a password-file");
	if (!g_file_get_contents(path, &dsn->password, NULL, &problem)) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"storage DSN: password-file: %s", problem->message);
		return FALSE;
	}
	log_password_file(path);
	dsn->password[strcspn(dsn->password, "\r\n")] = '\0';
	return TRUE;
}

static const StoreDriver *const drivers[] = {&store_mysql, &store_sqlite};

static const StoreDriver *find_driver(const char *scheme)
{
	for (guint i = 0; i < G_N_ELEMENTS(drivers); i++)
		for (guint j = 0; drivers[i]->schemes[j] != NULL; j++)
			if (g_ascii_strcasecmp(drivers[i]->schemes[j], scheme) == 0)
				return drivers[i];
	return NULL;
}

static gboolean read_parts(
	StoreDsn *dsn, const StoreDriver *driver, const UriUriA *uri, GError **error)
{
	if (uri->hostText.first == NULL)
		return dsn_error(error, "\"//\" is missing after the first colon");
	if (uri->fragment.first != NULL)
		return dsn_error(error, "\"#\" in it has to be written %23");
	dsn->host = decoded(uri->hostText.first, uri->hostText.afterLast);
	return read_user(dsn, &uri->userInfo, error) && read_port(dsn, &uri->portText, error) &&
	       read_path(dsn, uri->pathHead, error) &&
	       read_options(dsn, driver, &uri->query, error);
}

static const StoreDriver *read_uri(StoreDsn *dsn, const UriUriA *uri, GError **error)
{
	dsn->scheme = decoded(uri->scheme.first, uri->scheme.afterLast);
	const StoreDriver *driver = dsn->scheme ? find_driver(dsn->scheme) : NULL;
	if (!driver)
		dsn_error(error, "it begins with neither mysql:// nor sqlite://");
	else if (!read_parts(dsn, driver, uri, error))
		driver = NULL;
	return driver;
}

StoreDsn *store_dsn_new(const char *text, const StoreDriver **driver, GError **error)
{
	UriUriA uri;
	const char *position;
	if (text == NULL) {
		dsn_error(error, "it is empty");
		return NULL;
	}
	g_autoptr(GString) single = g_string_new(text);
	g_autofree char *others = cut_hosts(single);
	if (uriParseSingleUriExA(&uri, single->str, NULL, &position) != URI_SUCCESS) {
		dsn_error(error, "not a URI such as mysql://user:password@host/database "
				 "(of user and password, characters like / @ : # are "
				 "written %2F %40 %3A %23)");
		return NULL;
	}
	g_autoptr(StoreDsn) dsn = g_new0(StoreDsn, 1);
	dsn->options = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	*driver = read_uri(dsn, &uri, error);
	uriFreeUriMembersA(&uri);
	if (!*driver || !read_hosts(dsn, others, error) || !read_password(dsn, error))
		return NULL;
	if (others && !(*driver)->takes_hosts)
		dsn_error(error, "this kind of database has one host");
	else if ((*driver)->check_dsn(dsn, error))
		return g_steal_pointer(&dsn);
	else
		g_prefix_error(error, "storage DSN: ");
	return NULL;
}

static void append_host(GString *text, const StoreHost *host)
{
	g_string_append_printf(text, strchr(host->host, ':') ? ",[%s]" : ",%s", host->host);
	if (host->port != 0)
		g_string_append_printf(text, ":%u", host->port);
}

char *store_dsn_describe(const StoreDsn *dsn)
{
	GString *text = g_string_new(dsn->scheme);
	g_string_append(text, "://");
	if (dsn->user != NULL)
		g_string_append_printf(text, "%s@", dsn->user);
	gboolean is_ipv6 = dsn->host != NULL && strchr(dsn->host, ':') != NULL;
	g_string_append_printf(text, is_ipv6 ? "[%s]" : "%s", dsn->host != NULL ? dsn->host : "");
	if (dsn->port != 0)
		g_string_append_printf(text, ":%u", dsn->port);
	for (guint i = 0; i < dsn->others->len; i++)
		append_host(text, &g_array_index(dsn->others, StoreHost, i));
	g_string_append_printf(text, "/%s", dsn->path != NULL ? dsn->path : "");
	const char *socket = g_hash_table_lookup(dsn->options, "socket");
	if (socket != NULL)
		g_string_append_printf(text, "?socket=%s", socket);
	return g_string_free(text, FALSE);
}
