// Extract: from a response body to usage.

#include "handles.h"

using tokentra::capi::CheckIndex;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::Text;
using tokentra::capi::ToC;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

std::unique_ptr<tokentra_extraction> MakeExtraction(tokentra::Extraction read) {
  auto made = std::make_unique<tokentra_extraction>();
  made->extraction = std::move(read);
  tokentra::Usage sum;
  for (const tokentra::ExtractedPart& part : made->extraction.parts) {
    made->part_usage.push_back(ToC(part.usage));
    for (const tokentra::Quantity& item : part.usage.quantities()) {
      if (!sum.Add(item.meter, item.quantity)) sum.Set(item.meter, tokentra::kQuantityMax);
    }
  }
  made->usage = ToC(sum);
  return made;
}

}  // namespace

extern "C" {

tokentra_status tokentra_extract(tokentra_text body, tokentra_text provider, tokentra_text api,
                                 tokentra_extraction** extraction, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (extraction == nullptr) return NullArgument("extraction");
    if (body.data == nullptr) return NullArgument("body");
    absl::Status status = tokentra::capi::CheckText("provider", provider);
    if (status.ok()) status = tokentra::capi::CheckText("api", api);
    if (!status.ok()) return status;
    absl::StatusOr<tokentra::Extraction> read =
        tokentra::ExtractUsage(View(body), View(provider), View(api));
    if (!read.ok()) return read.status();
    *extraction = MakeExtraction(*std::move(read)).release();
    return absl::OkStatus();
  });
}

void tokentra_extraction_free(tokentra_extraction* extraction) { delete extraction; }

tokentra_status tokentra_extraction_summarize(const tokentra_extraction* extraction,
                                              tokentra_extraction_summary* summary,
                                              size_t summary_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (extraction == nullptr) return NullArgument("extraction");
    const tokentra::Extraction& from = extraction->extraction;
    tokentra_extraction_summary out = {};
    if (from.reported.has_value()) {
      out.reported = ToC(*from.reported);
      out.has_reported = 1;
    }
    out.provider = Text(from.provider);
    out.api = Text(from.api);
    out.model = Text(from.model);
    out.response_id = Text(from.response_id);
    out.quality = static_cast<std::uint32_t>(from.quality);
    out.parts = static_cast<std::uint32_t>(from.parts.size());
    out.conditions = static_cast<std::uint32_t>(from.conditions.size());
    out.findings = static_cast<std::uint32_t>(from.findings.size());
    out.meters = static_cast<std::uint32_t>(extraction->usage.size());
    return WriteSized("summary", out, summary, summary_size);
  });
}

const tokentra_quantity* tokentra_extraction_usage(const tokentra_extraction* extraction) {
  return extraction == nullptr ? nullptr : extraction->usage.data();
}

tokentra_status tokentra_extraction_part_at(const tokentra_extraction* extraction, size_t index,
                                            tokentra_part* part, size_t part_size,
                                            tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (extraction == nullptr) return NullArgument("extraction");
    absl::Status status = CheckIndex("index", index, extraction->part_usage.size());
    if (!status.ok()) return status;
    const std::vector<tokentra_quantity>& usage = extraction->part_usage[index];
    tokentra_part out = {};
    out.model = Text(extraction->extraction.parts[index].model);
    out.usage = usage.data();
    out.usage_count = usage.size();
    return WriteSized("part", out, part, part_size);
  });
}

tokentra_pair tokentra_extraction_condition(const tokentra_extraction* extraction, size_t index) {
  if (extraction == nullptr || index >= extraction->extraction.conditions.size()) {
    return {{nullptr, 0}, {nullptr, 0}};
  }
  const tokentra::Condition& condition = extraction->extraction.conditions[index];
  return {Text(condition.name), Text(condition.value)};
}

tokentra_text tokentra_extraction_finding(const tokentra_extraction* extraction, size_t index) {
  if (extraction == nullptr || index >= extraction->extraction.findings.size()) {
    return {nullptr, 0};
  }
  return Text(extraction->extraction.findings[index]);
}

tokentra_status tokentra_stream_new(tokentra_text provider, tokentra_text api, tokentra_text model,
                                    tokentra_stream** stream, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (stream == nullptr) return NullArgument("stream");
    absl::Status status = tokentra::capi::CheckText("provider", provider);
    if (status.ok()) status = tokentra::capi::CheckText("api", api);
    if (status.ok()) status = tokentra::capi::CheckText("model", model);
    if (!status.ok()) return status;
    absl::StatusOr<tokentra::UsageStream> opened =
        tokentra::UsageStream::Open(View(provider), View(api), View(model));
    if (!opened.ok()) return opened.status();
    *stream = new tokentra_stream{*std::move(opened)};
    return absl::OkStatus();
  });
}

void tokentra_stream_free(tokentra_stream* stream) { delete stream; }

tokentra_status tokentra_stream_feed(tokentra_stream* stream, tokentra_text bytes,
                                     tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (stream == nullptr) return NullArgument("stream");
    if (bytes.data == nullptr && bytes.size != 0) return NullArgument("bytes");
    stream->stream.Feed(View(bytes));
    return absl::OkStatus();
  });
}

tokentra_status tokentra_stream_feed_event(tokentra_stream* stream, tokentra_text json,
                                           tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (stream == nullptr) return NullArgument("stream");
    if (json.data == nullptr) return NullArgument("json");
    return stream->stream.FeedEvent(View(json));
  });
}

tokentra_status tokentra_stream_usage(const tokentra_stream* stream,
                                      tokentra_extraction** extraction, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (stream == nullptr) return NullArgument("stream");
    if (extraction == nullptr) return NullArgument("extraction");
    absl::StatusOr<tokentra::Extraction> read = stream->stream.Usage();
    if (!read.ok()) return read.status();
    *extraction = MakeExtraction(*std::move(read)).release();
    return absl::OkStatus();
  });
}

tokentra_status tokentra_stream_body(const tokentra_stream* stream, tokentra_document** document,
                                     tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (stream == nullptr) return NullArgument("stream");
    if (document == nullptr) return NullArgument("document");
    *document = new tokentra_document{stream->stream.Body()};
    return absl::OkStatus();
  });
}

}  // extern "C"
