// The build-time catalog compiler: provider files in, one C++ file of static data out.
//
//   tokentra_catalog_compiler OUT.cc PROVIDER_FILE...
//
// Exit status 1 with one line on standard error (file, model, field) when a file is refused.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/compile.h"
#include "core/catalog/source.h"

namespace tokentra {
namespace {

// Writes the arrays of an image as C++ initialisers.
class Emitter {
 public:
  explicit Emitter(std::ofstream& out) : out_(out) {}

  void Emit(const OwnedImage& image) {
    out_ << "// Generated from pricing-data; do not edit.\n\n"
            "#include \"core/catalog/catalog.h\"\n\n"
            "namespace tokentra {\nnamespace {\n\n";
    Text(image.text);
    Array("ProviderRecord", "kProviders", image.providers, [&](const ProviderRecord& r) {
      Ref(r.id), Ref(r.name), Range(r.models), Range(r.patterns), Range(r.tier_words);
      Range(r.regions), Range(r.defaults), Number(r.normalize);
    });
    Array("ModelRecord", "kModels", image.models, [&](const ModelRecord& r) {
      Ref(r.id), Number(r.provider), Range(r.rows), Number(r.deprecated);
      Number(r.dated_snapshots);
    });
    Array("NameRecord", "kNames", image.names, [&](const NameRecord& r) {
      if (r.hash == 0) return;
      Unsigned(r.hash), Ref(r.name), Number(r.provider), Number(r.model), Instant(r.from);
      Instant(r.until), Range(r.pins);
      out_ << "static_cast<NameKind>(" << int{static_cast<std::uint8_t>(r.kind)} << "),";
    });
    Array("PatternRecord", "kPatterns", image.patterns,
          [&](const PatternRecord& r) { Ref(r.pattern), Number(r.model); });
    Array("WordRecord", "kWords", image.words,
          [&](const WordRecord& r) { Ref(r.word), Ref(r.meaning); });
    Array("RegionRecord", "kRegions", image.regions,
          [&](const RegionRecord& r) { Ref(r.name), Number(r.parent), Number(r.depth); });
    Array("ConditionRecord", "kConditions", image.conditions,
          [&](const ConditionRecord& r) { Ref(r.name), Ref(r.value); });
    Array("RowRecord", "kRows", image.rows, [&](const RowRecord& r) {
      Ref(r.id), Ref(r.source), Ref(r.as_of), Ref(r.evidence), Ref(r.service_tier);
      Range(r.conditions), Range(r.rates), Instant(r.from), Instant(r.until);
      out_ << "{{";
      for (const BandRecord& band : r.bands) Band(band), out_ << ",";
      out_ << "}},";
      Number(r.model), Number(r.region), Number(r.shape), Number(r.tier), Number(r.batch);
      Number(r.region_not), Number(r.free);
    });
    Array("RateRecord", "kRates", image.rates, [&](const RateRecord& r) {
      Unsigned(r.amount_lo), Number(r.amount_hi), Unsigned(r.per), Unsigned(r.attos_per_quantum);
      Unsigned(r.minimum), Unsigned(r.step), Ref(r.amount), Number(r.meter);
    });
    Array("ShapeRecord", "kShapes", image.shapes, [&](const ShapeRecord& r) {
      out_ << "{{";
      for (const std::uint8_t rate : r.rate_of_atom) Number(rate);
      out_ << "}},";
    });
    Array("TextRef", "kTiers", image.tiers,
          [&](const TextRef& r) { Number(r.offset), Number(r.size); });
    Array("BandRecord", "kContextCuts", image.context_cuts,
          [&](const BandRecord& r) { Unsigned(r.min), Unsigned(r.max), Number(r.meter); });
    out_ << "constexpr CatalogImage kImage = {\n    {kText, sizeof(kText) - 1}, \"" << image.digest
         << "\", \"" << image.as_of
         << "\",\n    kProviders, kModels, kNames, kPatterns, kWords, kRegions, kConditions, "
            "kRows,\n"
            "    kRates, kShapes, kTiers, kContextCuts};\n\n"
            "}  // namespace\n\n"
            "const CatalogImage& BuiltinCatalogImage() { return kImage; }\n\n"
            "}  // namespace tokentra\n";
  }

