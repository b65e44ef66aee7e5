// Watches of a registry without a connection.
#ifndef SERVICES_EXCHANGE_WATCH_FIXTURE_H_
#define SERVICES_EXCHANGE_WATCH_FIXTURE_H_

#include <memory>
#include <string>

#include "bulian/v1/exchange.pb.h"
#include "services/exchange/registry_fixture.h"
#include "services/watch/test_feed.h"

namespace bulian::exchange {

// A watch as a caller has it.
class Watch {
 public:
  // `request` in text format; the parent is `clusters/c`.
  Watch(Registry& registry, const std::string& request, std::size_t capacity = 64);
  Watch(Registry& registry, const v1::WatchChangesRequest& request, std::size_t capacity = 64);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // The next message that is no heartbeat.
  v1::WatchChangesResponse Next();
  // The next message, whatever it is.
  v1::WatchChangesResponse Any();
  // The token of the last message that had one.
  const std::string& token() const { return token_; }
  watch::TestFeed& feed() { return *feed_; }
  // The error it ends with.
  absl::Status Status() { return feed_->Status(); }

 private:
  std::shared_ptr<watch::TestFeed> feed_;
  std::string token_;
};

// Creates `clusters/c`, then an enterprise a commit.
void MakeCluster(Registry& registry);
void MakeEnterprise(Registry& registry, const std::string& id);

}  // namespace bulian::exchange

#endif  // SERVICES_EXCHANGE_WATCH_FIXTURE_H_
