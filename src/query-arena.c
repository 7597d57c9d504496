/* Memory of one evaluation: blocks that are filled from the front. */
#include "query-arena.h"

#include <string.h>

#define BLOCK_SIZE (16 * 1024)
#define ALIGNMENT 16

typedef struct block Block;
struct block {
	Block *next;
	gsize size;
	_Alignas(ALIGNMENT) char data[];
};

struct query_arena {
	Block *block; /* the newest; the oldest stays over a reset */
	gsize used;
};

static void add_block(QueryArena *arena, gsize size)
{
	Block *block = g_malloc(sizeof *block + size);
	block->next = arena->block;
	block->size = size;
	arena->block = block;
	arena->used = 0;
}

QueryArena *query_arena_new(void)
{
	QueryArena *arena = g_new0(QueryArena, 1);
	add_block(arena, BLOCK_SIZE);
	return arena;
}

void query_arena_reset(QueryArena *arena)
{
	while (arena->block->next != NULL) {
		Block *next = arena->block->next;
		g_free(arena->block);
		arena->block = next;
	}
	arena->used = 0;
}

void query_arena_free(QueryArena *arena)
{
	if (arena == NULL)
		return;
	query_arena_reset(arena);
	g_free(arena->block);
	g_free(arena);
}

gpointer query_arena_take(QueryArena *arena, gsize size)
{
	size = (size + ALIGNMENT - 1) & ~(gsize)(ALIGNMENT - 1);
	if (arena->block->size - arena->used < size)
		add_block(arena, MAX(size, 2 * arena->block->size));
	gpointer piece = arena->block->data + arena->used;
	arena->used += size;
	return piece;
}

char *query_arena_copy(QueryArena *arena, const char *text, gsize length)
{
	char *copy = query_arena_take(arena, length + 1);
	if (length > 0)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}
