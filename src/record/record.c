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
	to = put_text(to, &copy->name, &record->name);
	to = put_text(to, &copy->message, &record->message);
	put_text(to, &copy->logrec, &record->logrec);
	return copy;
}

void record_free(Record *record)
{
	g_free(record);
}

/* What a thread needs to read a record, kept for its next one. */
typedef struct {
	Arena *arena;
	GString *logrec;
} Scratch;

/* A buffer that a large record has left behind is not kept. */
#define LOGREC_KEPT (64 * 1024)

static void free_scratch(gpointer data)
{
	Scratch *scratch = data;
	arena_free(scratch->arena);
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
		scratch->logrec = g_string_sized_new(1024);
		g_private_set(&of_thread, scratch);
	}
	return scratch;
}

/* Gives the large pieces back. */
static void scratch_clear(Scratch *scratch)
{
	arena_reset(scratch->arena);
	if (scratch->logrec->allocated_len > LOGREC_KEPT) {
		g_string_free(scratch->logrec, TRUE);
		scratch->logrec = g_string_sized_new(1024);
	}
	g_string_truncate(scratch->logrec, 0);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scratch, scratch_clear)

/* The record of these parts; its logrec is what was printed. */
static Record *finish(Record *parts, const Scratch *scratch)
{
	parts->logrec = (Text){scratch->logrec->str, scratch->logrec->len};
	return record_copy(parts);
}

static Record *record_new(const Json *fields, const Literal *args, Scratch *scratch, GError **error)
{
	Record parts = {0};
	if (!fields_columns(fields, &parts, error))
		return NULL;
	parts.message = fields_message(fields, args, scratch->arena);
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

typedef struct {
	Arena *arena;
	GArray *keys;      /* Text */
	GPtrArray *values; /* const Json */
	const Literal *args;
} Form;

static Text copy_of(const Form *form, const Text *text)
{
	return (Text){arena_copy(form->arena, text->data, text->length), text->length};
}

static const Json *text_value(const Form *form, const Text *text)
{
	Text copy = copy_of(form, text);
	return json_new_string(form->arena, copy.data, copy.length);
}

static gboolean is_none(const Text *text)
{
	return text->length == 4 && memcmp(text->data, "None", 4) == 0;
}

static const Json *literal_value(Form *form, const FormField *field)
{
	const Literal *literal = literal_parse(form->arena, field->value.data, field->value.length);
	if (strcmp(field->name.data, "args") == 0) /* kept for the message: JSON has no tuples */
		form->args = literal;
	return literal ? literal_to_json(form->arena, literal) : text_value(form, &field->value);
}

static const Json *form_value(Form *form, const FormField *field)
{
	switch (fields_form(&field->name)) {
	case FIELD_TEXT:
		return is_none(&field->value) ? json_new_null() : text_value(form, &field->value);
	case FIELD_NUMBER:
		return text_value(form, &field->value);
	case FIELD_LITERAL:
	default:
		return literal_value(form, field);
	}
}

/* A key with a NUL is refused as it is in JSON. */
static gboolean add_form_field(const FormField *field, gpointer data, GError **error)
{
	Form *form = data;
	if (strlen(field->name.data) != field->name.length) {
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"The name of a form field has a NUL character");
		return FALSE;
	}
	Text key = copy_of(form, &field->name);
	g_array_append_val(form->keys, key);
	g_ptr_array_add(form->values, (gpointer)form_value(form, field));
	return TRUE;
}

Record *record_from_form(const char *body, gsize length, GError **error)
{
	g_autoptr(Scratch) scratch = scratch_take();
	g_autoptr(GArray) keys = g_array_sized_new(FALSE, FALSE, sizeof(Text), 32);
	g_autoptr(GPtrArray) values = g_ptr_array_sized_new(32);
	Form form = {.arena = scratch->arena, .keys = keys, .values = values};
	Record *record = NULL;
	if (form_parse(body, length, add_form_field, &form, error)) {
		const Json *fields = json_new_object(scratch->arena, (const Text *)keys->data,
			(const Json *const *)values->pdata, keys->len);
		record = record_new(fields, form.args, scratch, error);
	}
	return record;
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
