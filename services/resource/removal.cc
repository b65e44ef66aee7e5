#include "services/resource/removal.h"

#include <vector>

#include "services/model/error.h"
#include "services/model/resource_name.h"

namespace bulian::resource {
namespace {

absl::Status HasChildren(const std::string& name) {
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::RESOURCE_HAS_CHILDREN,
                      "the resource has children; set force to delete them too", {{"name", name}});
}

absl::Status InUse(const std::string& name, const std::string& referrer) {
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::RESOURCE_IN_USE, "another resource names this one",
                      {{"name", name}, {"referrer", referrer}});
}

}  // namespace

absl::Status StageRemoval(const Families& families, const std::string& name, bool force, Overlay& overlay) {
  const model::ResourceType type = model::ParseResourceName(name)->type;
  overlay.DependOn(RefsGuard(name));
  std::vector<std::string> doomed;
  if (families.Of(type).children) doomed = families.Of(type).children(name, overlay.base());
  if (!doomed.empty() && !force) return HasChildren(name);
  if (type == model::ResourceType::kCluster) doomed.clear();  // its log goes as a whole
  doomed.push_back(name);
  for (const std::string& each : doomed) overlay.Delete(model::ParseResourceName(each)->type, each);
  for (const std::string& each : doomed) {
    const Family& rules = families.Of(model::ParseResourceName(each)->type);
    overlay.DependOn(RefsGuard(each));
    if (!rules.referrer) continue;
    if (const std::string referrer = rules.referrer(each, overlay); !referrer.empty()) return InUse(each, referrer);
  }
  return absl::OkStatus();
}

}  // namespace bulian::resource
