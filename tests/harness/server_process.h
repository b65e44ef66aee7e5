// A real buliand as tests use it: started from $BULIAN_BIN_DIR on free ports with a folder of its own, stopped at the
// end.
#ifndef TESTS_HARNESS_SERVER_PROCESS_H_
#define TESTS_HARNESS_SERVER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grpcpp/channel.h"
#include "grpcpp/support/channel_arguments.h"

namespace bulian::harness {

// A folder under the system's temporary folder, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct HttpAnswer {
  int code = 0;         // 0: no connection
  std::string headers;  // as sent, lower-cased
  std::string body;
};

// GET over a new connection to `address` (`127.0.0.1:port`).
HttpAnswer HttpGet(const std::string& address, const std::string& path);

struct ServerSettings {
  std::string data_dir;            // empty: a temporary folder of the process
  std::vector<std::string> flags;  // beyond addresses, data folder and a drain delay of 0; later ones win
};

// One thread uses it.
class ServerProcess {
 public:
  // Starts the program and waits until it listens or ends. Look at running(): false if it ended; then WaitForEnd() and
  // log() say why.
  explicit ServerProcess(const ServerSettings& settings = {});
  ~ServerProcess();  // Stop(), and SIGKILL if that takes longer than a minute
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  bool running() const { return pid_ > 0; }
  pid_t pid() const { return pid_; }
  const std::string& data_dir() const { return data_dir_; }
  const std::string& grpc_address() const { return grpc_address_; }
  const std::string& http_address() const { return http_address_; }

  // A channel with a connection of its own, with these settings besides.
  std::shared_ptr<grpc::Channel> NewChannel(grpc::ChannelArguments settings = {}) const;
  HttpAnswer Get(const std::string& path) const { return HttpGet(http_address_, path); }

  void Signal(int signal) const;
  // Waits for the end; the exit status, or 128 + the signal that ended it. nullopt: still running after a minute.
  std::optional<int> WaitForEnd();
  // SIGTERM and WaitForEnd.
  std::optional<int> Stop();

  // What it wrote to stderr so far: JSON lines.
  std::string log() const;

 private:
  void ReadAddresses(int out);

  TemporaryFolder folder_;
  std::string data_dir_, grpc_address_, http_address_;
  pid_t pid_ = 0;
  std::optional<int> status_;
};

}  // namespace bulian::harness

#endif  // TESTS_HARNESS_SERVER_PROCESS_H_
