/* Fields as a client sent them -> Record -> JSON as the API prints it. */
#include "record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "form.h"
#include "json.h"
#include "literal.h"

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
	/* in order of strcmp() */
	{"args", PLACE_META, FORM_LITERAL},
	{"asctime", PLACE_NOWHERE, FORM_TEXT},
	{"created", PLACE_NOWHERE, FORM_NUMBER},
	{"exc_info", PLACE_ERROR, FORM_TEXT},
	{"exc_text", PLACE_ERROR, FORM_TEXT},
	{"filename", PLACE_META, FORM_TEXT},
	{"funcName", PLACE_META, FORM_TEXT},
	{"levelname", PLACE_NOWHERE, FORM_TEXT},
	{"levelno", PLACE_NOWHERE, FORM_NUMBER},
	{"lineno", PLACE_META, FORM_LITERAL},
	{"message", PLACE_NOWHERE, FORM_TEXT},
	{"module", PLACE_META, FORM_TEXT},
	{"msecs", PLACE_META, FORM_LITERAL},
	{"msg", PLACE_META, FORM_TEXT},
	{"name", PLACE_NOWHERE, FORM_TEXT},
	{"origname", PLACE_META, FORM_TEXT},
	{"pathname", PLACE_META, FORM_TEXT},
	{"process", PLACE_META, FORM_LITERAL},
	{"processName", PLACE_META, FORM_TEXT},
	{"relativeCreated", PLACE_META, FORM_LITERAL},
	{"stack_info", PLACE_META, FORM_TEXT},
	{"taskName", PLACE_META, FORM_TEXT},
	{"thread", PLACE_META, FORM_LITERAL},
	{"threadName", PLACE_META, FORM_TEXT},
};

static int compare_field(const void *name, const void *field)
{
	return strcmp(name, ((const Field *)field)->name);
}

static const Field *field_of(const char *name)
{
	static const Field extra = {"", PLACE_DATA, FORM_LITERAL};
	const Field *known = bsearch(name, fields_known, G_N_ELEMENTS(fields_known),
		sizeof *fields_known, compare_field);

	return known ? known : &extra;
}

/* ---- Values -> columns ---- */

static gboolean model_error(GError **error, const char *message)
{
	g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_MODEL, message);
	return FALSE;
}

static Text text_new(const char *data, gsize length)
{
	Text text = {.data = g_malloc(length + 1), .length = length};

	memcpy(text.data, data, length);
	text.data[length] = '\0';
	return text;
}

static Text text_take(GString *string)
{
	Text text = {.length = string->len};

	text.data = g_string_free(string, FALSE);
	return text;
}

static const char *skip_digits(const char *p)
{
	return p + strspn(p, "0123456789");
}

/* A decimal number with blanks around it: no hexadecimal, no inf, as strtod() would take. */
static gboolean is_decimal(const char *text)
{
	const char *p = text + strspn(text, " \t\r\n");

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
	return digits && p[strspn(p, " \t\r\n")] == '\0';
}

static gboolean number_from(json_object *value, double *number)
{
	switch (json_object_get_type(value)) {
	case json_type_int:
	case json_type_double:
		*number = json_object_get_double(value);
		return TRUE;
	case json_type_string:
		break;
	default:
		return FALSE;
	}
	const char *text = json_object_get_string(value);
	if (strlen(text) != (gsize)json_object_get_string_len(value) || !is_decimal(text))
		return FALSE;
	*number = g_ascii_strtod(text, NULL);
	return isfinite(*number);
}

static gboolean level_from(json_object *value, guint *level)
{
	double number;

	if (!number_from(value, &number) || number < 0 || number > RECORD_LEVEL_MAX ||
		number != floor(number))
		return FALSE;
	*level = (guint)number;
	return TRUE;
}

/* Rounds as CPython's datetime.fromtimestamp() does: the fraction alone, half to even. */
static gboolean ts_from(json_object *value, gint64 *ts)
{
	double number, whole;

	if (!number_from(value, &number) || fabs(number) > 1e12)
		return FALSE;
	double fraction = modf(number, &whole);
	*ts = (gint64)whole * SECOND + (gint64)rint(fraction * 1e6);
	return *ts >= RECORD_TS_MIN && *ts <= RECORD_TS_MAX;
}

static gsize count_characters(const char *text, gsize length)
{
	gsize count = 0;

	for (gsize i = 0; i < length; i++)
		count += ((guchar)text[i] & 0xc0) != 0x80;
	return count;
}

static gboolean name_from(json_object *value, Text *name)
{
	if (!json_object_is_type(value, json_type_string))
		return FALSE;
	const char *text = json_object_get_string(value);
	gsize length = (gsize)json_object_get_string_len(value);
	if (length > RECORD_NAME_MAX && count_characters(text, length) > RECORD_NAME_MAX)
		return FALSE;
	*name = text_new(text, length);
	return TRUE;
}

