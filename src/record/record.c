/* Fields as a client sent them -> Record -> JSON as the API prints it. */
#include "record/record.h"

#include <string.h>

#include "base/error.h"
#include "base/json-text.h"
#include "record/fields.h"
#include "record/form.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define LEVEL_DEFAULT 20

/* ---- Fields -> record ---- */

static char *put_text(char *to, Text *copy, const Text *text)
{
	if (text->length > 0)
		memcpy(to, text->data, text->length);
	to[text->length] = '\0';
	*copy = (Text){to, text->length};
	return to + text->length + 1;
}

Record *record_copy(const Record *record)
{
	gsize texts = record->name.length + record->message.length + record->logrec.length + 3;
	Record *copy = g_malloc(sizeof *copy + texts);
	char *to = (char *)(copy + 1);
	*copy = *record;
	copy->separate[0] = copy->separate[1] = NULL;
	to = put_text(to, &copy->name, &record->name);
	to = put_text(to, &copy->message, &record->message);
	put_text(to, &copy->logrec, &record->logrec);
	return copy;
}

void record_free(Record *record)
{
	if (!record)
		return;
	g_free(record->separate[0]);
	g_free(record->separate[1]);
	g_free(record);
}

/* What a thread needs to read a record, kept for its next one. */
typedef struct {
	Arena *arena;
	Arena *value;     /* of one value at a time */
	GString *message; /* where it is formatted */
	GString *logrec;
} Scratch;

/* A buffer that has become larger is not kept; a text that is larger is not copied. */
#define TEXT_KEPT (64 * 1024)
#define TEXT_USUAL 1024

static void free_scratch(gpointer data)
{
	Scratch *scratch = data;
	arena_free(scratch->arena);
	arena_free(scratch->value);
	g_string_free(scratch->message, TRUE);
	g_string_free(scratch->logrec, TRUE);
	g_free(scratch);
}

/* Empty. */
static Scratch *scratch_take(void)
{
	static GPrivate of_thread = G_PRIVATE_INIT(free_scratch);
	Scratch *scratch = g_private_get(&of_thread);
	if (!scratch) {
		scratch = g_new0(Scratch, 1);
		scratch->arena = arena_new();
		scratch->value = arena_new();
		scratch->message = g_string_sized_new(TEXT_USUAL);
		scratch->logrec = g_string_sized_new(TEXT_USUAL);
		g_private_set(&of_thread, scratch);
	}
	return scratch;
}

static void clear_text(GString **text)
{
	if ((*text)->allocated_len > TEXT_KEPT) {
		g_string_free(*text, TRUE);
		*text = g_string_sized_new(TEXT_USUAL);
	}
	g_string_truncate(*text, 0);
}

/* Gives the large pieces back. */
static void scratch_clear(Scratch *scratch)
{
	arena_reset(scratch->arena);
	clear_text(&scratch->message);
	clear_text(&scratch->logrec);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scratch, scratch_clear)

/* Where the part is what the buffer holds, and large, it leaves both: its memory, else NULL. */
static gpointer take_large(Text *part, GString **buffer)
{
	if (part->data != (*buffer)->str || part->length <= TEXT_KEPT)
		return NULL;
	*part = (Text){NULL, 0};
	gpointer taken = g_string_free(*buffer, FALSE);
	*buffer = g_string_sized_new(TEXT_USUAL);
	return taken;
}

/* The record of these parts; its logrec is what was printed. What is large is not copied. */
static Record *finish(Record *parts, Scratch *scratch)
{
	parts->logrec = (Text){scratch->logrec->str, scratch->logrec->len};
	Text message = parts->message, logrec = parts->logrec;
	gpointer separate[] = {
		take_large(&parts->message, &scratch->message),
		take_large(&parts->logrec, &scratch->logrec),
	};
	Record *record = record_copy(parts);
	memcpy(record->separate, separate, sizeof separate);
	if (separate[0])
		record->message = message;
	if (separate[1])
		record->logrec = logrec;
	return record;
}

static Record *record_new(const Json *fields, const Literal *args, Scratch *scratch, GError **error)
{
	Record parts = {0};
	if (!fields_columns(fields, &parts, error))
		return NULL;
	parts.message = fields_message(fields, args, scratch->arena, scratch->message);
	fields_print_logrec(scratch->logrec, fields, scratch->arena);
	return finish(&parts, scratch);
}

