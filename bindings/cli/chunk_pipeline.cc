#include "bindings/cli/chunk_pipeline.h"

#include <utility>

namespace tokentra::cli {

ChunkPipeline::~ChunkPipeline() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ends_ = true;
    undone_.clear();
  }
  work_comes_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ChunkPipeline::Do(Chunk& chunk) const {
  try {
    chunk.records = work_(Text(chunk.text), chunk.options);
  } catch (...) {
    chunk.failure = std::current_exception();
  }
}

void ChunkPipeline::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    work_comes_.wait(lock, [&] { return ends_ || !undone_.empty(); });
    if (undone_.empty()) return;
    Chunk* const chunk = undone_.front();
    undone_.pop_front();
    lock.unlock();
    Do(*chunk);
    lock.lock();
    chunk->done = true;
    work_done_.notify_one();
  }
}

bool ChunkPipeline::full() const {
  return waiting_.size() >= (threads_max_ == 1 ? 1 : threads_max_ * kWaitingPerThread);
}

void ChunkPipeline::Submit(std::string text, const tokentra_records_options& options) {
  auto chunk = std::make_unique<Chunk>();
  chunk->text = std::move(text);
  chunk->options = options;
  if (threads_max_ > 1) {
    if (!waiting_.empty() && threads_.empty()) {
      for (std::size_t i = 0; i < threads_max_; ++i) threads_.emplace_back([this] { Run(); });
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    undone_.push_back(chunk.get());
    work_comes_.notify_one();
  }
  waiting_.push_back(std::move(chunk));
}

std::unique_ptr<Chunk> ChunkPipeline::Take() {
  std::unique_ptr<Chunk> chunk = std::move(waiting_.front());
  waiting_.pop_front();
  if (threads_.empty()) {
    undone_.clear();
    Do(*chunk);
  } else {
    std::unique_lock<std::mutex> lock(mutex_);
    work_done_.wait(lock, [&] { return chunk->done; });
  }
  if (chunk->failure) std::rethrow_exception(chunk->failure);
  return chunk;
}

std::string ChunkPipeline::TakeBuffer() {
  if (buffers_.empty()) return {};
  std::string buffer = std::move(buffers_.back());
  buffers_.pop_back();
  return buffer;
}

void ChunkPipeline::GiveBuffer(std::string buffer) { buffers_.push_back(std::move(buffer)); }

}  // namespace tokentra::cli
