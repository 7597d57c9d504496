/* Memory that requests may take together: who is going to take much asks first. Thread-safe. */
#ifndef CHRONOLOGER_BASE_BUDGET_H
#define CHRONOLOGER_BASE_BUDGET_H

#include <glib.h>

typedef struct budget Budget;

Budget *budget_new(gsize limit);
void budget_free(Budget *budget); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Budget, budget_free)

/* Waits until so many bytes are left, in the order in which was asked, at most so many seconds.
 * ERROR_BODY_SIZE where there never are; ERROR_STORAGE where there are not by then, or the system
 * has less. */
gboolean budget_take(Budget *budget, gsize bytes, guint seconds, GError **error);
void budget_give(Budget *budget, gsize bytes);

#endif
