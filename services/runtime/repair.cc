#include "services/runtime/repair.h"

#include <mutex>
#include <string>
#include <utility>

#include "services/gateway/http_server.h"
#include "services/rpc/server.h"

namespace bulian::runtime {
namespace {

constexpr absl::Duration kRepairPause = absl::Seconds(1);

// In one line.
std::string Joined(const absl::Status& mistakes) {
  std::string text = DescribeMistakes(mistakes);
  while (text.ends_with('\n')) text.pop_back();
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) text.replace(at, 1, "; ");
  return text;
}

// Thread-safe.
class Notice {
 public:
  void Say(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }
  std::string Get() const {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace

absl::StatusOr<CommandLine> WaitForRepair(const Config& good, absl::Status mistakes, const ReadConfig& read,
                                          const RepairPause& pause, rpc::EventLog* log) {
  if (!good.insecure_allow_remote && !rpc::IsLoopbackAddress(good.http_listen)) return mistakes;
  Notice notice;
  const auto wrong = [&notice] {
    return gateway::HttpResponse{503, "text/plain; charset=utf-8", "[-] configuration\n" + notice.Get() + "\n"};
  };
  const auto alive = [] { return gateway::HttpResponse{200, "text/plain; charset=utf-8", "ok: waiting for repair\n"}; };
  notice.Say(Joined(mistakes));
  auto http =
      gateway::HttpServer::Start(good.http_listen, {{"/livez", alive}, {"/readyz", wrong}, {"/startupz", wrong}});
  if (!http.ok()) return http.status();
  for (std::string told;;) {
    std::string text = Joined(mistakes);
    if (text != told) log->Write(rpc::LogLevel::kError, "waiting for repair of the configuration", {{"error", text}});
    notice.Say(text);
    told = std::move(text);
    if (!pause(kRepairPause)) return absl::CancelledError("told to end");
    auto line = read();
    if (line.ok()) return line;
    mistakes = line.status();
  }
}

}  // namespace bulian::runtime
