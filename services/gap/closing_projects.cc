#include "services/gap/closing_projects.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/project.pb.h"
#include "services/gap/supply_meter.h"
#include "services/model/day.h"
#include "services/model/units.h"

namespace bulian::gap {
namespace {

using model::ResourceType;
constexpr float kNotStated = std::numeric_limits<float>::quiet_NaN();

// The region of a site of an enterprise (empty id: the first); 0: not known.
std::uint32_t SiteRegion(const v1::Enterprise& enterprise, std::string_view site_id) {
  for (const v1::Site& site : enterprise.sites()) {
    if (!site_id.empty() && site.site_id() != site_id) continue;
    std::uint32_t region = 0;
    const std::string& code = site.region_code();
    std::from_chars(code.data(), code.data() + code.size(), region);
    return region;
  }
  return 0;
}

// The capacity fields of an offer to be.
model::Offer CapacityOf(const v1::Capability& planned) {
  model::Offer offer;
  const v1::Capacity& capacity = planned.capacity();
  offer.in_cluster_share =
      capacity.has_in_cluster_share() ? static_cast<float>(capacity.in_cluster_share()) : kNotStated;
  offer.outside_share = capacity.has_outside_share() ? static_cast<float>(capacity.outside_share()) : kNotStated;
  offer.free_share = capacity.has_free_share() ? static_cast<float>(capacity.free_share()) : kNotStated;
  offer.capacity = std::numeric_limits<double>::quiet_NaN();
  const model::Unit* unit = capacity.has_total() ? model::FindUnit(capacity.total().unit()) : nullptr;
  if (unit != nullptr) {
    offer.dimension = unit->dimension;
    offer.stock = capacity.total().period() == v1::PERIOD_UNSPECIFIED;
    offer.capacity = capacity.total().value() * unit->factor * model::PeriodsPerYear(capacity.total().period());
  }
  return offer;
}

// The projects that plan the type or one it subsumes, each once.
std::vector<model::Row> ProjectsPlanning(const model::Snapshot& snapshot, model::Row type) {
  std::vector<model::Row> rows;
  for (const model::Row subtype : snapshot.Subtree(type)) {
    snapshot.ProjectsPlanning(subtype).ForEach([&](model::Row row) { rows.push_back(row); });
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return rows;
}

auto SoonestFirst(const v1::Project& project) {
  const std::optional<model::Day> day =
      project.has_production_date() ? model::ToDay(project.production_date()) : std::nullopt;
  return std::tuple<model::Day, const std::string&>(day.value_or(model::kDistantFuture), project.name());
}

}  // namespace

bool IsOnItsWay(const v1::Project& project) {
  return project.state() != v1::Project::IN_PRODUCTION && project.state() != v1::Project::CANCELLED;
}

std::vector<ProjectCandidate> FindClosingProjects(const model::Snapshot& snapshot, model::Row type,
                                                  const RequirementFit& requirement, model::Day as_of,
                                                  std::span<const CountedOffer> offers, bool has_unit) {
  std::vector<ProjectCandidate> candidates;
  if (type == model::kNoRow) return candidates;
  std::vector<std::shared_ptr<const v1::Project>> projects;
  std::vector<model::Row> rows;
  for (const model::Row row : ProjectsPlanning(snapshot, type)) {
    std::shared_ptr<const v1::Project> project = snapshot.project(row);
    if (!IsOnItsWay(*project)) continue;
    projects.push_back(std::move(project));
    rows.push_back(row);
  }
  std::vector<std::size_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return SoonestFirst(*projects[a]) < SoonestFirst(*projects[b]); });
  std::optional<SupplyMeter> claimed;
  for (const std::size_t at : order) {
    const v1::Project& project = *projects[at];
    const model::Row owner = snapshot.Find(ResourceType::kEnterprise, project.owner());
    if (owner == model::kNoRow || snapshot.EnterpriseKind(owner) == v1::Enterprise::ALLIANCE) continue;
    v1::Enterprise enterprise;
    snapshot.Read(ResourceType::kEnterprise, owner, &enterprise);
    for (int i = 0; i < project.planned_capabilities_size(); ++i) {
      const v1::Capability& planned = project.planned_capabilities(i).capability();
      const model::Row planned_type = snapshot.Find(ResourceType::kCapabilityType, planned.capability_type());
      if (planned_type == model::kNoRow || !snapshot.Subsumes(type, planned_type)) continue;
      const v1::Fit fit = requirement.OfPlanned(planned, SiteRegion(enterprise, planned.site()));
      if (fit == v1::VIOLATED) continue;
      ProjectCandidate candidate{.project = rows[at], .planned = i, .satisfied = fit == v1::SATISFIED};
      candidate.capacity = GapCapacity(CapacityOf(planned), snapshot.type(type));
      if (!claimed) {
        claimed.emplace(snapshot, as_of, offers, has_unit);
        claimed->Measure(kClaimedSet);
      }
      candidate.with = claimed->MeasureWith(owner, candidate.capacity);
      candidates.push_back(candidate);
    }
  }
  return candidates;
}

bool Closes(const ProjectCandidate& candidate, v1::GapKind kind, Truth claimed_today, const VerdictInputs& inputs) {
  if (!candidate.satisfied || kind == v1::EXTERNAL || kind == v1::UNVERIFIED || kind == v1::FRAGILE ||
      claimed_today == Truth::kAbsent)
    return false;
  return VerdictOn(kind, candidate.with, inputs) == Truth::kAbsent;
}

}  // namespace bulian::gap
