// The other clusters a call looks for recruits in: which take part, at what revision, and which could not.
#ifndef SERVICES_MATCH_RECRUIT_CLUSTERS_SERVICE_H_
#define SERVICES_MATCH_RECRUIT_CLUSTERS_SERVICE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "bulian/v1/match.pb.h"
#include "google/protobuf/repeated_field.h"
#include "services/match/page_position.h"
#include "services/model/error.h"
#include "services/model/snapshot.h"
#include "services/view/view.h"

namespace bulian::match {

using ClusterNames = google::protobuf::RepeatedPtrField<std::string>;

// Everything wrong with include_recruits and recruit_clusters.
void CheckRecruitClusters(bool include_recruits, const ClusterNames& recruit_clusters, model::Violations* violations);

struct RecruitClusters {
  const view::Views* views = nullptr;
  std::string_view own;       // id of the asked cluster, which is none of the others
  const ClusterNames& asked;  // names; empty: all there are

  // The snapshots, by id. The first page of an answer fills in `position`: their revisions, and those that could not
  // answer; a later one is held to it.
  absl::Status Resolve(const view::Patience& patience, bool first_page, PagePosition* position,
                       std::vector<model::SnapshotPtr>* others) const;
};

v1::ReadAt ReadAtRevision(const std::string& uid, std::int64_t epoch, std::int64_t revision);

void AddCluster(const model::Snapshot& snapshot, v1::ClusterAnswer* answer);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_RECRUIT_CLUSTERS_SERVICE_H_
