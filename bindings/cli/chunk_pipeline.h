// Chunks through worker threads, and their results back in the order they came.
//
// With one thread everything happens in `Take`, on the caller's thread. With more, workers start
// with the second chunk: a short log never pays for them. At most `kWaitingPerThread` chunks a
// thread are in flight, which bounds memory. What a worker throws comes out of `Take`.
//
// Thread: one user; the work function runs concurrently with itself.

#ifndef TOKENTRA_BINDINGS_CLI_CHUNK_PIPELINE_H_
#define TOKENTRA_BINDINGS_CLI_CHUNK_PIPELINE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "bindings/cli/handle.h"

namespace tokentra::cli {

struct Chunk {
  std::string text;
  tokentra_records_options options = {};
  Records records;
  std::exception_ptr failure;
  bool done = false;
};

class ChunkPipeline {
 public:
  using Work = std::function<Records(tokentra_text, const tokentra_records_options&)>;

  ChunkPipeline(std::size_t threads, Work work) : threads_max_(threads), work_(std::move(work)) {}
  ChunkPipeline(const ChunkPipeline&) = delete;
  ChunkPipeline& operator=(const ChunkPipeline&) = delete;
  ~ChunkPipeline();

  void Submit(std::string text, const tokentra_records_options& options);
  // No room for another chunk: one has to be taken first.
  bool full() const;
  bool empty() const { return waiting_.empty(); }
  // The oldest chunk with its results; waits for them.
  std::unique_ptr<Chunk> Take();
  // The buffer of a chunk that is done with, to be used again.
  std::string TakeBuffer();
  void GiveBuffer(std::string buffer);

 private:
  static constexpr std::size_t kWaitingPerThread = 3;

  void Run();
  void Do(Chunk& chunk) const;

  const std::size_t threads_max_;
  const Work work_;
  std::deque<std::unique_ptr<Chunk>> waiting_;  // in order; changed by the user alone
  std::vector<std::string> buffers_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;  // guards what follows, and `done` of chunks
  std::condition_variable work_comes_;
  std::condition_variable work_done_;
  std::deque<Chunk*> undone_;
  bool ends_ = false;
};

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_CHUNK_PIPELINE_H_
