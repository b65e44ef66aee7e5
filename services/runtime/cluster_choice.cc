#include "services/runtime/cluster_choice.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "services/model/resource_name.h"

namespace bulian::runtime {
namespace {

constexpr std::string_view kField = "clusters", kAllBut = "all-but:";

}  // namespace

store::LogSelection ReadClusterChoice(std::string_view text, model::Violations* mistakes) {
  store::LogSelection chosen;
  if (text.empty()) return chosen;
  chosen.all_but = text.starts_with(kAllBut);
  if (chosen.all_but) text.remove_prefix(kAllBut.size());
  for (const absl::string_view part : absl::StrSplit(absl::string_view(text.data(), text.size()), ',')) {
    const std::string id(absl::StripAsciiWhitespace(part));
    if (!model::IsValidId(id)) {
      mistakes->Add(kField, "`" + id + "` is no id of a cluster");
    } else if (!chosen.named.insert(id).second) {
      mistakes->Add(kField, "`" + id + "` is there twice");
    }
  }
  return chosen;
}

}  // namespace bulian::runtime
