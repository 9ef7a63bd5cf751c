// A handler that records what it reads into a client, so that every event counts once.

#ifndef TOKENTRA_BINDINGS_CLI_RECORDING_HANDLER_H_
#define TOKENTRA_BINDINGS_CLI_RECORDING_HANDLER_H_

#include <string>

#include "bindings/cli/log_reader.h"

namespace tokentra::cli {

class RecordingHandler : public LogHandler {
 public:
  explicit RecordingHandler(tokentra_client* client) : client_(client) {}

  Records Read(tokentra_text chunk, const tokentra_records_options& options) override;
  Records ReadHeld(tokentra_held* held, const tokentra_records_options& options) override;
  // In the order of the log: it decides which of two calls of one id counts.
  void OnRecords(tokentra_records* records) override;
  void OnRecord(const tokentra_record& /*record*/, const std::string& /*file*/) override {}

 protected:
  // What is asked of the reader besides the command's own options. Called on any thread.
  virtual tokentra_records_options With(tokentra_records_options options) const { return options; }

 private:
  tokentra_client* client_;
};

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_RECORDING_HANDLER_H_
