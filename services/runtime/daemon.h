// The life of the process around the application: command line, signals, limits, exit status.
#ifndef SERVICES_RUNTIME_DAEMON_H_
#define SERVICES_RUNTIME_DAEMON_H_

#include <string>
#include <vector>

namespace bulian::runtime {

// Runs until SIGTERM or SIGINT; returns the exit status: 0 after a clean end, 1 when it could not start, 2 for mistakes
// in the configuration. A second signal ends the process at once with 130.
int RunDaemon(const std::vector<std::string>& arguments);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_DAEMON_H_
