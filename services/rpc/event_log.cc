#include "services/rpc/event_log.h"

#include <charconv>
#include <cmath>

namespace bulian::rpc {

LogField::LogField(std::string field_key, double value) : key(std::move(field_key)), is_number(std::isfinite(value)) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  text.assign(buffer, end);
}

}  // namespace bulian::rpc
