#include "services/match/potential_model.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace bulian::match {

using model::Row;

namespace {

constexpr std::size_t kSmall = 10'000;     // companies, types and pairs
constexpr std::size_t kChangedShare = 50;  // a lesson is learned anew once a 50th of these changed

bool ConcernsPotential(const model::TouchedRow& touched) {
  return touched.type == model::ResourceType::kEnterprise || touched.type == model::ResourceType::kCapabilityType ||
         touched.type == model::ResourceType::kCapability || touched.type == model::ResourceType::kSupplyLink ||
         touched.type == model::ResourceType::kMatch;
}

std::vector<std::string> TypeNames(const model::Snapshot& snapshot, const PotentialData& data) {
  std::vector<std::string> names;
  for (const Row type : data.types)
    names.emplace_back(snapshot.RelativeName(model::ResourceType::kCapabilityType, type));
  return names;
}

}  // namespace

PotentialModel::PotentialModel(PotentialData data, const SubjectLimits& limits)
    : data_(std::move(data)), limits_(limits), types_(data_) {}

void PotentialModel::TakeLesson(std::shared_ptr<const PotentialLesson> lesson) {
  lesson_ = std::move(lesson);
  warm_leans_ = lesson_->warm.LeansOf(data_.company_keys);
  cold_leans_ = lesson_->cold.LeansOf(data_.company_keys);
}

bool PotentialModel::Small() const {
  return data_.companies.size() + data_.types.size() + data_.makes.size() <= kSmall;
}

std::shared_ptr<const PotentialModel> PotentialModel::Build(const model::Snapshot& snapshot, const StopToken& stop,
                                                            const SubjectLimits& limits) {
  PotentialData data = ReadPotentialData(snapshot, stop);
  if (stop && stop()) return nullptr;
  auto built = std::make_shared<PotentialModel>(std::move(data), limits);
  auto lesson = LearnPotential(built->data_, built->types_, limits, stop);
  if (!lesson) return nullptr;
  built->space_ = std::make_unique<const PotentialSpace>(built->data_, built->types_, built->data_.makes, limits, stop);
  built->revision_ = lesson->revision = snapshot.position().revision;
  lesson->bases = built->space_->bases();
  lesson->grams = built->data_.grams;
  lesson->types = TypeNames(snapshot, built->data_);
  built->TakeLesson(std::make_shared<const PotentialLesson>(*std::move(lesson)));
  if (stop && stop()) return nullptr;
  return built;
}

std::shared_ptr<const PotentialModel> PotentialModel::Advance(const std::shared_ptr<const PotentialModel>& old,
                                                              const model::Snapshot& snapshot,
                                                              const model::Delta& changes, const StopToken& stop) {
  const auto concerns = static_cast<std::size_t>(std::count_if(changes.begin(), changes.end(), ConcernsPotential));
  if (concerns == 0) return old;
  const std::size_t changed = old->changed_ + concerns;
  const std::size_t known = old->data_.companies.size() + old->data_.types.size() + old->data_.makes.size();
  if (old->Small() || changed * kChangedShare > known) return Build(snapshot, stop, old->limits_);
  PotentialData data = ReadPotentialData(snapshot, stop);
  if (stop && stop()) return nullptr;
  auto built = std::make_shared<PotentialModel>(std::move(data), old->limits_);
  built->revision_ = snapshot.position().revision;
  built->changed_ = changed;
  built->TakeLesson(old->lesson_);
  built->space_ = std::make_unique<const PotentialSpace>(
      built->data_, built->types_, built->data_.makes, built->limits_, stop,
      DirectionsFor(*built->lesson_, built->data_.grams, TypeNames(snapshot, built->data_)));
  if (stop && stop()) return nullptr;
  return built;
}

std::shared_ptr<const PotentialRanking> PotentialModel::Rank(Row type) const {
  if (type >= data_.type_of_row.size() || data_.type_of_row[type] == kNoIndex) return nullptr;
  const std::uint32_t index = data_.type_of_row[type];
  {
    std::lock_guard lock(mutex_);
    const auto at = std::find_if(kept_.begin(), kept_.end(), [&](const auto& kept) { return kept->type() == index; });
    if (at != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, at);
      return kept_.front();
    }
  }
  auto ranking = std::make_shared<const PotentialRanking>(*this, index);
  std::lock_guard lock(mutex_);
  kept_.push_front(ranking);
  std::size_t bytes = 0;
  auto last = kept_.begin();
  while (last != kept_.end() && ((bytes += (*last)->bytes()) <= kKeptBytes || last == kept_.begin())) ++last;
  kept_.erase(last, kept_.end());
  return ranking;
}

}  // namespace bulian::match
