#include "services/match/report.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "services/match/fit.h"
#include "services/match/nearest_change.h"
#include "services/match/part_reasons.h"
#include "services/match/potential_reasons.h"
#include "services/match/recruits.h"
#include "services/model/record_fields.h"

namespace bulian::match {
namespace {

using model::ResourceType;
using model::Row;

v1::CandidatePlace PlaceOf(const Entry& entry, const Place& place) {
  if (entry.source != 0) return v1::OTHER_CLUSTER;
  if (place.local < 0) return v1::PLACE_UNKNOWN;
  return place.local > 0 ? v1::LOCAL : v1::OUTSIDE;
}

template <class Message>
void ParseField(std::string_view record, int field, Message* message) {
  const std::string_view bytes = model::StringField(record, field);
  if (!bytes.empty()) message->ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

void ToProto(Range range, v1::Bounds* bounds) {
  bounds->set_lower(range.lower);
  if (range.upper == kUnbounded) {
    bounds->set_unbounded(true);
  } else {
    bounds->set_upper(range.upper);
  }
}

Reporter::Reporter(const FindQuery* query, const Found* found)
    : query_(*query),
      recompiled_(found->planned.branch ? std::optional(Recompiled(*query->target)) : std::nullopt),
      target_(recompiled_ ? *recompiled_ : *query->target),
      found_(*found),
      names_(query, &found->planned),
      places_(*query->snapshot),
      embedding_(*query->snapshot, query->target->neighbour_types, query->target->as_of) {}

Reporter::Source Reporter::SourceOf(const Entry& entry) const {
  const model::Snapshot* records = &names_.Records(entry);
  Row capability = entry.offer;
  if (BasisOf(entry.standing) == v1::PLANNED) {
    records = found_.planned.branch.get();
    capability = found_.planned.offers[entry.offer].capability;
  }
  return {records, capability, records->RecordBytes(ResourceType::kCapability, capability)};
}

OfferRecord Reporter::Record(const Entry& entry) const {
  const Source source = SourceOf(entry);
  OfferRecord record;
  record.records = source.records;
  record.capability = source.capability;
  record.basis = BasisOf(entry.standing);
  record.record.ParsePartialFromArray(source.bytes.data(), static_cast<int>(source.bytes.size()));
  if (record.basis == v1::PLANNED) {
    const Row project = found_.planned.offers[entry.offer].project;
    record.project_state = v1::Project::State_Name(query_.snapshot->project(project)->state());
  }
  return record;
}

double Reporter::SimilarityOf(const Entry& entry, const model::Offer& offer) const {
  if (BasisOf(entry.standing) != v1::NEAR_TYPE) return 1;
  const auto near = std::find_if(found_.near.begin(), found_.near.end(),
                                 [&](const NearType& type) { return type.type == offer.type; });
  return near == found_.near.end() ? 0 : near->similarity;
}

double Reporter::EmbeddingOf(const Entry& entry) const {
  if (!embedding_.asked()) return 1;
  if (entry.source == 0) return embedding_.Of(entry.enterprise);
  const std::string_view bytes = names_.Records(entry).RecordBytes(ResourceType::kEnterprise, entry.enterprise);
  const Row here = FindByIds(*query_.snapshot, ReadEnterpriseIds(bytes));
  return here == model::kNoRow ? 0 : embedding_.Of(here);
}

void Reporter::FillParts(const Entry& entry, const Place& place, double similarity, v1::Candidate* candidate) const {
  const model::Offer& offer = *entry.ref;
  const OfferFit fit = FitOfOffer(target_, entry.ref);
  Parts parts = ScoreOffer(target_, fit, offer, place, similarity);
  const double embedding = EmbeddingOf(entry);
  parts[kEmbeddingPart] = {embedding, embedding};
  const Range free = FreeCapacity(offer, target_.dimension, target_.stock, target_.unit_factor);
  if (free.lower != 0 || free.upper != kUnbounded) ToProto(free, candidate->mutable_free_capacity());
  const auto add = [&](Part number, bool asked, std::string reason) {
    if (!asked) return;
    v1::ScorePart* const part = candidate->add_parts();
    part->set_part(kPartNames[number].data(), kPartNames[number].size());
    ToProto(parts[number], part->mutable_value());
    part->set_reason(std::move(reason));
  };
  add(kFitPart, !target_.compiled.attributes.empty() || similarity < 1, FitReason(target_, fit, similarity));
  add(kCapacityPart, true, CapacityReason(target_, free));
  add(kReadinessPart, true, ReadinessReason(offer));
  add(kCertificatesPart, !target_.compiled.certificates.empty(), CertificatesReason(target_, fit));
  add(kProximityPart, true, ProximityReason(place));
  add(kEmbeddingPart, embedding_.asked(), EmbeddingReason(embedding));
}

void Reporter::FillPotential(const Entry& entry, v1::Candidate* candidate) const {
  if (entry.source != 0 || !query_.Ranked(entry.enterprise)) return;
  candidate->set_probability(query_.ranking->ProbabilityOf(*query_.model, entry.enterprise));
  AddPotentialReasons(*query_.model, *query_.ranking, *query_.model_records, entry.enterprise,
                      candidate->mutable_reasons());
}

void Reporter::FillLikely(const Entry& entry, v1::Candidate* candidate) {
  const model::Snapshot& records = *query_.snapshot;
  candidate->set_enterprise(records.Name(ResourceType::kEnterprise, entry.enterprise));
  ParseField(records.RecordBytes(ResourceType::kEnterprise, entry.enterprise), v1::Enterprise::kDisplayNameFieldNumber,
             candidate->mutable_display_name());
  candidate->set_basis(v1::LIKELY);
  candidate->set_place(PlaceOf(entry, places_.Of(records.SeatRegion(entry.enterprise))));
  candidate->set_recruit(candidate->place() == v1::OUTSIDE);
  candidate->set_fit(FitOf(entry.standing));
  ToProto(entry.score, candidate->mutable_score());
  *candidate->add_nearest_change() = NewCapability(target_).text;
  FillPotential(entry, candidate);
}

void Reporter::Fill(const Entry& entry, v1::Candidate* candidate) {
  if (BasisOf(entry.standing) == v1::LIKELY) return FillLikely(entry, candidate);
  const model::Snapshot& records = names_.Records(entry);
  const Source source = SourceOf(entry);
  const model::Offer& offer = *entry.ref;
  const Place& place = places_.Of(offer.region);
  const v1::CandidateBasis basis = BasisOf(entry.standing);
  const double similarity = SimilarityOf(entry, offer);

  candidate->set_enterprise(records.Name(ResourceType::kEnterprise, entry.enterprise));
  ParseField(records.RecordBytes(ResourceType::kEnterprise, entry.enterprise), v1::Enterprise::kDisplayNameFieldNumber,
             candidate->mutable_display_name());
  candidate->set_capability(basis == v1::PLANNED
                                ? records.Name(ResourceType::kProject, found_.planned.offers[entry.offer].project)
                                : records.Name(ResourceType::kCapability, entry.offer));
  candidate->set_basis(basis);
  candidate->set_place(PlaceOf(entry, place));
  candidate->set_recruit(candidate->place() == v1::OUTSIDE || candidate->place() == v1::OTHER_CLUSTER);
  candidate->set_fit(FitOf(entry.standing));
  ToProto(entry.score, candidate->mutable_score());
  FillParts(entry, place, similarity, candidate);
  candidate->set_level(static_cast<v1::Level>(offer.level));
  if (!model::StringField(source.bytes, v1::Capability::kEvidenceFieldNumber).empty()) {
    ParseField(source.bytes, v1::Capability::kEvidenceFieldNumber, candidate->mutable_evidence());
  }
  candidate->set_stale(offer.evidence_day != model::kDistantFuture &&
                       std::int64_t{offer.evidence_day} + query_.snapshot->cluster().evidence_max_age_days <
                           target_.as_of);
  if (basis == v1::NEAR_TYPE) {
    candidate->set_near_type(records.Name(ResourceType::kCapabilityType, offer.type));
    candidate->set_type_similarity(similarity);
    FillPotential(entry, candidate);
  }
  if (candidate->fit() == v1::SATISFIED && basis == v1::HELD) return;
  const OfferRecord record = Record(entry);
  const std::vector<v1::RequirementCheck> checks = CheckOffer(target_, record);
  for (const v1::RequirementCheck& check : checks) {
    if (check.fit() != v1::SATISFIED) *candidate->add_open_checks() = check;
  }
  for (const ChangeStep& step : NearestChangeOf(target_, record, checks)) {
    *candidate->add_nearest_change() = step.text;
  }
}

void Reporter::Prefetch(std::span<const Entry> entries) const {
  std::vector<Row> enterprises, capabilities;
  for (const Entry& entry : entries) {
    if (entry.source != 0) continue;
    enterprises.push_back(entry.enterprise);
    if (BasisOf(entry.standing) != v1::PLANNED && entry.offer != model::kNoRow) capabilities.push_back(entry.offer);
  }
  query_.snapshot->Prefetch(ResourceType::kEnterprise, enterprises);
  query_.snapshot->Prefetch(ResourceType::kCapability, capabilities);
}

void Reporter::FillPage(google::protobuf::RepeatedPtrField<v1::Candidate>* candidates) {
  constexpr std::size_t kTogether = 32;
  candidates->Reserve(candidates->size() + static_cast<int>(found_.page.size()));
  const std::span<const Entry> page(found_.page);
  for (std::size_t begin = 0; begin < page.size(); begin += kTogether) {
    const std::span<const Entry> some = page.subspan(begin, std::min(kTogether, page.size() - begin));
    Prefetch(some);
    for (const Entry& entry : some) Fill(entry, candidates->Add());
  }
}

}  // namespace bulian::match
