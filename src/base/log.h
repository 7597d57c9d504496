/* Lines for the operator, on standard error. Thread-safe. */
#ifndef CHRONOLOGER_BASE_LOG_H
#define CHRONOLOGER_BASE_LOG_H

#include <glib.h>

/* "chronologer-fcgi: <where><what>". Of what has been said within the last second only the number is
 * kept, whatever `where` is, and told when the second is over: "chronologer-fcgi: 12 more: <what>".
 * Both texts are visible ones: text_append_visible(). */
void log_refusal(const char *where, const char *what);

/* Says so where everybody can read this file, which holds a password. */
void log_password_file(const char *path);

/* Tells what is due. To be called by a loop, at least as often as it says: milliseconds until the
 * next call, -1 where nothing is kept. */
int log_patience(void);

/* Tells what is kept, due or not: at the end. */
void log_flush(void);

#endif
