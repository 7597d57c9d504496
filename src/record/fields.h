/* The fields that a client sent, as an object, and what becomes of them. Private to record/. */
#ifndef CHRONOLOGER_RECORD_FIELDS_H
#define CHRONOLOGER_RECORD_FIELDS_H

#include "base/json.h"
#include "record/literal.h"
#include "record/record.h"

/* How a form field's text becomes a value. */
typedef enum {
	FIELD_LITERAL, /* Python's str() of any value */
	FIELD_TEXT,    /* None is null, anything else text */
	FIELD_NUMBER,  /* read as a number later, however it is spelled */
	FIELD_DATA,    /* as FIELD_LITERAL, and no LogRecord's own: a member of `data` */
} FieldForm;

FieldForm fields_form(const Text *name);

/* NULL where there is none, or null. */
const Json *fields_value(const Json *fields, const char *key);

/* Name, ts and level, borrowed from the fields. ERROR_MODEL where a key is missing or wrong. */
gboolean fields_columns(const Json *fields, Record *record, GError **error);

/* The same of raw mode, and the message: what is not there, or no use, stays as it is. */
void fields_raw_columns(const Json *fields, Record *record);

/* LogRecord.getMessage() where no formatter has made a message. `args`: NULL where they do not
 * read. A formatted one is appended to `formatted`, which is empty. */
Text fields_message(const Json *fields, const Literal *args, Arena *arena, GString *formatted);

/* In the order that MySQL gives them, like all else in it. `logrec` is empty, or begins with members
 * of `data` already: fields_print_data(). */
void fields_print_logrec(GString *logrec, const Json *fields, Arena *arena);

/* Appends a member of `data`; the caller gives them in their order, and none to
 * fields_print_logrec(). */
void fields_print_data(GString *logrec, const Text *key, const Json *value);

#endif
