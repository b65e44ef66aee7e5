#include "services/resource/resource.h"

#include <cassert>

#include "absl/strings/str_cat.h"

namespace bulian::resource {
namespace {
absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }
}  // namespace

absl::Status Findings::ToStatus() const {
  if (!violations.empty() || !missing.empty()) {
    model::Violations all = violations;
    for (const MissingReference& reference : missing)
      all.Add(reference.field, absl::StrCat("there is no ", reference.name));
    return all.ToStatus();
  }
  return refusal;
}

std::string RefsGuard(std::string_view name) { return absl::StrCat("refs:", ToAbsl(name)); }

std::string IdentifierGuard(std::string_view system, std::string_view value) {
  return absl::StrCat("identifier:", ToAbsl(system), ":", ToAbsl(value));
}

void Families::Add(Family family) {
  assert(family.prototype != nullptr);
  families_[static_cast<std::size_t>(family.type)] = std::move(family);
}

const Family& Families::Of(model::ResourceType type) const {
  assert(Has(type));
  return families_[static_cast<std::size_t>(type)];
}

}  // namespace bulian::resource
