#include "bindings/cli/recording_handler.h"

namespace tokentra::cli {

Records RecordingHandler::Read(tokentra_text chunk, const tokentra_records_options& options) {
  const tokentra_records_options with = With(options);
  tokentra_records* records = nullptr;
  ErrorSlot error;
  error.Check(tokentra_records_prepare(client_, chunk, &with, sizeof with, &records, error.out()));
  return Records(records);
}

Records RecordingHandler::ReadHeld(tokentra_held* held, const tokentra_records_options& options) {
  const tokentra_records_options with = With(options);
  tokentra_records* records = nullptr;
  ErrorSlot error;
  error.Check(tokentra_held_prepare(held, client_, &with, sizeof with, &records, error.out()));
  return Records(records);
}

void RecordingHandler::OnRecords(tokentra_records* records) {
  ErrorSlot error;
  error.Check(tokentra_records_commit(client_, records, error.out()));
}

}  // namespace tokentra::cli
