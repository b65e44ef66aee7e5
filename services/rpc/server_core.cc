#include "services/rpc/server_core.h"

namespace bulian::rpc {
namespace {

thread_local MessageCache* thread_messages = nullptr;

}  // namespace

void ServerCore::Ended() {
  if (active.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const std::lock_guard lock(mutex);
  idle.notify_all();
}

void ServerCore::WaitUntilIdle() {
  std::unique_lock lock(mutex);
  idle.wait(lock, [this] { return active.load(std::memory_order_acquire) == 0; });
}

void ServerCore::Register(StreamSession* session) {
  const std::lock_guard lock(mutex);
  sessions.insert(session);
}

void ServerCore::Unregister(StreamSession* session) {
  const std::lock_guard lock(mutex);
  sessions.erase(session);
}

void ServerCore::EndStreams() {
  streams_end.store(true, std::memory_order_release);
  const std::lock_guard lock(mutex);
  for (StreamSession* session : sessions) session->Wake();
}

MessageCache::MessageCache(std::size_t routes) : pairs_(routes) { thread_messages = this; }
MessageCache::~MessageCache() { thread_messages = nullptr; }

MessagePair* ReusedMessages(const Route& route) {
  return thread_messages == nullptr ? nullptr : &thread_messages->pairs_[route.index];
}

}  // namespace bulian::rpc