static gboolean text_from(json_object *value, Text *text)
{
	if (!json_object_is_type(value, json_type_string))
		return FALSE;
	*text = text_new(json_object_get_string(value), (gsize)json_object_get_string_len(value));
	return TRUE;
}

/* str(value). The array around it keeps a JSON array from becoming the tuple of arguments. */
static Text str_of(json_object *value)
{
	Text text;

	if (text_from(value, &text))
		return text;
	g_autoptr(json_object) array = json_object_new_array();
	json_object_array_add(array, json_object_get(value));
	g_autoptr(Literal) args = literal_from_json(array);
	GString *printed = g_string_new(NULL);
	literal_format(printed, "%s", 2, args);
	return text_take(printed);
}

/* LogRecord.getMessage() where no formatter has made a message. `args`: NULL where they do not
 * read. */
static Text message_of(json_object *fields, const Literal *args)
{
	json_object *message = json_object_object_get(fields, "message");

	if (message)
		return str_of(message);
	Text msg = str_of(json_object_object_get(fields, "msg"));
	if (!args || !literal_is_true(args))
		return msg;
	g_autoptr(GString) formatted = g_string_sized_new(msg.length + 32);
	if (!literal_format(formatted, msg.data, msg.length, args))
		return msg;
	g_free(msg.data);
	return text_take(g_steal_pointer(&formatted));
}

/* ---- logrec ---- */

static void append_part(GString *logrec, const char *name, JsonMember *members, gsize n)
{
	if (!n)
		return;
	g_string_append(logrec, logrec->len > 1 ? ", " : "");
	g_string_append(logrec, name);
	json_append_members(logrec, members, n);
}

/* In the order that MySQL gives them, like all else in it. */
static Text logrec_of(json_object *fields)
{
	static const char *const names[] = {
		[PLACE_DATA] = "\"data\": ",
		[PLACE_META] = "\"meta\": ",
		[PLACE_ERROR] = "\"error\": ",
	};
	gsize size = (gsize)json_object_object_length(fields);
	g_autofree JsonMember *members = g_new(JsonMember, G_N_ELEMENTS(names) * size + 1);
	gsize n[G_N_ELEMENTS(names)] = {0};
	GString *logrec = g_string_sized_new(1024);

	json_object_object_foreach (fields, key, value) {
		Place place = field_of(key)->place;
		if (place != PLACE_NOWHERE && !(place == PLACE_ERROR && !value))
			members[place * size + n[place]++] = (JsonMember){key, strlen(key), value};
	}
	g_string_append_c(logrec, '{');
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
		append_part(logrec, names[i], members + i * size, n[i]);
	g_string_append_c(logrec, '}');
	return text_take(logrec);
}

/* ---- Fields -> record ---- */

void record_free(Record *record)
{
	if (!record)
		return;
	g_free(record->name.data);
	g_free(record->message.data);
	g_free(record->logrec.data);
	g_free(record);
}

static gboolean check_keys(json_object *fields, GError **error)
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
		if (json_object_object_get_ex(fields, required[i].key, NULL) ||
			json_object_object_get_ex(fields, required[i].other, NULL))
			continue;
		g_set_error(error, CHRONOLOGER_ERROR, ERROR_MODEL, "Key \"%s\" is missing",
			required[i].key);
		return FALSE;
	}
	return TRUE;
}

static gboolean set_columns(Record *record, json_object *fields, GError **error)
{
	if (!name_from(json_object_object_get(fields, "name"), &record->name))
		return model_error(error, "Key \"name\" must be text of at most 255 characters");
	if (!ts_from(json_object_object_get(fields, "created"), &record->ts))
		return model_error(error,
			"Key \"created\" must be a number of seconds within the years 1 to 9999");
	if (!level_from(json_object_object_get(fields, "levelno"), &record->level))
		return model_error(error, "Key \"levelno\" must be a whole number from 0 to 65535");
	return TRUE;
}

static Record *record_new(json_object *fields, const Literal *args, GError **error)
{
	g_autoptr(Record) record = g_new0(Record, 1);

	if (!check_keys(fields, error) || !set_columns(record, fields, error))
		return NULL;
	record->message = message_of(fields, args);
	record->logrec = logrec_of(fields);
	return g_steal_pointer(&record);
}

static gboolean check_object(json_object *value, GError **error)
{
	if (json_object_is_type(value, json_type_object))
		return TRUE;
	g_set_error_literal(
		error, CHRONOLOGER_ERROR, ERROR_VALUE, JSON_INVALID ": a record is an object");
	return FALSE;
}

Record *record_from_json(const char *text, gsize length, GError **error)
{
	g_autoptr(json_object) fields = NULL;
	g_autoptr(Literal) args = NULL;

	if (!json_parse(text, length, RECORD_NESTING_MAX + 1, &fields, error) ||
		!check_object(fields, error))
		return NULL;
	if (!json_object_object_get(fields, "message"))
		args = literal_from_json(json_object_object_get(fields, "args"));
	return record_new(fields, args, error);
}

