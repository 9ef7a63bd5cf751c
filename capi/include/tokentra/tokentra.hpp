// tokentra: exact cost accounting for LLM usage. The C++ interface, C++17 and later.
//
// A header-only layer over tokentra.h: one class per C object that frees it, views instead of
// pointer and length, exceptions instead of status codes. It adds no behaviour and links nothing
// but libtokentra; its ABI is the C ABI, so a program and the library may come from different
// compilers. It needs exceptions; without them use tokentra.h.
//
//   auto catalog = tokentra::Catalog::OpenBuiltin();
//   tokentra::Call call;
//   call.provider = "openai";
//   call.model = "gpt-4o";
//   call.usage = {{"input_tokens", 1500}, {"output_tokens", 500}};
//   call.at_ns = tokentra::ParseInstant("2026-10-15T12:00:00Z");
//   const tokentra::Cost cost = catalog.Price(call);
//   if (cost.total()) std::puts(cost.total()->ToString().c_str());  // 0.00875
//
// Rules that hold everywhere:
//   - Every function that fails throws tokentra::Error, std::bad_alloc for memory of its own.
//   - Objects are movable, not copyable. A moved-from object may only be assigned or destroyed.
//   - Text in is not kept after the call. Text out (`std::string_view`) lives as long as the object
//     it came from. An absent text is a default `std::string_view`; an empty one has data.
//   - const is the thread contract, as in C: const functions may run concurrently on one object.
//   - An absent instant is kNoInstant. Nothing here reads a clock.
//
// In order, from simple to advanced: cpp/base.hpp (errors, money, meters, instants), cpp/price.hpp
// (Catalog, Call, Cost), cpp/extract.hpp (Extraction), cpp/records.hpp (JSON Lines),
// cpp/convention.hpp (Convention), cpp/client.hpp (Client, Recorder, Snapshot, Rows, Ledger),
// cpp/arrow.hpp (tables).

#ifndef TOKENTRA_TOKENTRA_HPP_
#define TOKENTRA_TOKENTRA_HPP_

#include <tokentra/cpp/arrow.hpp>
#include <tokentra/cpp/base.hpp>
#include <tokentra/cpp/client.hpp>
#include <tokentra/cpp/convention.hpp>
#include <tokentra/cpp/extract.hpp>
#include <tokentra/cpp/price.hpp>
#include <tokentra/cpp/records.hpp>

#endif  // TOKENTRA_TOKENTRA_HPP_
