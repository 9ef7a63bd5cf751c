#include "core/ledger/ledger_folder.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/text.h"
#include "core/ledger/folder_files.h"

namespace tokentra {
namespace {

constexpr std::uint32_t kManifestPage = 4096;
// Two guests, a shard of its own, and room to grow.
constexpr std::uint32_t kExtentsLeast = 4;

std::string EncodeNames(const std::vector<std::string>& names) {
  std::string bytes;
  for (const std::string& name : names) {
    const auto size = static_cast<std::uint32_t>(name.size());
    bytes.append(reinterpret_cast<const char*>(&size), sizeof size);
    bytes.append(name);
  }
  return bytes;
}

bool DecodeNames(std::string_view bytes, std::uint32_t count, std::vector<std::string>* names) {
  for (; count > 0; --count) {
    std::uint32_t size = 0;
    if (bytes.size() < sizeof size) return false;
    std::memcpy(&size, bytes.data(), sizeof size);
    bytes.remove_prefix(sizeof size);
    if (bytes.size() < size) return false;
    names->emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return bytes.empty();
}

std::uint64_t SchemaHash(std::int64_t bucket_seconds, std::string_view names) {
  return SipHash128({}, absl::StrCat(bucket_seconds, "\n", names))[0];
}

std::uint64_t ManifestChecksum(const ManifestHeader& header, std::string_view names) {
  std::string bytes(reinterpret_cast<const char*>(&header), offsetof(ManifestHeader, checksum));
  bytes.append(names);
  return SipHash128({}, bytes)[0];
}

std::string Described(const std::vector<std::string>& names, std::int64_t bucket_seconds) {
  return absl::StrCat("dimensions ", Quote(absl::StrJoin(names, ",")), " in buckets of ",
                      bucket_seconds, " seconds");
}

}  // namespace

LedgerFolder::LedgerFolder(Folder folder, const FolderOptions& folder_options,
                           const LedgerOptions& options)
    : folder_(std::move(folder)), folder_options_(folder_options), options_(options) {}

absl::StatusOr<std::unique_ptr<LedgerFolder>> LedgerFolder::Open(
    const std::string& path, const FolderOptions& folder_options, LedgerOptions* options) {
  absl::StatusOr<Folder> folder = Folder::Open(path, !folder_options.read_only);
  if (!folder.ok()) return folder.status();
  std::unique_ptr<LedgerFolder> ledger(
      new LedgerFolder(*std::move(folder), folder_options, *options));
  absl::Status status = ledger->OpenManifest(options);
  if (absl::IsNotFound(status)) {
    if (folder_options.read_only) {
      return absl::NotFoundError(absl::StrCat("there is no ledger in ", Quote(path)));
    }
    status = ledger->CreateManifest(*options);
    if (status.ok()) status = ledger->OpenManifest(options);
  }
  if (!status.ok()) return status;
  ledger->options_ = *options;
  return ledger;
}

absl::Status LedgerFolder::CreateManifest(const LedgerOptions& options) {
  absl::StatusOr<std::vector<std::string>> names = folder_.List();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!IsLedgerFile(name)) {
      return absl::FailedPreconditionError(absl::StrCat("the folder ", Quote(folder_.path()),
                                                        " holds ", Quote(name),
                                                        ": give a ledger a folder of its own"));
    }
  }
  const std::string encoded = EncodeNames(options.dimensions);
  if (sizeof(ManifestHeader) + encoded.size() > kManifestBytes) {
    return absl::InvalidArgumentError("the names of the dimensions are too long for a ledger");
  }
  ManifestHeader header{};
  header.magic = kManifestMagic;
  header.format = kManifestFormat;
  header.byte_order = kByteOrderMark;
  header.ledger_id = RandomId();
  header.id_key = RandomId();
  header.bucket_seconds = options.bucket_seconds;
  header.schema_hash = SchemaHash(options.bucket_seconds, encoded);
  header.ids_max = options.ids_max;
  header.names_count = static_cast<std::uint32_t>(options.dimensions.size());
  header.names_bytes = static_cast<std::uint32_t>(encoded.size());
  header.checksum = ManifestChecksum(header, encoded);
  header.next_ordinal.store(1, std::memory_order_relaxed);

  std::string temporary;
  absl::StatusOr<File> file = CreateTemporary(folder_, "ledger", &temporary);
  if (!file.ok()) return file.status();
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(encoded);
  bytes.resize((bytes.size() + kManifestPage - 1) / kManifestPage * kManifestPage);
  absl::Status status = file->Allocate(bytes.size());
  if (status.ok()) status = file->Write(bytes);
  if (status.ok() && !folder_.IsMemory()) status = file->Sync();
  // Who comes second takes the first one's.
  if (status.ok()) status = folder_.Link(temporary, std::string(kManifestName));
  folder_.Remove(temporary);
  return absl::IsAlreadyExists(status) ? absl::OkStatus() : status;
}

