#include "services/chain/segment_references.h"

#include <algorithm>
#include <utility>

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

void CheckSegmentExists(const model::SegmentName& segment, const resource::FieldPath& field, Lookup& lookup,
                        resource::Findings* findings) {
  const v1::Chain* chain = nullptr;
  std::shared_ptr<const v1::Chain> stored;
  if (lookup.Changed(segment.chain_name)) {
    chain = static_cast<const v1::Chain*>(lookup.Staged(segment.chain_name));
  } else if (const model::Row row = lookup.BaseRow(ResourceType::kChain, segment.chain_name); row != model::kNoRow) {
    stored = lookup.base().chain(row);
    chain = stored.get();
  }
  if (chain != nullptr && HasSegment(*chain, segment.segment)) return;
  // An import waits for the chain, which may come, or come again, with the segment.
  std::string missing(segment.chain_name);
  if (chain != nullptr) absl::StrAppend(&missing, "/segments/", std::string(segment.segment));
  findings->missing.push_back({field.str(), std::move(missing)});
}

void CheckForeignSegment(std::string_view segment, const v1::Chain& chain, const resource::FieldPath& field,
                         Lookup& lookup, resource::Findings* findings) {
  const auto full = model::ParseSegmentName(segment);
  if (!full || full->chain_name == chain.name() || full->cluster != model::ClusterIdOf(chain.name())) return;
  CheckSegmentExists(*full, field, lookup, findings);
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
  if (!user.empty()) return user;
  base.VisitByName(ResourceType::kMatch, "", "", [&](model::Row row) {
    const auto match = base.match(row);
    const auto full = model::ParseSegmentName(match->segment());
    if (!full || full->chain_name != chain_name || (!segment.empty() && full->segment != segment)) return true;
    if (lookup.Changed(match->name())) return true;
    user = match->name();
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
    findings->Refuse(
        model::Error(absl::StatusCode::kFailedPrecondition, v1::RESOURCE_IN_USE,
                     absl::StrCat((field / "segments").str(),
                                  ": an input of another chain or a match names a segment that is taken out"),
                     {{"name", absl::StrCat(chain.name(), "/segments/", segment.segment_id())}, {"referrer", user}}));
  }
}

}  // namespace bulian::chain
