// PlatformFiles: memory from the system, and the files of a ledger's directory.
//
// Everything that a ledger asks of the file system is here: owned descriptors, mappings, locks, and
// a directory that is reached by descriptor only, so that nobody can exchange it under a ledger.
//
// Safety: files are created with O_EXCL and mode 0600 and opened with O_NOFOLLOW; what is not a
// regular file of the process's own user is refused. Space is allocated before a mapping is
// written (posix_fallocate), so that a full file system is an error and not a signal.
//
// Locks are flock(2) locks: they belong to an open file, end with the last descriptor of it, and
// are not inherited by a forked child that closes its copy. A child's copies are closed by the
// handler that `File` registers.
//
// Thread: functions any; objects one at a time. Errors: absl::Status naming the file and what the
// system said.

#ifndef TOKENTRA_CORE_LEDGER_PLATFORM_FILES_H_
#define TOKENTRA_CORE_LEDGER_PLATFORM_FILES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tokentra {

// Owns pages of memory.
class Mapping {
 public:
  Mapping() = default;
  Mapping(void* address, std::size_t bytes) : address_(address), bytes_(bytes) {}
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping();

  // Zeros, touched when used; empty when there is no room.
  static Mapping Anonymous(std::size_t bytes);
  // Zeros that may come as large pages: for what is written whole and soon thrown away.
  static Mapping Scratch(std::size_t bytes);

  std::byte* data() const { return static_cast<std::byte*>(address_); }
  std::size_t size() const { return bytes_; }
  bool empty() const { return address_ == nullptr; }
  // Forgets the pages without unmapping them.
  void Release() { address_ = nullptr; }

 private:
  void* address_ = nullptr;
  std::size_t bytes_ = 0;
};

// Replaces the pages at `address` by zeros. False on failure.
bool ReplaceByZeros(void* address, std::size_t bytes);

// An open file. A forked child's copy closes itself.
class File {
 public:
  File() = default;
  explicit File(int descriptor);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File();

  bool is_open() const;
  absl::StatusOr<std::uint64_t> Size() const;
  // False when the name is gone.
  bool IsLinked() const;
  absl::Status Allocate(std::uint64_t bytes);
  absl::Status Write(std::string_view bytes);
  absl::Status Sync();
  // All of it; RESOURCE_EXHAUSTED above `bytes_max`.
  absl::StatusOr<std::string> Read(std::uint64_t bytes_max) const;
  // Shared with every process that maps it. Children of this process do not inherit it unless
  // `inherited`.
  absl::StatusOr<Mapping> Map(std::uint64_t bytes, bool writable, bool inherited) const;
  // The same, inherited, in place of the pages at `address`. False on failure.
  bool MapAt(void* address, std::uint64_t bytes, bool writable) const;
  // Without waiting; false when somebody else holds it.
  bool TryLock();
  void Unlock();

 private:
  friend struct OpenFiles;

  int descriptor_ = -1;
  File* next_ = nullptr;  // of all open files of the process
  File* previous_ = nullptr;
};

class Folder {
 public:
  // Creates the folder, mode 0700, when it is missing and `create` says so. INVALID_ARGUMENT for a
  // path that is no folder, PERMISSION_DENIED for one of another user.
  static absl::StatusOr<Folder> Open(const std::string& path, bool create);

  Folder(Folder&& other) noexcept
      : path_(std::move(other.path_)), dirfd_(std::exchange(other.dirfd_, -1)) {}
  Folder& operator=(Folder&&) = delete;
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();

  const std::string& path() const { return path_; }
  // Names of the files, in no order; those that begin with a dot are left out.
  absl::StatusOr<std::vector<std::string>> List() const;
  // ALREADY_EXISTS when there is one.
  absl::StatusOr<File> Create(const std::string& name) const;
  // NOT_FOUND when there is none; PERMISSION_DENIED for what is not a regular file of this user.
  absl::StatusOr<File> OpenFile(const std::string& name, bool writable) const;
  // Atomically; replaces `to`.
  absl::Status Rename(const std::string& from, const std::string& to) const;
  // Gives the file a second name; ALREADY_EXISTS when that is taken.
  absl::Status Link(const std::string& from, const std::string& to) const;
  void Remove(const std::string& name) const;
  // Makes the names durable.
  absl::Status Sync() const;
  // True on tmpfs, where syncing means nothing.
  bool IsMemory() const;

 private:
  Folder(std::string path, int descriptor) : path_(std::move(path)), dirfd_(descriptor) {}

  std::string path_;
  int dirfd_ = -1;  // kept by forked children: it holds no lock
};

// A whole file from outside a ledger's directory. NOT_FOUND, RESOURCE_EXHAUSTED above `bytes_max`.
absl::StatusOr<std::string> ReadWholeFile(const std::string& path, std::uint64_t bytes_max);

std::array<std::uint64_t, 2> RandomId();
std::uint64_t ProcessId();

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_PLATFORM_FILES_H_
