/* Fields as a client sent them -> Record -> JSON as the API prints it. */
#include "record/record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/double.h"
#include "base/error.h"
#include "record/form.h"
#include "base/json-text.h"
#include "record/literal.h"

#define SECOND G_GINT64_CONSTANT(1000000)
#define DAY (G_GINT64_CONSTANT(86400) * SECOND)
#define LEVEL_DEFAULT 20

/* ---- The fields of a LogRecord ---- */

typedef enum {
	PLACE_DATA,    /* logrec.data: whatever is not in the table below */
	PLACE_META,    /* logrec.meta */
	PLACE_ERROR,   /* logrec.error, unless null */
	PLACE_NOWHERE, /* a column, or what `level` and `ts` say already */
} Place;

/* How a form field's text becomes a value. */
typedef enum {
	FORM_LITERAL, /* Python's str() of any value */
	FORM_TEXT,    /* None is null, anything else text */
	FORM_NUMBER,  /* read as a number later, however it is spelled */
} FormKind;

typedef struct {
	const char *name;
	Place place;
	FormKind kind;
} Field;

static const Field fields_known[] = {
	/* as a tree has its keys: by length, then bytes */
	{"msg", PLACE_META, FORM_TEXT},
	{"args", PLACE_META, FORM_LITERAL},
	{"name", PLACE_NOWHERE, FORM_TEXT},
	{"msecs", PLACE_META, FORM_LITERAL},
	{"lineno", PLACE_META, FORM_LITERAL},
	{"module", PLACE_META, FORM_TEXT},
	{"thread", PLACE_META, FORM_LITERAL},
	{"asctime", PLACE_NOWHERE, FORM_TEXT},
	{"created", PLACE_NOWHERE, FORM_NUMBER},
	{"levelno", PLACE_NOWHERE, FORM_NUMBER},
	{"message", PLACE_NOWHERE, FORM_TEXT},
	{"process", PLACE_META, FORM_LITERAL},
	{"exc_info", PLACE_ERROR, FORM_TEXT},
	{"exc_text", PLACE_ERROR, FORM_TEXT},
	{"filename", PLACE_META, FORM_TEXT},
	{"funcName", PLACE_META, FORM_TEXT},
	{"origname", PLACE_META, FORM_TEXT},
	{"pathname", PLACE_META, FORM_TEXT},
	{"taskName", PLACE_META, FORM_TEXT},
	{"levelname", PLACE_NOWHERE, FORM_TEXT},
	{"stack_info", PLACE_META, FORM_TEXT},
	{"threadName", PLACE_META, FORM_TEXT},
	{"processName", PLACE_META, FORM_TEXT},
	{"relativeCreated", PLACE_META, FORM_LITERAL},
};

static int compare_field(const Text *name, const Field *field)
{
	gsize length = strlen(field->name);
	if (name->length != length)
		return name->length < length ? -1 : 1;
	return memcmp(name->data, field->name, length);
}

static int compare_in_array(const void *name, const void *field)
{
	return compare_field(name, field);
}

static const Field field_extra = {"", PLACE_DATA, FORM_LITERAL};

static const Field *field_of(const Text *name)
{
	const Field *known = bsearch(name, fields_known, G_N_ELEMENTS(fields_known),
		sizeof *fields_known, compare_in_array);
	return known ? known : &field_extra;
}

/* ---- Values -> columns ---- */

static gboolean model_error(GError **error, const char *message)
{
	g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_MODEL, message);
	return FALSE;
}

static const char *skip_digits(const char *p)
{
	return p + strspn(p, "0123456789");
}

/* A decimal number with blanks around it: no hexadecimal, no inf, as strtod() would take. What
 * follows the text goes on with no number: a quote, a comma, NUL. */
static gboolean is_decimal(const Text *text)
{
	const char *p = text->data + strspn(text->data, " \t\r\n");
	p += *p == '+' || *p == '-';
	const char *point = skip_digits(p);
	gboolean digits = point > p;
	p = point;
	if (*point == '.') {
		p = skip_digits(point + 1);
		digits = digits || p > point + 1;
	}
	if (*p == 'e' || *p == 'E') {
		const char *exponent = p + 1 + (p[1] == '+' || p[1] == '-');
		p = skip_digits(exponent);
		digits = digits && p > exponent;
	}
	return digits && p + strspn(p, " \t\r\n") == text->data + text->length;
}

