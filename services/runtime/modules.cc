#include "services/runtime/modules.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/model/error.h"

namespace bulian::runtime {
namespace {

absl::Status Misassembled(const std::string& what) {
  return model::Error(absl::StatusCode::kFailedPrecondition, v1::SERVER_FAULT, what);
}

}  // namespace

void ModuleManager::Add(Module module) { modules_.push_back(std::move(module)); }

absl::Status ModuleManager::Order(std::vector<std::size_t>* order) const {
  const auto placed = [&](const std::string& name) {
    return std::any_of(order->begin(), order->end(), [&](std::size_t i) { return modules_[i].name == name; });
  };
  for (const Module& module : modules_) {
    for (const std::string& need : module.needs) {
      if (std::none_of(modules_.begin(), modules_.end(), [&](const Module& one) { return one.name == need; })) {
        return Misassembled("module " + module.name + " needs " + need + ", which there is not");
      }
    }
  }
  while (order->size() < modules_.size()) {
    std::size_t next = 0;
    while (next < modules_.size() && (placed(modules_[next].name) ||
                                      !std::all_of(modules_[next].needs.begin(), modules_[next].needs.end(), placed))) {
      ++next;
    }
    if (next == modules_.size()) return Misassembled("modules need each other in a circle");
    order->push_back(next);
  }
  return absl::OkStatus();
}

absl::Status ModuleManager::Start() {
  std::vector<std::size_t> order;
  absl::Status status = Order(&order);
  if (!status.ok()) return status;
  for (const std::size_t i : order) {
    const Module& module = modules_[i];
    const absl::Time begin = absl::Now();
    if (module.start) status = module.start();
    if (!status.ok()) {
      Stop();
      return absl::Status(status.code(), "module " + module.name + ": " + std::string(status.message()));
    }
    running_.push_back(i);
    log_->Write(rpc::LogLevel::kInfo, "module started",
                {{"module", module.name}, {"duration_ms", absl::ToInt64Milliseconds(absl::Now() - begin)}});
  }
  return absl::OkStatus();
}

void ModuleManager::Stop() {
  while (!running_.empty()) {
    const Module& module = modules_[running_.back()];
    running_.pop_back();
    if (module.stop) module.stop();
    log_->Write(rpc::LogLevel::kInfo, "module stopped", {{"module", module.name}});
  }
}

}  // namespace bulian::runtime
