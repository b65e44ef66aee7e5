// Records of a data file with any bytes, a message or not: applying them never fails, and a snapshot of what was
// applied equals one of what was loaded. Input: records, each the length of its bytes in two bytes, a byte that names
// it, its bytes.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "services/model/snapshot.h"
#include "services/model/snapshot_dump.h"
#include "tests/fuzz/fuzz_check.h"

namespace bulian::model {
namespace {

constexpr std::string_view kNames[] = {"clusters/c",
                                       "clusters/c/capabilityTypes/t",
                                       "clusters/c/capabilityTypes/u",
                                       "clusters/c/enterprises/d",
                                       "clusters/c/enterprises/e",
                                       "clusters/c/enterprises/e/capabilities/k",
                                       "clusters/c/enterprises/e/capabilities/l",
                                       "clusters/c/chains/h",
                                       "clusters/c/supplyLinks/l",
                                       "clusters/c/projects/p",
                                       "clusters/c/matches/m"};

std::size_t Byte(std::string_view input, std::size_t at) { return static_cast<unsigned char>(input[at]); }

SnapshotPosition At(std::int64_t revision) { return {"c", "uid", 1, revision, revision * 40'000'000'000}; }

}  // namespace
}  // namespace bulian::model

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulian::model;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::map<std::string_view, std::pair<std::string_view, std::int64_t>> records;
  SnapshotBuilder applied("c"), loaded("c");
  std::int64_t revision = 0;
  while (input.size() >= 3) {
    const std::size_t length = std::min(Byte(input, 0) + Byte(input, 1) * 256, input.size() - 3);
    const std::size_t choice = Byte(input, 2);
    const std::string_view name = kNames[choice % std::size(kNames)];
    RecordChange change{name, input.substr(3, length)};
    input.remove_prefix(3 + length);
    records[name] = {*change.value, ++revision};
    if (choice >= 0xF0 && name != "clusters/c") {  // deleted again
      change.value.reset();
      records.erase(name);
    }
    applied.Apply(At(revision), {&change, 1});
  }
  for (const auto& [name, record] : records) loaded.Load(name, record.first, record.second);
  applied.SetPosition(At(revision));
  loaded.SetPosition(At(revision));
  FUZZ_CHECK(DumpSnapshot(*applied.Build()) == DumpSnapshot(*loaded.Build()));
  return 0;
}
