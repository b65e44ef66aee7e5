// One call from its arrival to its end: enters the pipeline, reads, runs the handler where it belongs, answers.
#ifndef SERVICES_RPC_SERVER_CALL_H_
#define SERVICES_RPC_SERVER_CALL_H_

#include <atomic>
#include <memory>

#include "grpcpp/generic/async_generic_service.h"
#include "services/rpc/server_core.h"

namespace bulian::rpc {

class ServerCall final : public PipelineCall, private StreamPort, private FeedPort {
 public:
  // What a completion queue hands back.
  struct Tag {
    ServerCall* call;
    void (ServerCall::*completed)(bool ok);
    void Run(bool ok) { (call->*completed)(ok); }
  };

  // Waits for one more call on `queue`. The call owns itself.
  static void Await(ServerCore* core, grpc::ServerCompletionQueue* queue);

  std::string_view Metadata(std::string_view key) const override;

 private:
  ServerCall(ServerCore* core, grpc::ServerCompletionQueue* queue);

  void OnArrived(bool ok);
  void OnFirstRead(bool ok);
  void OnStreamRead(bool ok);
  void OnStreamWrite(bool ok);
  void OnFeedWrite(bool ok);
  void OnFinished(bool ok);
  void OnDone(bool ok);

  void FillContext();
  void HandleUnary();
  void HandleStream();
  void HandleFeed();
  // Whether a call of a light method may block, as its request says.
  bool MayBlock();
  absl::Status CallUnary(MessagePair* messages, grpc::ByteBuffer* answer);
  // Runs `work` on a thread of `pool`, or refuses the call.
  void Hand(WorkerPool* pool, void (ServerCall::*work)());
  void Finish(const absl::Status& cause, grpc::ByteBuffer* answer);
  void Release();
  // Deletes the call, which leaves its queue alone from then on.
  void End();

  // StreamPort and FeedPort
  void StartRead(grpc::ByteBuffer* into) override;
  void StartWrite(const grpc::ByteBuffer& bytes) override;
  void TryCancel() override { transport_.TryCancel(); }
  void FinishFeed(const absl::Status& status) override { Finish(status, nullptr); }

  ServerCore* const core_;
  grpc::ServerCompletionQueue* const queue_;
  grpc::GenericServerContext transport_;
  grpc::GenericServerAsyncReaderWriter stream_;
  grpc::ByteBuffer request_;
  StreamSession session_;              // idle unless the method streams
  std::shared_ptr<FeedSession> feed_;  // null unless the method is a feed
  std::atomic<bool> streaming_ = false, feeding_ = false, cancelled_ = false;
  std::atomic<int> holders_ = 2;  // the flow of the call, and the notice of its end; reads of streams add theirs
  Tag arrived_{this, &ServerCall::OnArrived}, first_read_{this, &ServerCall::OnFirstRead},
      stream_read_{this, &ServerCall::OnStreamRead}, stream_write_{this, &ServerCall::OnStreamWrite},
      feed_write_{this, &ServerCall::OnFeedWrite}, finished_{this, &ServerCall::OnFinished},
      done_{this, &ServerCall::OnDone};
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_SERVER_CALL_H_
