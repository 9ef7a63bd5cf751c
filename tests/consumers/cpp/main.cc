// Prices a call, tracks two, prints who spent what. C++17; knows only an installed tokentra.
#include <exception>
#include <iostream>
#include <tokentra/tokentra.hpp>

namespace {

// A call of a model by a team, at noon on 15 October 2026.
tokentra::Call MakeCall(std::string_view model, tokentra::Usage usage, std::string_view team) {
  tokentra::Call call;
  call.provider = "openai";
  call.model = model;
  call.usage = std::move(usage);
  call.metadata = {{"team_id", team}};
  call.at_ns = tokentra::ParseInstant("2026-10-15T12:00:00Z");
  return call;
}

void Run() {
  const tokentra::Call chat =
      MakeCall("gpt-4o", {{"input_tokens", 1500}, {"output_tokens", 500}}, "growth");
  const tokentra::Call search =
      MakeCall("gpt-4o-mini", {{"input_tokens", 4000}, {"output_tokens", 1000}}, "research");

  const auto catalog = tokentra::Catalog::OpenBuiltin();
  const tokentra::Cost cost = catalog.Price(chat);
  std::cout << cost.model() << " costs " << cost.total().value().ToString() << " USD\n";

  const tokentra::Client client;
  client.Track(chat);
  client.Track(search);
  const tokentra::Rows rows = client.TakeSnapshot().Group({"team_id"});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::cout << rows.key(i, 0).value() << " spent " << tokentra::Money(rows.at(i).cost).ToString()
              << " USD\n";
  }
}

}  // namespace

int main() {
  try {
    Run();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
