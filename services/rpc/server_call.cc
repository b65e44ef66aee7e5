#include "services/rpc/server_call.h"

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "services/model/error.h"
#include "services/rpc/byte_codec.h"
#include "services/rpc/stages/request_id.h"
#include "services/rpc/status_encoding.h"

namespace bulian::rpc {
namespace {

// Messages larger than this are not kept for the next call.
constexpr std::size_t kMaxReusedBytes = 64 * 1024;

absl::Status Busy() {
  return WithRetryAfter(model::Error(absl::StatusCode::kResourceExhausted, v1::SERVER_BUSY, "too many calls at once"),
                        absl::Milliseconds(200));
}

void Reuse(std::unique_ptr<google::protobuf::Message>* message, std::size_t bytes) {
  if (bytes > kMaxReusedBytes) {
    message->reset();
  } else {
    (*message)->Clear();
  }
}

}  // namespace

ServerCall::ServerCall(ServerCore* core, grpc::ServerCompletionQueue* queue)
    : core_(core), queue_(queue), stream_(&transport_), session_(this, this, core->limits, &core->streams_end) {}

void ServerCall::Await(ServerCore* core, grpc::ServerCompletionQueue* queue) {
  core->Began();
  auto* call = new ServerCall(core, queue);
  call->transport_.AsyncNotifyWhenDone(&call->done_);
  core->service.RequestCall(&call->transport_, &call->stream_, queue, queue, &call->arrived_);
}

std::string_view ServerCall::Metadata(std::string_view key) const {
  const auto& metadata = transport_.client_metadata();
  const auto found = metadata.find(grpc::string_ref(key.data(), key.size()));
  return found == metadata.end() ? std::string_view() : std::string_view(found->second.data(), found->second.size());
}

void ServerCall::OnArrived(bool ok) {
  if (!ok) return End();  // the server shuts down; no call came, and no notice of its end will
  Await(core_, queue_);
  FillContext();
  const absl::Status status = core_->pipeline->Enter(*this);
  if (!status.ok()) return Finish(status, nullptr);
  if (route->method == nullptr) {
    return Finish(model::Error(absl::StatusCode::kUnimplemented, v1::METHOD_UNKNOWN, "there is no such method",
                               {{"method", context.method}}),
                  nullptr);
  }
  if (route->method->shape == MethodShape::kUnary) {
    stream_.Read(&request_, &first_read_);
    return;
  }
  if (route->method->shape == MethodShape::kFeed) {
    feed_ = std::make_shared<FeedSession>(static_cast<FeedPort*>(this), this);
    feeding_.store(true);
    core_->Register(feed_);
    if (cancelled_.load()) feed_->OnGone();
    stream_.Read(&request_, &first_read_);
    return;
  }
  streaming_.store(true);
  context.is_cancelled = [this] {
    return cancelled_.load(std::memory_order_relaxed) || core_->streams_end.load(std::memory_order_relaxed);
  };
  core_->Register(&session_);
  if (cancelled_.load()) session_.OnGone();
  if (route->method->shape == MethodShape::kServerStream) {
    stream_.Read(&request_, &first_read_);
  } else {
    Hand(core_->streams.get(), &ServerCall::HandleStream);
  }
}

void ServerCall::FillContext() {
  begin = std::chrono::steady_clock::now();
  const std::string& path = transport_.method();
  context.method = path.empty() ? path : path.substr(1);
  context.peer = transport_.peer();
  context.start = absl::Now();
  const auto deadline = transport_.deadline();
  if (deadline != std::chrono::system_clock::time_point::max()) context.deadline = absl::FromChrono(deadline);
  context.is_cancelled = [this] { return cancelled_.load(std::memory_order_relaxed); };
  const auto found = core_->by_path.find(path);
  route = found == core_->by_path.end() ? &core_->routes.back() : found->second;
}

void ServerCall::OnFirstRead(bool ok) {
  if (!ok) {
    const absl::Status alive = context.CheckAlive();
    if (!alive.ok()) return Finish(alive, nullptr);
    return Finish(model::Error(absl::StatusCode::kInvalidArgument, v1::MALFORMED_REQUEST, "the call has no message",
                               {{"method", context.method}}),
                  nullptr);
  }
  received = 1;
  if (route->method->shape == MethodShape::kServerStream) return Hand(core_->streams.get(), &ServerCall::HandleStream);
  if (route->method->shape == MethodShape::kFeed) return HandleFeed();
  if (route->method->weight == Weight::kHeavy || MayBlock()) return Hand(core_->heavy.get(), &ServerCall::HandleUnary);
  HandleUnary();
}

bool ServerCall::MayBlock() {
  MessagePair* reused = ReusedMessages(*route);
  if (!route->method->may_block || reused == nullptr) return false;
  if (reused->request == nullptr) reused->request.reset(route->method->request->New());
  const std::size_t bytes = request_.Length();
  // What cannot be read is answered at once. The request is read again when its turn comes.
  const bool may_block = Parse(&request_, core_->limits.receive_bytes, context.method, reused->request.get()).ok() &&
                         route->method->may_block(*reused->request);
  Reuse(&reused->request, bytes);
  return may_block;
}

void ServerCall::Hand(WorkerPool* pool, void (ServerCall::*work)()) {
  if (!pool->Submit([this, work] { (this->*work)(); })) Finish(Busy(), nullptr);
}

absl::Status ServerCall::CallUnary(MessagePair* messages, grpc::ByteBuffer* answer) {
  if (messages->request == nullptr) messages->request.reset(route->method->request->New());
  if (messages->response == nullptr) messages->response.reset(route->method->response->New());
  absl::Status status = Parse(&request_, core_->limits.receive_bytes, context.method, messages->request.get());
  if (status.ok() && route->load == Load::kHeavy) status = context.CheckAlive();  // it may have waited long
  if (status.ok()) status = route->method->unary(context, *messages->request, messages->response.get());
  if (status.ok()) status = Serialise(*messages->response, core_->limits.send_bytes, answer);
  return status;
}

void ServerCall::HandleUnary() {
  MessagePair own;
  MessagePair* reused = ReusedMessages(*route);
  MessagePair* messages = reused == nullptr ? &own : reused;
  grpc::ByteBuffer answer;
  const std::size_t request_bytes = request_.Length();
  const absl::Status status = core_->pipeline->Run(*this, [&] { return CallUnary(messages, &answer); });
  if (reused != nullptr && reused->request != nullptr && reused->response != nullptr) {
    Reuse(&reused->request, request_bytes);
    // An answer that was refused for its size is large whatever its bytes say.
    Reuse(&reused->response, status.ok() ? answer.Length() : kMaxReusedBytes + 1);
  }
  Finish(status, &answer);
}

void ServerCall::HandleStream() {
  const Method& method = *route->method;
  absl::Status status = core_->pipeline->Run(*this, [&]() -> absl::Status {
    if (method.shape == MethodShape::kBidi) return method.bidi(context, session_, session_);
    const std::unique_ptr<google::protobuf::Message> request(method.request->New());
    absl::Status parsed = Parse(&request_, core_->limits.receive_bytes, context.method, request.get());
    return parsed.ok() ? method.server_stream(context, *request, session_) : parsed;
  });
  Finish(session_.Close(std::move(status)), nullptr);
}

void ServerCall::HandleFeed() {
  const std::unique_ptr<google::protobuf::Message> request(route->method->request->New());
  const absl::Status status = core_->pipeline->Run(*this, [&]() -> absl::Status {
    absl::Status parsed = Parse(&request_, core_->limits.receive_bytes, context.method, request.get());
    return parsed.ok() ? route->method->feed(context, *request, feed_) : parsed;
  });
  request_.Clear();
  if (!status.ok()) feed_->End(status);
  // Once it is open the call may be gone at any moment.
  const std::shared_ptr<FeedSession> feed = feed_;
  feed->Open();
}

void ServerCall::Finish(const absl::Status& cause, grpc::ByteBuffer* answer) {
  if (streaming_.load()) core_->Unregister(&session_);
  if (feeding_.load()) core_->Unregister(feed_);
  const bool answers = cause.ok() && answer != nullptr;
  if (answers) sent = 1;
  const absl::Status status = core_->pipeline->Leave(*this, cause);
  transport_.AddTrailingMetadata(std::string(kRequestIdKey), context.request_id);
  for (const auto& [key, value] : context.trailers) transport_.AddTrailingMetadata(key, value);
  if (answers) {
    stream_.WriteAndFinish(*answer, grpc::WriteOptions(), grpc::Status::OK, &finished_);
    return;
  }
  if (status.ok()) {
    stream_.Finish(grpc::Status::OK, &finished_);
    return;
  }
  if (const auto delay = RetryAfter(status)) {
    transport_.AddTrailingMetadata("grpc-retry-pushback-ms", std::to_string(absl::ToInt64Milliseconds(*delay)));
  }
  const google::rpc::Status proto = ToProto(status);
  stream_.Finish(grpc::Status(static_cast<grpc::StatusCode>(proto.code()), proto.message(), proto.SerializeAsString()),
                 &finished_);
}

void ServerCall::OnFinished(bool) { Release(); }

void ServerCall::OnDone(bool) {
  if (transport_.IsCancelled()) {
    cancelled_.store(true);
    if (streaming_.load()) session_.OnGone();
    if (feeding_.load()) feed_->OnGone();
  }
  Release();
}

void ServerCall::OnStreamRead(bool ok) {
  session_.OnRead(ok);
  Release();
}

void ServerCall::OnStreamWrite(bool ok) { session_.OnWrite(ok); }

void ServerCall::OnFeedWrite(bool ok) {
  // The write's completion may end the call, and then nothing but this keeps the feed.
  const std::shared_ptr<FeedSession> feed = feed_;
  feed->OnWrite(ok);
}

void ServerCall::StartRead(grpc::ByteBuffer* into) {
  holders_.fetch_add(1, std::memory_order_relaxed);
  stream_.Read(into, &stream_read_);
}

void ServerCall::StartWrite(const grpc::ByteBuffer& bytes) {
  stream_.Write(bytes, feeding_.load(std::memory_order_relaxed) ? &feed_write_ : &stream_write_);
}

void ServerCall::Release() {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) == 1) End();
}

void ServerCall::End() {
  ServerCore* core = core_;
  if (in_gate) core->gate.Leave();
  delete this;
  core->Ended();
}

}  // namespace bulian::rpc
