#include "services/runtime/logger.h"

#include <unistd.h>

#include <cstdio>

namespace bulian::runtime {
namespace {

constexpr std::string_view kLevels[] = {"debug", "info", "warning", "error"};
constexpr std::string_view kSecretKeys[] = {"password",   "secret",  "token",      "authorization",
                                            "credential", "api_key", "private_key"};

// Bytes of the UTF-8 character at `at`, or 0 if there is none (also for surrogates, overlong forms and beyond
// U+10FFFF).
std::size_t CharacterAt(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xC2 && first < 0xE0   ? 2
                           : first >= 0xE0 && first < 0xF0 ? 3
                           : first >= 0xF0 && first < 0xF5 ? 4
                                                           : 0;
  if (size == 0 || at + size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) >= 0xA0) || (first == 0xF0 && byte(1) < 0x90) ||
      (first == 0xF4 && byte(1) >= 0x90)) {
    return 0;
  }
  return size;
}

void AppendText(std::string_view text, std::string* line) {
  line->push_back('"');
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = CharacterAt(text, i);
    const char c = text[i];
    if (size == 0) {
      *line += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      *line += {'\\', c};
    } else if (c == '\n') {
      *line += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof(escape), "\\u%04x", static_cast<unsigned>(c));
      *line += escape;
    } else {
      line->append(text.substr(i, size));
    }
    i += size == 0 ? 1 : size;
  }
  line->push_back('"');
}

bool IsSecret(std::string_view key) {
  for (const std::string_view word : kSecretKeys) {
    if (key.find(word) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

rpc::LogLevel LogLevelOf(std::string_view name) {
  for (int i = 0; i < 4; ++i) {
    if (kLevels[i] == name) return static_cast<rpc::LogLevel>(i);
  }
  return rpc::LogLevel::kInfo;
}

std::string FormatLogLine(absl::Time time, rpc::LogLevel level, std::string_view message,
                          const rpc::LogFields& fields) {
  std::string line =
      "{\"time\":\"" + absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone()) + "\",\"level\":\"";
  line += kLevels[static_cast<int>(level)];
  line += "\",\"message\":";
  AppendText(message, &line);
  for (const rpc::LogField& field : fields) {
    line.push_back(',');
    AppendText(field.key, &line);
    line.push_back(':');
    if (IsSecret(field.key)) {
      line += "\"***\"";
    } else if (field.is_number) {
      line += field.text;
    } else {
      AppendText(field.text, &line);
    }
  }
  return line + "}\n";
}

void JsonLogger::Write(rpc::LogLevel level, std::string_view message, const rpc::LogFields& fields) {
  if (!Enabled(level)) return;
  const std::string line = FormatLogLine(clock_(), level, message, fields);
  // A log that cannot be written must not stop the server.
  [[maybe_unused]] const ssize_t written = write(fd_, line.data(), line.size());
}

}  // namespace bulian::runtime
