/* JSON paths: MySQL Reference Manual, "JSON Path Syntax", but for ranges, [n to m]. */
#ifndef CHRONOLOGER_BASE_JSON_PATH_H
#define CHRONOLOGER_BASE_JSON_PATH_H

#include "base/json.h"

typedef enum {
	JSON_LEG_MEMBER,
	JSON_LEG_ELEMENT,
	JSON_LEG_ANY_MEMBER,  /* .*: from here on, may find several values */
	JSON_LEG_ANY_ELEMENT, /* [*] */
	JSON_LEG_ELLIPSIS,    /* ** */
} JsonLegKind;

typedef struct {
	guint n;
	gboolean from_end; /* counted from [last] */
} JsonIndex;

typedef struct {
	JsonLegKind kind;
	Text key;        /* of MEMBER */
	JsonIndex index; /* of ELEMENT */
} JsonLeg;

typedef struct json_path JsonPath;

/* From what a user wrote. ERROR_VALUE says what is wrong. */
JsonPath *json_path_new(const char *text, gsize length, GError **error);

/* The same where it can find one value only. */
JsonPath *json_path_parse(const char *text, gsize length, GError **error);

void json_path_free(JsonPath *path); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JsonPath, json_path_free)

/* Its steps behind the $, borrowed. */
const JsonLeg *json_path_legs(const JsonPath *path, guint *n);

/* May find more than one value: JSON_EXTRACT() answers an array then. */
gboolean json_path_is_open(const JsonPath *path);

/* The first value, or NULL. */
const Json *json_path_first(const JsonPath *path, const Json *document);

/* Adds what it finds to `found`, Json, each once, in MySQL's order. */
void json_path_find(const JsonPath *path, const Json *document, GPtrArray *found);

/* All of a path in the one spelling that all stores read alike: without blanks, members in quotes
 * where they are not plain ASCII names. Appends. */
void json_path_print(const JsonPath *path, GString *text);

#endif
