#include "services/rpc/stages/request_id.h"

#include <algorithm>
#include <cstdint>
#include <random>

namespace bulian::rpc {
namespace {

constexpr std::size_t kMaxLength = 128;

bool Usable(std::string_view id) {
  return !id.empty() && id.size() <= kMaxLength && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':' || c == '/';
  });
}

void AppendHex(std::uint64_t value, std::string* text) {
  for (int shift = 60; shift >= 0; shift -= 4) text->push_back("0123456789abcdef"[(value >> shift) & 15]);
}

}  // namespace

std::string MintRequestId() {
  static thread_local std::mt19937_64 random = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  std::string id;
  id.reserve(32);
  AppendHex(random(), &id);
  AppendHex(random(), &id);
  return id;
}

absl::Status RequestIdStage::Enter(PipelineCall& call) {
  const std::string_view given = call.Metadata(kRequestIdKey);
  call.context.request_id = Usable(given) ? std::string(given) : MintRequestId();
  return absl::OkStatus();
}

}  // namespace bulian::rpc
