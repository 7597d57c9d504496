/* Memory for the values of one evaluation: taken in small pieces, given back all at once when
 * the next record begins. Not thread-safe. */
#ifndef CHRONOLOGER_BASE_ARENA_H
#define CHRONOLOGER_BASE_ARENA_H

#include <glib.h>

typedef struct arena Arena;

Arena *arena_new(void);
void arena_free(Arena *arena); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Arena, arena_free)

/* Not cleared; aligned for any type. Lives until the next arena_reset(). */
gpointer arena_take(Arena *arena, gsize size);

/* A copy that ends in NUL. */
char *arena_copy(Arena *arena, const char *text, gsize length);

void arena_reset(Arena *arena);

#endif
