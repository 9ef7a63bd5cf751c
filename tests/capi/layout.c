/* The layout asserts hold for a C compiler. Compiled, never run. */
#include <tokentra/tokentra.h>

#include "capi/src/generated/layout_asserts.inc"