/* One document, which has to be an object. */
static const Json *read_object(const char *text, gsize length, Arena *arena, GError **error)
{
	guint nesting = RECORD_NESTING_MAX + 1;
	const Json *fields = json_read(arena, text, length, nesting, error);
	if (!fields || fields->kind == JSON_OBJECT)
		return fields;
	g_set_error_literal(
		error, CHRONOLOGER_ERROR, ERROR_VALUE, JSON_INVALID ": a record is an object");
	return NULL;
}

Record *record_from_json(const char *text, gsize length, GError **error)
{
	g_autoptr(Scratch) scratch = scratch_take();
	const Literal *args = NULL;
	const Json *fields = read_object(text, length, scratch->arena, error);
	if (!fields)
		return NULL;
	const Json *value = fields_value(fields, "args");
	if (value && !fields_value(fields, "message"))
		args = literal_from_json(scratch->arena, value);
	return record_new(fields, args, scratch, error);
}

/* ---- Forms ---- */

/* A pair in the body: name, NUL, value. There may be one for every two bytes of it. */
typedef struct {
	guint32 at;
	guint32 length; /* of the value */
} Pair;

typedef struct {
	const char *body;
	GArray *pairs;     /* Pair */
	Arena *arena;      /* of what is known */
	Arena *value;      /* of one value at a time, of what is not */
	GArray *keys;      /* Text */
	GPtrArray *values; /* const Json */
	const Literal *args;
} Form;

/* A key with a NUL is refused as it is in JSON. */
static gboolean add_pair(const FormField *field, gpointer data, GError **error)
{
	Form *form = data;
	Pair pair = {(guint32)(field->name.data - form->body), (guint32)field->value.length};
	if (strlen(field->name.data) != field->name.length) {
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"The name of a form field has a NUL character");
		return FALSE;
	}
	g_array_append_val(form->pairs, pair);
	return TRUE;
}

static FormField field_of(const Form *form, const Pair *pair)
{
	char *name = (char *)form->body + pair->at;
	gsize length = strlen(name);
	char *value = pair->length ? name + length + 1 : name + length;
	return (FormField){{name, length}, {value, pair->length}};
}

/* MySQL's order of keys; of equal ones that of the form. */
static int compare_pairs(gconstpointer first, gconstpointer second, gpointer data)
{
	const Form *form = data;
	const Pair *a = first, *b = second;
	const char *x = form->body + a->at, *y = form->body + b->at;
	gsize length = strlen(x), other = strlen(y);
	if (length != other)
		return length < other ? -1 : 1;
	int order = memcmp(x, y, length);
	return order ? order : a->at < b->at ? -1 : a->at > b->at;
}

static gboolean is_none(const Text *text)
{
	return text->length == 4 && memcmp(text->data, "None", 4) == 0;
}

static const Json *text_value(Arena *arena, const Text *text)
{
	return json_new_string(arena, text->data, text->length);
}

static const Json *literal_value(Arena *arena, const Text *text, const Literal *literal)
{
	return literal ? literal_to_json(arena, literal) : text_value(arena, text);
}

static const Json *known_value(Form *form, const FormField *field, FieldForm kind)
{
	const Text *text = &field->value;
	if (kind != FIELD_LITERAL)
		return kind == FIELD_TEXT && is_none(text) ? json_new_null()
							   : text_value(form->arena, text);
	const Literal *literal = literal_parse(form->arena, text->data, text->length);
	if (strcmp(field->name.data, "args") == 0) /* kept for the message: JSON has no tuples */
		form->args = literal ? literal
				     : literal_parse_args(form->arena, text->data, text->length);
	return literal_value(form->arena, text, literal);
}

/* What is not known goes into logrec at once: a tree of it all would be ten times the body. */
static void take_field(Form *form, const FormField *field, GString *logrec)
{
	const Text *text = &field->value;
	FieldForm kind = fields_form(&field->name);
	if (kind == FIELD_DATA) {
		const Literal *literal = literal_parse(form->value, text->data, text->length);
		fields_print_data(logrec, &field->name, literal_value(form->value, text, literal));
		arena_reset(form->value);
	} else {
		g_array_append_val(form->keys, field->name);
		g_ptr_array_add(form->values, (gpointer)known_value(form, field, kind));
	}
}

