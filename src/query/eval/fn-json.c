/* -> and ->>, and the functions that read JSON. MySQL Reference Manual, "Functions That Search JSON
 * Values", "Functions That Return JSON Value Attributes". */
#include <string.h>

#include "base/json-path.h"
#include "query/eval/plan.h"
#include "query/eval/collate.h"

static gboolean set_json(Value *value, const Json *json)
{
	*value = !json ? (Value){.type = QUERY_TYPE_NULL}
		       : (Value){.type = QUERY_TYPE_JSON, .json = json};
	return TRUE;
}

static gboolean set_text(Value *value, Text text)
{
	*value = value_of_text(text.data, text.length);
	return TRUE;
}

/* A text without its quotes and escapes, any other value as it prints. */
static Text unquote(QueryEvaluator *evaluator, const Json *json)
{
	Value value = {.type = QUERY_TYPE_JSON, .json = json};
	return json->kind == JSON_STRING ? json->text : query_plan_text(evaluator, &value);
}

/* A path is a literal: read with the expression. */
static const JsonPath *path_of(const QueryPlan *plan, guint i)
{
	return plan->operands[i]->node->path;
}

/* JSON_EXTRACT --------------------------------------------------------------------------------- */

static const Json *array_of(QueryEvaluator *evaluator, const GPtrArray *found)
{
	const Json **values = arena_take(evaluator->arena, found->len * sizeof *values);
	if (found->len == 0)
		return NULL;
	memcpy(values, found->pdata, found->len * sizeof *values);
	return json_new_array(evaluator->arena, values, found->len);
}

/* More than one path, or one that is open, gives an array of all that is found. */
static gboolean extract(
	QueryEvaluator *evaluator, const QueryPlan *plan, const Json *document, const Json **answer)
{
	const JsonPath *path = path_of(plan, 1);
	if (plan->n == 2 && !json_path_is_open(path)) {
		*answer = json_path_first(path, document);
		return TRUE;
	}
	g_autoptr(GPtrArray) found = g_ptr_array_new();
	for (guint i = 1; i < plan->n; i++) {
		path = path_of(plan, i);
		json_path_find(path, document, found);
	}
	*answer = array_of(evaluator, found);
	return TRUE;
}

static gboolean body_extract(QUERY_BODY)
{
	const Json *document = query_plan_document(evaluator, plan, &operands[0]), *answer;
	if (!document || !extract(evaluator, plan, document, &answer))
		return FALSE;
	return set_json(value, answer);
}

static gboolean body_arrow_unquote(QUERY_BODY)
{
	const Json *document = query_plan_document(evaluator, plan, &operands[0]), *answer;
	if (!document || !extract(evaluator, plan, document, &answer))
		return FALSE;
	return !answer || set_text(value, unquote(evaluator, answer));
}

const QueryAnswer query_operators_json[QUERY_OPERATOR_COUNT] = {
	[QUERY_JSON_PATH] = {NULL, body_extract},
	[QUERY_JSON_UNQUOTE] = {NULL, body_arrow_unquote},
};

/* Questions ------------------------------------------------------------------------------------ */

/* Where there is a path, what it finds; NULL, without an error, where it finds nothing. FALSE: an
 * error. */
static gboolean document_at(QueryEvaluator *evaluator, const QueryPlan *plan, const Value *operands,
	guint path_operand, const Json **document)
{
	*document = query_plan_document(evaluator, plan, &operands[0]);
	if (!*document)
		return FALSE;
	if (plan->n <= path_operand)
		return TRUE;
	const JsonPath *path = path_of(plan, path_operand);
	*document = json_path_first(path, *document);
	return TRUE;
}

static gboolean body_contains(QUERY_BODY)
{
	const Json *document, *candidate;
	if (!document_at(evaluator, plan, operands, 2, &document))
		return FALSE;
	candidate = query_plan_document(evaluator, plan, &operands[1]);
	if (!candidate)
		return FALSE;
	if (document)
		*value = query_plan_boolean(json_contains(document, candidate));
	return TRUE;
}

static gboolean is_all(const Value *value)
{
	return value->text.length == 3 && g_ascii_strncasecmp(value->text.data, "all", 3) == 0;
}

static gboolean body_contains_path(QUERY_BODY)
{
	const Json *document = query_plan_document(evaluator, plan, &operands[0]);
	gboolean all = is_all(&operands[1]), found = all;
	if (!document)
		return FALSE;
	for (guint i = 2; i < plan->n && found == all; i++) {
		const JsonPath *path = path_of(plan, i);
		found = json_path_first(path, document) != NULL;
	}
	*value = query_plan_boolean(found);
	return TRUE;
}

static gboolean body_depth(QUERY_BODY)
{
	const Json *document = query_plan_document(evaluator, plan, &operands[0]);
	if (!document)
		return FALSE;
	*value = query_plan_integer(json_depth(document));
	return TRUE;
}

