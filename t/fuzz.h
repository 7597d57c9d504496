/* The entry of the fuzz target, for libFuzzer and for t/replay.c. */
#ifndef CHRONOLOGER_FUZZ_H
#define CHRONOLOGER_FUZZ_H

#include <glib.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#endif
