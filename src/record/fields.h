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
} FieldForm;

FieldForm fields_form(const Text *name);

/* NULL where there is none, or null. */
const Json *fields_value(const Json *fields, const char *key);

/* Name, ts and level, borrowed from the fields. ERROR_MODEL where a key is missing or wrong. */
gboolean fields_columns(const Json *fields, Record *record, GError **error);

/* The same of raw mode, and the message: what is not there, or no use, stays as it is. */
void fields_raw_columns(const Json *fields, Record *record);

/* LogRecord.getMessage() where no formatter has made a message. `args`: NULL where they do not
 * read. */
Text fields_message(const Json *fields, const Literal *args, Arena *arena);

/* In the order that MySQL gives them, like all else in it. */
void fields_print_logrec(GString *logrec, const Json *fields, Arena *arena);

#endif
