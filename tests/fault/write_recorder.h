// Records what this process writes to and syncs of one file: the writing calls of the C library are interposed. One
// recording at a time; thread-safe.
#ifndef TESTS_FAULT_WRITE_RECORDER_H_
#define TESTS_FAULT_WRITE_RECORDER_H_

#include <cstdint>
#include <string>
#include <vector>

namespace bulian::fault {

struct FileEvent {
  enum Kind { kWrite, kSync, kTruncate, kMark } kind = kMark;
  std::int64_t offset = 0;  // kWrite; the new size for kTruncate
  std::string bytes;        // kWrite
  bool durable = false;     // kWrite through a descriptor opened with O_DSYNC
  std::string mark;         // kMark
};

// Starts recording the file of this path, as /proc names it.
void StartRecording(const std::string& path);
// Puts a mark of the test's own between the events.
void RecordMark(const std::string& mark);
std::vector<FileEvent> StopRecording();

}  // namespace bulian::fault

#endif  // TESTS_FAULT_WRITE_RECORDER_H_
