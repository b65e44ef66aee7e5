// An archive in a file.
#ifndef SERVICES_STORE_ARCHIVE_FILE_H_
#define SERVICES_STORE_ARCHIVE_FILE_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/archive.h"

namespace bulian::store {

// Writes `{path}.part`, and puts it in place when it is durable and was found whole. Destroyed before that, it removes
// it. Belongs to one thread at a time.
class ArchiveFile {
 public:
  // ALREADY_EXISTS: there is something of the name; what an earlier one that was killed left as `.part` is replaced.
  // UNAVAILABLE/STORE_FAILED: it cannot be created.
  static absl::StatusOr<std::unique_ptr<ArchiveFile>> Create(const std::string& path);
  ~ArchiveFile();
  ArchiveFile(const ArchiveFile&) = delete;
  ArchiveFile& operator=(const ArchiveFile&) = delete;

  // RESOURCE_EXHAUSTED/STORE_FULL: there is no room.
  absl::Status Append(std::string_view bytes);
  // Makes it durable, reads the whole file again and checks it. DATA_LOSS: it is no archive.
  absl::StatusOr<ArchiveSummary> Finish();

 private:
  ArchiveFile(std::string path, int fd) : path_(std::move(path)), part_(path_ + ".part"), fd_(fd) {}
  std::string path_, part_;
  int fd_;
};

// The bytes of a file, open as long as the source is. NOT_FOUND, UNAVAILABLE/STORE_FAILED: it cannot be read.
absl::StatusOr<ByteSource> OpenArchiveFile(const std::string& path);

}  // namespace bulian::store

#endif  // SERVICES_STORE_ARCHIVE_FILE_H_
