// The tables of ids as files of a ledger's directory.

#include <new>

#include "core/ledger/folder_files.h"
#include "core/ledger/ledger_folder.h"

namespace tokentra {
namespace {

std::uint64_t IdChecksum(const IdHeader& header, std::uint64_t epoch) {
  std::string bytes(reinterpret_cast<const char*>(&header), offsetof(IdHeader, checksum));
  bytes.append(reinterpret_cast<const char*>(&epoch), sizeof epoch);
  return SipHash128({}, bytes)[0];
}

class IdFiles : public IdStorage {
 public:
  explicit IdFiles(const LedgerFolder* folder) : folder_(*folder) {}

  std::uint64_t Current() const override {
    // Acquire: the file of the epoch is there.
    return folder_.manifest().ids_epoch.load(std::memory_order_acquire);
  }

  bool Place(std::uint64_t epoch, void* address, std::size_t bytes) override {
    std::uint64_t current = Current();
    if (epoch > current + 1) return false;
    if (Open(epoch, address, bytes)) {
      // A maker that died may not have come to say so.
      if (epoch == current + 1 && !folder_.read_only()) Advance(current, epoch);
      return true;
    }
    if (epoch <= current || folder_.read_only() || !Create(epoch, bytes)) return false;
    if (!Open(epoch, address, bytes)) return false;
    Advance(current, epoch);
    return true;
  }

 private:
  // What failed is not tried again at once: each try costs system calls.
  static constexpr std::uint32_t kPause = 1024;

  void Advance(std::uint64_t current, std::uint64_t epoch) {
    // Release: pairs with the acquire of Current. Who fails finds that another did it.
    if (folder_.manifest().ids_epoch.compare_exchange_strong(current, epoch,
                                                             std::memory_order_acq_rel) &&
        epoch > 2) {
      folder_.folder().Remove(IdsName(epoch - 2));
    }
  }

  bool Open(std::uint64_t epoch, void* address, std::size_t bytes) const {
    absl::StatusOr<File> file = folder_.folder().OpenFile(IdsName(epoch), !folder_.read_only());
    if (!file.ok()) return false;
    absl::StatusOr<std::uint64_t> size = file->Size();
    absl::StatusOr<Mapping> map = file->Map(kIdHeaderBytes, false, true);
    if (!size.ok() || *size < bytes || !map.ok()) return false;
    const auto& header = *reinterpret_cast<const IdHeader*>(map->data());
    const std::uint64_t slots = (bytes - kIdHeaderBytes) / sizeof(IdSlot);
    if (header.magic != kIdFileMagic || header.format != kIdFileFormat ||
        header.byte_order != kByteOrderMark || header.slots_count != slots ||
        header.ledger_id != folder_.manifest().ledger_id ||
        header.epoch.load(std::memory_order_relaxed) != epoch ||
        header.checksum != IdChecksum(header, epoch)) {
      return false;
    }
    return file->MapAt(address, bytes, !folder_.read_only());
  }

  bool Create(std::uint64_t epoch, std::size_t bytes) {
    // Relaxed: a count that limits cost.
    if (pause_.load(std::memory_order_relaxed) > 0) {
      pause_.fetch_sub(1, std::memory_order_relaxed);
      return false;
    }
    const Folder& folder = folder_.folder();
    std::string temporary;
    absl::StatusOr<File> file = CreateTemporary(folder, "ids", &temporary);
    if (file.ok() && file->Allocate(bytes).ok()) {
      IdHeader header{};
      header.magic = kIdFileMagic;
      header.format = kIdFileFormat;
      header.byte_order = kByteOrderMark;
      header.ledger_id = folder_.manifest().ledger_id;
      header.slots_count = (bytes - kIdHeaderBytes) / sizeof(IdSlot);
      header.epoch.store(epoch, std::memory_order_relaxed);
      header.checksum = IdChecksum(header, epoch);
      const absl::Status status =
          file->Write({reinterpret_cast<const char*>(&header), sizeof header});
      // Somebody else's is as good.
      const absl::Status linked = status.ok() ? folder.Link(temporary, IdsName(epoch)) : status;
      folder.Remove(temporary);
      if (linked.ok() || absl::IsAlreadyExists(linked)) return true;
    } else {
      folder.Remove(temporary);
    }
    pause_.store(kPause, std::memory_order_relaxed);
    return false;
  }

  const LedgerFolder& folder_;
  std::atomic<std::uint32_t> pause_{0};
};

}  // namespace

std::unique_ptr<IdStorage> LedgerFolder::NewIdStorage() {
  return std::unique_ptr<IdStorage>(new (std::nothrow) IdFiles(this));
}

}  // namespace tokentra
