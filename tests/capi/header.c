/* The C header alone, twice, before anything else. Compiled as C and as C++, never run. */
/* clang-format off */
#include <tokentra/tokentra.h>
#include <tokentra/tokentra.h>
/* clang-format on */

/* What the header declares can be used: a value of each kind. */
extern const tokentra_text kHeaderText;
const tokentra_text kHeaderText = {"openai", 6};

extern const tokentra_status kHeaderStatus;
const tokentra_status kHeaderStatus = TOKENTRA_RESOURCE_EXHAUSTED;

extern const int64_t kHeaderInstant;
const int64_t kHeaderInstant = TOKENTRA_NO_INSTANT;
