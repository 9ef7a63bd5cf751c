#include "bindings/cli/console.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "bindings/cli/format.h"
#include "bindings/cli/handle.h"

namespace tokentra::cli {
namespace {

constexpr std::size_t kBufferBytes = 1 << 16;
constexpr auto kProgressDelay = std::chrono::milliseconds(500);
constexpr auto kProgressInterval = std::chrono::milliseconds(100);
constexpr std::size_t kBarColumns = 24;

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string Bar(std::uint64_t done, std::uint64_t total) {
  const std::size_t filled = static_cast<std::size_t>(
      static_cast<double>(done) / static_cast<double>(total) * static_cast<double>(kBarColumns));
  std::string bar = "[";
  bar.append(std::min(filled, kBarColumns), '#');
  bar.append(kBarColumns - std::min(filled, kBarColumns), '.');
  return bar + "] " + std::to_string(std::min<std::uint64_t>(100, done * 100 / total)) + "%  ";
}

}  // namespace

Console::Console(const Terminal& terminal)
    : terminal_(terminal), next_progress_(std::chrono::steady_clock::now() + kProgressDelay) {}

void Console::Out(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) Finish();
}

std::string Console::Strong(std::string_view text) const {
  if (!terminal_.color) return std::string(text);
  return std::string("\x1b[1m").append(text).append("\x1b[0m");
}

void Console::Note(std::string_view line) {
  ClearProgress();
  Finish();
  WriteAll(STDERR_FILENO, std::string(line) + "\n");
}

void Console::Finish() {
  if (buffer_.empty()) return;
  ClearProgress();
  const bool written = WriteAll(STDOUT_FILENO, buffer_);
  const int error = errno;
  buffer_.clear();
  if (!written) {
    throw Failure(TOKENTRA_UNAVAILABLE,
                  std::string("cannot write standard output: ") + std::strerror(error));
  }
}

void Console::Progress(std::uint64_t done, std::uint64_t total, std::uint64_t records) {
  if (!terminal_.notes_are_terminal) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_progress_) return;
  next_progress_ = now + kProgressInterval;
  std::string line = "\r\x1b[K";
  if (total > 0) line += Bar(done, total);
  line += Count(records) + " records";
  WriteAll(STDERR_FILENO, line);
  progress_shown_ = true;
}

void Console::ClearProgress() {
  if (!progress_shown_) return;
  WriteAll(STDERR_FILENO, "\r\x1b[K");
  progress_shown_ = false;
}

}  // namespace tokentra::cli
