// A server stream that holds no thread: its handler is called once, keeps the Feed, and sends whenever it has
// something. What is sent waits in the feed's queue until the transport takes it; completions pump the queue.
//
// Ownership: shared by the call and by who sends. Thread-safe; who sends from several threads has no say in the order.
#ifndef SERVICES_RPC_FEED_H_
#define SERVICES_RPC_FEED_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace bulian::rpc {

// A queue of this many messages or bytes is full.
inline constexpr std::size_t kFeedQueueMessages = 64;
inline constexpr std::size_t kFeedQueueBytes = 256 * 1024;

// Told of a feed, on threads of the server, without a lock held. Must not block.
class FeedListener {
 public:
  virtual ~FeedListener() = default;
  // The queue, which had been found full, is half empty or less.
  virtual void OnRoom() = 0;
  // Nothing more can be sent: the caller is gone, the server ends its streams, or End() was called. Told once, last.
  virtual void OnClosed() = 0;
};

class Feed {
 public:
  virtual ~Feed() = default;

  // Once. A feed that is closed already tells at once.
  virtual void Listen(std::shared_ptr<FeedListener> listener) = 0;

  // Queues a serialised message, shared by as many feeds as send it; false if the feed is closed. `mark` is the
  // sender's own, see DropQueued(). Takes messages beyond a full queue: who sends asks Full() before.
  virtual bool Send(std::shared_ptr<const std::string> message, std::int64_t mark) = 0;

  // Whether no more should be sent now. After true the listener is told when there is room.
  virtual bool Full() = 0;

  // Messages the transport has taken whole since the start.
  virtual std::uint64_t Taken() = 0;

  // Drops what is queued but not yet with the transport; the mark of the last message that is, nullopt if none is.
  virtual std::optional<std::int64_t> DropQueued() = 0;

  // The stream ends with this status when what is queued was sent.
  virtual void End(absl::Status status) = 0;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_FEED_H_
