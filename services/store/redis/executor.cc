#include "services/store/redis/executor.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "services/model/error.h"
#include "services/store/redis/scripts.h"

namespace bulian::store::redis {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr absl::Duration kFirstPause = absl::Milliseconds(5);
constexpr absl::Duration kLongestPause = absl::Milliseconds(400);

// Errors that pass by themselves: the command was not begun.
constexpr std::string_view kPassing[] = {"TRYAGAIN",   "CLUSTERDOWN", "LOADING",  "BUSY ",
                                         "MASTERDOWN", "NOREPLICAS",  "READONLY", "NOSCRIPT"};

bool Passes(std::string_view error) {
  return std::any_of(std::begin(kPassing), std::end(kPassing),
                     [error](std::string_view one) { return error.starts_with(one); });
}

// `MOVED 3999 host:port`; a server that knows no name for a node leaves the host empty: its own.
bool ParseRedirection(std::string_view error, const Endpoint& from, Endpoint* to) {
  const std::size_t space = error.rfind(' ');
  if (space == std::string_view::npos) return false;
  std::string address(error.substr(space + 1));
  if (address.starts_with(':')) address = from.host + address;
  return ParseEndpoint(address, to);
}

}  // namespace

struct Executor::Try {
  const Errand* errand;
  Outcome* outcome;
  bool decided = false;
  std::optional<Endpoint> ask;  // this once, there
};

absl::Status StatusOfError(std::string_view error) {
  const bool full = error.starts_with("OOM") || error.find("No space left") != std::string_view::npos;
  if (!full) return RedisFailed(error);
  return model::Error(absl::StatusCode::kResourceExhausted, v1::STORE_FULL, "Redis has no room: " + std::string(error));
}

absl::Status CheckDurability(Connection& connection, RedisOptions::Durability required) {
  if (required == RedisOptions::Durability::kUnchecked) return absl::OkStatus();
  const auto answer = connection.Run({"CONFIG", "GET", "append*"});
  if (!answer.ok()) return answer.status();
  const Reply config(answer->get());
  const std::string where = connection.endpoint().Text();
  if (config.IsError()) {
    return RedisFailed(where + " does not tell its configuration (" + std::string(config.Text()) +
                       "): permit CONFIG GET, or vouch for its durability with --redis-durability=unchecked");
  }
  std::string_view append_only;
  std::string_view sync;
  for (std::size_t i = 0; i + 1 < config.size(); i += 2) {
    if (config[i].Text() == "appendonly") append_only = config[i + 1].Text();
    if (config[i].Text() == "appendfsync") sync = config[i + 1].Text();
  }
  if (append_only != "yes")
    return RedisFailed(where + " keeps no append-only file: set `appendonly yes` and `appendfsync always`");
  const bool good = sync == "always" || (sync == "everysec" && required == RedisOptions::Durability::kEverySecond);
  if (good) return absl::OkStatus();
  return RedisFailed(where + " has `appendfsync " + std::string(sync) +
                     "`: set `appendfsync always`, or accept the loss of a second with --redis-durability=everysec");
}

absl::Status Executor::Prepare(Connection& connection) {
  const RedisOptions& options = *shared_.options;
  if (options.mode == RedisOptions::Mode::kSentinel) {
    const auto role = connection.Run({"ROLE"});
    if (!role.ok()) return role.status();
    if (Reply(role->get())[0].Text() != "master")
      return RedisFailed(connection.endpoint().Text() + " is no master any more");
  }
  return CheckDurability(connection, options.durability);
}

absl::StatusOr<Connection*> Executor::To(const Endpoint& endpoint) {
  auto& held = connections_[endpoint];
  if (held != nullptr && !held->broken()) return held.get();
  if (held != nullptr) shared_.reconnects.fetch_add(1, std::memory_order_relaxed);
  held.reset();
  auto opened = Connection::Open(endpoint, shared_.options->credentials, shared_.options->timeout);
  if (!opened.ok()) return opened.status();
  if (absl::Status good = Prepare(**opened); !good.ok()) return good;
  held = *std::move(opened);
  return held.get();
}

void Executor::Lost(const Endpoint& endpoint, const absl::Status& why, std::span<Try* const> tries, bool sent) {
  if (const auto held = connections_.find(endpoint); held != connections_.end() && held->second != nullptr) {
    shared_.reconnects.fetch_add(1, std::memory_order_relaxed);
    connections_.erase(held);
  }
  shared_.topology->Doubt(endpoint);
  for (Try* one : tries) {
    one->outcome->status = why;
    one->outcome->perhaps_done |= sent;
  }
}

