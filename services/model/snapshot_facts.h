// What analysis reads of a snapshot's records: plain values in SI units, rows instead of names.
#ifndef SERVICES_MODEL_SNAPSHOT_FACTS_H_
#define SERVICES_MODEL_SNAPSHOT_FACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/revision.pb.h"
#include "services/model/day.h"
#include "services/model/offer.h"
#include "services/model/offer_attribute.h"
#include "services/model/resource_name.h"
#include "services/model/row_list.h"
#include "services/model/symbol.h"
#include "services/model/units.h"

namespace bulian::model {

// Where a snapshot stands.
struct SnapshotPosition {
  std::string cluster;  // the id
  std::string cluster_uid;
  std::int64_t epoch = 0;
  std::int64_t revision = 0;
  std::int64_t commit_time_us = 0;  // microseconds since 1970
  v1::Revision ToProto() const;
};

// The cluster's own record with defaults filled in.
struct ClusterFacts {
  std::vector<std::uint32_t> regions;  // GB/T 2260
  Day as_of = 0;                       // the cluster's date, or the day (UTC) of the snapshot's commit
  int min_suppliers = 2;
  double max_hhi = 0.55, max_external_share = 0.5, max_single_loss = 0.5;
  int evidence_max_age_days = 365, match_max_idle_days = 90;
  v1::RankingWeights weights;  // as stored; absent ones are absent
};

// One owner of an enterprise.
struct Owner {
  Row enterprise = kNoRow;  // or
  Symbol external = 0;      // an external id
  bool government = false;  // flag of the record, or the owning enterprise's kind
  bool control = false;
  float share = 0;  // NaN: not stated
  Day valid_from = kDistantPast, valid_until = kDistantFuture;
};

// A supply link as analysis reads it.
struct Link {
  Row supplier = kNoRow, buyer = kNoRow, type = kNoRow;
  Day valid_from = kDistantPast, valid_until = kDistantFuture;
  Day evidence_day = kDistantFuture;
  bool verified = false;
  std::int16_t year = 0;
  Symbol currency = 0;  // 0: value not stated
  double value = 0;     // NaN: not stated
};

// A node of the taxonomy.
struct TypeNode {
  std::vector<Row> parents, children;  // rows of types, ascending
  std::string unit;                    // Rec 20 code; empty: none
  Dimension dimension{};               // of `unit`
  double unit_factor = 1;              // SI units per `unit`
  bool stock = false;
  std::uint8_t kind = 0;  // v1::CapabilityType::Kind
};

// What one step of history touched, for derived views. A row may appear more than once.
struct TouchedRow {
  ResourceType type;
  Row row;
  bool existed_before, exists_after;
};
using Delta = std::vector<TouchedRow>;

}  // namespace bulian::model

#endif  // SERVICES_MODEL_SNAPSHOT_FACTS_H_
