#include "services/match/potential_source_service.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/error.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;

constexpr std::size_t kKeptModels = 3;  // of a cluster; they may be large
constexpr std::size_t kMostRankedBefore = 256;

bool Is(const PotentialModel& model, const PotentialRevisions& wanted) {
  return model.revision() == wanted.records && model.lesson_revision() == wanted.lesson;
}

// Rows may be given to others in time.
bool SameType(const model::Snapshot& a, const model::Snapshot& b, Row type) {
  return type < a.RowLimit(ResourceType::kCapabilityType) && a.Exists(ResourceType::kCapabilityType, type) &&
         a.RelativeName(ResourceType::kCapabilityType, type) == b.RelativeName(ResourceType::kCapabilityType, type);
}

// Planners ask for the segments of chains: their types are ranked before anybody does.
PotentialSource::Models::ValuePtr WithSegmentsRanked(const model::Snapshot& snapshot,
                                                     PotentialSource::Models::ValuePtr model, const StopToken& stop) {
  if (model == nullptr || model->Small()) return model;
  std::size_t ranked = 0;
  for (const Row type : model->data().types) {
    if (snapshot.SegmentChainsOfType(type).empty()) continue;
    if (stop() || ranked++ == kMostRankedBefore) break;
    model->Rank(type);
  }
  return model;
}

}  // namespace

PotentialSource::PotentialSource(const view::Views* views)
    : views_(views),
      models_(
          views,
          [](const model::SnapshotPtr& snapshot, const auto& stop) {
            return WithSegmentsRanked(*snapshot, PotentialModel::Build(*snapshot, stop), stop);
          },
          [](const std::shared_ptr<const PotentialModel>& old, const model::SnapshotPtr&,
             const model::SnapshotPtr& snapshot, const model::Delta& changes, const auto& stop) {
            return WithSegmentsRanked(*snapshot, PotentialModel::Advance(old, *snapshot, changes, stop), stop);
          },
          kKeptModels) {}

absl::StatusOr<PotentialSource::Models::Version> PotentialSource::ModelFor(const view::Patience& patience,
                                                                           const PotentialRevisions& wanted,
                                                                           const FindQuery& query) {
  const bool pinned = wanted.records != 0;
  if (pinned) {
    Models::Version kept = models_.Kept(query.snapshot, [&](const auto& one) { return Is(*one.value, wanted); });
    if (kept.value != nullptr) return kept;
  }
  auto version = models_.Nearest(query.snapshot, patience);
  if (!version.ok()) return version.status();
  const bool other = version->snapshot->position().revision != query.snapshot->position().revision;
  if (other && (version->value->Small() || !SameType(*version->snapshot, *query.snapshot, query.target->type))) {
    auto own = models_.Get(query.snapshot, patience);
    if (!own.ok()) return own.status();
    version = Models::Version{query.snapshot, *std::move(own)};
  }
  if (pinned && !Is(*version->value, wanted)) {
    return model::Error(absl::StatusCode::kOutOfRange, v1::REVISION_NOT_RETAINED,
                        "the potential model of the first page is no longer kept: ask for the first page again");
  }
  return version;
}

std::optional<std::vector<Row>> PotentialSource::UnrankedIn(const Models::Version& version,
                                                            const model::Snapshot& snapshot) const {
  const model::Snapshot& records = *version.snapshot;
  if (records.position().revision == snapshot.position().revision) return std::vector<Row>();
  const bool later = records.position().revision < snapshot.position().revision;
  const auto changes = later ? views_->Between(records, snapshot) : views_->Between(snapshot, records);
  if (!changes) return std::nullopt;
  const auto& index = version.value->data().company_of_row;
  std::vector<Row> rows;
  for (const model::TouchedRow& touched : *changes) {
    if (touched.type != ResourceType::kEnterprise) continue;
    const bool known = touched.row < index.size() && index[touched.row] != kNoIndex;
    if (!known || !touched.existed_before || !touched.exists_after) rows.push_back(touched.row);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

absl::Status PotentialSource::AddRanking(const view::Patience& patience, PotentialRevisions* revisions,
                                         FindQuery* query) {
  auto version = ModelFor(patience, *revisions, *query);
  if (!version.ok()) return version.status();
  auto unranked = UnrankedIn(*version, *query->snapshot);
  if (!unranked) {
    // Too much lies between them.
    auto own = models_.Get(query->snapshot, patience);
    if (!own.ok()) return own.status();
    version = Models::Version{query->snapshot, *std::move(own)};
    unranked.emplace();
  }
  query->unranked = *std::move(unranked);
  query->model_records = version->snapshot;
  query->model = version->value;
  *revisions = {query->model->revision(), query->model->lesson_revision()};
  query->ranking = query->model->Rank(query->target->type);
  return absl::OkStatus();
}

void FillState(const FindQuery& query, v1::PotentialModelState* state) {
  const auto fill = [&](std::int64_t revision, v1::Revision* proto) {
    *proto = query.snapshot->position().ToProto();
    proto->set_number(revision);
  };
  fill(query.model->revision(), state->mutable_records());
  fill(query.model->lesson_revision(), state->mutable_weights());
  state->set_warm_types(static_cast<std::int32_t>(query.model->lesson().warm.lectures));
  state->set_cold_types(static_cast<std::int32_t>(query.model->lesson().cold.lectures));
  const auto listed = [&](Row row) {
    return query.snapshot->Exists(ResourceType::kEnterprise, row) && !query.IsAlliance(row);
  };
  state->set_unranked(static_cast<std::int32_t>(std::count_if(query.unranked.begin(), query.unranked.end(), listed)));
}

}  // namespace bulian::match
