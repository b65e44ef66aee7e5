#include "services/match/recruit_clusters_service.h"

#include <algorithm>
#include <utility>

#include "services/model/resource_name.h"

namespace bulian::match {
namespace {

constexpr const char* kOthersNotHeld =
    "clusters/-: this replica holds only some of the clusters; name the others in recruit_clusters";

}  // namespace

void CheckRecruitClusters(bool include_recruits, const ClusterNames& recruit_clusters, model::Violations* violations) {
  if (!include_recruits && !recruit_clusters.empty()) violations->Add("recruit_clusters", "needs include_recruits");
  for (int i = 0; i < recruit_clusters.size(); ++i) {
    const auto name = model::ParseResourceName(recruit_clusters[i]);
    if (!name || name->type != model::ResourceType::kCluster)
      violations->Add("recruit_clusters[" + std::to_string(i) + "]", "must be clusters/{cluster}");
  }
}

absl::Status RecruitClusters::Resolve(const view::Patience& patience, bool first_page, PagePosition* position,
                                      std::vector<model::SnapshotPtr>* others) const {
  if (!first_page) {
    for (const PagePosition::Pin& pin : position->others) {
      auto snapshot = views->Resolve(pin.cluster, ReadAtRevision(pin.uid, pin.epoch, pin.revision), patience);
      if (!snapshot.ok()) return snapshot.status();
      others->push_back(*std::move(snapshot));
    }
    return absl::OkStatus();
  }
  std::vector<std::string> ids;
  for (const std::string& name : asked) ids.emplace_back(model::ClusterIdOf(name));
  if (ids.empty()) {
    ids = views->Clusters();
    if (!views->HoldsAll()) position->unreachable.emplace_back(kOthersNotHeld);
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  for (const std::string& id : ids) {
    if (id == own) continue;
    auto snapshot = views->Current(id);
    if (!snapshot.ok()) {
      position->unreachable.push_back("clusters/" + id + ": " + std::string(snapshot.status().message()));
      continue;
    }
    const model::SnapshotPosition& at = (*snapshot)->position();
    position->others.push_back({id, at.cluster_uid, at.epoch, at.revision});
    others->push_back(*std::move(snapshot));
  }
  return absl::OkStatus();
}

v1::ReadAt ReadAtRevision(const std::string& uid, std::int64_t epoch, std::int64_t revision) {
  v1::ReadAt at;
  at.mutable_at_revision()->set_cluster_uid(uid);
  at.mutable_at_revision()->set_epoch(epoch);
  at.mutable_at_revision()->set_number(revision);
  return at;
}

void AddCluster(const model::Snapshot& snapshot, v1::ClusterAnswer* answer) {
  answer->set_cluster("clusters/" + snapshot.position().cluster);
  *answer->mutable_revision() = snapshot.position().ToProto();
}

}  // namespace bulian::match
