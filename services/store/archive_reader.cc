#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "services/model/error.h"
#include "services/store/archive.h"
#include "services/store/archive_frames.h"
#include "services/store/log_codec.h"
#include "services/store/log_contents.h"

namespace bulian::store {
namespace {

// Where the parts of one log go; methods as those of LogLoader.
class LogTarget {
 public:
  virtual ~LogTarget() = default;
  virtual absl::Status AddRecord(std::string_view name, std::optional<std::string_view> value,
                                 std::int64_t revision) = 0;
  virtual absl::Status AddEntry(const LogEntry& entry) = 0;
  virtual absl::Status AddRequest(const StoredRequest& request) = 0;
};

// Where logs go. A log that is begun again before it is complete was given up.
class Target {
 public:
  virtual ~Target() = default;
  // Null: the log is not wanted.
  virtual absl::StatusOr<LogTarget*> Begin(const std::string& log) = 0;
  // May change the position to that of the log to be.
  virtual absl::Status Complete(ArchivedLog& log) = 0;
};

// Cluster ids are fewer; what a store or a message cannot hold is none.
bool IsLogName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '/'; });
}

// Takes frames apart and hands their contents on.
class Decoder {
 public:
  Decoder(const ByteSource* source, Target* target) : frames_(source), target_(target) {}

  absl::StatusOr<ArchiveSummary> Run() {
    if (absl::Status status = frames_.Start(); !status.ok()) return status;
    for (;;) {
      const auto frame = frames_.Next();
      if (!frame.ok()) return frame.status();
      if (changes_left_ > 0 && frame->kind != FrameKind::kChange) return DamagedArchive("a change is missing");
      if (frame->kind == FrameKind::kEnd) break;
      if (absl::Status status = Take(*frame); !status.ok()) return status;
    }
    if (open_) return DamagedArchive("a log has no end");
    summary_.bytes = frames_.bytes();
    return std::move(summary_);
  }

 private:
  absl::Status Take(const FrameReader::Frame& frame) {
    if (frame.kind == FrameKind::kLog) return TakeLog(frame.payload);
    if (!open_) return DamagedArchive("a part belongs to no log");
    switch (frame.kind) {
      case FrameKind::kRecord:
        return TakeRecord(frame.payload);
      case FrameKind::kEntry:
        return TakeEntry(frame.payload);
      case FrameKind::kChange:
        return TakeChange(frame.payload);
      case FrameKind::kRequest:
        return TakeRequest(frame.payload);
      case FrameKind::kPosition:
        return TakePosition(frame.payload);
      case FrameKind::kAgain:
        open_ = false;
        again_ = log_.name;
        return absl::OkStatus();
      default:
        return DamagedArchive("a part is of no known kind");
    }
  }

  absl::Status TakeLog(std::string_view in) {
    if (open_ || !TakeNumber(in, &start_) || !IsLogName(in))
      return DamagedArchive("the begin of a log is not readable");
    if (!again_.empty() && again_ != in) return DamagedArchive("a log that was given up does not follow");
    if (again_.empty() && !names_.insert(std::string(in)).second) return DamagedArchive("a log comes twice");
    again_.clear();
    log_ = {std::string(in), {}, 0, 0, 0, 0};
    open_ = true;
    auto begun = target_->Begin(log_.name);
    if (!begun.ok()) return begun.status();
    to_ = *begun;
    return absl::OkStatus();
  }

  absl::Status TakeRecord(std::string_view in) {
    std::int64_t revision = 0;
    std::string_view name;
    if (!TakeNumber(in, &revision) || !TakeText(in, &name)) return DamagedArchive("a record is not readable");
    log_.records += 1;
    return to_ == nullptr ? absl::OkStatus() : to_->AddRecord(name, in, revision);
  }

  absl::Status TakeEntry(std::string_view in) {
    EntryHeader header;
    if (!DecodeEntryHeader(in, &header)) return DamagedArchive("a log entry is not readable");
    entry_ = std::move(header.entry);
    changes_left_ = header.change_count;
    if (changes_left_ == 0) return DamagedArchive("a log entry changes nothing");
    if (log_.earliest == 0) log_.earliest = entry_.revision;
    log_.entries += 1;
    return absl::OkStatus();
  }

