// Streams that follow something: read until the user ends it, and gone on with by themselves when the server is back.
#ifndef TOOLS_CLI_STREAM_FOLLOWER_H_
#define TOOLS_CLI_STREAM_FOLLOWER_H_

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "tools/cli/connection.h"

namespace bulian::cli {

// Ends what is waited for at SIGINT and SIGTERM. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool happened() const { return happened_; }
  // The call to cancel; null: none.
  void Guard(grpc::ClientContext* call);
  void Pause(std::chrono::milliseconds time);

 private:
  void Wait();

  std::mutex mutex_;
  std::condition_variable changed_;
  grpc::ClientContext* call_ = nullptr;
  std::atomic<bool> happened_ = false, ending_ = false;
  std::thread thread_;
};

// Between tries to go on.
class Retries {
 public:
  void Succeeded() { *this = Retries(); }
  // Whether a stream that ended so is to be opened again, after a pause.
  bool GoesOn(const grpc::Status& status, const std::string& token, Interrupt* interrupt);

 private:
  static constexpr std::chrono::milliseconds kFirst{200}, kLongest{10'000};
  std::chrono::milliseconds pause_ = kFirst;
  bool told_ = false;  // that the server is away
};

// After the end: tells the token to go on from, and the error. Returns the exit status.
int EndOfStream(const grpc::Status& status, const std::string& token, bool interrupted);

// Reads the stream that `open(context, request)` opens and hands each message to `show`; goes on from the last token
// when the server is away. Returns the exit status.
template <class Response, class Request, class Open, class Show>
int FollowStream(Request request, Open open, Show show) {
  Interrupt interrupt;
  Retries retries;
  for (;;) {
    grpc::ClientContext context;
    interrupt.Guard(&context);
    const auto reader = open(&context, request);
    for (Response message; reader->Read(&message);) {
      show(message);
      if (!message.resume_token().empty()) request.set_resume_token(message.resume_token());
      retries.Succeeded();
    }
    const grpc::Status status = reader->Finish();
    interrupt.Guard(nullptr);
    if (interrupt.happened() || !retries.GoesOn(status, request.resume_token(), &interrupt))
      return EndOfStream(status, request.resume_token(), interrupt.happened());
  }
}

}  // namespace bulian::cli

#endif  // TOOLS_CLI_STREAM_FOLLOWER_H_
