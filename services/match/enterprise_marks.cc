#include "services/match/enterprise_marks.h"

#include <bit>
#include <utility>

namespace bulian::match {

std::vector<std::unique_ptr<EnterpriseMarks::Bits>>& EnterpriseMarks::Spare() {
  thread_local std::vector<std::unique_ptr<Bits>> spare;
  return spare;
}

EnterpriseMarks::EnterpriseMarks(model::Row limit) {
  if (Spare().empty()) {
    bits_ = std::make_unique<Bits>();
  } else {
    bits_ = std::move(Spare().back());
    Spare().pop_back();
  }
  const std::size_t words = limit / 64 + 1;
  if (bits_->words.size() < words) bits_->words.resize(words);
}

EnterpriseMarks::~EnterpriseMarks() {
  Clear();
  Spare().push_back(std::move(bits_));
}

void EnterpriseMarks::MarkAll(const EnterpriseMarks& other) {
  for (const std::uint32_t index : other.bits_->touched) {
    std::uint64_t& word = bits_->words[index];
    const std::uint64_t added = other.bits_->words[index] & ~word;
    if (word == 0) bits_->touched.push_back(index);
    word |= added;
    count_ += static_cast<std::size_t>(std::popcount(added));
  }
}

void EnterpriseMarks::Clear() {
  for (const std::uint32_t index : bits_->touched) bits_->words[index] = 0;
  bits_->touched.clear();
  count_ = 0;
}

}  // namespace bulian::match
