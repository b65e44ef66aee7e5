// Where the rpc layer and services write events, so that they need not know how a process logs.
#ifndef SERVICES_RPC_EVENT_LOG_H_
#define SERVICES_RPC_EVENT_LOG_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bulian::rpc {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// A named value of an event: text or a number.
struct LogField {
  LogField(std::string field_key, std::string value) : key(std::move(field_key)), text(std::move(value)) {}
  LogField(std::string field_key, std::string_view value) : key(std::move(field_key)), text(value) {}
  LogField(std::string field_key, const char* value) : key(std::move(field_key)), text(value) {}
  template <std::integral Number>
  LogField(std::string field_key, Number value)
      : key(std::move(field_key)), text(std::to_string(value)), is_number(true) {}
  LogField(std::string field_key, double value);  // not finite: written as text

  std::string key;
  std::string text;
  bool is_number = false;
};

using LogFields = std::vector<LogField>;

// Thread-safe.
class EventLog {
 public:
  virtual ~EventLog() = default;
  virtual bool Enabled(LogLevel level) const = 0;
  virtual void Write(LogLevel level, std::string_view message, const LogFields& fields) = 0;
};

}  // namespace bulian::rpc

#endif  // SERVICES_RPC_EVENT_LOG_H_
