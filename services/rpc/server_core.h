// What all calls of one server share. Made by Server, immutable but for the counters and the stream registry.
#ifndef SERVICES_RPC_SERVER_CORE_H_
#define SERVICES_RPC_SERVER_CORE_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "grpcpp/generic/async_generic_service.h"
#include "services/rpc/drain_gate.h"
#include "services/rpc/feed_session.h"
#include "services/rpc/pipeline.h"
#include "services/rpc/stream_session.h"
#include "services/rpc/worker_pool.h"

namespace bulian::rpc {

// The request and the answer of a method, kept by a polling thread from call to call so that their memory is reused.
struct MessagePair {
  std::unique_ptr<google::protobuf::Message> request, response;
};

struct ServerCore {
  // Routes by `/service/method`; the last route is the one of unknown methods.
  std::vector<Route> routes;
  absl::flat_hash_map<std::string, const Route*> by_path;

  std::unique_ptr<Pipeline> pipeline;
  StreamLimits limits{};
  grpc::AsyncGenericService service;
  std::unique_ptr<WorkerPool> heavy, streams;
  std::atomic<bool> streams_end = false;
  DrainGate gate;  // around every admitted call until its answer is out

  // Calls awaited or running: each uses its completion queue until it has ended.
  void Began() { active.fetch_add(1, std::memory_order_relaxed); }
  void Ended();
  void WaitUntilIdle();

  void Register(StreamSession* session);
  void Unregister(StreamSession* session);
  void Register(const std::shared_ptr<FeedSession>& feed);
  void Unregister(const std::shared_ptr<FeedSession>& feed);
  // Ends every stream: new ones are refused, running ones are woken.
  void EndStreams();
  // Cuts the feeds that could not end because their callers take nothing.
  void CancelFeeds();

  std::atomic<std::int64_t> active = 0;
  std::mutex mutex;
  std::condition_variable idle;
  std::set<StreamSession*> sessions;
  std::set<std::shared_ptr<FeedSession>> feeds;
};

// The messages of the calling thread for a route, or null when the thread keeps none (it is no polling thread).
MessagePair* ReusedMessages(const Route& route);

// Keeps messages for the calling thread while it lives; a polling thread makes one.
class MessageCache {
 public:
  explicit MessageCache(std::size_t routes);
  ~MessageCache();
  MessageCache(const MessageCache&) = delete;
  MessageCache& operator=(const MessageCache&) = delete;

 private:
  friend MessagePair* ReusedMessages(const Route& route);
  std::vector<MessagePair> pairs_;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_SERVER_CORE_H_
