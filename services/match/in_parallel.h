// Independent tasks on up to two threads.
#ifndef SERVICES_MATCH_IN_PARALLEL_H_
#define SERVICES_MATCH_IN_PARALLEL_H_

#include <atomic>
#include <cstddef>
#include <thread>

namespace bulian::match {

// Runs task(0) to task(count - 1), each once; returns when all are done. Tasks share nothing that they change, so that
// which thread runs which changes nothing.
template <class Task>
void InParallel(std::size_t count, const Task& task) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) task(i);
  };
  std::thread other;
  if (count > 1 && std::thread::hardware_concurrency() > 1) other = std::thread(work);
  work();
  if (other.joinable()) other.join();
}

}  // namespace bulian::match

#endif  // SERVICES_MATCH_IN_PARALLEL_H_
