#include "tests/harness/redis_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/time/clock.h"

namespace bulian::harness {
namespace {

using store::redis::Connection;
using store::redis::Reply;

constexpr int kTries = 1500;

std::string TextOf(const Reply& reply) {
  if (!reply.IsArray()) return reply.Text().empty() ? std::to_string(reply.Integer()) : std::string(reply.Text());
  std::string text;
  for (std::size_t i = 0; i < reply.size(); ++i) text += (i > 0 ? " " : "") + TextOf(reply[i]);
  return text;
}

}  // namespace

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  return bound ? ntohs(address.sin_port) : 0;
}

RedisProcess::RedisProcess(Settings settings) : settings_(std::move(settings)) {
  endpoint_ = {"127.0.0.1", settings_.port == 0 ? FreePort() : settings_.port};
  std::string pattern = std::filesystem::temp_directory_path() / "bulian-redis-XXXXXX";
  directory_ = mkdtemp(pattern.data());
  std::ofstream config(directory_ + "/redis.conf");
  config << "bind 127.0.0.1\nport " << endpoint_.port << "\ndir " << directory_ << "\n";
  if (!settings_.sentinel) config << "appendonly yes\nappendfsync always\nsave \"\"\nenable-debug-command yes\n";
  for (const std::string& line : settings_.lines) config << line << "\n";
  config.close();
  Start();
}

RedisProcess::~RedisProcess() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void RedisProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

bool RedisProcess::Ended() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ == 0;
}

void RedisProcess::Signal(int signal) const { kill(pid_, signal); }

void RedisProcess::Start() {
  const std::string config = directory_ + "/redis.conf";
  const std::string log = directory_ + "/redis.log";
  pid_ = fork();
  if (pid_ == 0) {
    if (settings_.file_bytes > 0) {
      const rlimit limit{static_cast<rlim_t>(settings_.file_bytes), static_cast<rlim_t>(settings_.file_bytes)};
      setrlimit(RLIMIT_FSIZE, &limit);
      std::signal(SIGXFSZ, SIG_IGN);
    }
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execlp("redis-server", "redis-server", config.c_str(), settings_.sentinel ? "--sentinel" : nullptr, nullptr);
    std::perror("redis-server");
    _exit(127);
  }
  settings_.file_bytes = 0;
  for (int i = 0; i < kTries && Run({"PING"}) != "PONG"; ++i) absl::SleepFor(absl::Milliseconds(20));
}

std::string RedisProcess::Run(const store::redis::Command& command) const {
  auto connection = Connection::Open(endpoint_, {}, absl::Seconds(10));
  if (!connection.ok()) return std::string(connection.status().message());
  const auto reply = (*connection)->Run(command);
  return reply.ok() ? TextOf(Reply(reply->get())) : std::string(reply.status().message());
}

}  // namespace bulian::harness