/* Of equal names the last one stays. */
static void take_fields(Form *form, GString *logrec)
{
	g_array_sort_with_data(form->pairs, compare_pairs, form);
	for (guint i = 0; i < form->pairs->len; i++) {
		const Pair *pair = &g_array_index(form->pairs, Pair, i);
		gboolean is_last = i + 1 == form->pairs->len ||
				   strcmp(form->body + pair[0].at, form->body + pair[1].at);
		FormField field = field_of(form, pair);
		if (is_last)
			take_field(form, &field, logrec);
	}
}

Record *record_from_form(char *body, gsize length, GError **error)
{
	g_autoptr(Scratch) scratch = scratch_take();
	g_autoptr(GArray) pairs = g_array_sized_new(FALSE, FALSE, sizeof(Pair), 32);
	g_autoptr(GArray) keys = g_array_sized_new(FALSE, FALSE, sizeof(Text), 32);
	g_autoptr(GPtrArray) values = g_ptr_array_sized_new(32);
	Form form = {body, pairs, scratch->arena, scratch->value, keys, values, NULL};
	if (!form_parse(body, length, add_pair, &form, error))
		return NULL;
	take_fields(&form, scratch->logrec);
	const Json *fields = json_new_object(scratch->arena, (const Text *)keys->data,
		(const Json *const *)values->pdata, keys->len);
	return record_new(fields, form.args, scratch, error);
}

/* ---- Raw mode ---- */

Record *record_from_raw_json(const char *text, gsize length, gint64 now, GError **error)
{
	g_autoptr(Scratch) scratch = scratch_take();
	const Json *fields = read_object(text, length, scratch->arena, error);
	Record parts = {.ts = now, .level = LEVEL_DEFAULT};
	if (!fields)
		return NULL;
	fields_raw_columns(fields, &parts);
	json_print(fields, scratch->logrec);
	return finish(&parts, scratch);
}

/* ---- Record -> JSON ---- */

static char *put_digits(char *out, guint number, int count, char after)
{
	for (int i = count; i-- > 0; number /= 10)
		out[i] = (char)('0' + number % 10);
	out[count] = after;
	return out + count + 1;
}

void record_format_ts(gint64 ts, char buffer[static RECORD_TS_SIZE])
{
	gint64 days = ts / CALENDAR_DAY - (ts % CALENDAR_DAY < 0);
	gint64 of_day = ts - days * CALENDAR_DAY;
	guint seconds = (guint)(of_day / SECOND), fraction = (guint)(of_day % SECOND);
	Moment date;
	char *p = buffer;
	calendar_of_days(days + CALENDAR_DAYS_1970, &date);
	p = put_digits(p, date.year, 4, '-');
	p = put_digits(p, date.month, 2, '-');
	p = put_digits(p, date.day, 2, ' ');
	p = put_digits(p, seconds / 3600, 2, ':');
	p = put_digits(p, seconds / 60 % 60, 2, ':');
	p = put_digits(p, seconds % 60, 2, '.');
	if (fraction)
		put_digits(p, fraction, 6, '+');
	else
		p[-1] = '+';
	strcpy(p + (fraction ? 7 : 0), "00:00");
}

void record_append_json(GString *json, const Record *record, gboolean with_logrec)
{
	char number[32], ts[RECORD_TS_SIZE];
	record_format_ts(record->ts, ts);
	g_snprintf(number, sizeof number, "%" G_GUINT64_FORMAT, record->id);
	g_string_append(json, "{\"id\":");
	g_string_append(json, number);
	g_string_append(json, ",\"name\":");
	json_text_append_string(json, record->name.data, record->name.length);
	g_string_append(json, ",\"ts\":\"");
	g_string_append(json, ts);
	g_snprintf(number, sizeof number, "%u", record->level);
	g_string_append(json, "\",\"level\":");
	g_string_append(json, number);
	g_string_append(json, ",\"message\":");
	json_text_append_string(json, record->message.data, record->message.length);
	if (with_logrec) {
		g_string_append(json, ",\"logrec\":");
		g_string_append_len(json, record->logrec.data, (gssize)record->logrec.length);
	}
	g_string_append_c(json, '}');
}
