/* The fields of a LogRecord: which there are, and the columns and the logrec made of them. */
#include "record/fields.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/double.h"
#include "base/error.h"

#define SECOND G_GINT64_CONSTANT(1000000)

/* ---- The fields of a LogRecord ---- */

typedef enum {
	PLACE_DATA,    /* logrec.data: whatever is not in the table below */
	PLACE_META,    /* logrec.meta */
	PLACE_ERROR,   /* logrec.error, unless null */
	PLACE_NOWHERE, /* a column, or what `level` and `ts` say already */
} Place;

typedef struct {
	const char *name;
	Place place;
	FieldForm form;
} Field;

static const Field fields_known[] = {
	/* as a tree has its keys: by length, then bytes */
	{"msg", PLACE_META, FIELD_TEXT},
	{"args", PLACE_META, FIELD_LITERAL},
	{"name", PLACE_NOWHERE, FIELD_TEXT},
	{"msecs", PLACE_META, FIELD_LITERAL},
	{"lineno", PLACE_META, FIELD_LITERAL},
	{"module", PLACE_META, FIELD_TEXT},
	{"thread", PLACE_META, FIELD_LITERAL},
	{"asctime", PLACE_NOWHERE, FIELD_TEXT},
	{"created", PLACE_NOWHERE, FIELD_NUMBER},
	{"levelno", PLACE_NOWHERE, FIELD_NUMBER},
	{"message", PLACE_NOWHERE, FIELD_TEXT},
	{"process", PLACE_META, FIELD_LITERAL},
	{"exc_info", PLACE_ERROR, FIELD_TEXT},
	{"exc_text", PLACE_ERROR, FIELD_TEXT},
	{"filename", PLACE_META, FIELD_TEXT},
	{"funcName", PLACE_META, FIELD_TEXT},
	{"origname", PLACE_META, FIELD_TEXT},
	{"pathname", PLACE_META, FIELD_TEXT},
	{"taskName", PLACE_META, FIELD_TEXT},
	{"levelname", PLACE_NOWHERE, FIELD_TEXT},
	{"stack_info", PLACE_META, FIELD_TEXT},
	{"threadName", PLACE_META, FIELD_TEXT},
	{"processName", PLACE_META, FIELD_TEXT},
	{"relativeCreated", PLACE_META, FIELD_LITERAL},
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

FieldForm fields_form(const Text *name)
{
	const Field *known = bsearch(name, fields_known, G_N_ELEMENTS(fields_known),
		sizeof *fields_known, compare_in_array);
	return known ? known->form : FIELD_DATA;
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

const Json *fields_value(const Json *fields, const char *key)
{
	Text name = {(char *)key, strlen(key)};
	const Json *value = json_member(fields, &name);
	return value && value->kind != JSON_NULL ? value : NULL;
}

Text fields_message(const Json *fields, const Literal *args, Arena *arena, GString *formatted)
{
	const Json *message = fields_value(fields, "message");
	if (message)
		return str_of(message, arena);
	Text msg = str_of(fields_value(fields, "msg"), arena);
	if (!args || !literal_is_true(args))
		return msg;
	if (!literal_format(formatted, msg.data, msg.length, args))
		return msg;
	return (Text){formatted->str, formatted->len};
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

gboolean fields_columns(const Json *fields, Record *record, GError **error)
{
	if (!check_keys(fields, error))
		return FALSE;
	if (!name_from(fields_value(fields, "name"), &record->name))
		return model_error(error, "Key \"name\" must be text of at most 255 characters");
	if (!ts_from(fields_value(fields, "created"), &record->ts))
		return model_error(error,
			"Key \"created\" must be a number of seconds within the years 1 to 9999");
	if (!level_from(fields_value(fields, "levelno"), &record->level))
		return model_error(error, "Key \"levelno\" must be a whole number from 0 to 65535");
	return TRUE;
}

void fields_raw_columns(const Json *fields, Record *record)
{
	ts_from(fields_value(fields, "created"), &record->ts);
	if (!level_from(fields_value(fields, "level"), &record->level))
		level_from(fields_value(fields, "levelno"), &record->level);
	name_from(fields_value(fields, "name"), &record->name);
	text_from(fields_value(fields, "message"), &record->message);
}

/* ---- logrec ---- */

#define DATA "\"data\": {"

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

void fields_print_data(GString *logrec, const Text *key, const Json *value)
{
	g_string_append(logrec, logrec->len ? ", " : "{" DATA);
	json_print_member(key, value, logrec);
}

void fields_print_logrec(GString *logrec, const Json *fields, Arena *arena)
{
	guint8 *places = arena_take(arena, fields->n);
	place_members(fields, places);
	g_string_append_c(logrec, logrec->len ? '}' : '{');
	append_part(logrec, DATA, fields, places, PLACE_DATA);
	append_part(logrec, "\"meta\": {", fields, places, PLACE_META);
	append_part(logrec, "\"error\": {", fields, places, PLACE_ERROR);
	g_string_append_c(logrec, '}');
}
