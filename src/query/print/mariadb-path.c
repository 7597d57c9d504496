/* JSON paths on MariaDB, which does not read all that MySQL reads, nor all alike: before 10.9 it
 * does not know [last], and later ones do not find a value that is no array by it, as MySQL does;
 * ** it follows only from the beginning. Which paths there are: query/type/path.c. */
#include "base/json-path.h"
#include "base/json-text.h"
#include "query/print/mariadb.h"

typedef struct {
	const JsonLeg *legs;
	guint n;
} Legs;

/* Members are in quotes always, so that any name is one for MariaDB. */
static void add_leg(GString *path, const JsonLeg *leg)
{
	static const char *const wild[] = {
		[JSON_LEG_ANY_MEMBER] = ".*",
		[JSON_LEG_ANY_ELEMENT] = "[*]",
		[JSON_LEG_ELLIPSIS] = "**",
	};
	if (leg->kind == JSON_LEG_MEMBER) {
		g_string_append_c(path, '.');
		json_text_append_string(path, leg->key.data, leg->key.length);
	} else if (leg->kind == JSON_LEG_ELEMENT) {
		g_string_append_printf(path, "[%u]", leg->index.n);
	} else {
		g_string_append(path, wild[leg->kind]);
	}
}

static GString *path_of(const char *before, const JsonLeg *legs, guint n, const char *after)
{
	GString *path = g_string_new(before);
	for (guint i = 0; i < n; i++)
		add_leg(path, &legs[i]);
	return g_string_append(path, after);
}

static void put_call(Print *p, const char *function, const QueryNode *document, const GString *path)
{
	print_add(p, function);
	print_node(p, 'j', document);
	print_add(p, ", ");
	print_bind_text(p, path->str, path->len);
	print_add(p, ")");
}

static guint find_last(Legs legs)
{
	guint i = 0;
	while (i < legs.n &&
		!(legs.legs[i].kind == JSON_LEG_ELEMENT && legs.legs[i].index.from_end))
		i++;
	return i;
}

/* For an array the path with the number of its last cell; a value that is no array is its own first
 * and last cell. */
static void put_last(Print *p, const QueryNode *document, Legs legs, guint last)
{
	const JsonLeg *rest = legs.legs + last + 1;
	guint n = legs.n - last - 1, from_last = MIN(legs.legs[last].index.n, G_MAXINT);
	g_autoptr(GString) array = path_of("$", legs.legs, last, "");
	g_autoptr(GString) first = path_of(array->str, NULL, 0, "[0]");
	g_autoptr(GString) before = path_of(array->str, NULL, 0, "[");
	g_autoptr(GString) after = path_of("]", rest, n, "");
	g_string_append(first, after->str + 1);
	put_call(p, "(CASE WHEN JSON_TYPE(JSON_EXTRACT(", document, array);
	print_add(p, ") <> 'ARRAY' THEN ");
	if (from_last == 0)
		put_call(p, "JSON_EXTRACT(", document, first);
	else
		print_add(p, "NULL");
	put_call(p, " WHEN JSON_LENGTH(", document, array);
	print_add(p, " > ?");
	sql_bind_integer(p->sql, from_last);
	print_add(p, " THEN JSON_EXTRACT(");
	print_node(p, 'j', document);
	print_add(p, ", CONCAT(");
	print_bind_text(p, before->str, before->len);
	put_call(p, ", JSON_LENGTH(", document, array);
	print_add(p, " - ?, ");
	sql_bind_integer(p->sql, (gint64)from_last + 1);
	print_bind_text(p, after->str, after->len);
	print_add(p, ")) END)");
}

static void put_legs(Print *p, const QueryNode *document, Legs legs)
{
	guint last = find_last(legs);
	g_autoptr(GString) path = path_of("$", legs.legs, legs.n, "");
	if (last < legs.n)
		put_last(p, document, legs, last);
	else
		put_call(p, "JSON_EXTRACT(", document, path);
}

/* A path may go on from what its beginning finds, which is one value. */
void mariadb_put_extracted(Print *p, const QueryNode *document, const QueryNode *node)
{
	Legs legs, one;
	if (!node) {
		print_node(p, 'j', document);
		return;
	}
	legs.legs = one.legs = json_path_legs(node->path, &legs.n);
	for (one.n = 0; one.n < legs.n && legs.legs[one.n].kind <= JSON_LEG_ELEMENT;)
		one.n++;
	gboolean in_two = one.n < legs.n &&
			  (find_last(one) < one.n ||
				  (one.n > 0 && legs.legs[one.n].kind == JSON_LEG_ELLIPSIS));
	if (!in_two) {
		put_legs(p, document, legs);
		return;
	}
	g_autoptr(GString) rest = path_of("$", legs.legs + one.n, legs.n - one.n, "");
	print_add(p, "JSON_EXTRACT(");
	put_legs(p, document, one);
	print_add(p, ", ");
	print_bind_text(p, rest->str, rest->len);
	print_add(p, ")");
}

void mariadb_put_path(Print *p, const QueryNode *node)
{
	mariadb_put_extracted(p, print_child(node, 0), print_child(node, 1));
}

void mariadb_put_contains_path(Print *p, const QueryNode *node)
{
	gboolean all = g_ascii_strcasecmp(print_child(node, 1)->value.text.data, "all") == 0;
	print_put(p, "(CASE WHEN $j0 IS NOT NULL THEN ", node);
	for (guint i = 2; i < node->children->len; i++) {
		print_add(p, i == 2 ? "" : all ? " AND " : " OR ");
		mariadb_put_extracted(p, print_child(node, 0), print_child(node, i));
		print_add(p, " IS NOT NULL");
	}
	print_add(p, " END)");
}

/* The elements of the array that a path with wildcards gives. */
static void put_elements(Print *p, const QueryNode *document, const QueryNode *path)
{
	print_add(p, "SUBSTRING(");
	mariadb_put_extracted(p, document, path);
	print_add(p, ", 2, CHAR_LENGTH(");
	mariadb_put_extracted(p, document, path);
	print_add(p, ") - 2)");
}

static void put_each_path(Print *p, const QueryNode *node)
{
	for (guint i = 1; i < node->children->len; i++) {
		const QueryNode *path = print_child(node, i);
		print_add(p, i > 1 ? ", " : "");
		(json_path_is_open(path->path) ? put_elements : mariadb_put_extracted)(
			p, print_child(node, 0), path);
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
