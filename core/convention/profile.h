// Profiles: what tags may look like in the systems they go to next.
//
//   kubernetes       labels: [prefix/]name, 63 bytes, letters, digits, - _ . inside
//   aws              tags: 50 of them, 128 and 256 characters, no aws: in front
//   gcp              labels: 64 of them, 63 characters, lower case
//   azure            tags: 50 of them, 512 and 256 characters, no < > % & \ ? / in the key
//   opentelemetry    attributes: lower-case dotted keys, any text
//   focus            Tags of FOCUS: unique keys, any text that is not null
//   portable         all of them: lower-case words of a-z 0-9 - _, 63 bytes
//
// Thread: pure functions. A mapping is deterministic, valid in its profile, and ends in eight
// digits of a hash wherever two values could otherwise become one.

#ifndef TOKENTRA_CORE_CONVENTION_PROFILE_H_
#define TOKENTRA_CORE_CONVENTION_PROFILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra {

enum class Profile : std::uint8_t {
  kKubernetes,
  kAws,
  kGcp,
  kAzure,
  kOpenTelemetry,
  kFocus,
  kPortable,
};
inline constexpr std::size_t kProfileCount = 7;

std::string_view ProfileName(Profile profile);
std::optional<Profile> FindProfile(std::string_view name);
std::vector<std::string_view> ProfileNames();

// What is wrong with it there; empty: nothing.
std::string KeyProblem(Profile profile, std::string_view key);
std::string ValueProblem(Profile profile, std::string_view value);

// How many entries an item may have; 0: no limit.
std::size_t EntriesMax(Profile profile);

// A value of the profile for any value: itself when it has no problem.
std::string MapValue(Profile profile, std::string_view value);
std::string MapKey(Profile profile, std::string_view key);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_PROFILE_H_
