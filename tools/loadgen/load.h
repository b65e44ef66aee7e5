// Importing a synthetic cluster into a server.
#ifndef TOOLS_LOADGEN_LOAD_H_
#define TOOLS_LOADGEN_LOAD_H_

#include <cstdint>
#include <string>

#include "tools/loadgen/synthetic.h"

namespace bulian::loadgen {

struct LoadOptions {
  int batch = 1000;  // records a message
  bool prepared =
      false;  // make all messages, in memory, before the first is sent: the sender's own cost is not measured
  std::int64_t server_pid = 0;  // 0: CPU time is not read
};

// Sends everything through Import with a window of messages in flight, and prints one line of key value pairs. Blocks.
// The exit status: 0 if every record was taken.
int Load(const std::string& server, const Synthetic& synthetic, const LoadOptions& options);

}  // namespace bulian::loadgen

#endif  // TOOLS_LOADGEN_LOAD_H_
