// How a log entry is laid out in bytes, and the digest chain over a log's entries. Every store uses the same encoding,
// so that digests agree between stores.
//
// Integers are little-endian; text is a 4-byte length and its bytes. An entry is one header and one row per change.
//   header: revision, epoch, commit time (ns since 1970), change count (8 bytes each), predecessor digest (32 bytes),
//           actor, method, request id, number of touches (4 bytes), touches
//   change: name length (2 bytes), length of before and of after (4 bytes each, 0xffffffff: absent), revision of before
//           (8 bytes, 0: there was none), name, before, after
// The digest of an entry is SHA-256 over its header and its change rows in order. The predecessor digest of revision 1
// is GenesisDigest(uid); that of a later entry is the digest of the entry before, and of the first entry of a raised
// epoch EpochDigest() of it. Pure functions, thread-safe.
#ifndef SERVICES_STORE_LOG_CODEC_H_
#define SERVICES_STORE_LOG_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "services/store/digest.h"
#include "services/store/store.h"

namespace bulian::store {

inline constexpr std::size_t kMaxNameBytes = 500;

struct EntryHeader {
  LogEntry entry;  // without changes
  std::int64_t change_count = 0;
};

std::string EncodeEntryHeader(const LogEntry& entry, std::int64_t change_count);
// False if the bytes are no header.
bool DecodeEntryHeader(std::string_view bytes, EntryHeader* header);

// A change as views into its row.
struct ChangeView {
  std::string_view name;
  std::optional<std::string_view> before, after;
  std::int64_t before_revision = 0;
  LoggedChange Copy() const;
};

std::size_t ChangeRowSize(const ChangeView& change);
// Writes exactly ChangeRowSize() bytes to `out`.
void EncodeChangeRow(const ChangeView& change, char* out);
// The size of the row that stands at the beginning of the bytes; 0 if they are too short to say.
std::size_t ChangeRowSizeAt(std::string_view bytes);
// False if the bytes are no change row. The views point into `bytes`.
bool DecodeChangeRow(std::string_view bytes, ChangeView* change);
ChangeView ViewOf(const LoggedChange& change);

std::string GenesisDigest(std::string_view uid);
std::string EpochDigest(std::string_view digest, std::int64_t new_epoch);
std::string EntryDigest(const LogEntry& entry);

}  // namespace bulian::store

#endif  // SERVICES_STORE_LOG_CODEC_H_
