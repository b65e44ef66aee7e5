// The process's log: one JSON object a line with time, level, message and fields. Values of fields whose key speaks of
// a secret are masked. Thread-safe; each line is one write.
#ifndef SERVICES_RUNTIME_LOGGER_H_
#define SERVICES_RUNTIME_LOGGER_H_

#include <functional>
#include <string>
#include <string_view>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/rpc/event_log.h"

namespace bulian::runtime {

// `debug`, `info`, `warning`, `error`; anything else is info.
rpc::LogLevel LogLevelOf(std::string_view name);

// The line of an event, with its newline.
std::string FormatLogLine(absl::Time time, rpc::LogLevel level, std::string_view message, const rpc::LogFields& fields);

class JsonLogger final : public rpc::EventLog {
 public:
  // Writes lines of `least` and above to the file descriptor `fd` (not owned).
  JsonLogger(
      int fd, rpc::LogLevel least, std::function<absl::Time()> clock = [] { return absl::Now(); })
      : fd_(fd), least_(least), clock_(std::move(clock)) {}
  bool Enabled(rpc::LogLevel level) const override { return level >= least_; }
  void Write(rpc::LogLevel level, std::string_view message, const rpc::LogFields& fields) override;

 private:
  const int fd_;
  const rpc::LogLevel least_;
  const std::function<absl::Time()> clock_;
};

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_LOGGER_H_
