// A proxy on loopback that a test can cut, stop, slow down or half-close between two programs.
#ifndef TESTS_HARNESS_TCP_PROXY_H_
#define TESTS_HARNESS_TCP_PROXY_H_

#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "services/store/redis/connection.h"

namespace bulian::harness {

// Thread-safe. One thread carries all connections.
class TcpProxy {
 public:
  explicit TcpProxy(store::redis::Endpoint target);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  const store::redis::Endpoint& endpoint() const { return endpoint_; }

  // Breaks every connection; new ones are taken.
  void Cut();
  // Breaks connections and refuses new ones until Heal().
  void Refuse();
  // Requests still arrive, answers are kept back: what was done is not known. Until Heal(), when connections are
  // broken.
  void SwallowAnswers();
  // Nothing is carried until Heal(), when what was sent meanwhile arrives, late; connections stay.
  void Stall();
  // Tells the clients that no more answers come, while requests still arrive.
  void HalfClose();
  void Heal();

 private:
  struct Pair {
    int client, target;
    std::uint64_t born_cut, born_half;
    bool half_closed = false;
  };
  void Wake();
  void Loop();
  void Accept();
  // False: the pair has ended.
  bool Carry(Pair& pair, bool client_ready, bool target_ready);

  const store::redis::Endpoint target_;
  store::redis::Endpoint endpoint_;
  int listener_ = -1;
  int wake_ = -1;  // an eventfd
  std::atomic<std::uint64_t> cut_{0}, half_close_{0};
  std::atomic<bool> refuse_{false}, swallow_{false}, stall_{false}, stopping_{false};
  std::vector<Pair> pairs_;  // by the thread
  std::thread thread_;
};

}  // namespace bulian::harness

#endif  // TESTS_HARNESS_TCP_PROXY_H_
