/* Which users may do what. Rules: the HTTP contract, "Roles". */
#ifndef CHRONOLOGER_API_ROLES_H
#define CHRONOLOGER_API_ROLES_H

#include <glib.h>

typedef enum {
	ROLE_ANY = 0,          /* nothing but to be a user */
	ROLE_BASIC_READER = 1, /* GET and HEAD */
	ROLE_QUERY_READER = 2, /* the `query` parameter on top of it */
	ROLE_WRITER = 4,       /* POST */
	ROLE_ALL = 7,
} Role;

typedef struct roles Roles;

/* Reads "logger:writer; alice:basic-reader,query-reader; *:basic-reader". NULL for `text`: every
 * user has all roles. ERROR_CONFIGURATION names the part that is wrong. */
Roles *roles_new(const char *text, GError **error);
void roles_free(Roles *roles); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Roles, roles_free)

/* The names of the roles of `user`, NULL-terminated; g_free() the array, not the names. */
const char **roles_names(const Roles *roles, const char *user);

/* ERROR_FORBIDDEN where `user` (NULL: not said by the front server) lacks a role. */
gboolean roles_check(const Roles *roles, const char *user, Role role, GError **error);

#endif
