// Watches of the gaps of a test cluster whose commits go through a store and its views, without a connection.
#ifndef SERVICES_GAP_GAP_WATCH_FIXTURE_SERVICE_TEST_H_
#define SERVICES_GAP_GAP_WATCH_FIXTURE_SERVICE_TEST_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bulian/v1/cluster.pb.h"
#include "bulian/v1/gap.pb.h"
#include "google/protobuf/text_format.h"
#include "services/gap/gap_difference.h"
#include "services/gap/gap_service.h"
#include "services/gap/gap_watch_service.h"
#include "services/gap/report.h"
#include "services/gap/test_cluster.h"
#include "services/rpc/call_context.h"
#include "services/rpc/method_table.h"
#include "services/rpc/page_token.h"
#include "services/store/observers.h"
#include "services/view/memory_store.h"
#include "services/view/view.h"
#include "services/watch/test_feed.h"

namespace bulian::gap {

// A gap without what may differ between a watch and an analysis: its revision and date.
inline std::string TextOf(v1::Gap gap) {
  gap.clear_revision();
  gap.clear_as_of();
  return gap.DebugString();
}

// Name -> text of the gaps that pass.
using GapTexts = std::map<std::string, std::string>;
inline GapTexts TextsOf(const ClusterAnalysis& analysis, const GapFilter& filter) {
  GapTexts texts;
  for (const GapRef& ref : analysis.gaps()) {
    if (!filter.Passes(analysis, ref)) continue;
    v1::Gap gap;
    FillGap(analysis, ref, &gap);
    texts[gap.name()] = TextOf(gap);
  }
  return texts;
}

// Applies a commit's changes and checks that each is what it says of what is there.
inline void Fold(const v1::GapCommit& commit, GapTexts* texts) {
  ASSERT_GT(commit.changes_size(), 0);
  for (const v1::GapChange& change : commit.changes()) {
    SCOPED_TRACE(change.ShortDebugString().substr(0, 200));
    ASSERT_EQ(texts->contains(change.name()), change.kind() != v1::APPEARED);
    ASSERT_EQ(change.has_before(), change.kind() != v1::APPEARED);
    ASSERT_EQ(change.has_after(), change.kind() != v1::GONE);
    if (change.has_before()) {
      ASSERT_EQ(change.before().name(), change.name());
      ASSERT_EQ(texts->at(change.name()), TextOf(change.before()));
    }
    if (!change.has_after()) {
      texts->erase(change.name());
      continue;
    }
    ASSERT_EQ(change.after().name(), change.name());
    ASSERT_TRUE(!change.has_before() || TextOf(change.before()) != TextOf(change.after()));
    (*texts)[change.name()] = TextOf(change.after());
  }
}

// The cluster `clusters/t`, written by `cluster` a commit at a time or several changes in one.
class WatchedCluster {
 public:
  explicit WatchedCluster(const watch::WatcherOptions& options = {}, const GapLineLimits& limits = {})
      : watches(options, limits), observers_({&views, watches.observer()}) {
    store.SetObserver(&observers_);
    watches.Start(&store, &views, &analyses);
    RegisterGapWatch(table, &tokens, &watches);
    Create();
    cluster.on_commit = [this](const std::string& name, const std::string* value) {
      batch_[name] = value == nullptr ? std::nullopt : std::optional(*value);
      if (!batching_) Flush();
    };
  }
  ~WatchedCluster() { watches.Stop(); }

  // What follows until Flush() becomes one commit.
  void Batch() { batching_ = true; }
  void Flush() {
    batching_ = false;
    if (!batch_.empty()) Commit(false);
  }
  void Drop() { ASSERT_TRUE(store.DropLog("t", "").ok()); }
  // As the test cluster began.
  void Create() {
    v1::Cluster message;
    message.add_region_codes("330500");
    *message.mutable_as_of() = TestCluster::Date(2026, 6, 1);
    batch_["clusters/t"] = message.SerializeAsString();
    Commit(true);
  }

  std::int64_t revision() const { return store_position().revision; }
  watch::WatchedLogId log() const { return {"t", store_position().uid, store_position().epoch}; }
  AnalysisPtr Analyse() const {
    const model::SnapshotPtr snapshot = *views.Current("t");
    return AnalyzeFromScratch(snapshot, snapshot->cluster().as_of);
  }
  std::vector<std::shared_ptr<const store::LogEntry>> Entries(std::int64_t after) {
    std::vector<std::shared_ptr<const store::LogEntry>> entries;
    EXPECT_TRUE(store
                    .Follow("t", after,
                            [&](const auto& entry) {
                              entries.push_back(entry);
                              return true;
                            })
                    .ok());
    return entries;
  }

  mutable view::MemoryStore store;
  view::Views views{&store, {}};
  GapAnalyses analyses{&views};
  const rpc::PageTokens tokens{"0123456789abcdef"};
  GapWatches watches;
  rpc::MethodTable table;
  TestCluster cluster;

 private:
  store::LogPosition store_position() const { return *store.Position("t"); }
  void Commit(bool create) {
    store::CommitRequest request;
    request.log = "t";
    request.create_log = create;
    for (auto& [name, value] : std::exchange(batch_, {})) request.writes.push_back({name, value});
    ASSERT_TRUE(store.Commit(std::move(request)).ok());
  }

  store::Observers observers_;
  bool batching_ = false;
  std::map<std::string, std::optional<std::string>> batch_;
};

inline v1::WatchGapsRequest RequestOf(const std::string& text) {
  v1::WatchGapsRequest request, more;
  request.set_parent("clusters/t");
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &more)) << text;
  request.MergeFrom(more);
  return request;
}

// A watch as a caller has it.
class GapWatch {
 public:
  // `request` in text format; the parent is `clusters/t` unless it says otherwise.
  GapWatch(WatchedCluster& cluster, const std::string& request, std::size_t capacity = 64)
      : feed_(std::make_shared<watch::TestFeed>(capacity)) {
    rpc::CallContext call;
    call.method = "bulian.v1.GapService/WatchGaps";
    const absl::Status status = cluster.table.methods().at(call.method).feed(call, RequestOf(request), feed_);
    if (!status.ok()) feed_->End(status);
  }
  ~GapWatch() { feed_->Leave(); }
  GapWatch(const GapWatch&) = delete;
  GapWatch& operator=(const GapWatch&) = delete;

  v1::WatchGapsResponse Any() {
    v1::WatchGapsResponse message;
    const auto bytes = feed_->Read();
    if (bytes == nullptr) {
      ADD_FAILURE() << "the watch ended: " << feed_->Status();
      return message;
    }
    EXPECT_TRUE(message.ParseFromString(*bytes));
    if (!message.resume_token().empty()) token_ = message.resume_token();
    return message;
  }
  // The next message that is no heartbeat.
  v1::WatchGapsResponse Next() {
    v1::WatchGapsResponse message = Any();
    while (message.has_heartbeat()) message = Any();
    return message;
  }
  // The token of the last message that had one, as a request.
  std::string resume() const { return "resume_token: '" + token_ + "' "; }
  const std::string& token() const { return token_; }
  watch::TestFeed& feed() { return *feed_; }
  absl::Status Status() { return feed_->Status(); }

 private:
  std::shared_ptr<watch::TestFeed> feed_;
  std::string token_;
};

}  // namespace bulian::gap

#endif  // SERVICES_GAP_GAP_WATCH_FIXTURE_SERVICE_TEST_H_