void Executor::Judge(Connection& connection, ReplyPtr reply, Try& one) {
  const Reply answer(reply.get());
  if (!answer.IsError()) {
    one.outcome->status = absl::OkStatus();
    one.outcome->reply = std::move(reply);
    one.decided = true;
    return;
  }
  const std::string_view error = answer.Text();
  one.outcome->status = StatusOfError(error);
  Endpoint to;
  if (error.starts_with("MOVED") && ParseRedirection(error, connection.endpoint(), &to)) {
    shared_.topology->Moved(one.errand->slot, to);
  } else if (error.starts_with("ASK ") && ParseRedirection(error, connection.endpoint(), &to)) {
    one.ask = to;
  } else if (error.starts_with("CLUSTERDOWN") || error.starts_with("READONLY") || error.starts_with("MASTERDOWN")) {
    shared_.topology->Doubt(connection.endpoint());
  } else if (!Passes(error)) {
    one.decided = true;
  }
}

void Executor::Exchange(const Endpoint& endpoint, const std::vector<Try*>& tries, int wait_replicas) {
  const auto connected = To(endpoint);
  if (!connected.ok()) return Lost(endpoint, connected.status(), tries, /*sent=*/false);
  Connection& connection = **connected;
  for (Try* one : tries) {
    if (one->ask) connection.Queue({"ASKING"});
    connection.Queue(one->errand->command);
  }
  if (wait_replicas > 0) {
    connection.Queue({"WAIT", std::to_string(wait_replicas),
                      std::to_string(absl::ToInt64Milliseconds(shared_.options->wait_timeout))});
  }
  if (absl::Status sent = connection.Flush(); !sent.ok()) return Lost(endpoint, sent, tries, /*sent=*/true);
  bool script_missing = false;
  std::size_t answered = 0;
  absl::Status broken;
  for (; answered < tries.size(); ++answered) {
    Try& one = *tries[answered];
    auto reply = connection.Receive();
    if (reply.ok() && one.ask) reply = connection.Receive();
    if (!reply.ok()) {
      broken = reply.status();
      break;
    }
    one.ask.reset();
    script_missing |= Reply(reply->get()).Text().starts_with("NOSCRIPT");
    Judge(connection, *std::move(reply), one);
  }
  bool confirmed = wait_replicas == 0;
  if (broken.ok() && wait_replicas > 0) {
    const auto held = connection.Receive();
    if (held.ok()) {
      confirmed = Reply(held->get()).Integer() >= wait_replicas;
    } else {
      broken = held.status();
    }
  }
  for (std::size_t i = 0; i < answered; ++i) tries[i]->outcome->confirmed = confirmed;
  if (broken.ok() && script_missing) broken = LoadScripts(connection);
  if (!broken.ok()) Lost(endpoint, broken, std::span(tries).subspan(answered), /*sent=*/true);
}

std::vector<Outcome> Executor::Run(std::span<const Errand> errands, int wait_replicas) {
  std::vector<Outcome> outcomes(errands.size());
  std::vector<Try> tries;
  tries.reserve(errands.size());
  for (std::size_t i = 0; i < errands.size(); ++i) tries.push_back({&errands[i], &outcomes[i], false, std::nullopt});
  const auto deadline = SteadyClock::now() + absl::ToChronoNanoseconds(shared_.options->patience);
  absl::Duration pause = kFirstPause;
  for (int round = 0;; ++round) {
    std::map<Endpoint, std::vector<Try*>> by_node;
    std::size_t open = 0;
    for (Try& one : tries) {
      if (one.decided) continue;
      ++open;
      const auto endpoint = one.ask ? absl::StatusOr<Endpoint>(*one.ask) : shared_.topology->Serving(one.errand->slot);
      if (endpoint.ok()) {
        by_node[*endpoint].push_back(&one);
      } else {
        one.outcome->status = endpoint.status();
      }
    }
    if (open == 0) break;
    if (round > 0) {
      shared_.retries.fetch_add(static_cast<std::int64_t>(open), std::memory_order_relaxed);
      if (SteadyClock::now() >= deadline || shared_.stopping.load(std::memory_order_relaxed)) break;
      // A redirection is followed at once; whatever else failed gets time to pass.
      if (round > 1) {
        absl::SleepFor(pause);
        pause = std::min(pause * 2, kLongestPause);
      }
    }
    for (const auto& [endpoint, at] : by_node) Exchange(endpoint, at, wait_replicas);
  }
  return outcomes;
}

absl::StatusOr<ReplyPtr> Executor::RunOne(int slot, Command command) {
  const Errand errand{slot, std::move(command)};
  Outcome outcome = std::move(Run({&errand, 1}).front());
  if (!outcome.status.ok()) return outcome.status;
  return std::move(outcome.reply);
}

}  // namespace bulian::store::redis
