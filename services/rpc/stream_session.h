// A stream as its handler sees it: blocking reads and writes over the asynchronous calls of gRPC, with one message read
// ahead and one write under way. The handler's thread reads and writes; polling threads report what completed.
#ifndef SERVICES_RPC_STREAM_SESSION_H_
#define SERVICES_RPC_STREAM_SESSION_H_

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "grpcpp/generic/async_generic_service.h"
#include "services/rpc/method_table.h"
#include "services/rpc/pipeline.h"

namespace bulian::rpc {

// What a session needs of its call. Tags stay valid until their completion was reported.
class StreamPort {
 public:
  virtual ~StreamPort() = default;
  virtual void StartRead(grpc::ByteBuffer* into) = 0;          // completion: StreamSession::OnRead
  virtual void StartWrite(const grpc::ByteBuffer& bytes) = 0;  // completion: StreamSession::OnWrite
  virtual void TryCancel() = 0;
};

struct StreamLimits {
  std::size_t receive_bytes, send_bytes;
};

class StreamSession final : public MessageReader, public MessageWriter {
 public:
  // `streams_end`: all streams are to end. Nothing is owned.
  StreamSession(StreamPort* port, PipelineCall* call, StreamLimits limits, const std::atomic<bool>* streams_end)
      : port_(port), call_(call), limits_(limits), streams_end_(streams_end) {}

  // Handler's thread.
  absl::StatusOr<bool> Read(google::protobuf::Message* message) override;
  bool Ready() override;
  bool Write(const google::protobuf::Message& message) override;

  // After the handler returned `status`: waits for the write under way and says how the call ends. A handler that took
  // a cut for the caller's end does not make the stream look complete.
  absl::Status Close(absl::Status status);

  // Polling threads.
  void OnRead(bool ok);
  void OnWrite(bool ok);
  void OnGone();  // the caller went away
  void Wake();    // look at streams_end again

 private:
  // Why the stream cannot go on; OK while it can.
  absl::Status Fate() const;
  // Waits until `done`, or the stream cannot go on; returns done().
  template <class Done>
  bool WaitFor(std::unique_lock<std::mutex>& lock, Done done);

  StreamPort* const port_;
  PipelineCall* const call_;
  const StreamLimits limits_;
  const std::atomic<bool>* const streams_end_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool reading_ = false, read_done_ = false, read_ok_ = false;
  bool writing_ = false, write_failed_ = false, gone_ = false;
  grpc::ByteBuffer incoming_;
  absl::Status cut_;  // why a read or a write was cut short
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_STREAM_SESSION_H_
