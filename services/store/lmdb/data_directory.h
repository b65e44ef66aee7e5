// The directory that holds the data file, held by one process at a time.
#ifndef SERVICES_STORE_LMDB_DATA_DIRECTORY_H_
#define SERVICES_STORE_LMDB_DATA_DIRECTORY_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace bulian::store::lmdb {

// What kind of network file system a statfs() magic number and, for FUSE, a mount type stand for; nullopt: a local one.
// LMDB maps its file into memory and locks it, which these file systems do not keep coherent.
std::optional<std::string> NetworkFileSystem(std::uint64_t magic, const std::string& mount_type);

// An exclusive hold on a data directory, released when destroyed or when the process ends. The holder's pid is in
// `bulian.lock`.
class DataDirectory {
 public:
  // Creates the directory if `create` is set and it is missing. FAILED_PRECONDITION: held by another process (the
  // message and the metadata `holder` name its pid), on a network file system, or not usable.
  static absl::StatusOr<std::unique_ptr<DataDirectory>> Acquire(const std::string& path, bool create);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string DataFile() const;
  // Makes names created in or renamed into the directory durable.
  absl::Status Sync() const;
  // Bytes an unprivileged writer can still add to the file system; nullopt if unknown.
  std::optional<std::int64_t> FreeBytes() const;

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  std::string path_;
  int lock_;
};

}  // namespace bulian::store::lmdb

#endif  // SERVICES_STORE_LMDB_DATA_DIRECTORY_H_
