#include "services/store/archive_frames.h"

#include <algorithm>
#include <cstring>

#include "services/model/error.h"

namespace bulian::store {
namespace {

constexpr std::string_view kMagic = "BULIANAR";
constexpr std::size_t kSinkBytes = std::size_t{256} << 10;
constexpr std::size_t kSourceBytes = std::size_t{256} << 10;
constexpr std::size_t kHeadBytes = 1 + sizeof(std::uint32_t);

void AppendNumber32(std::string& out, std::uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::uint32_t Number32(std::string_view bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), sizeof(value));
  return value;
}

}  // namespace

FrameWriter::FrameWriter(const ByteSink* sink) : sink_(sink) {
  std::string start(kMagic);
  AppendNumber32(start, kArchiveVersion);
  Append(start);
}

const absl::Status& FrameWriter::Add(FrameKind kind, std::string_view payload) {
  if (!status_.ok()) return status_;
  std::string head(1, static_cast<char>(kind));
  AppendNumber32(head, static_cast<std::uint32_t>(payload.size()));
  Append(head);
  Append(payload);
  if (buffer_.size() >= kSinkBytes) HandOn();
  return status_;
}

absl::Status FrameWriter::Finish() {
  std::string end(1, static_cast<char>(FrameKind::kEnd));
  AppendNumber32(end, static_cast<std::uint32_t>(kDigestBytes));
  Append(end);
  Append(sha_.Finish());
  if (status_.ok()) HandOn();
  return status_;
}

void FrameWriter::Append(std::string_view bytes) {
  sha_.Update(bytes);
  buffer_.append(bytes);
  bytes_ += static_cast<std::int64_t>(bytes.size());
}

void FrameWriter::HandOn() {
  status_ = (*sink_)(buffer_);
  buffer_.clear();
}

absl::Status FrameReader::Start() {
  if (absl::Status status = Read(kMagic.size() + sizeof(std::uint32_t), &head_); !status.ok()) return status;
  if (!std::string_view(head_).starts_with(kMagic)) return DamagedArchive("it does not begin like an archive");
  const std::uint32_t version = Number32(std::string_view(head_).substr(kMagic.size()));
  sha_.Update(head_);
  if (version <= kArchiveVersion && version > 0) return absl::OkStatus();
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED,
                      "the archive has version " + std::to_string(version) + ", this program reads up to " +
                          std::to_string(kArchiveVersion) + ": use a newer release");
}

absl::StatusOr<FrameReader::Frame> FrameReader::Next() {
  if (absl::Status status = Read(kHeadBytes, &head_); !status.ok()) return status;
  const auto kind = static_cast<FrameKind>(head_[0]);
  const std::uint32_t size = Number32(std::string_view(head_).substr(1));
  sha_.Update(head_);
  if (absl::Status status = Read(size, &payload_); !status.ok()) return status;
  if (kind != FrameKind::kEnd) {
    sha_.Update(payload_);
    return Frame{kind, payload_};
  }
  if (sha_.Finish() != payload_) return DamagedArchive("its checksum is wrong");
  char more = 0;
  const auto rest = (*source_)(&more, 1);
  if (!rest.ok()) return rest.status();
  if (*rest > 0) return DamagedArchive("something stands after its end");
  return Frame{kind, {}};
}

absl::Status FrameReader::Read(std::size_t size, std::string* out) {
  out->clear();
  while (out->size() < size) {
    const std::size_t have = out->size();
    out->resize(have + std::min(size - have, kSourceBytes));
    const auto got = (*source_)(out->data() + have, out->size() - have);
    if (!got.ok()) return got.status();
    if (*got == 0) return DamagedArchive("it ends too early");
    out->resize(have + *got);
    bytes_ += static_cast<std::int64_t>(*got);
  }
  return absl::OkStatus();
}

absl::Status DamagedArchive(std::string_view why) {
  return model::Error(absl::StatusCode::kDataLoss, v1::STORE_FAILED, "the archive is damaged: " + std::string(why));
}

void AppendNumber(std::string& out, std::int64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendText(std::string& out, std::string_view text) {
  AppendNumber32(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

bool TakeNumber(std::string_view& in, std::int64_t* value) {
  if (in.size() < sizeof(*value)) return false;
  std::memcpy(value, in.data(), sizeof(*value));
  in.remove_prefix(sizeof(*value));
  return true;
}

bool TakeText(std::string_view& in, std::string_view* text) {
  if (in.size() < sizeof(std::uint32_t)) return false;
  const std::size_t size = Number32(in);
  in.remove_prefix(sizeof(std::uint32_t));
  if (in.size() < size) return false;
  *text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

}  // namespace bulian::store
