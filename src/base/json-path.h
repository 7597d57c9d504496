/* JSON paths: MySQL Reference Manual, "JSON Path Syntax". */
#ifndef CHRONOLOGER_BASE_JSON_PATH_H
#define CHRONOLOGER_BASE_JSON_PATH_H

#include "base/json.h"

typedef struct json_path JsonPath;

/* From what the parser took for a path and wrote in its one spelling; NULL for anything else. */
JsonPath *json_path_new(const char *text, gsize length);

/* From what a user wrote, where it can find one value only. ERROR_VALUE says what is wrong. */
JsonPath *json_path_parse(const char *text, gsize length, GError **error);

void json_path_free(JsonPath *path); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonPath, json_path_free)

/* May find more than one value: JSON_EXTRACT() answers an array then. */
gboolean json_path_is_open(const JsonPath *path);

/* The first value, or NULL. */
const Json *json_path_first(const JsonPath *path, const Json *document);

/* Adds what it finds to `found`, Json, each once, in MySQL's order. */
void json_path_find(const JsonPath *path, const Json *document, GPtrArray *found);

/* Of JSON_SEARCH(): where a value is. Adds to `place` a text like `$.a[2].b`. */
void json_path_add_member(GString *place, const Text *key);
void json_path_add_element(GString *place, guint i);

/* The path as it has been written, when nothing in it is open. */
void json_path_print(const JsonPath *path, GString *place);

#endif
