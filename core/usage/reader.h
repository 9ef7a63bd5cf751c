// Reads one body with one flavour's table.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_READER_H_
#define TOKENTRA_CORE_USAGE_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/usage/extract.h"
#include "core/usage/fields.h"
#include "core/usage/flavour.h"
#include "simdjson.h"

namespace tokentra::extract {

class Reader {
 public:
  Reader(Element body, const Flavour& flavour, Extraction* extraction)
      : body_(body), flavour_(flavour), out_(*extraction) {}

  // Everything: model, id, parts, conditions, quality.
  void Read();

  // For `Flavour::special`.
  Element body() const { return body_; }
  Element usage_object() const { return usage_object_; }
  Usage& usage() { return usage_; }
  Extraction& out() { return out_; }
  // The flavour's counts in `from`, in the inclusive convention.
  Usage ReadCounts(Element from);
  // A part beside the main one. When there is no room left it joins the last part of its model.
  void AddPart(std::string_view model, const Usage& usage);
  // Adds a condition, or replaces its value.
  void SetCondition(std::string_view name, std::string_view value);
  // A count that is a check and no meter; nullopt when it is absent or no count.
  std::optional<std::uint64_t> ReadTotal(std::string_view paths);
  // Compares a total with input and output together, and reads the body by it where a count turns
  // out to stand beside its whole.
  void CheckTotal(std::string_view paths);
  // The body contradicts itself.
  void Suspect(std::string finding);

 private:
  std::optional<std::uint64_t> ReadField(Element from, const CountField& field);
  std::optional<std::uint64_t> ReadCount(Element value, std::string_view path, std::uint32_t scale);
  void AddCount(Usage* usage, MeterId meter, std::uint64_t count, std::string_view path);
  void ReadSplit(Element from, const SplitField& split, Usage* usage);
  void ReadNames();
  void ReadConditions();
  void ReadReported();
  void Finish();

  Element body_;
  const Flavour& flavour_;
  Extraction& out_;
  Element usage_object_;
  Usage usage_;
};

// Makes `usage` consistent: sub-counts that contradict their whole are left out, least important
// first, and named in `findings`. Absent joins are settled text first and then stated, so that the
// usage means the same wherever it is read again.
Atoms Settle(Usage* usage, std::vector<std::string>* findings);

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_READER_H_
