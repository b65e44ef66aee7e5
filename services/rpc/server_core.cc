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
  std::set<std::shared_ptr<FeedSession>> ending;
  {
    const std::lock_guard lock(mutex);
    for (StreamSession* session : sessions) session->Wake();
    ending = feeds;
  }
  for (const auto& feed : ending) feed->OnShutdown();
}

void ServerCore::Register(const std::shared_ptr<FeedSession>& feed) {
  {
    const std::lock_guard lock(mutex);
    feeds.insert(feed);
  }
  // It may have come after EndStreams() looked.
  if (streams_end.load(std::memory_order_acquire)) feed->OnShutdown();
}

void ServerCore::Unregister(const std::shared_ptr<FeedSession>& feed) {
  const std::lock_guard lock(mutex);
  feeds.erase(feed);
}

void ServerCore::CancelFeeds() {
  std::set<std::shared_ptr<FeedSession>> stuck;
  {
    const std::lock_guard lock(mutex);
    stuck = feeds;
  }
  for (const auto& feed : stuck) feed->Cancel();
}

MessageCache::MessageCache(std::size_t routes) : pairs_(routes) { thread_messages = this; }
MessageCache::~MessageCache() { thread_messages = nullptr; }

MessagePair* ReusedMessages(const Route& route) {
  return thread_messages == nullptr ? nullptr : &thread_messages->pairs_[route.index];
}

}  // namespace bulian::rpc
