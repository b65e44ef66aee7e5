#include "tests/fault/write_recorder.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <utility>

namespace bulian::fault {
namespace {

std::atomic<bool> recording{false};
std::mutex mutex;
std::string recorded_path;      // guarded by mutex
std::vector<FileEvent> events;  // guarded by mutex

bool IsRecorded(int fd) {
  if (!recording) return false;
  std::array<char, 512> path{};
  const ssize_t size = readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  const std::lock_guard lock(mutex);
  return size > 0 && std::string(path.data(), static_cast<std::size_t>(size)) == recorded_path;
}

void Record(FileEvent event) {
  const std::lock_guard lock(mutex);
  events.push_back(std::move(event));
}

void RecordWrite(int fd, const void* data, ssize_t size, off_t offset) {
  if (size <= 0) return;
  FileEvent event;
  event.kind = FileEvent::kWrite;
  event.offset = offset;
  event.bytes.assign(static_cast<const char*>(data), static_cast<std::size_t>(size));
  event.durable = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
  Record(std::move(event));
}

ssize_t PositionedWrite(int fd, const void* data, std::size_t size, off_t offset) {
  const ssize_t written = syscall(SYS_pwrite64, fd, data, size, offset);
  if (IsRecorded(fd)) RecordWrite(fd, data, written, offset);
  return written;
}

}  // namespace

void StartRecording(const std::string& path) {
  const std::lock_guard lock(mutex);
  recorded_path = path;
  events.clear();
  recording = true;
}

void RecordMark(const std::string& mark) {
  FileEvent event;
  event.mark = mark;
  Record(std::move(event));
}

std::vector<FileEvent> StopRecording() {
  recording = false;
  const std::lock_guard lock(mutex);
  return std::exchange(events, {});
}

}  // namespace bulian::fault

// The library finds these instead of the C library's.
extern "C" {

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
  return bulian::fault::PositionedWrite(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
  return bulian::fault::PositionedWrite(fd, data, size, offset);
}

ssize_t write(int fd, const void* data, size_t size) {
  const bool recorded = bulian::fault::IsRecorded(fd);
  const off_t offset = recorded ? lseek(fd, 0, SEEK_CUR) : 0;
  const ssize_t written = syscall(SYS_write, fd, data, size);
  if (recorded) bulian::fault::RecordWrite(fd, data, written, offset);
  return written;
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  const bool recorded = bulian::fault::IsRecorded(fd);
  off_t offset = recorded ? lseek(fd, 0, SEEK_CUR) : 0;
  const ssize_t written = syscall(SYS_writev, fd, parts, count);
  // One event a part: a disk may lose any of them.
  ssize_t left = recorded ? written : 0;
  for (int i = 0; i < count && left > 0; ++i) {
    const ssize_t size = std::min(left, static_cast<ssize_t>(parts[i].iov_len));
    bulian::fault::RecordWrite(fd, parts[i].iov_base, size, offset);
    offset += size;
    left -= size;
  }
  return written;
}

int ftruncate(int fd, off_t size) noexcept {
  const int result = static_cast<int>(syscall(SYS_ftruncate, fd, size));
  if (result == 0 && bulian::fault::IsRecorded(fd)) {
    bulian::fault::FileEvent event;
    event.kind = bulian::fault::FileEvent::kTruncate;
    event.offset = size;
    bulian::fault::Record(std::move(event));
  }
  return result;
}

int fdatasync(int fd) {
  const int result = static_cast<int>(syscall(SYS_fdatasync, fd));
  if (result == 0 && bulian::fault::IsRecorded(fd))
    bulian::fault::Record({bulian::fault::FileEvent::kSync, 0, "", false, ""});
  return result;
}

int fsync(int fd) {
  const int result = static_cast<int>(syscall(SYS_fsync, fd));
  if (result == 0 && bulian::fault::IsRecorded(fd))
    bulian::fault::Record({bulian::fault::FileEvent::kSync, 0, "", false, ""});
  return result;
}
}
