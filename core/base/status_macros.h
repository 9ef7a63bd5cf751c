// Early return on errors, for functions that return absl::Status or absl::StatusOr.
//
//   TOKENTRA_RETURN_IF_ERROR(Check(x));
//   TOKENTRA_ASSIGN_OR_RETURN(const Money amount, Money::Parse(text));

#ifndef TOKENTRA_CORE_BASE_STATUS_MACROS_H_
#define TOKENTRA_CORE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define TOKENTRA_RETURN_IF_ERROR(expression)                                  \
  do {                                                                        \
    if (absl::Status tokentra_status = (expression); !tokentra_status.ok()) { \
      return tokentra_status;                                                 \
    }                                                                         \
  } while (false)

#define TOKENTRA_CONCATENATE_INNER(a, b) a##b
#define TOKENTRA_CONCATENATE(a, b) TOKENTRA_CONCATENATE_INNER(a, b)

#define TOKENTRA_ASSIGN_OR_RETURN(target, expression) \
  TOKENTRA_ASSIGN_OR_RETURN_INNER(TOKENTRA_CONCATENATE(status_or_, __LINE__), target, expression)

#define TOKENTRA_ASSIGN_OR_RETURN_INNER(status_or, target, expression) \
  auto status_or = (expression);                                       \
  if (!status_or.ok()) return status_or.status();                      \
  target = *std::move(status_or)

#endif  // TOKENTRA_CORE_BASE_STATUS_MACROS_H_
