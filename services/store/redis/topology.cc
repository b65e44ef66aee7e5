#include "services/store/redis/topology.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace bulian::store::redis {
namespace {

constexpr int kSlots = 16384;

std::uint16_t Crc16(std::string_view bytes) {
  std::uint16_t crc = 0;
  for (const char c : bytes) {
    crc = static_cast<std::uint16_t>(crc ^ (static_cast<unsigned char>(c) << 8));
    for (int bit = 0; bit < 8; ++bit) {
      const bool high = (crc & 0x8000) != 0;
      crc = static_cast<std::uint16_t>(crc << 1);
      if (high) crc ^= 0x1021;
    }
  }
  return crc;
}

}  // namespace

int SlotOf(std::string_view key) {
  if (const std::size_t open = key.find('{'); open != std::string_view::npos) {
    const std::size_t close = key.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1) key = key.substr(open + 1, close - open - 1);
  }
  return Crc16(key) % kSlots;
}

absl::StatusOr<Endpoint> Topology::Serving(int slot) {
  const std::lock_guard lock(mutex_);
  if (absl::Status known = RefreshIfNeeded(); !known.ok()) return known;
  auto range = ranges_.upper_bound(slot);
  if (range != ranges_.begin() && std::prev(range)->second.last >= slot) return std::prev(range)->second.endpoint;
  known_ = false;
  return RedisFailed("no node of the cluster serves slot " + std::to_string(slot));
}

absl::StatusOr<std::vector<Endpoint>> Topology::Masters() {
  const std::lock_guard lock(mutex_);
  if (absl::Status known = RefreshIfNeeded(); !known.ok()) return known;
  return masters_;
}

void Topology::Doubt(const Endpoint&) {
  const std::lock_guard lock(mutex_);
  known_ = false;
}

void Topology::Moved(int slot, const Endpoint& endpoint) {
  const std::lock_guard lock(mutex_);
  auto range = ranges_.upper_bound(slot);
  if (range == ranges_.begin()) return;
  --range;
  const int first = range->first;
  const Range whole = range->second;
  if (whole.last < slot) return;
  ranges_.erase(range);
  if (first < slot) ranges_[first] = {slot - 1, whole.endpoint};
  ranges_[slot] = {slot, endpoint};
  if (slot < whole.last) ranges_[slot + 1] = whole;
  if (std::find(masters_.begin(), masters_.end(), endpoint) == masters_.end()) masters_.push_back(endpoint);
}

absl::Status Topology::RefreshIfNeeded() {
  if (known_) return absl::OkStatus();
  absl::Status asked;
  switch (options_.mode) {
    case RedisOptions::Mode::kStandalone:
      masters_ = {options_.endpoints.front()};
      break;
    case RedisOptions::Mode::kSentinel:
      asked = AskSentinels();
      break;
    case RedisOptions::Mode::kCluster:
      asked = AskCluster();
      break;
  }
  if (!asked.ok()) return asked;
  if (options_.mode != RedisOptions::Mode::kCluster) ranges_ = {{0, {kSlots - 1, masters_.front()}}};
  known_ = true;
  return absl::OkStatus();
}

absl::Status Topology::AskSentinels() {
  absl::Status last = RedisFailed("no Sentinel is configured");
  for (const Endpoint& sentinel : options_.endpoints) {
    auto connection = Connection::Open(sentinel, options_.sentinel_credentials, options_.timeout);
    if (!connection.ok()) {
      last = connection.status();
      continue;
    }
    const auto answer = (*connection)->Run({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", options_.master_name});
    if (!answer.ok()) {
      last = answer.status();
      continue;
    }
    const Reply address(answer->get());
    if (address.size() == 2) {
      masters_ = {{std::string(address[0].Text()), static_cast<int>(address[1].Integer())}};
      return absl::OkStatus();
    }
    last = RedisFailed("the Sentinel " + sentinel.Text() + " knows no master " + options_.master_name);
  }
  return last;
}

absl::Status Topology::AskCluster() {
  std::vector<Endpoint> candidates = masters_;
  candidates.insert(candidates.end(), options_.endpoints.begin(), options_.endpoints.end());
  absl::Status last = RedisFailed("no node of the cluster is configured");
  for (const Endpoint& candidate : candidates) {
    last = AskClusterAt(candidate);
    if (last.ok()) return last;
  }
  return last;
}

absl::Status Topology::AskClusterAt(const Endpoint& endpoint) {
  auto connection = Connection::Open(endpoint, options_.credentials, options_.timeout);
  if (!connection.ok()) return connection.status();
  const auto answer = (*connection)->Run({"CLUSTER", "SLOTS"});
  if (!answer.ok()) return answer.status();
  const Reply slots(answer->get());
  if (slots.IsError()) return RedisFailed(endpoint.Text() + ": " + std::string(slots.Text()));
  std::map<int, Range> ranges;
  std::vector<Endpoint> masters;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const Reply master = slots[i][2];
    Endpoint at{std::string(master[0].Text()), static_cast<int>(master[1].Integer())};
    if (at.host.empty()) at.host = endpoint.host;
    ranges[static_cast<int>(slots[i][0].Integer())] = {static_cast<int>(slots[i][1].Integer()), at};
    if (std::find(masters.begin(), masters.end(), at) == masters.end()) masters.push_back(std::move(at));
  }
  if (ranges.empty()) return RedisFailed(endpoint.Text() + " is in a cluster that serves no slot");
  ranges_ = std::move(ranges);
  masters_ = std::move(masters);
  return absl::OkStatus();
}

}  // namespace bulian::store::redis
