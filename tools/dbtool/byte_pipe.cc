#include "tools/dbtool/byte_pipe.h"

#include <algorithm>

namespace bulian::dbtool {

absl::Status BytePipe::Write(std::string_view bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return no_reader_ || read_ == bytes_.size(); });
  if (no_reader_) return absl::CancelledError("nobody reads any more");
  bytes_.assign(bytes);
  read_ = 0;
  changed_.notify_all();
  return absl::OkStatus();
}

void BytePipe::EndWriting() {
  const std::lock_guard lock(mutex_);
  no_writer_ = true;
  changed_.notify_all();
}

std::size_t BytePipe::Read(char* buffer, std::size_t size) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return no_writer_ || read_ < bytes_.size(); });
  const std::size_t got = std::min(size, bytes_.size() - read_);
  bytes_.copy(buffer, got, read_);
  read_ += got;
  if (read_ == bytes_.size()) changed_.notify_all();
  return got;
}

void BytePipe::EndReading() {
  const std::lock_guard lock(mutex_);
  no_reader_ = true;
  changed_.notify_all();
}

}  // namespace bulian::dbtool
