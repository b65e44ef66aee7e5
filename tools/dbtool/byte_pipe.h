// Bytes from one thread to another, with a bound on what is on its way.
//
// Thread-safe for one writing and one reading thread.
#ifndef TOOLS_DBTOOL_BYTE_PIPE_H_
#define TOOLS_DBTOOL_BYTE_PIPE_H_

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace bulian::dbtool {

class BytePipe {
 public:
  // Waits for room. CANCELLED: nobody reads any more.
  absl::Status Write(std::string_view bytes);
  // Nothing more will be written.
  void EndWriting();

  // Waits for bytes; 0: the end.
  std::size_t Read(char* buffer, std::size_t size);
  // Nothing more will be read.
  void EndReading();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string bytes_;     // guarded by mutex_, as all below
  std::size_t read_ = 0;  // of bytes_
  bool no_writer_ = false, no_reader_ = false;
};

}  // namespace bulian::dbtool

#endif  // TOOLS_DBTOOL_BYTE_PIPE_H_