  absl::Status TakeChange(std::string_view in) {
    ChangeView change;
    if (changes_left_ == 0 || !DecodeChangeRow(in, &change)) return DamagedArchive("a change is not readable");
    if (to_ != nullptr) entry_.changes.push_back(change.Copy());
    if (--changes_left_ > 0 || to_ == nullptr) return absl::OkStatus();
    if (absl::Status status = to_->AddEntry(entry_); !status.ok()) return status;
    if (entry_.revision <= start_) return absl::OkStatus();
    // The scan may have found the record as it was before, or not at all.
    for (const LoggedChange& made : entry_.changes) {
      if (absl::Status status = to_->AddRecord(made.name, made.after, entry_.revision); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status TakeRequest(std::string_view in) {
    StoredRequest request;
    std::int64_t nanos = 0;
    std::string_view scope;
    if (!TakeNumber(in, &nanos) || !TakeNumber(in, &request.revision) || !TakeText(in, &scope))
      return DamagedArchive("a request id is not readable");
    request.time = absl::FromUnixNanos(nanos);
    request.scope.assign(scope);
    request.payload_digest.assign(in);
    log_.requests += 1;
    return to_ == nullptr ? absl::OkStatus() : to_->AddRequest(request);
  }

  absl::Status TakePosition(std::string_view in) {
    LogPosition& position = log_.position;
    std::int64_t nanos = 0;
    if (!TakeNumber(in, &position.epoch) || !TakeNumber(in, &position.revision) || !TakeNumber(in, &nanos))
      return DamagedArchive("the end of a log is not readable");
    // The epoch will be raised.
    if (position.epoch < 1 || position.epoch == std::numeric_limits<std::int64_t>::max())
      return DamagedArchive("a log has an epoch that cannot be");
    position.commit_time = absl::FromUnixNanos(nanos);
    position.uid.assign(in);
    open_ = false;
    if (to_ != nullptr) {
      if (absl::Status status = target_->Complete(log_); !status.ok()) return status;
    }
    summary_.logs.push_back(std::move(log_));
    return absl::OkStatus();
  }

  FrameReader frames_;
  Target* target_;
  LogTarget* to_ = nullptr;
  bool open_ = false;            // inside a log
  std::string again_;            // the log that was given up and must follow
  std::set<std::string> names_;  // of all logs
  ArchivedLog log_;
  std::int64_t start_ = 0;  // where the log was before it was scanned
  LogEntry entry_;
  std::int64_t changes_left_ = 0;
  ArchiveSummary summary_;
};

class NoTarget final : public Target {
 public:
  absl::StatusOr<LogTarget*> Begin(const std::string&) override { return nullptr; }
  absl::Status Complete(ArchivedLog&) override { return absl::OkStatus(); }
};

// One log on its way into a store.
class Loading final : public LogTarget {
 public:
  Loading(std::unique_ptr<LogLoader> loader, bool compare) : loader_(std::move(loader)) {
    if (compare) given_.emplace();
  }
  absl::Status AddRecord(std::string_view name, std::optional<std::string_view> value, std::int64_t revision) override {
    if (given_) given_->AddRecord(name, value, revision);
    return loader_->AddRecord(name, value, revision);
  }
  absl::Status AddEntry(const LogEntry& entry) override {
    if (given_) given_->AddEntry(entry);
    return loader_->AddEntry(entry);
  }
  absl::Status AddRequest(const StoredRequest& request) override {
    if (given_) given_->AddRequest(request);
    return loader_->AddRequest(request);
  }
  void SetEnd(const LogPosition& position) { position_ = position; }
  absl::Status Finish() {
    absl::Status status = loader_->Finish(position_);
    loader_.reset();
    return status;
  }
  absl::Status Compare(Store& store, const std::string& log) const {
    if (!given_) return absl::OkStatus();
    const auto found = ContentsOf(store, log);
    if (!found.ok()) return found.status();
    const std::string difference = given_->DifferenceTo(*found);
    if (difference.empty()) return absl::OkStatus();
    return model::Error(
        absl::StatusCode::kDataLoss, v1::STORE_FAILED,
        "clusters/" + log + " was loaded, but is not what was given and must not be used: " + difference);
  }

 private:
  std::unique_ptr<LogLoader> loader_;
  std::optional<LogContents> given_;
  LogPosition position_;
};

class LoadingTarget final : public Target {
 public:
  LoadingTarget(Store* store, const ReadArchiveOptions* options) : store_(store), options_(options) {}

  absl::StatusOr<LogTarget*> Begin(const std::string& log) override {
    if (!options_->log.empty() && options_->log != log) return nullptr;
    logs_.erase(log);
    auto loader = store_->LoadLog(log);
    if (!loader.ok()) return loader.status();
    return &logs_.try_emplace(log, *std::move(loader), options_->compare).first->second;
  }
  absl::Status Complete(ArchivedLog& log) override {
    log.position.epoch = std::max(log.position.epoch + 1, absl::ToUnixSeconds(options_->now));
    logs_.find(log.name)->second.SetEnd(log.position);
    return absl::OkStatus();
  }
  // The archive is sound.
  absl::Status Finish() {
    if (logs_.empty() && !options_->log.empty()) return model::NotFound("clusters/" + options_->log);
    for (auto& [name, loading] : logs_) {
      if (absl::Status status = loading.Finish(); !status.ok()) return status;
    }
    for (auto& [name, loading] : logs_) {
      if (absl::Status status = loading.Compare(*store_, name); !status.ok()) return status;
    }
    return absl::OkStatus();
  }
  bool Has(const std::string& log) const { return logs_.contains(log); }

 private:
  Store* store_;
  const ReadArchiveOptions* options_;
  std::map<std::string, Loading> logs_;
};

}  // namespace

absl::StatusOr<ArchiveSummary> CheckArchive(const ByteSource& source) {
  NoTarget nowhere;
  return Decoder(&source, &nowhere).Run();
}

absl::StatusOr<ArchiveSummary> ReadArchive(const ByteSource& source, Store& store, const ReadArchiveOptions& options) {
  LoadingTarget target(&store, &options);
  auto summary = Decoder(&source, &target).Run();
  if (!summary.ok()) return summary;
  if (absl::Status status = target.Finish(); !status.ok()) return status;
  std::erase_if(summary->logs, [&](const ArchivedLog& log) { return !target.Has(log.name); });
  return summary;
}

}  // namespace bulian::store