absl::Status LedgerFolder::OpenManifest(LedgerOptions* options) {
  absl::StatusOr<File> file =
      folder_.OpenFile(std::string(kManifestName), !folder_options_.read_only);
  if (!file.ok()) return file.status();
  absl::StatusOr<std::string> bytes = file->Read(kManifestBytes);
  if (!bytes.ok()) return bytes.status();
  const auto damaged = [&](std::string_view what) {
    return absl::DataLossError(
        absl::StrCat("the ledger in ", Quote(folder_.path()), " cannot be opened: ", what));
  };
  if (bytes->size() < kManifestPage) return damaged("its manifest is cut");
  absl::StatusOr<Mapping> map =
      file->Map(kManifestPage, !folder_options_.read_only, /*inherited=*/true);
  if (!map.ok()) return map.status();
  const auto& header = *reinterpret_cast<const ManifestHeader*>(bytes->data());
  if (header.magic != kManifestMagic) return damaged("its manifest is not one");
  if (header.format != kManifestFormat || header.byte_order != kByteOrderMark) {
    return absl::UnimplementedError(absl::StrCat("the ledger in ", Quote(folder_.path()),
                                                 " has format ", header.format,
                                                 "; known here: ", kManifestFormat));
  }
  if (sizeof header + std::uint64_t{header.names_bytes} > bytes->size()) {
    return damaged("its manifest is damaged");
  }
  const std::string_view encoded(bytes->data() + sizeof header, header.names_bytes);
  std::vector<std::string> names;
  if (header.checksum != ManifestChecksum(header, encoded) ||
      !DecodeNames(encoded, header.names_count, &names)) {
    return damaged("its manifest is damaged");
  }
  LedgerOptions held = *options;
  held.dimensions = names;
  held.bucket_seconds = header.bucket_seconds;
  held.ids_max = header.ids_max;
  if (absl::Status status = ValidateLedgerOptions(held); !status.ok()) {
    return damaged(status.message());
  }
  if (!folder_options_.adopt &&
      (names != options->dimensions || header.bucket_seconds != options->bucket_seconds)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the ledger in ", Quote(folder_.path()), " has ", Described(names, header.bucket_seconds),
        "; it cannot be opened with ", Described(options->dimensions, options->bucket_seconds)));
  }
  *options = std::move(held);
  id_key_ = {header.id_key[0], header.id_key[1]};
  manifest_file_ = *std::move(file);
  map_ = *std::move(map);
  return absl::OkStatus();
}

void LedgerFolder::ReopenAfterFork() {
  compacting_.clear(std::memory_order_release);
  absl::StatusOr<File> file =
      folder_.OpenFile(std::string(kManifestName), !folder_options_.read_only);
  // Without it this process does not compact; others will.
  if (file.ok()) manifest_file_ = *std::move(file);
}

absl::StatusOr<std::unique_ptr<OwnSegment>> LedgerFolder::CreateSegment() {
  const std::uint64_t wanted = folder_options_.segment_bytes;
  auto extents = static_cast<std::uint32_t>(wanted < SegmentBytes(kExtentsLeast)
                                                ? kExtentsLeast
                                                : (wanted - kSegmentHeaderBytes) / kExtentBytes);
  for (;;) {
    absl::StatusOr<std::unique_ptr<OwnSegment>> own = CreateSegmentOf(extents);
    if (own.ok() || !absl::IsResourceExhausted(own.status()) || extents == kExtentsLeast) {
      return own;
    }
    extents = std::max(kExtentsLeast, extents / 2);
  }
}

absl::StatusOr<std::unique_ptr<OwnSegment>> LedgerFolder::CreateSegmentOf(std::uint32_t extents) {
  auto own = std::make_unique<OwnSegment>();
  SegmentIdentity identity;
  identity.ledger_id = manifest().ledger_id;
  identity.segment_id = RandomId();
  identity.schema_hash = manifest().schema_hash;
  identity.pid = ProcessId();
  std::string temporary;
  absl::StatusOr<File> file = CreateTemporary(folder_, "seg", &temporary);
  if (!file.ok()) return file.status();
  absl::Status status = file->Allocate(SegmentBytes(extents));
  absl::StatusOr<Mapping> map = status.ok()
                                    ? file->Map(SegmentBytes(extents), true, /*inherited=*/false)
                                    : absl::StatusOr<Mapping>(status);
  if (!map.ok()) {
    folder_.Remove(temporary);
    return absl::Status(map.status().code(),
                        absl::StrCat("no room for a segment in ", Quote(folder_.path()), ": ",
                                     map.status().message()));
  }
  own->segment = std::make_unique<Segment>(*std::move(map), extents, identity, true);
  // Acquire and release: who sees that it was drawn finds the file. The release makes it readable.
  own->segment->header().ordinal.store(
      manifest().next_ordinal.fetch_add(1, std::memory_order_acq_rel), std::memory_order_release);
  status = folder_.Rename(temporary, SegmentName(identity.segment_id));
  if (!status.ok()) {
    folder_.Remove(temporary);
    return status;
  }
  own->lock = *std::move(file);
  return own;
}

absl::StatusOr<std::vector<std::string>> LedgerFolder::ListTwice() const {
  std::set<std::string> names;
  for (int i = 0; i < 2; ++i) {
    absl::StatusOr<std::vector<std::string>> listed = folder_.List();
    if (!listed.ok()) return listed.status();
    names.insert(listed->begin(), listed->end());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

absl::StatusOr<std::uint64_t> LedgerFolder::CountFiles() const {
  absl::StatusOr<std::vector<std::string>> names = folder_.List();
  if (!names.ok()) return names.status();
  return names->size();
}

}  // namespace tokentra