static gboolean body_keys(QUERY_BODY)
{
	const Json *document;
	if (!document_at(evaluator, plan, operands, 1, &document))
		return FALSE;
	if (!document || document->kind != JSON_OBJECT)
		return TRUE;
	const Json **keys = arena_take(evaluator->arena, document->n * sizeof *keys);
	for (guint i = 0; i < document->n; i++)
		keys[i] = json_new_string(
			evaluator->arena, document->keys[i].data, document->keys[i].length);
	return set_json(value, json_new_array(evaluator->arena, keys, document->n));
}

static gboolean body_length(QUERY_BODY)
{
	const Json *document;
	if (!document_at(evaluator, plan, operands, 1, &document))
		return FALSE;
	if (!document)
		return TRUE;
	gboolean container = document->kind == JSON_OBJECT || document->kind == JSON_ARRAY;
	*value = query_plan_integer(container ? document->n : 1);
	return TRUE;
}

static gboolean body_overlaps(QUERY_BODY)
{
	const Json *a = query_plan_document(evaluator, plan, &operands[0]);
	const Json *b = a ? query_plan_document(evaluator, plan, &operands[1]) : NULL;
	if (!b)
		return FALSE;
	*value = query_plan_boolean(json_overlaps(a, b));
	return TRUE;
}

static gboolean body_member_of(QUERY_BODY)
{
	Value value_of_element = operands[0];
	query_plan_settle_text(evaluator, plan->operands[0], &value_of_element);
	const Json *element = value_to_json(evaluator->arena, &value_of_element);
	const Json *document = query_plan_document(evaluator, plan, &operands[1]);
	gboolean found = FALSE;
	if (!document)
		return FALSE;
	if (document->kind != JSON_ARRAY)
		found = json_compare(element, document) == 0;
	else
		for (guint i = 0; i < document->n && !found; i++)
			found = json_compare(element, document->values[i]) == 0;
	*value = query_plan_boolean(found);
	return TRUE;
}

static gboolean body_type(QUERY_BODY)
{
	const Json *document = query_plan_document(evaluator, plan, &operands[0]);
	if (!document)
		return FALSE;
	const char *name = json_type_name(document);
	*value = value_of_text(name, strlen(name));
	return TRUE;
}

static gboolean body_valid(QUERY_BODY)
{
	Value operand = operands[0];
	gboolean valid = operand.type == QUERY_TYPE_JSON;
	query_plan_settle_text(evaluator, plan->operands[0], &operand);
	if (operand.type == QUERY_TYPE_TEXT)
		valid = json_parse(evaluator->arena, operand.text.data, operand.text.length) !=
			NULL;
	*value = query_plan_boolean(valid);
	return TRUE;
}

/* Text ----------------------------------------------------------------------------------------- */

static gboolean body_quote(QUERY_BODY)
{
	Text text = query_plan_text(evaluator, &operands[0]);
	Value json = {.type = QUERY_TYPE_JSON,
		.json = json_new_string(evaluator->arena, text.data, text.length)};
	return set_text(value, query_plan_text(evaluator, &json));
}

/* Text that is not between quotes stays as it is. */
static gboolean body_unquote(QUERY_BODY)
{
	if (operands[0].type == QUERY_TYPE_JSON)
		return set_text(value, unquote(evaluator, operands[0].json));
	Text text = query_plan_text(evaluator, &operands[0]);
	if (text.length < 2 || text.data[0] != '"' || text.data[text.length - 1] != '"')
		return set_text(value, text);
	Value quoted = value_of_text(text.data, text.length);
	const Json *json = query_plan_document(evaluator, plan, &quoted);
	return json && set_text(value, unquote(evaluator, json));
}

const QueryAnswer query_functions_json[QUERY_FN_COUNT] = {
	[QUERY_FN_JSON_CONTAINS] = {NULL, body_contains},
	[QUERY_FN_JSON_CONTAINS_PATH] = {NULL, body_contains_path},
	[QUERY_FN_JSON_DEPTH] = {NULL, body_depth},
	[QUERY_FN_JSON_EXTRACT] = {NULL, body_extract},
	[QUERY_FN_JSON_KEYS] = {NULL, body_keys},
	[QUERY_FN_JSON_LENGTH] = {NULL, body_length},
	[QUERY_FN_JSON_OVERLAPS] = {NULL, body_overlaps},
	[QUERY_FN_JSON_QUOTE] = {NULL, body_quote},
	[QUERY_FN_JSON_TYPE] = {NULL, body_type},
	[QUERY_FN_JSON_UNQUOTE] = {NULL, body_unquote},
	[QUERY_FN_JSON_VALID] = {NULL, body_valid},
	[QUERY_FN_MEMBER_OF] = {NULL, body_member_of},
};
