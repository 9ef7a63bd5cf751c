// The C++ header alone, twice, as the first thing in a file.
// clang-format off
#include <tokentra/tokentra.hpp>
#include <tokentra/tokentra.hpp>
// clang-format on
