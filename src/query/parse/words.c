/* Words in tables, in any case, and how near they are to another one. */
#include <string.h>
#include "query/parse/parse.h"

/* As strcmp() orders upper case: '_' comes after all letters, not before them. */
static int compare_word(const char *name, gsize length, const char *word)
{
	gsize i = 0;
	while (i < length && g_ascii_toupper(name[i]) == word[i])
		i++;
	return i == length ? -(word[i] != '\0')
			   : (guchar)g_ascii_toupper(name[i]) - (guchar)word[i];
}

gint query_find_word(gconstpointer table, guint rows, gsize size, const char *name, gsize length)
{
	guint low = 0, high = rows;
	while (low < high) {
		guint middle = (low + high) / 2;
		const char *row = *(const char *const *)((const char *)table + middle * size);
		int order = compare_word(name, length, row);
		if (order == 0)
			return (gint)middle;
		if (order > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

#define DISTANCE_MAX 3
#define DISTANCE_LENGTH_MAX 32

/* Levenshtein's, with swapped neighbours as one step, over the last three rows of the matrix. */
guint query_distance(const char *a, gsize length, const char *b)
{
	guint rows[3][DISTANCE_LENGTH_MAX + 1];
	gsize n = strlen(b);
	if (length > DISTANCE_LENGTH_MAX || n > DISTANCE_LENGTH_MAX)
		return DISTANCE_MAX + 1;
	for (guint j = 0; j <= n; j++)
		rows[0][j] = j;
	for (guint i = 1; i <= length; i++) {
		guint *row = rows[i % 3];
		const guint *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (guint j = 1; j <= n; j++) {
			gboolean same = g_ascii_toupper(a[i - 1]) == g_ascii_toupper(b[j - 1]);
			row[j] = MIN(MIN(last[j], row[j - 1]) + 1, last[j - 1] + !same);
			if (i > 1 && j > 1 &&
				g_ascii_toupper(a[i - 1]) == g_ascii_toupper(b[j - 2]) &&
				g_ascii_toupper(a[i - 2]) == g_ascii_toupper(b[j - 1]))
				row[j] = MIN(row[j], before[j - 2] + 1);
		}
	}
	return MIN(rows[length % 3][n], DISTANCE_MAX + 1);
}
