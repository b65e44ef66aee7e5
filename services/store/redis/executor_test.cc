// What each error of Redis, each redirection and each lost answer becomes, by servers that say what a test wants.
#include "services/store/redis/executor.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/model/error.h"
#include "services/store/redis/scripts.h"

namespace bulian::store::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kOk[] = "+OK\r\n";
constexpr char kSilence[] = "";       // no answer, the connection stays
constexpr char kHangUp[] = "hangup";  // the connection ends without an answer

// A server of Redis' protocol on loopback whose answers are the test's. One thread serves all connections.
class ScriptedServer {
 public:
  using Handler = std::function<std::string(const Command&)>;

  explicit ScriptedServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    EXPECT_EQ(getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    endpoint_ = {"127.0.0.1", ntohs(address.sin_port)};
    EXPECT_EQ(pipe(end_.data()), 0);
    thread_ = std::thread([this] { Loop(); });
  }
  ~ScriptedServer() {
    close(end_[1]);
    thread_.join();
    for (const Peer& peer : peers_) close(peer.fd);
    close(end_[0]);
    close(listener_);
  }

  const Endpoint& endpoint() const { return endpoint_; }
  // Those the test is about, as they came: those of getting ready are left out.
  std::vector<std::string> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  struct Peer {
    int fd;
    std::string bytes;
  };

