// Convention: naming rules, compiled once, checked on their own or at every event. See
// tokentra.hpp.

#ifndef TOKENTRA_CPP_CONVENTION_HPP_
#define TOKENTRA_CPP_CONVENTION_HPP_

#include <string>
#include <string_view>

#include <tokentra/cpp/base.hpp>
#include <tokentra/cpp/price.hpp>

namespace tokentra {
inline namespace v1 {

// How a convention is compiled. Texts are views, as in Pairs.
struct ConventionOptions {
  Pairs files;                       // vocabulary files: names in the convention, texts
  std::string_view baseline;         // a baseline file's JSON
  std::string_view fingerprint_key;  // makes HMAC fingerprints of sensitive values
};

// An organisation's rules for metadata. Immutable.
class Convention {
 public:
  // Throws INVALID_ARGUMENT, which names the rule and shows an example, and NOT_FOUND for a file
  // that is not among the options.
  static Convention Compile(std::string_view json, const ConventionOptions& options = {}) {
    tokentra_convention_options c_options = {};
    c_options.files = options.files.data();
    c_options.file_count = options.files.size();
    c_options.baseline = detail::Text(options.baseline);
    c_options.fingerprint_key = detail::Text(options.fingerprint_key);
    Convention convention;
    ErrorHandle error;
    detail::Check(tokentra_convention_compile(detail::Text(json), &c_options, sizeof c_options,
                                              convention.convention_.out(), error.out()),
                  error);
    return convention;
  }
  // The convention of the best-practices page.
  static Convention OpenBuiltin() {
    Convention convention;
    ErrorHandle error;
    detail::Check(tokentra_convention_open_builtin(convention.convention_.out(), error.out()),
                  error);
    return convention;
  }
  // Names of the files that a convention names, as a JSON array: the caller reads them.
  static std::string FileNames(std::string_view json) {
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(tokentra_convention_files(detail::Text(json), document.out(), error.out()),
                  error);
    return detail::TakeText(document);
  }

  std::string_view name() const noexcept { return detail::View(tokentra_convention_name(get())); }
  std::string_view digest() const noexcept {
    return detail::View(tokentra_convention_digest(get()));
  }
  // The rules in words, with examples.
  std::string Explain() const {
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(tokentra_convention_explain(get(), document.out(), error.out()), error);
    return detail::TakeText(document);
  }
  // The same as JSON.
  std::string Describe() const {
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(tokentra_convention_describe(get(), document.out(), error.out()), error);
    return detail::TakeText(document);
  }
  // Findings on one set of metadata, as the JSON that tokentra_convention_check gives.
  std::string Check(const Pairs& metadata, std::int64_t at_ns = kNoInstant) const {
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(tokentra_convention_check(get(), metadata.data(), metadata.size(), at_ns,
                                            document.out(), error.out()),
                  error);
    return detail::TakeText(document);
  }

  const tokentra_convention* get() const noexcept { return convention_.get(); }

 private:
  Convention() = default;
  Handle<tokentra_convention, tokentra_convention_free> convention_;
};

}  // namespace v1
}  // namespace tokentra

#endif  // TOKENTRA_CPP_CONVENTION_HPP_
