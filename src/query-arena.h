/* Memory for the values of one evaluation: taken in small pieces, given back all at once when
 * the next record begins. Not thread-safe. */
#ifndef CHRONOLOGER_QUERY_ARENA_H
#define CHRONOLOGER_QUERY_ARENA_H

#include <glib.h>

typedef struct query_arena QueryArena;

QueryArena *query_arena_new(void);
void query_arena_free(QueryArena *arena); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QueryArena, query_arena_free)

/* Not cleared; aligned for any type. Lives until the next query_arena_reset(). */
gpointer query_arena_take(QueryArena *arena, gsize size);

/* A copy that ends in NUL. */
char *query_arena_copy(QueryArena *arena, const char *text, gsize length);

void query_arena_reset(QueryArena *arena);

#endif
