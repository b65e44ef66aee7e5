#include <string>
#include <utility>

#include "services/model/error.h"
#include "services/store/archive.h"
#include "services/store/archive_frames.h"
#include "services/store/log_codec.h"

namespace bulian::store {
namespace {

constexpr int kTries = 3;  // of a log that is trimmed while it is read

absl::Status Changed(const std::string& log, std::string_view why) {
  return model::Error(absl::StatusCode::kAborted, v1::CONFLICT, why, {{"cluster", "clusters/" + log}});
}

class LogWriter {
 public:
  LogWriter(Store* store, FrameWriter* frames, const std::string& log) : store_(store), frames_(frames), log_(log) {}

  absl::StatusOr<ArchivedLog> Write() {
    for (int tries = 1;; ++tries) {
      archived_ = {log_, {}, 0, 0, 0, 0};
      hole_ = false;
      absl::Status status = TryOnce();
      if (status.ok()) return std::move(archived_);
      if (!hole_) return status;
      if (tries == kTries) return Changed(log_, "the log is trimmed faster than it can be read");
      frames_->Add(FrameKind::kAgain, "");
    }
  }

 private:
  absl::Status TryOnce() {
    const auto start = store_->Position(log_);
    if (!start.ok()) return start.status();
    std::string payload;
    AppendNumber(payload, start->revision);
    frames_->Add(FrameKind::kLog, payload.append(log_));
    if (absl::Status status = WriteRecords(); !status.ok()) return status;
    if (archived_.position.uid != start->uid) return Changed(log_, "the cluster was created anew");
    if (absl::Status status = WriteEntries(*start); !status.ok()) return status;
    if (absl::Status status = WriteRequests(); !status.ok()) return status;
    // What was read by the name was of this log only if it still is.
    const auto now = store_->Position(log_);
    if (!now.ok() || now->uid != start->uid) return Changed(log_, "the cluster was removed");
    const LogPosition& end = archived_.position;
    payload.clear();
    AppendNumber(payload, end.epoch);
    AppendNumber(payload, end.revision);
    AppendNumber(payload, absl::ToUnixNanos(end.commit_time));
    return frames_->Add(FrameKind::kPosition, payload.append(end.uid));
  }

  absl::Status WriteRecords() {
    std::string payload;
    const auto scan = store_->Scan(log_, [&](const ScannedRecord& record) {
      payload.clear();
      AppendNumber(payload, record.revision);
      AppendText(payload, record.name);
      payload.append(record.value);
      archived_.records += 1;
      return frames_->Add(FrameKind::kRecord, payload).ok();
    });
    if (!frames_->status().ok()) return frames_->status();
    if (!scan.ok()) return scan.status();
    archived_.position = scan->end;
    return absl::OkStatus();
  }

  // Those that are kept, up to the scan's end; all since the scan's start are needed.
  absl::Status WriteEntries(const LogPosition& start) {
    const std::int64_t last = archived_.position.revision;
    const auto earliest = store_->EarliestRetained(log_);
    if (!earliest.ok()) return earliest.status();
    archived_.earliest = *earliest;
    std::int64_t next = *earliest;
    hole_ = next > start.revision + 1 || next > last;
    if (hole_) return Changed(log_, "the log was trimmed");
    const absl::Status status = store_->Follow(log_, next - 1, [&](const std::shared_ptr<const LogEntry>& entry) {
      if (entry->revision != next) return false;
      WriteEntry(*entry);
      ++next;
      return frames_->status().ok() && next <= last;
    });
    if (!frames_->status().ok()) return frames_->status();
    hole_ = absl::IsOutOfRange(status);
    if (!status.ok()) return status;
    if (next <= last) return Changed(log_, "the log ends before its last commit");
    return absl::OkStatus();
  }

  void WriteEntry(const LogEntry& entry) {
    frames_->Add(FrameKind::kEntry, EncodeEntryHeader(entry, static_cast<std::int64_t>(entry.changes.size())));
    std::string row;
    for (const LoggedChange& change : entry.changes) {
      const ChangeView view = ViewOf(change);
      row.resize(ChangeRowSize(view));
      EncodeChangeRow(view, row.data());
      frames_->Add(FrameKind::kChange, row);
    }
    archived_.entries += 1;
  }

  absl::Status WriteRequests() {
    std::string payload;
    absl::Status status = store_->VisitRequests(log_, [&](const StoredRequest& request) {
      if (request.revision > archived_.position.revision) return true;
      payload.clear();
      AppendNumber(payload, absl::ToUnixNanos(request.time));
      AppendNumber(payload, request.revision);
      AppendText(payload, request.scope);
      payload.append(request.payload_digest);
      archived_.requests += 1;
      return frames_->Add(FrameKind::kRequest, payload).ok();
    });
    return frames_->status().ok() ? status : frames_->status();
  }

  Store* store_;
  FrameWriter* frames_;
  const std::string& log_;
  ArchivedLog archived_;
  bool hole_ = false;
};

}  // namespace

absl::StatusOr<ArchiveSummary> WriteArchive(Store& store, const std::vector<std::string>& logs, const ByteSink& sink) {
  FrameWriter frames(&sink);
  ArchiveSummary summary;
  for (const std::string& log : logs) {
    auto written = LogWriter(&store, &frames, log).Write();
    if (!written.ok()) return written.status();
    summary.logs.push_back(*std::move(written));
  }
  if (absl::Status status = frames.Finish(); !status.ok()) return status;
  summary.bytes = frames.bytes();
  return summary;
}

}  // namespace bulian::store