static gboolean number_from_text(const Text *text, double *number)
{
	if (!is_decimal(text))
		return FALSE;
	*number = double_read(text->data, text->length);
	return TRUE;
}

/* `value`: NULL where there is none. */
static gboolean number_from(const Json *value, double *number)
{
	switch (value ? value->kind : JSON_NULL) {
	case JSON_INTEGER:
		*number = (double)value->integer;
		return TRUE;
	case JSON_UNSIGNED:
		*number = (double)value->whole;
		return TRUE;
	case JSON_DOUBLE:
		*number = value->real;
		return TRUE;
	case JSON_STRING:
		return number_from_text(&value->text, number);
	default:
		return FALSE;
	}
}

static gboolean level_from(const Json *value, guint *level)
{
	double number;
	if (!number_from(value, &number) || number < 0 || number > RECORD_LEVEL_MAX ||
		number != floor(number))
		return FALSE;
	*level = (guint)number;
	return TRUE;
}

/* Rounds as CPython's datetime.fromtimestamp() does: the fraction alone, half to even. */
static gboolean ts_from(const Json *value, gint64 *ts)
{
	double number, whole;
	if (!number_from(value, &number) || fabs(number) > 1e12)
		return FALSE;
	double fraction = modf(number, &whole);
	gint64 found = (gint64)whole * SECOND + (gint64)rint(fraction * 1e6);
	if (found < CALENDAR_TS_MIN || found > CALENDAR_TS_MAX)
		return FALSE;
	*ts = found;
	return TRUE;
}

static gsize count_characters(const char *text, gsize length)
{
	gsize count = 0;
	for (gsize i = 0; i < length; i++)
		count += ((guchar)text[i] & 0xc0) != 0x80;
	return count;
}

static gboolean is_text(const Json *value)
{
	return value && value->kind == JSON_STRING;
}

static gboolean text_from(const Json *value, Text *text)
{
	if (!is_text(value))
		return FALSE;
	*text = value->text;
	return TRUE;
}

static gboolean name_from(const Json *value, Text *name)
{
	if (is_text(value) && value->text.length > RECORD_NAME_MAX &&
		count_characters(value->text.data, value->text.length) > RECORD_NAME_MAX)
		return FALSE;
	return text_from(value, name);
}

static Text copy_text(const GString *text, Arena *arena)
{
	return (Text){arena_copy(arena, text->str, text->len), text->len};
}

/* str(value). The array around it keeps a JSON array from becoming the tuple of arguments. */
static Text str_of(const Json *value, Arena *arena)
{
	Text text;
	if (text_from(value, &text))
		return text;
	const Json *values[] = {value ? value : json_new_null()};
	const Json array = {.kind = JSON_ARRAY, .n = 1, .values = values};
	const Literal *args = literal_from_json(arena, &array);
	g_autoptr(GString) printed = g_string_new(NULL);
	literal_format(printed, "%s", 2, args);
	return copy_text(printed, arena);
}

/* NULL where there is none, or null. */
static const Json *value_of(const Json *fields, const char *key)
{
	Text name = {(char *)key, strlen(key)};
	const Json *value = json_member(fields, &name);
	return value && value->kind != JSON_NULL ? value : NULL;
}

/* LogRecord.getMessage() where no formatter has made a message. `args`: NULL where they do not
 * read. */
static Text message_of(const Json *fields, const Literal *args, Arena *arena)
{
	const Json *message = value_of(fields, "message");
	if (message)
		return str_of(message, arena);
	Text msg = str_of(value_of(fields, "msg"), arena);
	if (!args || !literal_is_true(args))
		return msg;
	g_autoptr(GString) formatted = g_string_sized_new(msg.length + 32);
	if (!literal_format(formatted, msg.data, msg.length, args))
		return msg;
	return copy_text(formatted, arena);
}

/* ---- logrec ---- */

