#include "services/store/redis/reply.h"

#include <charconv>

namespace bulian::store::redis {

std::string_view Reply::Text() const {
  if (reply_ == nullptr) return {};
  const bool text =
      reply_->type == REDIS_REPLY_STRING || reply_->type == REDIS_REPLY_STATUS || reply_->type == REDIS_REPLY_ERROR;
  return text ? std::string_view(reply_->str, static_cast<std::size_t>(reply_->len)) : std::string_view();
}

std::int64_t Reply::Integer() const {
  if (reply_ != nullptr && reply_->type == REDIS_REPLY_INTEGER) return reply_->integer;
  return ToInteger(Text());
}

std::int64_t ToInteger(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace bulian::store::redis
