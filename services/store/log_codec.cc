#include "services/store/log_codec.h"

#include <bit>
#include <cstring>

namespace bulian::store {
namespace {

static_assert(std::endian::native == std::endian::little,
              "rows are written in native order, which must be little-endian");

constexpr std::uint32_t kAbsent = 0xFFFFFFFF;
constexpr std::size_t kChangeRowFixed = 2 + 4 + 4 + 8;

template <class T>
void Append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void AppendText(std::string& out, std::string_view text) {
  Append(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

template <class T>
bool Take(std::string_view& in, T* value) {
  if (in.size() < sizeof(T)) return false;
  std::memcpy(value, in.data(), sizeof(T));
  in.remove_prefix(sizeof(T));
  return true;
}

bool TakeBytes(std::string_view& in, std::size_t size, std::string_view* bytes) {
  if (in.size() < size) return false;
  *bytes = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

bool TakeText(std::string_view& in, std::string* text) {
  std::uint32_t size = 0;
  std::string_view bytes;
  if (!Take(in, &size) || !TakeBytes(in, size, &bytes)) return false;
  text->assign(bytes);
  return true;
}

bool TakeOptional(std::string_view& in, std::uint32_t size, std::optional<std::string_view>* bytes) {
  if (size == kAbsent) return true;
  return TakeBytes(in, size, &bytes->emplace());
}

char* Put(char* out, std::string_view bytes) {
  if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  return out + bytes.size();
}

template <class T>
char* PutNumber(char* out, T value) {
  std::memcpy(out, &value, sizeof(value));
  return out + sizeof(value);
}

std::optional<std::string_view> View(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return std::string_view(*text);
}

std::optional<std::string> CopyOf(const std::optional<std::string_view>& text) {
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::uint32_t LengthOf(const std::optional<std::string_view>& text) {
  return text ? static_cast<std::uint32_t>(text->size()) : kAbsent;
}

}  // namespace

std::string EncodeEntryHeader(const LogEntry& entry, std::int64_t change_count) {
  std::string out;
  out.reserve(96 + entry.actor.size() + entry.method.size() + entry.request_id.size());
  Append(out, entry.revision);
  Append(out, entry.epoch);
  Append(out, absl::ToUnixNanos(entry.commit_time));
  Append(out, change_count);
  out.append(entry.predecessor_digest);
  AppendText(out, entry.actor);
  AppendText(out, entry.method);
  AppendText(out, entry.request_id);
  Append(out, static_cast<std::uint32_t>(entry.touches.size()));
  for (const std::string& guard : entry.touches) AppendText(out, guard);
  return out;
}

bool DecodeEntryHeader(std::string_view in, EntryHeader* header) {
  LogEntry& entry = header->entry;
  std::int64_t nanos = 0;
  std::string_view predecessor;
  std::uint32_t touches = 0;
  if (!Take(in, &entry.revision) || !Take(in, &entry.epoch) || !Take(in, &nanos) || !Take(in, &header->change_count) ||
      !TakeBytes(in, kDigestBytes, &predecessor) || !TakeText(in, &entry.actor) || !TakeText(in, &entry.method) ||
      !TakeText(in, &entry.request_id) || !Take(in, &touches) || header->change_count < 0) {
    return false;
  }
  entry.commit_time = absl::FromUnixNanos(nanos);
  entry.predecessor_digest.assign(predecessor);
  entry.touches.clear();
  for (std::uint32_t i = 0; i < touches; ++i) {
    if (!TakeText(in, &entry.touches.emplace_back())) return false;
  }
  return in.empty();
}

LoggedChange ChangeView::Copy() const { return {std::string(name), CopyOf(before), CopyOf(after), before_revision}; }

std::size_t ChangeRowSize(const ChangeView& change) {
  return kChangeRowFixed + change.name.size() + change.before.value_or(std::string_view()).size() +
         change.after.value_or(std::string_view()).size();
}

std::size_t ChangeRowSizeAt(std::string_view bytes) {
  std::uint16_t name = 0;
  std::uint32_t before = 0;
  std::uint32_t after = 0;
  if (!Take(bytes, &name) || !Take(bytes, &before) || !Take(bytes, &after)) return 0;
  const auto present = [](std::uint32_t size) { return size == kAbsent ? std::size_t{0} : std::size_t{size}; };
  return kChangeRowFixed + name + present(before) + present(after);
}

void EncodeChangeRow(const ChangeView& change, char* out) {
  out = PutNumber(out, static_cast<std::uint16_t>(change.name.size()));
  out = PutNumber(out, LengthOf(change.before));
  out = PutNumber(out, LengthOf(change.after));
  out = PutNumber(out, change.before_revision);
  out = Put(out, change.name);
  out = Put(out, change.before.value_or(std::string_view()));
  Put(out, change.after.value_or(std::string_view()));
}

bool DecodeChangeRow(std::string_view in, ChangeView* change) {
  std::uint16_t name = 0;
  std::uint32_t before = 0;
  std::uint32_t after = 0;
  *change = {};
  return Take(in, &name) && Take(in, &before) && Take(in, &after) && Take(in, &change->before_revision) &&
         TakeBytes(in, name, &change->name) && TakeOptional(in, before, &change->before) &&
         TakeOptional(in, after, &change->after) && in.empty();
}

ChangeView ViewOf(const LoggedChange& change) {
  return {change.name, View(change.before), View(change.after), change.before_revision};
}

std::string GenesisDigest(std::string_view uid) { return Sha256Of("bulian log " + std::string(uid)); }

std::string EpochDigest(std::string_view digest, std::int64_t new_epoch) {
  std::string text = "bulian epoch ";
  Append(text, new_epoch);
  return Sha256Of(text.append(digest));
}

std::string EntryDigest(const LogEntry& entry) {
  Sha256 sha;
  sha.Update(EncodeEntryHeader(entry, static_cast<std::int64_t>(entry.changes.size())));
  std::string row;
  for (const LoggedChange& change : entry.changes) {
    const ChangeView view = ViewOf(change);
    row.resize(ChangeRowSize(view));
    EncodeChangeRow(view, row.data());
    sha.Update(row);
  }
  return sha.Finish();
}

}  // namespace bulian::store
