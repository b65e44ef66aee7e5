// Puts found candidates into messages: everything an answer says of one candidate, read only for the page.
#ifndef SERVICES_MATCH_REPORT_H_
#define SERVICES_MATCH_REPORT_H_

#include <optional>
#include <span>
#include <string_view>

#include "bulian/v1/match.pb.h"
#include "services/match/checks.h"
#include "services/match/embedding.h"
#include "services/match/find.h"
#include "services/match/place.h"

namespace bulian::match {

inline constexpr std::string_view kAlgorithmVersion = "match-1";
// Of answers that a potential model took part in.
inline constexpr std::string_view kPotentialVersion = "match-1 potential-1";

// Belongs to one thread; keeps references to the query and what was found.
class Reporter {
 public:
  Reporter(const FindQuery* query, const Found* found);

  void Fill(const Entry& entry, v1::Candidate* candidate);
  // All of the page, in order.
  void FillPage(google::protobuf::RepeatedPtrField<v1::Candidate>* candidates);
  // The target to compare offers with: it knows the words of what is planned too.
  const Target& target() const { return target_; }
  // The offer behind an entry with its record.
  OfferRecord Record(const Entry& entry) const;

 private:
  struct Source {
    const model::Snapshot* records;
    model::Row capability;
    std::string_view bytes;  // of the Capability record
  };
  Source SourceOf(const Entry& entry) const;
  // Their records lie anywhere in memory: asked for together, the waits overlap.
  void Prefetch(std::span<const Entry> entries) const;
  double SimilarityOf(const Entry& entry, const model::Offer& offer) const;
  double EmbeddingOf(const Entry& entry) const;
  void FillLikely(const Entry& entry, v1::Candidate* candidate);
  void FillPotential(const Entry& entry, v1::Candidate* candidate) const;
  void FillParts(const Entry& entry, const Place& place, double similarity, v1::Candidate* candidate) const;

  const FindQuery& query_;
  std::optional<Target> recompiled_;  // when planned capabilities brought words of their own
  const Target& target_;
  const Found& found_;
  FoundNames names_;
  PlaceTable places_;
  Embedding embedding_;
};

// An unknown upper end is `unbounded`.
void ToProto(Range range, v1::Bounds* bounds);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_REPORT_H_
