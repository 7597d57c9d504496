/* JSON paths on MariaDB, which does not read all that MySQL reads, nor all alike. */
#include "base/json-path.h"
#include "base/json-text.h"
#include "query/print/mariadb.h"

#define PATH_SEVERAL "several paths with wildcards in one JSON_EXTRACT"
#define PATH_ELLIPSIS "this use of ** in a JSON path"
#define PATH_RANGE "a range in a JSON path"
#define PATH_LAST "more than one [last] in a JSON path"
#define PATH_LAST_HERE "[last] in this place"

/* A path as MariaDB takes it, in two where it has a [last]: MariaDB before 10.9 does not know that
 * word, and later ones do not find a value that is no array by it, as MySQL does. */
typedef struct {
	GString *text;  /* up to the [last], or all of it */
	GString *after; /* NULL where there is no [last] */
	guint from_last;
	gboolean is_wild;
	const char *refusal;
} Path;

static void path_clear(Path *path)
{
	g_string_free(path->text, TRUE);
	if (path->after != NULL)
		g_string_free(path->after, TRUE);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Path, path_clear)

static GString *path_end(const Path *path)
{
	return path->after != NULL ? path->after : path->text;
}

/* MariaDB finds nothing by ** but at the beginning, before a name. */
static void add_ellipsis(Path *path, const JsonLeg *next)
{
	if (path->text->len != 1 ||
		(next->kind != JSON_LEG_MEMBER && next->kind != JSON_LEG_ANY_MEMBER))
		path->refusal = PATH_ELLIPSIS;
	g_string_append(path->text, "**");
}

static void add_element(Path *path, const JsonIndex *index)
{
	if (!index->from_end) {
		g_string_append_printf(path_end(path), "[%u]", index->n);
	} else if (path->after != NULL) {
		path->refusal = PATH_LAST;
	} else {
		path->after = g_string_new(NULL);
		path->from_last = MIN(index->n, G_MAXINT);
	}
}

/* Members are in quotes always, so that any name is one for MariaDB. */
static void add_leg(Path *path, const JsonLeg *leg)
{
	switch (leg->kind) {
	case JSON_LEG_MEMBER:
		g_string_append_c(path_end(path), '.');
		json_text_append_string(path_end(path), leg->key.data, leg->key.length);
		break;
	case JSON_LEG_ANY_MEMBER:
		g_string_append(path_end(path), ".*");
		break;
	case JSON_LEG_ELEMENT:
		add_element(path, &leg->from);
		break;
	case JSON_LEG_ANY_ELEMENT:
		g_string_append(path_end(path), "[*]");
		break;
	case JSON_LEG_ELLIPSIS:
		add_ellipsis(path, leg + 1);
		break;
	case JSON_LEG_RANGE:
		path->refusal = PATH_RANGE;
	}
}

static Path read_path(const QueryNode *node)
{
	guint n;
	const JsonLeg *legs = json_path_legs(node->path, &n);
	Path path = {.text = g_string_new("$"), .is_wild = json_path_is_open(node->path)};
	for (guint i = 0; i < n && path.refusal == NULL; i++)
		add_leg(&path, &legs[i]);
	if (path.is_wild && path.after != NULL && path.refusal == NULL)
		path.refusal = PATH_LAST_HERE;
	return path;
}

static void put_call(Print *p, const char *function, const QueryNode *document, const GString *path)
{
	print_add(p, function);
	print_node(p, 'j', document);
	print_add(p, ", ");
	print_bind_text(p, path->str, path->len);
	print_add(p, ")");
}

/* For an array the path with the number of its last cell; a value that is no array is its own first
 * and last cell. */
static void put_last(Print *p, const QueryNode *document, const Path *path)
{
	g_autoptr(GString) first = g_string_new(path->text->str);
	g_string_append_printf(first, "[0]%s", path->after->str);
	g_autoptr(GString) before = g_string_new(path->text->str);
	g_string_append_c(before, '[');
	g_autoptr(GString) after = g_string_new("]");
	g_string_append(after, path->after->str);
	put_call(p, "(CASE WHEN JSON_TYPE(JSON_EXTRACT(", document, path->text);
	print_add(p, ") <> 'ARRAY' THEN ");
	if (path->from_last == 0)
		put_call(p, "JSON_EXTRACT(", document, first);
	else
		print_add(p, "NULL");
	put_call(p, " WHEN JSON_LENGTH(", document, path->text);
	print_add(p, " > ?");
	sql_bind_integer(p->sql, path->from_last);
	print_add(p, " THEN JSON_EXTRACT(");
	print_node(p, 'j', document);
	print_add(p, ", CONCAT(");
	print_bind_text(p, before->str, before->len);
	put_call(p, ", JSON_LENGTH(", document, path->text);
	print_add(p, " - ?, ");
	sql_bind_integer(p->sql, (gint64)path->from_last + 1);
	print_bind_text(p, after->str, after->len);
	print_add(p, ")) END)");
}

void mariadb_put_extracted(Print *p, const QueryNode *document, const QueryNode *node)
{
	if (node == NULL) {
		print_node(p, 'j', document);
		return;
	}
	g_auto(Path) path = read_path(node);
	if (path.refusal != NULL)
		print_refuse(p, node, path.refusal);
	else if (path.after != NULL)
		put_last(p, document, &path);
	else
		put_call(p, "JSON_EXTRACT(", document, path.text);
}

void mariadb_put_path(Print *p, const QueryNode *node)
{
	mariadb_put_extracted(p, print_child(node, 0), print_child(node, 1));
}

/* As an argument of JSON_CONTAINS_PATH. */
void mariadb_put_path_text(Print *p, const QueryNode *node)
{
	g_auto(Path) path = read_path(node);
	if (path.after != NULL)
		path.refusal = PATH_LAST_HERE;
	if (path.refusal != NULL)
		print_refuse(p, node, path.refusal);
	print_bind_text(p, path.text->str, path.text->len);
}

static void put_each_path(Print *p, const QueryNode *node)
{
	for (guint i = 1; i < node->children->len; i++) {
		g_auto(Path) path = read_path(print_child(node, i));
		if (path.is_wild)
			print_refuse(p, print_child(node, i), PATH_SEVERAL);
		if (i > 1)
			print_add(p, ", ");
		mariadb_put_extracted(p, print_child(node, 0), print_child(node, i));
	}
}

/* Of several paths MySQL makes an array in their order, MariaDB in the order of the document. */
void mariadb_put_extract(Print *p, const QueryNode *node)
{
	if (node->children->len == 2) {
		mariadb_put_path(p, node);
		return;
	}
	print_add(p, "(CASE WHEN COALESCE(");
	put_each_path(p, node);
	print_add(p, ") IS NOT NULL THEN CONCAT('[', CONCAT_WS(', ', ");
	put_each_path(p, node);
	print_add(p, "), ']') END)");
}
