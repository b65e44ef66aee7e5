#include "services/risk/systemic_run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace bulian::risk {
namespace {

constexpr std::chrono::milliseconds kBetweenQuestions(50);
constexpr std::size_t kBatchesAhead = 4;

std::vector<FirmLoss> GreatestLosers(const EsriNetwork& network, const EsriResult& result, std::size_t most) {
  std::vector<FirmLoss> losers;
  for (std::int32_t firm = 0; firm < static_cast<std::int32_t>(result.down_losses.size()); ++firm) {
    const double down = result.down_losses[firm], up = result.up_losses[firm];
    if (down <= 0 && up <= 0) continue;
    losers.push_back({firm, down, up, network.weight[network.compiled_of[firm]] * std::max(down, up)});
  }
  const auto greater = [](const FirmLoss& a, const FirmLoss& b) {
    return a.share != b.share ? a.share > b.share : a.firm < b.firm;
  };
  const std::size_t kept = std::min(most, losers.size());
  std::partial_sort(losers.begin(), losers.begin() + static_cast<std::ptrdiff_t>(kept), losers.end(), greater);
  losers.resize(kept);
  losers.shrink_to_fit();
  return losers;
}

class OrderedRun {
 public:
  OrderedRun(const EsriNetwork& network, const SystemicRun& run)
      : network_(network),
        run_(run),
        ahead_(kBatchesAhead * (run.batch + kTogether * static_cast<std::size_t>(run.threads))) {
    slots_.resize(ahead_);
    ready_.assign(ahead_, 0);
  }

  absl::Status Run() {
    absl::Status status;
    {
      const Threads threads(this);
      status = Deliver();
    }
    if (failure_) std::rethrow_exception(failure_);
    return status;
  }

 private:
  static constexpr std::size_t kTogether = 8;  // cascades that one engine has under way

  // The computing threads; ended and joined however Run() is left, also if one cannot be made or `deliver` throws.
  class Threads {
   public:
    explicit Threads(OrderedRun* run) : run_(run) {
      try {
        for (int i = 0; i < run->run_.threads; ++i) threads_.emplace_back([run] { run->Compute(); });
      } catch (const std::exception&) {  // those made so far do the work
        if (threads_.empty()) throw;
      }
    }
    ~Threads() {
      run_->End();
      for (std::thread& thread : threads_) thread.join();
    }
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

   private:
    OrderedRun* const run_;
    std::vector<std::thread> threads_;
  };

  void End() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  void Compute() {
    EsriOptions options = run_.options;
    options.want_losses = run_.losers > 0;
    try {
      RunEsri(network_, options,
              {.take = [this](bool wait) { return Take(wait); },
               .shock = [this](std::size_t i) { return run_.shock(i); },
               .done = [this](std::size_t i, EsriResult result) { Done(i, result); },
               .stop = [this] { return ended_.load(); }});
    } catch (...) {  // out of memory: told to the caller's thread
      {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
      }
      End();
    }
  }

  std::optional<std::size_t> Take(bool wait) {
    std::unique_lock lock(mutex_);
    if (wait) changed_.wait(lock, [this] { return ended_ || next_ == run_.count || next_ < delivered_ + ahead_; });
    if (ended_ || next_ == run_.count || next_ >= delivered_ + ahead_) return std::nullopt;
    return next_++;
  }

  void Done(std::size_t i, const EsriResult& result) {
    SystemicResult kept{result.esri, result.down, result.up, result.steps, result.converged, {}};
    if (run_.losers > 0) kept.losers = GreatestLosers(network_, result, run_.losers);
    const std::lock_guard lock(mutex_);
    slots_[i % ahead_] = std::move(kept);
    ready_[i % ahead_] = 1;
    if (i < delivered_ + run_.batch) changed_.notify_all();
  }

  // With the lock: how many results of the next batch are there; nullopt if one is missing.
  std::optional<std::size_t> NextBatch() const {
    const std::size_t size = std::min(run_.batch, run_.count - delivered_);
    for (std::size_t i = 0; i < size; ++i) {
      if (!ready_[(delivered_ + i) % ahead_]) return std::nullopt;
    }
    return size;
  }

  absl::Status Deliver() {
    std::vector<SystemicResult> batch;
    while (delivered_ < run_.count) {
      std::optional<std::size_t> size;
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kBetweenQuestions, [&] { return ended_ || (size = NextBatch()).has_value(); });
        if (ended_) return absl::OkStatus();  // a thread failed: Run() tells
        batch.clear();
        for (std::size_t i = 0; i < size.value_or(0); ++i) {
          batch.push_back(std::move(slots_[(delivered_ + i) % ahead_]));
          ready_[(delivered_ + i) % ahead_] = 0;
        }
      }
      if (absl::Status alive = run_.alive(); !alive.ok()) return alive;
      if (batch.empty()) continue;
      if (absl::Status status = run_.deliver(delivered_, std::span(batch)); !status.ok()) return status;
      const std::lock_guard lock(mutex_);
      delivered_ += batch.size();
      changed_.notify_all();
    }
    return absl::OkStatus();
  }

  const EsriNetwork& network_;
  const SystemicRun& run_;
  const std::size_t ahead_;
  std::atomic<bool> ended_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SystemicResult> slots_;  // a ring, by number; guarded by mutex_ as all below
  std::vector<char> ready_;
  std::size_t next_ = 0, delivered_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

absl::Status RunInOrder(const EsriNetwork& network, const SystemicRun& run) { return OrderedRun(network, run).Run(); }

}  // namespace bulian::risk
