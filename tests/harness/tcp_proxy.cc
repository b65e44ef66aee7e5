#include "tests/harness/tcp_proxy.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace bulian::harness {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

// Moves what is there; false at the end of the sender or when the receiver is gone.
bool Move(int from, int to, bool drop) {
  std::array<char, 65536> bytes;
  const ssize_t got = recv(from, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  for (ssize_t sent = 0; sent < got && !drop;) {
    const ssize_t put = send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (put <= 0) return false;
    sent += put;
  }
  return true;
}

}  // namespace

TcpProxy::TcpProxy(store::redis::Endpoint target) : target_(std::move(target)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  const bool listening = bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                         listen(listener_, 128) == 0 &&
                         getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  endpoint_ = {"127.0.0.1", listening ? ntohs(address.sin_port) : 0};
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { Loop(); });
}

TcpProxy::~TcpProxy() {
  stopping_.store(true);
  Wake();
  thread_.join();
  for (const Pair& pair : pairs_) {
    close(pair.client);
    close(pair.target);
  }
  close(listener_);
  close(wake_);
}

void TcpProxy::Wake() { eventfd_write(wake_, 1); }

void TcpProxy::Cut() {
  cut_.fetch_add(1);
  Wake();
}

void TcpProxy::Refuse() {
  refuse_.store(true);
  Cut();
}

void TcpProxy::SwallowAnswers() { swallow_.store(true); }

void TcpProxy::Stall() {
  stall_.store(true);
  Wake();
}

void TcpProxy::HalfClose() {
  half_close_.fetch_add(1);
  Wake();
}

void TcpProxy::Heal() {
  refuse_.store(false);
  stall_.store(false);
  if (swallow_.exchange(false)) Cut();
  Wake();
}

void TcpProxy::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int target = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(target_.port);
  if (refuse_.load() || connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(client);
    close(target);
    return;
  }
  pairs_.push_back({client, target, cut_.load(), half_close_.load()});
}

bool TcpProxy::Carry(Pair& pair, bool client_ready, bool target_ready) {
  if (pair.born_cut != cut_.load()) return false;
  if (pair.born_half != half_close_.load() && !pair.half_closed) {
    shutdown(pair.client, SHUT_WR);
    pair.half_closed = true;
  }
  if (client_ready && !Move(pair.client, pair.target, false)) return false;
  return !target_ready || Move(pair.target, pair.client, swallow_.load() || pair.half_closed);
}

void TcpProxy::Loop() {
  while (!stopping_.load()) {
    std::vector<pollfd> ready = {{listener_, POLLIN, 0}, {wake_, POLLIN, 0}};
    // One that is not looked at is left out: its end would be told again and again.
    const bool stalled = stall_.load();
    for (const Pair& pair : pairs_) {
      ready.push_back({stalled ? -1 : pair.client, POLLIN, 0});
      ready.push_back({stalled ? -1 : pair.target, POLLIN, 0});
    }
    poll(ready.data(), ready.size(), -1);
    eventfd_t woken = 0;
    if (ready[1].revents != 0) eventfd_read(wake_, &woken);
    std::size_t at = 2;
    std::erase_if(pairs_, [&](Pair& pair) {
      const bool client = ready[at].revents != 0;
      const bool target = ready[at + 1].revents != 0;
      at += 2;
      if (Carry(pair, client, target)) return false;
      close(pair.client);
      close(pair.target);
      return true;
    });
    if (ready[0].revents != 0) Accept();
  }
}

}  // namespace bulian::harness
