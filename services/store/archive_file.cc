#include "services/store/archive_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "services/model/error.h"

namespace bulian::store {
namespace {

absl::Status FileError(const std::string& doing, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return model::Error(full ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kUnavailable,
                      full ? v1::STORE_FULL : v1::STORE_FAILED, "could not " + doing + ": " + std::strerror(error));
}

absl::Status SyncDirectoryOf(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path();
  const int fd = open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  return synced ? absl::OkStatus() : FileError("make " + path + " durable", error);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArchiveFile>> ArchiveFile::Create(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(std::filesystem::symlink_status(path, error)))
    return model::Error(absl::StatusCode::kAlreadyExists, v1::RESOURCE_EXISTS, path + " is there already");
  const std::string part = path + ".part";
  const int fd = open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return FileError("create " + part, errno);
  return std::unique_ptr<ArchiveFile>(new ArchiveFile(path, fd));
}

ArchiveFile::~ArchiveFile() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(part_.c_str());
}

absl::Status ArchiveFile::Append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError("write " + part_, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::StatusOr<ArchiveSummary> ArchiveFile::Finish() {
  if (fsync(fd_) != 0) return FileError("make " + part_ + " durable", errno);
  auto source = OpenArchiveFile(part_);
  if (!source.ok()) return source.status();
  auto summary = CheckArchive(*source);
  if (!summary.ok()) return summary;
  if (rename(part_.c_str(), path_.c_str()) != 0) return FileError("put " + path_ + " in place", errno);
  close(fd_);
  fd_ = -1;
  if (absl::Status status = SyncDirectoryOf(path_); !status.ok()) return status;
  return summary;
}

absl::StatusOr<ByteSource> OpenArchiveFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return model::Error(absl::StatusCode::kNotFound, v1::RESOURCE_NOT_FOUND, "there is no file " + path);
  if (fd < 0) return FileError("open " + path, errno);
  const std::shared_ptr<int> held(new int(fd), [](const int* open_fd) {
    close(*open_fd);
    delete open_fd;
  });
  return [path, held](char* buffer, std::size_t size) -> absl::StatusOr<std::size_t> {
    ssize_t got = read(*held, buffer, size);
    while (got < 0 && errno == EINTR) got = read(*held, buffer, size);
    if (got < 0) return FileError("read " + path, errno);
    return static_cast<std::size_t>(got);
  };
}

}  // namespace bulian::store
