#include "tools/cli/import_command.h"

#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <deque>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

#include "bulian/v1/exchange.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "services/model/resource_name.h"
#include "tools/cli/record_source.h"

namespace bulian::cli {
namespace {

constexpr std::size_t kMaxMessageBytes = 2 << 20;
constexpr std::size_t kMaxInFlight = 4;

std::string NameOf(const v1::ImportRecord& record) {
  const auto* field = record.GetReflection()->GetOneofFieldDescriptor(record, record.GetDescriptor()->oneof_decl(0));
  if (field == nullptr) return "";
  const auto& resource = record.GetReflection()->GetMessage(record, field);
  return resource.GetReflection()->GetString(resource, resource.GetDescriptor()->FindFieldByName("name"));
}

class Importer {
 public:
  Importer(Connection& connection, const Options& options, const ImportFlags& flags)
      : options_(options),
        flags_(flags),
        terminal_(isatty(STDERR_FILENO) != 0),
        stub_(v1::ExchangeService::NewStub(connection.channel())) {
    if (!flags.cluster.empty()) cluster_ = FullName(flags.cluster);
  }

  int Run() {
    stream_ = stub_->Import(&context_);
    std::thread answers([this] { ReadAnswers(); });
    for (const std::string& file : flags_.files) ReadFile(file);
    Send();
    stream_->WritesDone();
    answers.join();
    const grpc::Status status = stream_->Finish();
    if (terminal_) std::cerr << "\r\033[K";
    return Report(status);
  }

 private:
  void ReadFile(const std::string& file) {
    auto source = OpenRecords(file, cluster_);
    if (!source.ok()) {
      Complain(file + ": " + std::string(source.status().message()));
      return;
    }
    v1::ImportRecord record;
    Place place;
    std::string error;
    for (;;) {
      const auto result = (*source)->Next(&record, &place, &error);
      if (result == RecordSource::Result::kEnd || Broken()) return;
      if (place.line < flags_.start_line && file == flags_.files[0]) continue;
      if (result == RecordSource::Result::kBroken)
        Complain(place.file + ":" + std::to_string(place.line) + ": " + error);
      else
        Add(record, place);
      ShowProgress(file, (*source)->Progress());
    }
  }

  void Add(v1::ImportRecord& record, const Place& place) {
    if (cluster_.empty()) cluster_ = ClusterOf(NameOf(record));
    const std::size_t size = record.ByteSizeLong();
    if (message_.records_size() > 0 && (message_.records_size() >= flags_.batch || bytes_ + size > kMaxMessageBytes))
      Send();
    bytes_ += size;
    places_.push_back(place);
    *message_.add_records() = std::move(record);
  }

  void Send() {
    if (message_.records().empty() && sent_ > 0) return;
    if (message_.records().empty() && cluster_.empty()) return;
    message_.set_sequence(++sent_);
    if (sent_ == 1) {
      message_.set_parent(cluster_);
      message_.set_validate_only(flags_.validate_only);
    }
    {
      std::unique_lock lock(mutex_);
      answered_or_broken_.wait(
          lock, [this] { return broken_ || static_cast<std::size_t>(sent_ - answered_) <= kMaxInFlight; });
      if (broken_) return;
      in_flight_[sent_] = std::move(places_);
    }
    if (!stream_->Write(message_)) SetBroken();
    message_.Clear();
    places_.clear();
    bytes_ = 0;
  }

  void ReadAnswers() {
    v1::ImportResponse answer;
    while (stream_->Read(&answer)) {
      const std::lock_guard lock(mutex_);
      answered_ = answer.sequence();
      total_.set_sequence(answer.sequence());
      total_.set_created(total_.created() + answer.created());
      total_.set_updated(total_.updated() + answer.updated());
      total_.set_unchanged(total_.unchanged() + answer.unchanged());
      total_.set_waiting(answer.waiting());
      total_.set_low_water_mark(answer.low_water_mark());
      if (answer.has_revision()) *total_.mutable_revision() = answer.revision();
      for (const auto& rejected : answer.rejected()) TellRejected(rejected);
      while (!in_flight_.empty() && in_flight_.begin()->first <= answer.low_water_mark()) {
        if (!in_flight_.begin()->second.empty()) durable_ = in_flight_.begin()->second.back();
        in_flight_.erase(in_flight_.begin());
      }
      answered_or_broken_.notify_all();
    }
    SetBroken();
  }

