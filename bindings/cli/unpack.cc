// gzip by zlib, zstd by libzstd.

#include <zlib.h>
#include <zstd.h>

#include <new>

#include "bindings/cli/byte_source.h"

namespace tokentra::cli {
namespace {

class GzipUnpacker : public Unpacker {
 public:
  GzipUnpacker() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~GzipUnpacker() override { inflateEnd(&stream_); }

  Step Unpack(std::string_view in, char* out, std::size_t room) override {
    if (ended_) {
      // Padding of zeros may follow the last member; anything else begins another.
      if (in.front() == '\0') return {in.size(), 0, std::nullopt};
      inflateReset(&stream_);
      ended_ = false;
    }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(room);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    Step step;
    step.consumed = in.size() - stream_.avail_in;
    step.produced = room - stream_.avail_out;
    ended_ = status == Z_STREAM_END;
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
      step.problem = std::string("is damaged: its gzip data says ") +
                     (stream_.msg == nullptr ? "nothing" : stream_.msg);
    }
    return step;
  }

  bool at_boundary() const override { return ended_; }
  std::string_view name() const override { return "gzip"; }

 private:
  z_stream stream_ = {};
  bool ended_ = false;
};

class ZstdUnpacker : public Unpacker {
 public:
  ZstdUnpacker() : stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kZstdWindowLog);
  }
  ~ZstdUnpacker() override { ZSTD_freeDStream(stream_); }

  Step Unpack(std::string_view in, char* out, std::size_t room) override {
    ZSTD_inBuffer input = {in.data(), in.size(), 0};
    ZSTD_outBuffer output = {out, room, 0};
    const std::size_t status = ZSTD_decompressStream(stream_, &output, &input);
    Step step{input.pos, output.pos, std::nullopt};
    ended_ = status == 0;
    if (ZSTD_isError(status) != 0) {
      step.problem = std::string("is damaged, or packed with too large a window: its zstd data: ") +
                     ZSTD_getErrorName(status);
    }
    return step;
  }

  bool at_boundary() const override { return ended_; }
  std::string_view name() const override { return "zstd"; }

 private:
  ZSTD_DStream* stream_;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Unpacker> NewGzipUnpacker() { return std::make_unique<GzipUnpacker>(); }
std::unique_ptr<Unpacker> NewZstdUnpacker() { return std::make_unique<ZstdUnpacker>(); }

}  // namespace tokentra::cli
