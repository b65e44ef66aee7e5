// Makes small clusters for tests: records go through the real SnapshotBuilder. Belongs to one thread.
#ifndef SERVICES_GAP_TEST_CLUSTER_H_
#define SERVICES_GAP_TEST_CLUSTER_H_

#include <functional>
#include <string>
#include <string_view>

#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/enterprise.pb.h"
#include "bulian/v1/gap.pb.h"
#include "bulian/v1/project.pb.h"
#include "bulian/v1/supply_link.pb.h"
#include "services/gap/analysis.h"
#include "services/model/snapshot.h"

namespace bulian::gap {

// A cluster `clusters/t` at 2026-06-01 whose region is 330500. Every Put is one commit.
class TestCluster {
 public:
  TestCluster();

  // `name` is relative (`enterprises/e`); the message is stored as it is.
  void Put(const std::string& name, const google::protobuf::Message& message);
  void Delete(const std::string& name);

  // A product type counted in pieces per year; `parent` is an id or empty.
  v1::CapabilityType Type(const std::string& id, const std::string& parent = "");
  // A company with a seat; region `330502` is local, `110000` is not, empty is unknown.
  v1::Enterprise Company(const std::string& id, const std::string& region = "330502");
  void OwnedBy(v1::Enterprise* enterprise, const std::string& owner, double share, bool control = false);
  // A verified offer in volume of `pieces` a year, all of it free.
  v1::Capability Offer(const std::string& enterprise, const std::string& type, double pieces);
  // Stores it as enterprises/{enterprise}/capabilities/{id}.
  void PutOffer(const std::string& enterprise, const std::string& id, const v1::Capability& capability);
  // The company and one offer `c` of it, stored.
  void Supplier(const std::string& enterprise, const std::string& type, double pieces);

  // A segment of a type; `pieces` < 0: no final demand.
  static v1::Segment* AddSegment(v1::Chain* chain, const std::string& id, const std::string& type, double pieces = -1);
  static v1::Input* AddInput(v1::Segment* fed, const std::string& from, double coefficient);
  // A verified link valued in yuan; `units` < 0: no value.
  v1::SupplyLink Link(const std::string& supplier, const std::string& buyer, const std::string& type, long units);

  static google::type::Date Date(int year, int month, int day);
  static v1::Evidence Verified(const google::type::Date& date);

  // Called with every commit that follows: the full name, and the bytes or null for a deletion.
  std::function<void(const std::string& name, const std::string* value)> on_commit;

  model::SnapshotPtr Snapshot() { return builder_.Build(); }
  model::Delta TakeDelta() { return builder_.TakeDelta(); }
  std::shared_ptr<const ClusterAnalysis> Analyse();

 private:
  void Commit(const std::string& name, const std::string* value);
  model::SnapshotBuilder builder_{"t"};
  std::int64_t revision_ = 0;
};

// The gap of a kind of the segment `chains/{chain}/segments/{segment}` (relative); an empty message if there is none.
v1::Gap GapOf(const ClusterAnalysis& analysis, const std::string& segment, v1::GapKind kind);
// The verdicts on it as `HA?`: holds, absent, undecided on verified, claimed, possible.
std::string VerdictsOf(const ClusterAnalysis& analysis, const std::string& segment, v1::GapKind kind);
v1::SegmentAssessment AssessmentOf(const ClusterAnalysis& analysis, const std::string& segment);
// Everything an analysis answers, as text without revisions, to compare two of them field by field.
std::string Dump(const ClusterAnalysis& analysis);

}  // namespace bulian::gap

#endif  // SERVICES_GAP_TEST_CLUSTER_H_