  void TellRejected(const v1::RejectedRecord& rejected) {
    ++refused_;
    *total_.add_rejected() = rejected;
    const auto places = in_flight_.find(rejected.sequence());
    std::string text;
    if (places != in_flight_.end() && static_cast<std::size_t>(rejected.index()) < places->second.size()) {
      const Place& place = places->second[static_cast<std::size_t>(rejected.index())];
      text = place.file + ":" + std::to_string(place.line) + ": ";
    }
    text += rejected.name() + ": " + rejected.status().message();
    for (const auto& detail : rejected.status().details()) {
      google::rpc::BadRequest bad;
      if (!detail.UnpackTo(&bad)) continue;
      for (const auto& violation : bad.field_violations())
        text += "\n  " + violation.field() + ": " + violation.description();
    }
    Print(text);
  }

  void Complain(const std::string& text) {
    const std::lock_guard lock(mutex_);
    ++refused_;
    Print(text);
  }

  void Print(const std::string& text) { std::cerr << (terminal_ ? "\r\033[K" : "") << text << '\n'; }

  void ShowProgress(const std::string& file, double done) {
    if (!terminal_ || done < 0 || static_cast<int>(done * 100) == shown_percent_) return;
    shown_percent_ = static_cast<int>(done * 100);
    const std::string bar(static_cast<std::size_t>(done * 30), '#');
    std::fprintf(stderr, "\r\033[K%s [%-30s] %3d %%", file.c_str(), bar.c_str(), shown_percent_);
  }

  bool Broken() {
    const std::lock_guard lock(mutex_);
    return broken_;
  }

  void SetBroken() {
    const std::lock_guard lock(mutex_);
    broken_ = true;
    answered_or_broken_.notify_all();
  }

  int Report(const grpc::Status& status) {
    if (options_.output == Output::kJson) {
      std::cout << ToJson(total_);
    } else {
      std::cout << cluster_ << ": " << total_.created() << options_.Word(" created, ", " 条新建，") << total_.updated()
                << options_.Word(" updated, ", " 条更新，") << total_.unchanged()
                << options_.Word(" unchanged, ", " 条未变，") << refused_ << options_.Word(" refused", " 条被拒");
      if (total_.has_revision()) std::cout << options_.Word(", revision ", "，版本 ") << total_.revision().number();
      std::cout << (flags_.validate_only ? options_.Word(" (only checked)", "（仅校验）") : "") << '\n';
    }
    if (!status.ok()) {
      PrintError(status);
      if (durable_.line > 0)
        std::cerr << "durable up to " << durable_.file << ":" << durable_.line << "; go on with --start-line "
                  << durable_.line + 1 << '\n';
      return 1;
    }
    return refused_ > 0 ? 1 : 0;
  }

  const Options& options_;
  const ImportFlags& flags_;
  const bool terminal_;
  std::unique_ptr<v1::ExchangeService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ImportRequest, v1::ImportResponse>> stream_;

  // Of the sending thread.
  std::string cluster_;
  v1::ImportRequest message_;
  std::vector<Place> places_;
  std::size_t bytes_ = 0;
  std::int64_t sent_ = 0;
  int shown_percent_ = -1;

  std::mutex mutex_;  // guards what follows
  std::condition_variable answered_or_broken_;
  bool broken_ = false;
  std::int64_t answered_ = 0;
  int refused_ = 0;
  std::map<std::int64_t, std::vector<Place>> in_flight_;  // by message
  Place durable_;
  v1::ImportResponse total_;
};

}  // namespace

int Import(Connection& connection, const Options& options, const ImportFlags& flags) {
  return Importer(connection, options, flags).Run();
}

}  // namespace bulian::cli
