#include "bindings/cli/unpriced_text.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/cli/format.h"

namespace tokentra::cli {
namespace {

constexpr std::size_t kReasonsShown = 20;
constexpr std::size_t kModelsShown = 8;
constexpr std::size_t kCountColumns = 6;

// Calls that are unpriced for one reason, and the models it was.
struct Group {
  std::string reason;
  std::string models;  // those that the reason does not name itself
  std::size_t model_count = 0;
  std::uint64_t events = 0;
};

void AddModel(const std::string& model, std::uint64_t events, Group& group) {
  if (model.empty() || group.reason.find(model) != std::string::npos) return;
  ++group.model_count;
  if (group.model_count > kModelsShown) return;
  group.models += (group.models.empty() ? "" : ", ") + model;
  if (events > 1) group.models += " (" + Count(events) + ")";
}

// Most calls first, as `entries` are.
std::vector<Group> GroupByReason(const std::vector<UnpricedReasons::Entry>& entries) {
  std::map<std::string_view, std::size_t> index;
  std::vector<Group> groups;
  for (const auto& [key, events] : entries) {
    const auto [place, added] = index.try_emplace(key.reason, groups.size());
    if (added) groups.push_back({Printable(key.reason), "", 0, 0});
    Group& group = groups[place->second];
    group.events += events;
    AddModel(Printable(key.model), events, group);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.events > b.events; });
  return groups;
}

// A count, and text filled beside it.
std::string Item(std::uint64_t events, std::string_view text, std::size_t columns) {
  std::string item = Wrap(text, columns, kCountColumns + 2);
  return item.replace(0, kCountColumns, PadLeft(Count(events), kCountColumns));
}

}  // namespace

std::string UnpricedText(const UnpricedReasons& reasons, const Console& console) {
  const std::vector<UnpricedReasons::Entry> entries = reasons.Sorted();
  const std::vector<Group> groups = GroupByReason(entries);
  const std::size_t columns = console.terminal().columns;
  std::string text = console.Strong("Unpriced: " + Count(reasons.events(), "call", "calls") +
                                    ", in no amount above") +
                     "\n";
  std::uint64_t rest = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Group& group = groups[i];
    if (i >= kReasonsShown || group.reason.empty()) {
      rest += group.events;
      continue;
    }
    text += Item(group.events, group.reason, columns);
    if (group.models.empty()) continue;
    std::string models = group.models;
    if (group.model_count > kModelsShown) {
      models += " and " + Count(group.model_count - kModelsShown, "other", "others");
    }
    text += Wrap(models, columns, kCountColumns + 2);
  }
  if (rest > 0) text += Item(rest, "for other reasons", columns);
  return text;
}

}  // namespace tokentra::cli
