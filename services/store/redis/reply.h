// Thin owners for hiredis replies and for the commands they answer.
#ifndef SERVICES_STORE_REDIS_REPLY_H_
#define SERVICES_STORE_REDIS_REPLY_H_

#include <hiredis/hiredis.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulian::store::redis {

// One command: its name and arguments, of any bytes.
using Command = std::vector<std::string>;

struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using ReplyPtr = std::unique_ptr<redisReply, FreeReply>;

// A view into a reply; valid while its owner lives. A missing element is nil.
class Reply {
 public:
  Reply() = default;
  explicit Reply(const redisReply* reply) : reply_(reply) {}

  bool IsNil() const { return reply_ == nullptr || reply_->type == REDIS_REPLY_NIL; }
  bool IsError() const { return reply_ != nullptr && reply_->type == REDIS_REPLY_ERROR; }
  bool IsArray() const { return reply_ != nullptr && reply_->type == REDIS_REPLY_ARRAY; }
  // Bytes of a string, a status or an error; empty for anything else.
  std::string_view Text() const;
  // Of an integer, or of a string that is a decimal number; 0 for anything else.
  std::int64_t Integer() const;
  std::size_t size() const { return IsArray() ? reply_->elements : 0; }
  Reply operator[](std::size_t i) const { return i < size() ? Reply(reply_->element[i]) : Reply(); }

 private:
  const redisReply* reply_ = nullptr;
};

// The decimal number at the beginning of a text; 0 if there is none.
std::int64_t ToInteger(std::string_view text);

}  // namespace bulian::store::redis

#endif  // SERVICES_STORE_REDIS_REPLY_H_
