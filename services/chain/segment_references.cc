#include "services/chain/segment_references.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/model/error.h"

namespace bulian::chain {
namespace {

using model::ResourceType;
using resource::Lookup;

bool HasSegment(const v1::Chain& chain, std::string_view id) {
  return std::any_of(chain.segments().begin(), chain.segments().end(),
                     [&](const v1::Segment& each) { return each.segment_id() == id; });
}

bool Uses(const v1::Chain& chain, std::string_view chain_name, std::string_view segment) {
  for (const v1::Segment& each : chain.segments()) {
    for (const v1::Input& input : each.inputs()) {
      const auto full = model::ParseSegmentName(input.segment());
      if (full && full->chain_name == chain_name && (segment.empty() || full->segment == segment)) return true;
    }
  }
  return false;
}

}  // namespace

void CheckForeignSegment(std::string_view segment, const v1::Chain& chain, const resource::FieldPath& field,
                         Lookup& lookup, resource::Findings* findings) {
  const auto full = model::ParseSegmentName(segment);
  if (!full || full->chain_name == chain.name() || full->cluster != model::ClusterIdOf(chain.name())) return;
  const v1::Chain* other = nullptr;
  std::shared_ptr<const v1::Chain> stored;
  if (lookup.Changed(full->chain_name)) {
    other = static_cast<const v1::Chain*>(lookup.Staged(full->chain_name));
  } else if (const model::Row row = lookup.BaseRow(ResourceType::kChain, full->chain_name); row != model::kNoRow) {
    stored = lookup.base().chain(row);
    other = stored.get();
  }
  // An import waits for the chain, which may come, or come again, with the segment.
  if (other == nullptr || !HasSegment(*other, full->segment)) {
    const bool chain_missing = other == nullptr;
    findings->missing.push_back({field.str(), std::string(chain_missing ? full->chain_name : segment)});
  }
}

std::string UserOfSegment(std::string_view chain_name, std::string_view segment, Lookup& lookup) {
  const model::Snapshot& base = lookup.base();
  std::string user;
  base.VisitByName(ResourceType::kChain, "", "", [&](model::Row row) {
    const auto chain = base.chain(row);
    if (chain->name() == chain_name || !Uses(*chain, chain_name, segment) || lookup.Changed(chain->name())) return true;
    user = chain->name();
    return false;
  });
  return user;
}

void CheckRemovedSegments(const v1::Chain& chain, const resource::FieldPath& field, Lookup& lookup,
                          resource::Findings* findings) {
  const model::Row row = lookup.BaseRow(ResourceType::kChain, chain.name());
  if (row == model::kNoRow) return;
  const auto before = lookup.base().chain(row);
  for (const v1::Segment& segment : before->segments()) {
    if (HasSegment(chain, segment.segment_id())) continue;
    lookup.DependOn(resource::RefsGuard(chain.name()));
    const std::string user = UserOfSegment(chain.name(), segment.segment_id(), lookup);
    if (user.empty()) continue;
    findings->Refuse(model::Error(
        absl::StatusCode::kFailedPrecondition, v1::RESOURCE_IN_USE,
        absl::StrCat((field / "segments").str(), ": an input of another chain names a segment that is taken out"),
        {{"name", absl::StrCat(chain.name(), "/segments/", segment.segment_id())}, {"referrer", user}}));
  }
}

}  // namespace bulian::chain