/* ---- Forms ---- */

typedef struct {
	json_object *fields;
	Literal *args;
} Form;

static json_object *text_value(const Text *text)
{
	return json_object_new_string_len(text->data, (int)text->length);
}

static gboolean is_none(const Text *text)
{
	return text->length == 4 && memcmp(text->data, "None", 4) == 0;
}

static json_object *literal_value(Form *form, const FormField *field)
{
	Literal *literal = literal_parse(field->value.data, field->value.length);
	json_object *value = literal ? literal_to_json(literal) : text_value(&field->value);

	if (strcmp(field->name.data, "args") == 0) { /* kept for the message: JSON has no tuples */
		literal_free(form->args);
		form->args = literal;
	} else {
		literal_free(literal);
	}
	return value;
}

static json_object *form_value(Form *form, const FormField *field)
{
	switch (field_of(field->name.data)->kind) {
	case FORM_TEXT:
		return is_none(&field->value) ? NULL : text_value(&field->value);
	case FORM_NUMBER:
		return text_value(&field->value);
	case FORM_LITERAL:
	default:
		return literal_value(form, field);
	}
}

/* json-c's keys are C strings: a name with a NUL inside would be cut. */
static gboolean add_form_field(const FormField *field, gpointer data, GError **error)
{
	Form *form = data;

	if (strlen(field->name.data) != field->name.length) {
		g_set_error_literal(error, CHRONOLOGER_ERROR, ERROR_VALUE,
			"The name of a form field has a NUL character");
		return FALSE;
	}
	json_object_object_add(form->fields, field->name.data, form_value(form, field));
	return TRUE;
}

Record *record_from_form(const char *body, gsize length, GError **error)
{
	g_autoptr(json_object) fields = json_object_new_object();
	Form form = {.fields = fields};
	Record *record = NULL;

	if (form_parse(body, length, add_form_field, &form, error))
		record = record_new(fields, form.args, error);
	literal_free(form.args);
	return record;
}

/* ---- Raw mode ---- */

Record *record_from_raw_json(const char *text, gsize length, gint64 now, GError **error)
{
	g_autoptr(json_object) fields = NULL;

	if (!json_parse(text, length, RECORD_NESTING_MAX + 1, &fields, error) ||
		!check_object(fields, error))
		return NULL;
	Record *record = g_new0(Record, 1);
	if (!ts_from(json_object_object_get(fields, "created"), &record->ts))
		record->ts = now;
	if (!level_from(json_object_object_get(fields, "level"), &record->level) &&
		!level_from(json_object_object_get(fields, "levelno"), &record->level))
		record->level = LEVEL_DEFAULT;
	if (!name_from(json_object_object_get(fields, "name"), &record->name))
		record->name = text_new("", 0);
	if (!text_from(json_object_object_get(fields, "message"), &record->message))
		record->message = text_new("", 0);
	GString *logrec = g_string_sized_new(1024);
	json_append_value(logrec, fields);
	record->logrec = text_take(logrec);
	return record;
}

/* ---- Record -> JSON ---- */

typedef struct {
	int year, month, day;
} Date;

/* Days since 1970-01-01 -> the proleptic Gregorian calendar, with years that begin in March so that
 * the leap day is the last one. gmtime_r() takes glibc's time zone lock, GDateTime allocates: both
 * are several times slower, and a page prints 10,000 of them. */
static Date date_of(gint64 days)
{
	gint64 n = days + 719468; /* since 0000-03-01 */
	gint64 era = n / 146097, of_era = n % 146097;
	gint64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	gint64 of_year = of_era - (365 * year + year / 4 - year / 100);
	gint64 month = (5 * of_year + 2) / 153; /* 0 is March */
	Date date = {
		.year = (int)(era * 400 + year + (month >= 10)),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(of_year - (153 * month + 2) / 5 + 1),
	};

	return date;
}

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
	Date date = date_of(days);
	char *p = buffer;

	p = put_digits(p, (guint)date.year, 4, '-');
	p = put_digits(p, (guint)date.month, 2, '-');
	p = put_digits(p, (guint)date.day, 2, ' ');
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
	json_append_string(json, record->name.data, record->name.length);
	g_string_append(json, ",\"ts\":\"");
	g_string_append(json, ts);
	g_snprintf(number, sizeof number, "%u", record->level);
	g_string_append(json, "\",\"level\":");
	g_string_append(json, number);
	g_string_append(json, ",\"message\":");
	json_append_string(json, record->message.data, record->message.length);
	if (with_logrec) {
		g_string_append(json, ",\"logrec\":");
		g_string_append_len(json, record->logrec.data, (gssize)record->logrec.length);
	}
	g_string_append_c(json, '}');
}