/* Which members belong where: a walk along both lists, which have one order. */
static void place_members(const Json *fields, guint8 *places)
{
	const Field *known = fields_known, *end = known + G_N_ELEMENTS(fields_known);
	for (guint i = 0; i < fields->n; i++) {
		int order = -1;
		while (known < end && (order = compare_field(&fields->keys[i], known)) > 0)
			known++;
		Place place = known < end && order == 0 ? known->place : PLACE_DATA;
		gboolean is_null = fields->values[i]->kind == JSON_NULL;
		places[i] = place == PLACE_ERROR && is_null ? PLACE_NOWHERE : place;
	}
}

static void append_part(
	GString *logrec, const char *name, const Json *fields, const guint8 *places, Place place)
{
	gboolean is_empty = TRUE;
	for (guint i = 0; i < fields->n; i++) {
		if (places[i] != place)
			continue;
		if (is_empty && logrec->len > 1)
			g_string_append_len(logrec, ", ", 2);
		g_string_append(logrec, is_empty ? name : ", ");
		json_print_member(&fields->keys[i], fields->values[i], logrec);
		is_empty = FALSE;
	}
	if (!is_empty)
		g_string_append_c(logrec, '}');
}

/* In the order that MySQL gives them, like all else in it. */
static void print_logrec(GString *logrec, const Json *fields, Arena *arena)
{
	guint8 *places = arena_take(arena, fields->n);
	place_members(fields, places);
	g_string_append_c(logrec, '{');
	append_part(logrec, "\"data\": {", fields, places, PLACE_DATA);
	append_part(logrec, "\"meta\": {", fields, places, PLACE_META);
	append_part(logrec, "\"error\": {", fields, places, PLACE_ERROR);
	g_string_append_c(logrec, '}');
}

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

static gboolean has_key(const Json *fields, const char *key)
{
	Text name = {(char *)key, strlen(key)};
	return json_member(fields, &name) != NULL;
}

static gboolean check_keys(const Json *fields, GError **error)
{
	static const struct {
		const char *key;
		const char *other; /* does as well */
	} required[] = {
		{"name", "name"},
		{"created", "created"},
		{"levelno", "levelno"},
		{"msg", "message"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(required); i++) {
		if (has_key(fields, required[i].key) || has_key(fields, required[i].other))
			continue;
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_MODEL, "Key \"%s\" is missing",
			required[i].key);
		return FALSE;
	}
	return TRUE;
}

static gboolean set_columns(Record *record, const Json *fields, GError **error)
{
	if (!name_from(value_of(fields, "name"), &record->name))
		return model_error(error, "Key \"name\" must be text of at most 255 characters");
	if (!ts_from(value_of(fields, "created"), &record->ts))
		return model_error(error,
			"Key \"created\" must be a number of seconds within the years 1 to 9999");
	if (!level_from(value_of(fields, "levelno"), &record->level))
		return model_error(error, "Key \"levelno\" must be a whole number from 0 to 65535");
	return TRUE;
}

static Record *record_new(const Json *fields, const Literal *args, Scratch *scratch, GError **error)
{
	Record parts = {0};
	if (!check_keys(fields, error) || !set_columns(&parts, fields, error))
		return NULL;
	parts.message = message_of(fields, args, scratch->arena);
	print_logrec(scratch->logrec, fields, scratch->arena);
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
	const Json *value = value_of(fields, "args");
	if (value && !value_of(fields, "message"))
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
	switch (field_of(&field->name)->kind) {
	case FORM_TEXT:
		return is_none(&field->value) ? json_new_null() : text_value(form, &field->value);
	case FORM_NUMBER:
		return text_value(form, &field->value);
	case FORM_LITERAL:
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
	ts_from(value_of(fields, "created"), &parts.ts);
	if (!level_from(value_of(fields, "level"), &parts.level))
		level_from(value_of(fields, "levelno"), &parts.level);
	name_from(value_of(fields, "name"), &parts.name);
	text_from(value_of(fields, "message"), &parts.message);
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
	gint64 days = ts / DAY - (ts % DAY < 0);
	gint64 of_day = ts - days * DAY;
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
