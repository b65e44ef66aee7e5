#include "services/match_record/match_record_service.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "bulian/v1/match_record.pb.h"
#include "google/protobuf/empty.pb.h"
#include "services/match_record/match_family.h"
#include "services/resource/field_rules.h"
#include "services/resource/filters.h"
#include "services/resource/standard_methods.h"

namespace bulian::match_record {
namespace {

using model::ResourceType;
using Methods = resource::MethodTypes<v1::Match, v1::CreateMatchRequest, v1::GetMatchRequest, v1::ListMatchesRequest,
                                      v1::ListMatchesResponse, v1::UpdateMatchRequest, v1::DeleteMatchRequest,
                                      v1::BatchGetMatchesRequest, v1::BatchGetMatchesResponse>;

// Names of chains, of which all segments count, or of segments; both must exist.
void CheckSegments(const v1::MatchFilter& filter, const model::Snapshot& snapshot, model::Violations* violations) {
  for (int i = 0; i < filter.segments_size(); ++i) {
    const auto segment = model::ParseSegmentName(filter.segments(i));
    const model::Row row =
        snapshot.Find(ResourceType::kChain, segment ? segment->chain_name : std::string_view(filter.segments(i)));
    bool known = row != model::kNoRow;
    if (known && segment) {
      const auto chain = snapshot.chain(row);
      known = std::any_of(chain->segments().begin(), chain->segments().end(),
                          [&](const v1::Segment& each) { return each.segment_id() == segment->segment; });
    }
    if (!known) violations->Add(absl::StrCat("filter.segments[", i, "]"), "must be a segment or a chain that exists");
  }
}

bool IsWithin(const std::string& segment, const std::string& name) {
  if (segment == name) return true;
  const auto parsed = model::ParseSegmentName(segment);
  return parsed && parsed->chain_name == name;
}

resource::RowFilter Filter(const google::protobuf::Message& message, const model::SnapshotPtr& snapshot,
                           model::Violations* violations) {
  const auto& request = static_cast<const v1::ListMatchesRequest&>(message);
  if (!request.has_filter()) return {};
  const auto filter = std::make_shared<const v1::MatchFilter>(request.filter());
  for (int i = 0; i < filter->states_size(); ++i) {
    resource::CheckEnum(v1::Match::State_IsValid(filter->states(i)), absl::StrCat("filter.states[", i, "]"),
                        violations);
  }
  resource::RowsNamed(filter->enterprises(), ResourceType::kEnterprise, *snapshot, "filter.enterprises", violations);
  CheckSegments(*filter, *snapshot, violations);
  resource::RowFilter rows;
  rows.passes = [=](model::Row row) {
    const auto match = snapshot->match(row);
    const auto& states = filter->states();
    const auto& enterprises = filter->enterprises();
    const auto& segments = filter->segments();
    if (!states.empty() && std::find(states.begin(), states.end(), match->state()) == states.end()) return false;
    if (!enterprises.empty() &&
        std::find(enterprises.begin(), enterprises.end(), match->enterprise()) == enterprises.end())
      return false;
    return segments.empty() || std::any_of(segments.begin(), segments.end(),
                                           [&](const std::string& name) { return IsWithin(match->segment(), name); });
  };
  return rows;
}

}  // namespace

void RegisterMatchRecordService(rpc::MethodTable& table, const std::shared_ptr<resource::Context>& context) {
  context->families.Add(MatchFamily());
  resource::RegisterStandardMethods<Methods, google::protobuf::Empty>(
      table, "bulian.v1.MatchRecordService", "Match", "Matches",
      std::make_shared<const resource::StandardMethods>(context, ResourceType::kMatch, Filter));
}

}  // namespace bulian::match_record
