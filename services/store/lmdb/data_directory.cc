#include "services/store/lmdb/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include "services/model/error.h"
#include "services/store/lmdb/layout.h"

namespace bulian::store::lmdb {
namespace {

constexpr std::uint64_t kFuse = 0x65735546;

absl::Status Refuse(const std::string& why, const model::ErrorMetadata& metadata = {}) {
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::STORE_FAILED, why, metadata);
}

// The type of the mount a path is on, as /proc/self/mountinfo names it; empty if unknown.
std::string MountType(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return "";
  const std::string device = std::to_string(major(info.st_dev)) + ":" + std::to_string(minor(info.st_dev));
  std::ifstream mounts("/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string id, parent, dev, field;
    fields >> id >> parent >> dev;
    if (dev != device) continue;
    while (fields >> field && field != "-") {
    }
    fields >> field;
    return field;
  }
  return "";
}

absl::Status CheckFileSystem(const std::string& path) {
  struct statfs info {};
  if (statfs(path.c_str(), &info) != 0) return Refuse(path + ": " + std::strerror(errno));
  const auto magic = static_cast<std::uint32_t>(info.f_type);
  const auto network = NetworkFileSystem(magic, magic == kFuse ? MountType(path) : "");
  if (!network) return absl::OkStatus();
  return Refuse(path + " is on a network file system (" + *network + "); the data file needs a local disk");
}

std::string ReadPid(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = pread(fd, text.data(), text.size() - 1, 0);
  std::string pid(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid;
}

}  // namespace

std::optional<std::string> NetworkFileSystem(std::uint64_t magic, const std::string& mount_type) {
  static constexpr std::pair<std::uint64_t, const char*> kKinds[] = {
      {0x6969, "NFS"},      {0x517B, "SMB"},      {0xFE534D42, "SMB2"},  {0xFF534D42, "CIFS"}, {0x00C36400, "Ceph"},
      {0x5346414F, "AFS"},  {0x6B414653, "AFS"},  {0x73757245, "Coda"},  {0x564C, "NCP"},      {0x0BD00BD0, "Lustre"},
      {0x47504653, "GPFS"}, {0x01161970, "GFS2"}, {0x7461636F, "OCFS2"}, {0x01021997, "9P"},   {0x19830326, "BeeGFS"},
  };
  for (const auto& [known, name] : kKinds) {
    if (magic == known) return name;
  }
  // FUSE serves both: a block device and the overlay of rootless containers are local, anything else may be remote.
  if (magic == kFuse && mount_type != "fuseblk" && mount_type != "fuse.fuse-overlayfs") {
    return mount_type.empty() ? "FUSE" : mount_type;
  }
  return std::nullopt;
}

absl::StatusOr<std::unique_ptr<DataDirectory>> DataDirectory::Acquire(const std::string& path, bool create) {
  std::error_code error;
  if (create) std::filesystem::create_directories(path, error);
  if (error) return Refuse("could not create " + path + ": " + error.message());
  if (!std::filesystem::is_directory(path, error)) return Refuse(path + " is not a directory");
  if (absl::Status status = CheckFileSystem(path); !status.ok()) return status;
  const std::string lock_path = path + "/bulian.lock";
  const int fd = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return Refuse("could not open " + lock_path + ": " + std::strerror(errno));
  std::unique_ptr<DataDirectory> directory(new DataDirectory(path, fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Refuse("could not lock " + lock_path + ": " + std::strerror(errno));
    const std::string pid = ReadPid(fd);
    return Refuse(path + " is in use by the process with pid " + (pid.empty() ? "unknown" : pid), {{"holder", pid}});
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    // A full disk must not keep the store from opening: the lock holds, only its holder stays unnamed.
    if (errno != ENOSPC && errno != EDQUOT) return Refuse("could not write " + lock_path + ": " + std::strerror(errno));
  }
  return directory;
}

DataDirectory::~DataDirectory() { close(lock_); }

std::string DataDirectory::DataFile() const { return path_ + "/" + kDataFileName; }

absl::Status DataDirectory::Sync() const {
  const int fd = open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) close(fd);
  return synced ? absl::OkStatus() : StoreFailed("could not sync " + path_ + ": " + std::strerror(error));
}

std::optional<std::int64_t> DataDirectory::FreeBytes() const {
  struct statvfs info {};
  if (statvfs(path_.c_str(), &info) != 0) return std::nullopt;
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

}  // namespace bulian::store::lmdb
