#include "core/ledger/platform_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {

// Every open file of the process, so that a forked child can close its copies: a lock lives as long
// as any copy of the descriptor it was taken by.
struct OpenFiles {
  static OpenFiles& Instance() {
    static OpenFiles* const files = [] {
      pthread_atfork(LockBeforeFork, UnlockInParent, CloseInChild);
      return new OpenFiles;
    }();
    return *files;
  }

  void Add(File* file) {
    const std::lock_guard<std::mutex> lock(mutex);
    file->next_ = first;
    file->previous_ = nullptr;
    if (first != nullptr) first->previous_ = file;
    first = file;
  }
  void Remove(File* file) {
    const std::lock_guard<std::mutex> lock(mutex);
    Unlink(file);
  }
  void Replace(File* file, File* by) {
    const std::lock_guard<std::mutex> lock(mutex);
    by->descriptor_ = std::exchange(file->descriptor_, -1);
    Unlink(file);
    by->next_ = first;
    by->previous_ = nullptr;
    if (first != nullptr) first->previous_ = by;
    first = by;
  }

  std::mutex mutex;
  File* first = nullptr;

 private:
  void Unlink(File* file) {
    if (file->previous_ != nullptr) file->previous_->next_ = file->next_;
    if (file->next_ != nullptr) file->next_->previous_ = file->previous_;
    if (first == file) first = file->next_;
    file->next_ = file->previous_ = nullptr;
  }

  static void LockBeforeFork() { Instance().mutex.lock(); }
  static void UnlockInParent() { Instance().mutex.unlock(); }
  static void CloseInChild() {
    OpenFiles& files = Instance();
    for (File* file = files.first; file != nullptr;) {
      File* next = file->next_;
      close(file->descriptor_);
      file->descriptor_ = -1;
      file->next_ = file->previous_ = nullptr;
      file = next;
    }
    files.first = nullptr;
    files.mutex.unlock();
  }
};

namespace {

absl::Status SystemError(std::string_view doing, std::string_view name) {
  const int error = errno;
  char buffer[128];
  const std::string message =
      absl::StrCat(doing, " ", Quote(name), ": ", strerror_r(error, buffer, sizeof buffer));
  switch (error) {
    case ENOENT:
      return absl::NotFoundError(message);
    case EEXIST:
      return absl::AlreadyExistsError(message);
    case EACCES:
    case EPERM:
    case ELOOP:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOTDIR:
    case ENAMETOOLONG:
    case EINVAL:
      return absl::InvalidArgumentError(message);
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
    case EFBIG:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

template <typename Call>
auto Retrying(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

absl::StatusOr<std::string> ReadAll(int descriptor, std::string_view name,
                                    std::uint64_t bytes_max) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return SystemError("cannot look at", name);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > bytes_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat(Quote(name), " has ", size, " bytes, above the limit ", bytes_max));
  }
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = Retrying([&] {
      return pread(descriptor, bytes.data() + done, size - done, static_cast<off_t>(done));
    });
    if (got < 0) return SystemError("cannot read", name);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  if (this != &other) {
    if (address_ != nullptr) munmap(address_, bytes_);
    address_ = std::exchange(other.address_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

Mapping::~Mapping() {
  if (address_ != nullptr) munmap(address_, bytes_);
}

Mapping Mapping::Anonymous(std::size_t bytes) {
  void* address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return address == MAP_FAILED ? Mapping() : Mapping(address, bytes);
}

Mapping Mapping::Scratch(std::size_t bytes) {
  constexpr std::size_t kLargePage = 2 << 20;
  Mapping mapping = Anonymous(bytes < kLargePage ? bytes : bytes + kLargePage);
  if (mapping.empty() || bytes < kLargePage) return mapping;
  (void)madvise(mapping.data(), mapping.size(), MADV_HUGEPAGE);
  return mapping;
}

bool ReplaceByZeros(void* address, std::size_t bytes) {
  return mmap(address, bytes, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

File::File(int descriptor) : descriptor_(descriptor) { OpenFiles::Instance().Add(this); }

File::File(File&& other) noexcept {
  if (other.descriptor_ >= 0) OpenFiles::Instance().Replace(&other, this);
}

File& File::operator=(File&& other) noexcept {
  if (this == &other) return *this;
  if (descriptor_ >= 0) {
    OpenFiles::Instance().Remove(this);
    close(std::exchange(descriptor_, -1));
  }
  if (other.descriptor_ >= 0) OpenFiles::Instance().Replace(&other, this);
  return *this;
}

File::~File() {
  if (descriptor_ < 0) return;
  OpenFiles::Instance().Remove(this);
  close(descriptor_);
}

bool File::is_open() const { return descriptor_ >= 0; }

absl::StatusOr<std::uint64_t> File::Size() const {
  struct stat status;
  if (fstat(descriptor_, &status) != 0) return SystemError("cannot look at", "an open file");
  return static_cast<std::uint64_t>(status.st_size);
}

bool File::IsLinked() const {
  struct stat status;
  return fstat(descriptor_, &status) == 0 && status.st_nlink > 0;
}

absl::Status File::Allocate(std::uint64_t bytes) {
  int error = EINTR;
  while (error == EINTR) error = posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes));
  if (error == 0) return absl::OkStatus();
  errno = error;
  return SystemError(absl::StrCat("cannot allocate ", bytes, " bytes for"), "a file of the ledger");
}

absl::Status File::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = Retrying([&] { return write(descriptor_, bytes.data(), bytes.size()); });
    if (put < 0) return SystemError("cannot write", "a file of the ledger");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return absl::OkStatus();
}

absl::Status File::Sync() {
  if (Retrying([&] { return fdatasync(descriptor_); }) == 0) return absl::OkStatus();
  return SystemError("cannot sync", "a file of the ledger");
}

absl::StatusOr<std::string> File::Read(std::uint64_t bytes_max) const {
  return ReadAll(descriptor_, "a file of the ledger", bytes_max);
}

absl::StatusOr<Mapping> File::Map(std::uint64_t bytes, bool writable, bool inherited) const {
  void* address = mmap(nullptr, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED,
                       descriptor_, 0);
  if (address == MAP_FAILED) return SystemError("cannot map", "a file of the ledger");
  if (!inherited) (void)madvise(address, bytes, MADV_DONTFORK);
  return Mapping(address, bytes);
}

bool File::MapAt(void* address, std::uint64_t bytes, bool writable) const {
  return mmap(address, bytes, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED | MAP_FIXED,
              descriptor_, 0) != MAP_FAILED;
}

bool File::TryLock() {
  return Retrying([&] { return flock(descriptor_, LOCK_EX | LOCK_NB); }) == 0;
}

void File::Unlock() { (void)flock(descriptor_, LOCK_UN); }

absl::StatusOr<Folder> Folder::Open(const std::string& path, bool create) {
  if (path.find('\0') != std::string::npos || path.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("path ", Quote(path), " is no path"));
  }
  if (create && mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return SystemError("cannot create the folder", path);
  }
  const int descriptor =
      Retrying([&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); });
  if (descriptor < 0) return SystemError("cannot open the folder", path);
  Folder folder(path, descriptor);
  struct stat status;
  if (fstat(descriptor, &status) != 0) return SystemError("cannot look at the folder", path);
  if (status.st_uid != geteuid()) {
    return absl::PermissionDeniedError(absl::StrCat("the folder ", Quote(path), " belongs to user ",
                                                    status.st_uid, ", not to ", geteuid()));
  }
  if (create && (status.st_mode & 0077) != 0 && fchmod(descriptor, 0700) != 0) {
    return SystemError("cannot make private the folder", path);
  }
  return folder;
}

Folder::~Folder() {
  if (dirfd_ >= 0) close(dirfd_);
}

absl::StatusOr<std::vector<std::string>> Folder::List() const {
  // A descriptor of its own: reading a folder moves its offset.
  const int descriptor = openat(dirfd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return SystemError("cannot list the folder", path_);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(descriptor), closedir);
  if (stream == nullptr) {
    close(descriptor);
    return SystemError("cannot list the folder", path_);
  }
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr) {
      if (errno != 0) return SystemError("cannot list the folder", path_);
      return names;
    }
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
}

