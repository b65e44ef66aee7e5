// The feed of one call: the queue, the write under way, and the one end.
#ifndef SERVICES_RPC_FEED_SESSION_H_
#define SERVICES_RPC_FEED_SESSION_H_

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "grpcpp/support/byte_buffer.h"
#include "services/rpc/feed.h"
#include "services/rpc/pipeline.h"

namespace bulian::rpc {

// What a feed needs of its call, which lives until FinishFeed() was called and the transport said so.
class FeedPort {
 public:
  virtual ~FeedPort() = default;
  virtual void StartWrite(const grpc::ByteBuffer& bytes) = 0;  // completion: FeedSession::OnWrite
  virtual void FinishFeed(const absl::Status& status) = 0;     // once; the last thing asked of the call
  virtual void TryCancel() = 0;
};

class FeedSession final : public Feed {
 public:
  FeedSession(FeedPort* port, PipelineCall* call) : port_(port), call_(call) {}

  // Feed
  void Listen(std::shared_ptr<FeedListener> listener) override;
  bool Send(std::shared_ptr<const std::string> message, std::int64_t mark) override;
  bool Full() override;
  std::uint64_t Taken() override;
  std::optional<std::int64_t> DropQueued() override;
  void End(absl::Status status) override;

  // The handler has returned: writing may begin, and the call may end, from now on. Before it nothing is asked of the
  // port, so that the call outlives the handler.
  void Open();
  // Polling threads.
  void OnWrite(bool ok);
  void OnGone();  // the caller went away
  // The server ends its streams: what is queued is dropped; a message under way is let out.
  void OnShutdown();
  // Cuts a message under way that the caller does not take.
  void Cancel();

 private:
  struct Message {
    std::shared_ptr<const std::string> bytes;
    std::int64_t mark;
  };
  // What is to be done once the lock is released.
  struct Then {
    std::shared_ptr<FeedListener> room, closed;
    std::optional<absl::Status> finish;
  };

  // These hold mutex_.
  bool Closed() const { return gone_ || end_.has_value(); }
  void Close(Then* then);
  void Pump(Then* then);
  void Do(const Then& then);  // without it

  FeedPort* const port_;
  PipelineCall* const call_;
  std::mutex mutex_;
  std::shared_ptr<FeedListener> listener_;
  std::deque<Message> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t taken_ = 0;
  std::optional<std::int64_t> last_mark_;  // of the last message given to the transport
  std::optional<absl::Status> end_;        // how the stream ends when the queue is empty
  bool open_ = false, writing_ = false, gone_ = false, finished_ = false;
  bool wants_room_ = false;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_FEED_SESSION_H_
