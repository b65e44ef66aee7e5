#include "tools/cli/watch_command.h"

#include <semaphore.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "bulian/v1/exchange.grpc.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/protobuf/util/time_util.h"

namespace bulian::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::chrono::milliseconds kFirstPause(200), kLongestPause(10'000);

sem_t signalled;  // all that a signal handler may touch
void OnSignal(int) { sem_post(&signalled); }

// Ends the watch at SIGINT and SIGTERM, whatever it is waiting for.
class Interrupt {
 public:
  Interrupt() {
    sem_init(&signalled, 0, 0);
    struct sigaction action {};
    action.sa_handler = OnSignal;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    thread_ = std::thread([this] { Wait(); });
  }
  ~Interrupt() {
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    ending_ = true;
    sem_post(&signalled);
    thread_.join();
  }
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool happened() const { return happened_; }
  // The call to cancel; null: none.
  void Guard(grpc::ClientContext* call) {
    const std::lock_guard lock(mutex_);
    call_ = call;
    if (happened_ && call_ != nullptr) call_->TryCancel();
  }
  void Pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, time, [this] { return happened_.load(); });
  }

 private:
  void Wait() {
    while (sem_wait(&signalled) != 0) {
    }
    if (ending_) return;
    const std::lock_guard lock(mutex_);
    happened_ = true;
    if (call_ != nullptr) call_->TryCancel();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  grpc::ClientContext* call_ = nullptr;
  std::atomic<bool> happened_ = false, ending_ = false;
  std::thread thread_;
};

const Message* ResourceIn(const v1::ImportRecord& record) {
  const FieldDescriptor* field =
      record.GetReflection()->GetOneofFieldDescriptor(record, record.GetDescriptor()->oneof_decl(0));
  return field == nullptr ? nullptr : &record.GetReflection()->GetMessage(record, field);
}

std::string NameIn(const v1::ImportRecord& record) {
  const Message* resource = ResourceIn(record);
  if (resource == nullptr) return "";
  return resource->GetReflection()->GetString(*resource, resource->GetDescriptor()->FindFieldByName("name"));
}

// Names of the fields in which two resources differ, but for those that always do.
std::string ChangedFields(const v1::ResourceChange& change) {
  const Message *before = ResourceIn(change.before()), *after = ResourceIn(change.after());
  std::string fields;
  if (before == nullptr || after == nullptr) return fields;
  for (int i = 0; i < after->GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = after->GetDescriptor()->field(i);
    if (field->name() == "etag" || field->name() == "update_time") continue;
    google::protobuf::util::MessageDifferencer differ;
    if (!differ.CompareWithFields(*before, *after, {field}, {field}))
      fields += (fields.empty() ? "  " : ", ") + field->name();
  }
  return fields;
}

void ShowCommit(const v1::WatchChangesResponse& message) {
  const v1::Commit& commit = message.commit();
  const std::string& method = commit.method();
  std::cout << message.revision().number() << "  "
            << google::protobuf::util::TimeUtil::ToString(message.revision().commit_time()) << "  " << commit.actor()
            << "  " << method.substr(method.rfind('/') + 1) << '\n';
  for (const v1::ResourceChange& change : commit.changes()) {
    const char* mark = change.kind() == v1::CREATED ? "+" : change.kind() == v1::DELETED ? "-" : "~";
    std::cout << "  " << mark << ' ' << change.name() << ChangedFields(change) << '\n';
  }
}

void Show(const v1::WatchChangesResponse& message, const Options& options) {
  if (options.output == Output::kJson) {
    std::cout << ToJson(message, false);
  } else if (message.has_commit()) {
    ShowCommit(message);
  } else {
    for (const v1::ImportRecord& record : message.snapshot().records()) std::cout << "  = " << NameIn(record) << '\n';
    if (message.snapshot().snapshot_complete())
      std::cout << message.revision().number() << "  " << options.Word("snapshot complete", "快照完成") << '\n';
  }
  std::cout.flush();
}

v1::WatchChangesRequest RequestOf(const std::string& cluster, const WatchFlags& flags) {
  v1::WatchChangesRequest request;
  request.set_parent(cluster);
  for (const std::string& type : flags.types) {
    v1::WatchedType watched = v1::WATCHED_TYPE_UNSPECIFIED;
    v1::WatchedType_Parse(absl::AsciiStrToUpper(absl::StrReplaceAll(type, {{"-", "_"}})), &watched);
    request.add_types(watched);
  }
  for (const std::string& name : flags.names)
    request.add_names(name.rfind("clusters/", 0) == 0 ? name : cluster + "/" + name);
  if (!flags.resume.empty()) {
    request.set_resume_token(flags.resume);
  } else {
    request.set_position(flags.from == "earliest"   ? v1::EARLIEST
                         : flags.from == "snapshot" ? v1::SNAPSHOT_THEN_FOLLOW
                                                    : v1::NOW);
  }
  return request;
}

}  // namespace

const std::vector<std::string>& WatchedTypes() {
  static const std::vector<std::string> types = {"cluster", "enterprise",  "capability-type", "capability",
                                                 "chain",   "supply-link", "project"};
  return types;
}

int Watch(Connection& connection, const Options& options, const std::string& cluster, const WatchFlags& flags) {
  v1::WatchChangesRequest request = RequestOf(FullName(cluster), flags);
  const auto stub = v1::ExchangeService::NewStub(connection.channel());
  Interrupt interrupt;
  auto pause = kFirstPause;
  bool told = false;
  for (;;) {
    grpc::ClientContext context;
    interrupt.Guard(&context);
    const auto reader = stub->WatchChanges(&context, request);
    for (v1::WatchChangesResponse message; reader->Read(&message);) {
      Show(message, options);
      if (!message.resume_token().empty()) request.set_resume_token(message.resume_token());
      pause = kFirstPause;
      told = false;
    }
    const grpc::Status status = reader->Finish();
    interrupt.Guard(nullptr);
    const std::string& token = request.resume_token();
    if (interrupt.happened()) {
      if (!token.empty()) std::cerr << "--resume " << token << '\n';
      return 0;
    }
    const bool goes_on = status.error_code() == grpc::StatusCode::UNAVAILABLE && !token.empty();
    if (!goes_on) {
      if (!token.empty()) std::cerr << "--resume " << token << '\n';
      return status.ok() ? 0 : PrintError(status);
    }
    if (!told) std::cerr << "the server is away, trying again: " << status.error_message() << '\n';
    told = true;
    interrupt.Pause(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace bulian::cli
