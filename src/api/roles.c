/* The map from users to roles. */
#include "api/roles.h"

#include <string.h>

#include "base/error.h"

struct roles {
	GHashTable *users; /* name -> Role mask; NULL: everybody has all */
};

static const struct {
	const char *name;
	Role role;
} names[] = {
	{"basic-reader", ROLE_BASIC_READER},
	{"query-reader", ROLE_QUERY_READER},
	{"writer", ROLE_WRITER},
};

static gboolean parse_role(const char *text, guint *mask, GError **error)
{
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (!strcmp(names[i].name, text)) {
			*mask |= names[i].role;
			return TRUE;
		}
	g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
		"roles: \"%s\" is not a role (basic-reader, query-reader, writer)", text);
	return FALSE;
}

/* "alice:basic-reader,query-reader". A user name may hold a colon no more than HTTP Basic's may. */
static gboolean parse_user(Roles *roles, char *text, GError **error)
{
	guint mask = 0;
	char *colon = strchr(text, ':');
	if (!colon || colon == text) {
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_CONFIGURATION,
			"roles: \"%s\" is not USER:ROLE,ROLE", text);
		return FALSE;
	}
	*colon = '\0';
	g_auto(GStrv) list = g_strsplit(colon + 1, ",", -1);
	for (char **role = list; *role; role++)
		if (!parse_role(g_strstrip(*role), &mask, error))
			return FALSE;
	g_hash_table_insert(roles->users, g_strdup(g_strstrip(text)), GUINT_TO_POINTER(mask));
	return TRUE;
}

Roles *roles_new(const char *text, GError **error)
{
	g_autoptr(Roles) roles = g_new0(Roles, 1);
	if (!text)
		return g_steal_pointer(&roles);
	roles->users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_auto(GStrv) list = g_strsplit(text, ";", -1);
	for (char **user = list; *user; user++)
		if (*g_strstrip(*user) && !parse_user(roles, *user, error))
			return NULL;
	return g_steal_pointer(&roles);
}

void roles_free(Roles *roles)
{
	if (!roles)
		return;
	g_clear_pointer(&roles->users, g_hash_table_unref);
	g_free(roles);
}

static guint roles_of(const Roles *roles, const char *user)
{
	gpointer mask;
	if (!roles->users)
		return ROLE_ALL;
	if (!user || !*user)
		return 0;
	if (!g_hash_table_lookup_extended(roles->users, user, NULL, &mask))
		mask = g_hash_table_lookup(roles->users, "*");
	return GPOINTER_TO_UINT(mask);
}

const char **roles_names(const Roles *roles, const char *user)
{
	const char **found = g_new0(const char *, G_N_ELEMENTS(names) + 1);
	guint mask = roles_of(roles, user), n = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (mask & names[i].role)
			found[n++] = names[i].name;
	return found;
}

gboolean roles_check(const Roles *roles, const char *user, Role role, GError **error)
{
	if (role == ROLE_ANY || roles_of(roles, user) & role)
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		if (names[i].role == role)
			g_set_error(error, CHRONOLOGER_ERROR, ERROR_FORBIDDEN,
				"The user lacks the role %s", names[i].name);
	return FALSE;
}
