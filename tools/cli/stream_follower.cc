#include "tools/cli/stream_follower.h"

#include <semaphore.h>
#include <signal.h>

#include <algorithm>
#include <iostream>

namespace bulian::cli {
namespace {

sem_t signalled;  // all that a signal handler may touch
void OnSignal(int) { sem_post(&signalled); }

}  // namespace

Interrupt::Interrupt() {
  sem_init(&signalled, 0, 0);
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  thread_ = std::thread([this] { Wait(); });
}

Interrupt::~Interrupt() {
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  ending_ = true;
  sem_post(&signalled);
  thread_.join();
}

void Interrupt::Guard(grpc::ClientContext* call) {
  const std::lock_guard lock(mutex_);
  call_ = call;
  if (happened_ && call_ != nullptr) call_->TryCancel();
}

void Interrupt::Pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, time, [this] { return happened_.load(); });
}

void Interrupt::Wait() {
  while (sem_wait(&signalled) != 0) {
  }
  if (ending_) return;
  const std::lock_guard lock(mutex_);
  happened_ = true;
  if (call_ != nullptr) call_->TryCancel();
  changed_.notify_all();
}

bool Retries::GoesOn(const grpc::Status& status, const std::string& token, Interrupt* interrupt) {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE || token.empty()) return false;
  if (!told_) std::cerr << "the server is away, trying again: " << status.error_message() << '\n';
  told_ = true;
  interrupt->Pause(pause_);
  pause_ = std::min(pause_ * 2, kLongest);
  return true;
}

int EndOfStream(const grpc::Status& status, const std::string& token, bool interrupted) {
  if (!token.empty()) std::cerr << "--resume " << token << '\n';
  return interrupted || status.ok() ? 0 : PrintError(status);
}

}  // namespace bulian::cli
