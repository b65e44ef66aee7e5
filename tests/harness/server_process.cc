#include "tests/harness/server_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace bulian::harness {
namespace {

constexpr int kPatienceMs = 60'000;

// The child: never returns.
[[noreturn]] void Become(const std::string& program, const std::vector<std::string>& arguments, int out,
                         const std::string& log) {
  const int err = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  _exit(127);
}

std::string LineValue(const std::string& text, const std::string& key) {
  const std::size_t begin = text.find(key);
  if (begin == std::string::npos) return "";
  const std::size_t end = text.find('\n', begin);
  return end == std::string::npos ? "" : text.substr(begin + key.size(), end - begin - key.size());
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  path_ = (std::filesystem::temp_directory_path() / "bulian-test-XXXXXX").string();
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

HttpAnswer HttpGet(const std::string& address, const std::string& path) {
  HttpAnswer answer;
  const std::size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nConnection: close\r\n\r\n";
    std::string text;
    if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
      char buffer[4096];
      for (ssize_t got = 0; (got = read(fd, buffer, sizeof(buffer))) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    }
    const std::size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos && text.starts_with("HTTP/1.1 ")) {
      answer.code = std::stoi(text.substr(9, 3));
      answer.headers = text.substr(0, end);
      std::transform(answer.headers.begin(), answer.headers.end(), answer.headers.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      answer.body = text.substr(end + 4);
    }
  }
  close(fd);
  return answer;
}

ServerProcess::ServerProcess(const ServerSettings& settings)
    : data_dir_(settings.data_dir.empty() ? folder_.path() + "/data" : settings.data_dir) {
  const char* bin = std::getenv("BULIAN_BIN_DIR");
  const std::string program = std::string(bin == nullptr ? "build/release/bin" : bin) + "/buliand";
  std::vector<std::string> arguments = {"--listen=127.0.0.1:0", "--http-listen=127.0.0.1:0", "--data-dir=" + data_dir_,
                                        "--drain-delay=0s"};
  arguments.insert(arguments.end(), settings.flags.begin(), settings.flags.end());
  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) Become(program, arguments, out[1], folder_.path() + "/log");
  close(out[1]);
  ReadAddresses(out[0]);
  close(out[0]);
  if (http_address_.empty()) WaitForEnd();
}

ServerProcess::~ServerProcess() {
  if (running() && !Stop()) {
    Signal(SIGKILL);
    WaitForEnd();
  }
}

void ServerProcess::ReadAddresses(int out) {
  std::string text;
  char buffer[512];
  pollfd waiting{out, POLLIN, 0};
  while (http_address_.empty() && poll(&waiting, 1, kPatienceMs) > 0) {
    const ssize_t got = read(out, buffer, sizeof(buffer));
    if (got <= 0) return;
    text.append(buffer, static_cast<std::size_t>(got));
    grpc_address_ = LineValue(text, "listening grpc=");
    http_address_ = LineValue(text, "listening http=");
  }
}

std::shared_ptr<grpc::Channel> ServerProcess::NewChannel(grpc::ChannelArguments settings) const {
  settings.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  settings.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  settings.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(grpc_address_, grpc::InsecureChannelCredentials(), settings);
}

void ServerProcess::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

std::optional<int> ServerProcess::WaitForEnd() {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
  while (pid_ > 0 && std::chrono::steady_clock::now() < until) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      pid_ = 0;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  return pid_ > 0 ? std::nullopt : status_;
}

std::optional<int> ServerProcess::Stop() {
  Signal(SIGTERM);
  return WaitForEnd();
}

std::string ServerProcess::log() const {
  std::ifstream file(folder_.path() + "/log", std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace bulian::harness
