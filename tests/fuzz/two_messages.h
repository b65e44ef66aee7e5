// Two messages out of one input: its first byte says how many of the bytes behind it are the first message's.
#ifndef TESTS_FUZZ_TWO_MESSAGES_H_
#define TESTS_FUZZ_TWO_MESSAGES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "google/protobuf/message_lite.h"

namespace bulian {

// False if they are not both there.
inline bool ParseTwo(const std::uint8_t* data, std::size_t size, google::protobuf::MessageLite* first,
                     google::protobuf::MessageLite* second) {
  if (size == 0) return false;
  const std::size_t split = 1 + std::min<std::size_t>(data[0], size - 1);
  return first->ParseFromArray(data + 1, static_cast<int>(split - 1)) &&
         second->ParseFromArray(data + split, static_cast<int>(size - split));
}

}  // namespace bulian

#endif  // TESTS_FUZZ_TWO_MESSAGES_H_
