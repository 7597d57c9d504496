/* Memory of one evaluation: blocks that are filled from the front. */
#include "base/arena.h"

#include <string.h>

#define BLOCK_SIZE (16 * 1024)
#define BLOCK_MAX (1024 * 1024) /* unless a piece is larger */
#define ALIGNMENT 16

typedef struct block Block;
struct block {
	Block *next;
	gsize size;
	_Alignas(ALIGNMENT) char data[];
};

struct arena {
	Block *block; /* the newest; the oldest stays over a reset */
	gsize used;
};

static void add_block(Arena *arena, gsize size)
{
	Block *block = g_malloc(sizeof *block + size);
	block->next = arena->block;
	block->size = size;
	arena->block = block;
	arena->used = 0;
}

Arena *arena_new(void)
{
	Arena *arena = g_new0(Arena, 1);
	add_block(arena, BLOCK_SIZE);
	return arena;
}

void arena_reset(Arena *arena)
{
	while (arena->block->next) {
		Block *next = arena->block->next;
		g_free(arena->block);
		arena->block = next;
	}
	arena->used = 0;
}

void arena_free(Arena *arena)
{
	if (!arena)
		return;
	arena_reset(arena);
	g_free(arena->block);
	g_free(arena);
}

gpointer arena_take(Arena *arena, gsize size)
{
	size = (size + ALIGNMENT - 1) & ~(gsize)(ALIGNMENT - 1);
	if (arena->block->size - arena->used < size)
		add_block(arena, MAX(size, MIN(2 * arena->block->size, BLOCK_MAX)));
	gpointer piece = arena->block->data + arena->used;
	arena->used += size;
	return piece;
}

char *arena_copy(Arena *arena, const char *text, gsize length)
{
	char *copy = arena_take(arena, length + 1);
	if (length > 0)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}
