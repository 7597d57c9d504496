/* JSON paths: MySQL Reference Manual, "JSON Path Syntax". */
#ifndef CHRONOLOGER_QUERY_JSON_PATH_H
#define CHRONOLOGER_QUERY_JSON_PATH_H

#include "query-json.h"

typedef struct query_json_path QueryJsonPath;

/* From what the parser took for a path and wrote in its one spelling; NULL for anything else. */
QueryJsonPath *query_json_path_new(const char *text, gsize length);

/* From what a user wrote, where it can find one value only. ERROR_VALUE says what is wrong. */
QueryJsonPath *query_json_path_parse(const char *text, gsize length, GError **error);

void query_json_path_free(QueryJsonPath *path); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QueryJsonPath, query_json_path_free)

/* May find more than one value: JSON_EXTRACT() answers an array then. */
gboolean query_json_path_is_open(const QueryJsonPath *path);

/* The first value, or NULL. */
const QueryJson *query_json_path_first(const QueryJsonPath *path, const QueryJson *document);

/* Adds what it finds to `found`, QueryJson, each once, in MySQL's order. */
void query_json_path_find(const QueryJsonPath *path, const QueryJson *document, GPtrArray *found);

/* Of JSON_SEARCH(): where a value is. Adds to `place` a text like `$.a[2].b`. */
void query_json_path_add_member(GString *place, const Text *key);
void query_json_path_add_element(GString *place, guint i);

/* The path as it has been written, when nothing in it is open. */
void query_json_path_print(const QueryJsonPath *path, GString *place);

#endif
