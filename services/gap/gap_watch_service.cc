#include "services/gap/gap_watch_service.h"

#include <utility>

#include "services/gap/gap_topic_service.h"
#include "services/gap/gap_watch_request_service.h"
#include "services/rpc/method_table.h"

namespace bulian::gap {

void GapWatches::Start(store::Store* store, const view::Views* views, const GapAnalyses* analyses) {
  histories_ = std::make_unique<GapHistories>(GapLineSources{store, views, analyses, &stopping_, &counters_}, limits_);
  stopping_ = false;
  hub_.Start({store, views});
}

void GapWatches::Stop() {
  stopping_ = true;
  hub_.Stop();
}

GapWatchStats GapWatches::Stats() const {
  return {hub_.Stats(), counters_.lines.load(), counters_.commits.load(), counters_.segments_recomputed.load()};
}

void RegisterGapWatch(rpc::MethodTable& table, const rpc::PageTokens* tokens, GapWatches* watches) {
  table.Feed<v1::WatchGapsRequest, v1::WatchGapsResponse>(
      "bulian.v1.GapService/WatchGaps", [tokens, watches](rpc::CallContext&, const v1::WatchGapsRequest& request,
                                                          const std::shared_ptr<rpc::Feed>& feed) {
        auto query = ReadGapWatch(request, *tokens);
        if (query.ok())
          watches->hub()->Add(std::make_unique<GapTopic>(*std::move(query), watches->histories(), tokens), feed);
        return query.status();
      });
}

}  // namespace bulian::gap
