// The parts of the process, started in the order of their needs and stopped in reverse.
#ifndef SERVICES_RUNTIME_MODULES_H_
#define SERVICES_RUNTIME_MODULES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/rpc/event_log.h"

namespace bulian::runtime {

struct Module {
  std::string name;
  std::vector<std::string> needs;       // modules that must run before it starts and until it stopped
  std::function<absl::Status()> start;  // may be empty
  std::function<void()> stop;           // called if start succeeded; may be empty
};

// One thread uses it.
class ModuleManager {
 public:
  explicit ModuleManager(rpc::EventLog* log) : log_(log) {}
  ~ModuleManager() { Stop(); }

  void Add(Module module);

  // Starts all modules; those without an order between them in the order they were added. On failure stops what runs
  // and returns the error with the module's name before it. FAILED_PRECONDITION for an unknown need or a circle.
  absl::Status Start();
  void Stop();

 private:
  absl::Status Order(std::vector<std::size_t>* order) const;

  rpc::EventLog* log_;
  std::vector<Module> modules_;
  std::vector<std::size_t> running_;
};

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_MODULES_H_