absl::StatusOr<File> Folder::Create(const std::string& name) const {
  const int descriptor = Retrying([&] {
    return openat(dirfd_, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  });
  if (descriptor < 0) return SystemError("cannot create", absl::StrCat(path_, "/", name));
  return File(descriptor);
}

absl::StatusOr<File> Folder::OpenFile(const std::string& name, bool writable) const {
  // O_NONBLOCK: a pipe put in a file's place must not stop the reader.
  const int flags = (writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  const int descriptor = Retrying([&] { return openat(dirfd_, name.c_str(), flags); });
  const std::string shown = absl::StrCat(path_, "/", name);
  if (descriptor < 0) return SystemError("cannot open", shown);
  File file(descriptor);
  struct stat status;
  if (fstat(descriptor, &status) != 0) return SystemError("cannot look at", shown);
  if (!S_ISREG(status.st_mode) || status.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrCat(Quote(shown), " is not a regular file of user ", geteuid()));
  }
  return file;
}

absl::Status Folder::Rename(const std::string& from, const std::string& to) const {
  if (renameat(dirfd_, from.c_str(), dirfd_, to.c_str()) == 0) return absl::OkStatus();
  return SystemError("cannot rename to", absl::StrCat(path_, "/", to));
}

absl::Status Folder::Link(const std::string& from, const std::string& to) const {
  if (linkat(dirfd_, from.c_str(), dirfd_, to.c_str(), 0) == 0) return absl::OkStatus();
  return SystemError("cannot link to", absl::StrCat(path_, "/", to));
}

void Folder::Remove(const std::string& name) const { (void)unlinkat(dirfd_, name.c_str(), 0); }

absl::Status Folder::Sync() const {
  if (Retrying([&] { return fsync(dirfd_); }) == 0) return absl::OkStatus();
  return SystemError("cannot sync the folder", path_);
}

bool Folder::IsMemory() const {
  constexpr long kTmpfs = 0x01021994;
  struct statfs status;
  return fstatfs(dirfd_, &status) == 0 && status.f_type == kTmpfs;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path, std::uint64_t bytes_max) {
  const int descriptor =
      Retrying([&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); });
  if (descriptor < 0) return SystemError("cannot open", path);
  const File file(descriptor);
  return ReadAll(descriptor, path, bytes_max);
}

std::array<std::uint64_t, 2> RandomId() {
  std::array<std::uint64_t, 2> id{};
  if (getrandom(id.data(), sizeof id, 0) == static_cast<ssize_t>(sizeof id)) return id;
  // Early in the life of a machine: what differs between processes and moments.
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return {static_cast<std::uint64_t>(now.tv_nsec) << 32 ^ static_cast<std::uint64_t>(now.tv_sec),
          ProcessId() << 32 ^ reinterpret_cast<std::uintptr_t>(&now)};
}

std::uint64_t ProcessId() { return static_cast<std::uint64_t>(getpid()); }

}  // namespace tokentra