 private:
  void Text(std::string_view text) {
    constexpr std::size_t kLineBytes = 72;
    constexpr char kOctal[] = "01234567";
    out_ << "constexpr char kText[] =\n";
    for (std::size_t i = 0; i < text.size(); i += kLineBytes) {
      out_ << "    \"";
      for (const char c : text.substr(i, kLineBytes)) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
          out_ << '\\' << c;
        } else if (byte >= 0x20 && byte < 0x7F && c != '?') {
          out_ << c;
        } else {
          out_ << '\\' << kOctal[byte >> 6] << kOctal[(byte >> 3) & 7] << kOctal[byte & 7];
        }
      }
      out_ << "\"\n";
    }
    if (text.empty()) out_ << "    \"\"\n";
    out_ << "    ;\n\n";
  }

  template <typename Record, typename Write>
  void Array(std::string_view type, std::string_view name, const std::vector<Record>& records,
             const Write& write) {
    if (records.empty()) {
      out_ << "constexpr std::span<const " << type << "> " << name << ";\n\n";
      return;
    }
    out_ << "constexpr " << type << " " << name << "[] = {\n";
    for (const Record& record : records) {
      out_ << "{";
      write(record);
      out_ << "},\n";
    }
    out_ << "};\n\n";
  }

  void Ref(TextRef ref) { out_ << "{" << ref.offset << "," << ref.size << "},"; }
  void Range(IndexRange range) { out_ << "{" << range.begin << "," << range.count << "},"; }
  void Number(std::int64_t number) { out_ << number << ","; }
  void Unsigned(std::uint64_t number) { out_ << number << "u,"; }
  void Band(const BandRecord& band) {
    out_ << "{";
    Unsigned(band.min), Unsigned(band.max), Number(band.meter);
    out_ << "}";
  }
  void Instant(InstantNs instant) {
    if (instant == std::numeric_limits<InstantNs>::min()) {
      out_ << "std::numeric_limits<InstantNs>::min(),";
    } else if (instant == std::numeric_limits<InstantNs>::max()) {
      out_ << "std::numeric_limits<InstantNs>::max(),";
    } else {
      out_ << instant << ",";
    }
  }

  std::ofstream& out_;
};

int Fail(std::string_view message) {
  std::fprintf(stderr, "tokentra_catalog_compiler: %.*s\n", static_cast<int>(message.size()),
               message.data());
  return 1;
}

int Run(std::span<char* const> arguments) {
  if (arguments.size() < 3) return Fail("usage: tokentra_catalog_compiler OUT.cc PROVIDER_FILE...");
  std::vector<SourceProvider> providers;
  for (char* const argument : arguments.subspan(2)) {
    const std::string path = argument;
    std::ifstream in(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) return Fail("cannot read " + path);
    absl::StatusOr<SourceProvider> provider =
        ReadProvider(text, path.substr(path.find_last_of('/') + 1));
    if (!provider.ok()) return Fail(provider.status().message());
    providers.push_back(*std::move(provider));
  }
  absl::StatusOr<OwnedImage> image = CompileCatalog(std::move(providers));
  if (!image.ok()) return Fail(image.status().message());
  std::ofstream out(arguments[1], std::ios::binary | std::ios::trunc);
  Emitter(out).Emit(*image);
  out.close();
  if (!out) return Fail(std::string("cannot write ") + arguments[1]);
  return 0;
}

}  // namespace
}  // namespace tokentra

int main(int argc, char** argv) { return tokentra::Run({argv, static_cast<std::size_t>(argc)}); }