  void Loop() {
    while (true) {
      std::vector<pollfd> ready = {{end_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
      for (const Peer& peer : peers_) ready.push_back({peer.fd, POLLIN, 0});
      poll(ready.data(), ready.size(), -1);
      if (ready[0].revents != 0) return;
      std::size_t at = 2;
      std::erase_if(peers_, [&](Peer& peer) {
        if (ready[at++].revents == 0 || Serve(peer)) return false;
        close(peer.fd);
        return true;
      });
      if (ready[1].revents != 0) peers_.push_back({accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), ""});
    }
  }

  // False: the connection is to end.
  bool Serve(Peer& peer) {
    std::array<char, 4096> bytes;
    const ssize_t got = recv(peer.fd, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    peer.bytes.append(bytes.data(), static_cast<std::size_t>(got));
    while (const auto command = Take(peer.bytes)) {
      const std::string answer = Answer(*command);
      if (answer == kHangUp) return false;
      if (send(peer.fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return false;
    }
    return true;
  }

  // `*N` and N times `$SIZE` and the bytes, each with an end of line.
  static std::optional<Command> Take(std::string& bytes) {
    std::size_t at = 0;
    const auto number = [&]() -> std::optional<std::size_t> {
      const std::size_t end = bytes.find("\r\n", at);
      if (end == std::string::npos) return std::nullopt;
      const std::size_t value = std::stoul(bytes.substr(at + 1, end - at - 1));
      at = end + 2;
      return value;
    };
    const auto parts = number();
    if (!parts) return std::nullopt;
    Command command;
    while (command.size() < *parts) {
      const auto size = number();
      if (!size || bytes.size() < at + *size + 2) return std::nullopt;
      command.push_back(bytes.substr(at, *size));
      at += *size + 2;
    }
    bytes.erase(0, at);
    return command;
  }

  std::string Answer(const Command& command) {
    if (command[0] == "CONFIG") return "*4\r\n$10\r\nappendonly\r\n$3\r\nyes\r\n$11\r\nappendfsync\r\n$6\r\nalways\r\n";
    if (command[0] == "ROLE") return "*1\r\n$6\r\nmaster\r\n";
    const std::lock_guard lock(mutex_);
    seen_.push_back(command[0]);
    return handler_(command);
  }

  const Handler handler_;
  Endpoint endpoint_;
  int listener_ = -1;
  std::array<int, 2> end_{};
  std::vector<Peer> peers_;  // by the thread
  mutable std::mutex mutex_;
  std::vector<std::string> seen_;  // guarded by mutex_
  std::thread thread_;
};

// Says the first ones once each, then the last for ever.
ScriptedServer::Handler Says(std::vector<std::string> answers) {
  return [answers = std::move(answers), next = std::size_t{0}](const Command&) mutable {
    return answers[std::min(next++, answers.size() - 1)];
  };
}

std::string Error(std::string_view text) { return "-" + std::string(text) + "\r\n"; }

// How long a client waits: longer than anything that is to come takes, or for what does not come.
struct Patience {
  absl::Duration timeout = absl::Seconds(20), patience = absl::Seconds(20);
};
const Patience kSoonOver = {absl::Milliseconds(60), absl::Milliseconds(150)};

// An executor with its surroundings.
class Client {
 public:
  explicit Client(std::vector<Endpoint> endpoints, RedisOptions::Mode mode = RedisOptions::Mode::kStandalone,
                  const Patience& patience = {}) {
    options_.endpoints = std::move(endpoints);
    options_.mode = mode;
    options_.master_name = "group";
    options_.timeout = patience.timeout;
    options_.patience = patience.patience;
    options_.wait_timeout = absl::Milliseconds(10);
    topology_ = std::make_unique<Topology>(&options_);
    shared_.options = &options_;
    shared_.topology = topology_.get();
    executor_ = std::make_unique<Executor>(&shared_);
  }
  Outcome Run(Command command = {"GET", "k"}, int wait_replicas = 0, int slot = 7) {
    const Errand errand{slot, std::move(command)};
    return std::move(executor_->Run({&errand, 1}, wait_replicas).front());
  }

 private:
  RedisOptions options_;
  std::unique_ptr<Topology> topology_;
  ExecutorShared shared_;
  std::unique_ptr<Executor> executor_;
};

TEST(ExecutorTest, ErrorsThatPassAreWaitedFor) {
  for (const char* error :
       {"TRYAGAIN Multiple keys request during rehashing of slot", "CLUSTERDOWN The cluster is down",
        "LOADING Redis is loading the dataset in memory", "BUSY Redis is busy running a script.",
        "MASTERDOWN Link with MASTER is down", "NOREPLICAS Not enough good replicas to write.",
        "READONLY You can't write against a read only replica."}) {
    SCOPED_TRACE(error);
    ScriptedServer server(Says({Error(error), Error(error), kOk}));
    const Outcome outcome = Client({server.endpoint()}).Run();
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_FALSE(outcome.perhaps_done);
    EXPECT_EQ(server.seen().size(), 3U);
  }
}

TEST(ExecutorTest, AnErrorThatDoesNotPassInTimeIsToldAndNothingWasDone) {
  ScriptedServer server(Says({Error("LOADING Redis is loading the dataset in memory")}));
  const Outcome outcome = Client({server.endpoint()}, RedisOptions::Mode::kStandalone, kSoonOver).Run();
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(model::ReasonOf(outcome.status), v1::STORE_FAILED);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("loading the dataset"));
  EXPECT_FALSE(outcome.perhaps_done);
}

TEST(ExecutorTest, NoRoomAndWhatIsForbiddenAreToldAtOnce) {
  const std::vector<std::pair<std::string, v1::ErrorReason>> cases = {
      {"OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'", v1::STORE_FULL},
      {"MISCONF Errors writing to the AOF file: No space left on device", v1::STORE_FULL},
      {"MISCONF Redis is configured to save RDB snapshots, but cannot", v1::STORE_FAILED},
      {"NOPERM User app has no permissions to run the 'evalsha' command", v1::STORE_FAILED},
      {"NOAUTH Authentication required.", v1::STORE_FAILED},
      {"WRONGTYPE Operation against a key holding the wrong kind of value", v1::STORE_FAILED}};
  for (const auto& [error, reason] : cases) {
    SCOPED_TRACE(error);
    ScriptedServer server(Says({Error(error)}));
    const Outcome outcome = Client({server.endpoint()}).Run();
    EXPECT_EQ(outcome.status.code(),
              reason == v1::STORE_FULL ? absl::StatusCode::kResourceExhausted : absl::StatusCode::kUnavailable);
    EXPECT_EQ(model::ReasonOf(outcome.status), reason);
    EXPECT_THAT(server.seen(), ElementsAre("GET"));
  }
}

TEST(ExecutorTest, AScriptTheServerDoesNotKnowIsLoaded) {
  bool loaded = false;
  ScriptedServer server([&](const Command& command) {
    loaded = loaded || command[0] == "SCRIPT";
    return loaded ? kOk : Error("NOSCRIPT No matching script. Please use EVAL.");
  });
  const Outcome outcome = Client({server.endpoint()}).Run(Call(Script::kConfirm, {"k"}, {}));
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_EQ(server.seen().front(), "EVALSHA");
  EXPECT_EQ(server.seen().back(), "EVALSHA");
}

TEST(ExecutorTest, AnAnswerThatDoesNotComeLeavesItOpenWhetherItWasDone) {
  for (const char* answer : {kSilence, kHangUp}) {
    ScriptedServer server(Says({answer}));
    const Outcome outcome = Client({server.endpoint()}, RedisOptions::Mode::kStandalone, kSoonOver).Run();
    EXPECT_EQ(outcome.status.code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(outcome.perhaps_done);
    EXPECT_GT(server.seen().size(), 1U);
  }
}

TEST(ExecutorTest, AfterALostAnswerItIsSentAgain) {
  for (const char* answer : {kSilence, kHangUp}) {
    ScriptedServer server(Says({answer, kOk}));
    const Outcome outcome =
        Client({server.endpoint()}, RedisOptions::Mode::kStandalone, {absl::Milliseconds(60), absl::Seconds(20)}).Run();
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_TRUE(outcome.perhaps_done);
    EXPECT_GE(server.seen().size(), 2U);
  }
}

TEST(ExecutorTest, WhatWasNotSentWasNotDone) {
  Endpoint gone;
  {
    ScriptedServer server(Says({kOk}));
    gone = server.endpoint();
  }
  const Outcome outcome = Client({gone}, RedisOptions::Mode::kStandalone, kSoonOver).Run();
  EXPECT_EQ(model::ReasonOf(outcome.status), v1::STORE_FAILED);
  EXPECT_THAT(std::string(outcome.status.message()), HasSubstr("could not connect to " + gone.Text()));
  EXPECT_FALSE(outcome.perhaps_done);
}

TEST(ExecutorTest, TooFewReplicasLeaveItUnconfirmed) {
  for (const int held : {0, 1, 2}) {
    ScriptedServer server([held](const Command& command) {
      return command[0] == "WAIT" ? ":" + std::to_string(held) + "\r\n" : std::string(kOk);
    });
    const Outcome outcome = Client({server.endpoint()}).Run({"SET", "k", "v"}, 2);
    EXPECT_TRUE(outcome.status.ok()) << outcome.status;
    EXPECT_EQ(outcome.confirmed, held == 2);
    EXPECT_THAT(server.seen(), ElementsAre("SET", "WAIT"));
  }
}

// All slots are one node's.
std::string Slots(const Endpoint& node) {
  return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:" + std::to_string(node.port) + "\r\n";
}

TEST(ExecutorTest, AMovedSlotIsFollowedAndRemembered) {
  ScriptedServer after(Says({kOk}));
  std::string first_node;
  ScriptedServer before([&](const Command& command) {
    return command[0] == "CLUSTER" ? first_node : Error("MOVED 7 127.0.0.1:" + std::to_string(after.endpoint().port));
  });
  first_node = Slots(before.endpoint());
  Client client({before.endpoint()}, RedisOptions::Mode::kCluster);
  EXPECT_TRUE(client.Run().status.ok());
  EXPECT_TRUE(client.Run().status.ok());
  EXPECT_THAT(before.seen(), ElementsAre("CLUSTER", "GET"));
  EXPECT_THAT(after.seen(), ElementsAre("GET", "GET"));
}

TEST(ExecutorTest, ASlotOnItsWayIsAskedForThereThisOnce) {
  ScriptedServer importing(Says({kOk}));
  std::string all;
  int asked = 0;
  // A server that does not say a host means its own.
  ScriptedServer migrating([&](const Command& command) {
    if (command[0] == "CLUSTER") return all;
    return ++asked == 1 ? Error("ASK 7 :" + std::to_string(importing.endpoint().port)) : std::string(kOk);
  });
  all = Slots(migrating.endpoint());
  Client client({migrating.endpoint()}, RedisOptions::Mode::kCluster);
  EXPECT_TRUE(client.Run().status.ok());
  EXPECT_TRUE(client.Run().status.ok());
  EXPECT_THAT(importing.seen(), ElementsAre("ASKING", "GET"));
  EXPECT_THAT(migrating.seen(), ElementsAre("CLUSTER", "GET", "GET"));
}

TEST(ExecutorTest, AMasterThatBecameAReplicaIsAskedOfTheSentinels) {
  ScriptedServer old_master(Says({Error("READONLY You can't write against a read only replica.")}));
  ScriptedServer new_master(Says({kOk}));
  int asked = 0;
  ScriptedServer sentinel([&](const Command&) {
    const int port = (++asked == 1 ? old_master : new_master).endpoint().port;
    const std::string text = std::to_string(port);
    return "*2\r\n$9\r\n127.0.0.1\r\n$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
  });
  Client client({sentinel.endpoint()}, RedisOptions::Mode::kSentinel);
  const Outcome outcome = client.Run();
  EXPECT_TRUE(outcome.status.ok()) << outcome.status;
  EXPECT_THAT(old_master.seen(), ElementsAre("GET"));
  EXPECT_THAT(new_master.seen(), ElementsAre("GET"));
}

TEST(ExecutorTest, ErrandsAfterOneThatIsTriedAgainKeepTheirAnswers) {
  ScriptedServer server([tries = 0](const Command& command) mutable {
    if (command[1] == "busy" && ++tries == 1) return Error("TRYAGAIN");
    return "+" + command[1] + "\r\n";
  });
  RedisOptions options;
  options.endpoints = {server.endpoint()};
  Topology topology(&options);
  ExecutorShared shared;
  shared.options = &options;
  shared.topology = &topology;
  const Errand errands[] = {{1, {"GET", "a"}}, {1, {"GET", "busy"}}, {1, {"GET", "b"}}};
  const auto outcomes = Executor(&shared).Run(errands);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_TRUE(outcomes[i].status.ok()) << outcomes[i].status;
    EXPECT_EQ(Reply(outcomes[i].reply.get()).Text(), errands[i].command[1]);
  }
  EXPECT_EQ(shared.retries.load(), 1);
}

}  // namespace
}  // namespace bulian::store::redis
