// The frames of an archive and its checksum; what is in them is in archive.h. Not thread-safe.
#ifndef SERVICES_STORE_ARCHIVE_FRAMES_H_
#define SERVICES_STORE_ARCHIVE_FRAMES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/store/archive.h"
#include "services/store/digest.h"

namespace bulian::store {

inline constexpr std::uint32_t kArchiveVersion = 1;

enum class FrameKind : char {
  kLog = 'L',
  kRecord = 'R',
  kEntry = 'E',
  kChange = 'C',
  kRequest = 'Q',
  kPosition = 'P',
  kAgain = 'A',
  kEnd = 'Z',
};

// Buffers, so that the sink gets pieces of some 256 KiB.
class FrameWriter {
 public:
  explicit FrameWriter(const ByteSink* sink);
  // The first error of the sink; later frames are not written.
  const absl::Status& Add(FrameKind kind, std::string_view payload);
  // Writes the end and hands on all that is buffered.
  absl::Status Finish();
  const absl::Status& status() const { return status_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  void Append(std::string_view bytes);
  void HandOn();
  const ByteSink* sink_;
  Sha256 sha_;
  std::string buffer_;
  std::int64_t bytes_ = 0;
  absl::Status status_;
};

// Memory is that of the largest frame that really is there, whatever a length says.
class FrameReader {
 public:
  explicit FrameReader(const ByteSource* source) : source_(source) {}
  // Reads what stands before the first frame.
  absl::Status Start();
  // The next frame; the payload is valid until the next call. The end comes only after its checksum and that nothing
  // follows were checked.
  struct Frame {
    FrameKind kind;
    std::string_view payload;
  };
  absl::StatusOr<Frame> Next();
  std::int64_t bytes() const { return bytes_; }

 private:
  absl::Status Read(std::size_t size, std::string* out);
  const ByteSource* source_;
  Sha256 sha_;
  std::string head_, payload_;
  std::int64_t bytes_ = 0;
};

// DATA_LOSS.
absl::Status DamagedArchive(std::string_view why);

// Parts of payloads.
void AppendNumber(std::string& out, std::int64_t value);
void AppendText(std::string& out, std::string_view text);
// False if there is not as much.
bool TakeNumber(std::string_view& in, std::int64_t* value);
bool TakeText(std::string_view& in, std::string_view* text);

}  // namespace bulian::store

#endif  // SERVICES_STORE_ARCHIVE_FRAMES_H_
