// Logs in a portable form, the same whatever the store: for backup, restore and moving between stores.
//
// An archive is `BULIANAR` and a version in 4 bytes, then frames: a kind (1 byte), a length (4 bytes), so many bytes.
// Integers are little-endian; text is a 4-byte length and its bytes; entries and changes are laid out by log_codec.h.
//
//   L  a log begins                  revision it was at (8 bytes), name
//   R  a record as scanned           revision (8 bytes), name as text, value
//   E  a log entry                   its header; so many C follow as it says
//   C  a change of the entry         its row
//   Q  a request id                  time (ns since 1970), revision (8 bytes each), scope as text, payload digest
//   P  the log is complete           epoch, revision, time (8 bytes each), uid
//   A  the log was given up          what came of it is void, L of the same log follows
//   Z  the end                       SHA-256 of all bytes before it (32 bytes)
//
// Of a log come the records, then the entries, then the request ids. Records were scanned while commits went on: each
// change of an entry after the revision of L takes the place of its record. Nothing may stand after Z.
//
// The functions are thread-safe and block; memory is flat but for what is said of each.
#ifndef SERVICES_STORE_ARCHIVE_H_
#define SERVICES_STORE_ARCHIVE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/store/store.h"

namespace bulian::store {

// Takes the next bytes of an archive, valid during the call only. An error ends the writing and is its result.
using ByteSink = std::function<absl::Status(std::string_view)>;
// Fills up to so many bytes, at least one; 0: the end.
using ByteSource = std::function<absl::StatusOr<std::size_t>(char* buffer, std::size_t size)>;

struct ArchivedLog {
  std::string name;
  LogPosition position;
  std::int64_t earliest = 0;  // revision of the first entry
  std::int64_t records = 0;   // scanned
  std::int64_t entries = 0, requests = 0;
};
struct ArchiveSummary {
  std::vector<ArchivedLog> logs;  // in the order they stand
  std::int64_t bytes = 0;         // of the archive
};

// Writes the logs, each as it is at a revision between the begin and the end of its turn, while commits go on. A log
// that is trimmed faster than it is read is begun again. ABORTED/CONFLICT: also then there would have been a hole, or
// the log was removed meanwhile; NOT_FOUND: there is none. After an error the bytes are no archive.
absl::StatusOr<ArchiveSummary> WriteArchive(Store& store, const std::vector<std::string>& logs, const ByteSink& sink);

// Reads an archive to its end. DATA_LOSS/STORE_FAILED: it is cut, changed or none.
// FAILED_PRECONDITION/STORE_FAILED: of a newer version.
absl::StatusOr<ArchiveSummary> CheckArchive(const ByteSource& source);

struct ReadArchiveOptions {
  std::string log;      // only this one; empty: all
  absl::Time now;       // the epoch becomes the seconds of it, or the next one if that is more
  bool compare = true;  // read back what was loaded; takes some 64 bytes of memory for each record
};

// Loads logs into a store that has none of their names, each with its epoch raised, so that two restores of one archive
// never share an epoch. Nothing is visible before the whole archive was found sound; then log after log is, each as a
// whole. Memory is that of the loaders of all logs. As CheckArchive; ALREADY_EXISTS:
// there is such a log, and nothing was loaded; NOT_FOUND: the log is not in the archive. DATA_LOSS/STORE_FAILED also
// when the store does not give back what it was given: the logs are there, and not to be used.
absl::StatusOr<ArchiveSummary> ReadArchive(const ByteSource& source, Store& store, const ReadArchiveOptions& options);

}  // namespace bulian::store

#endif  // SERVICES_STORE_ARCHIVE_H_
