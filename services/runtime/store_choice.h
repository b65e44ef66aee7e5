// Which store the configuration names, and how it is opened.
#ifndef SERVICES_RUNTIME_STORE_CHOICE_H_
#define SERVICES_RUNTIME_STORE_CHOICE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/runtime/config.h"
#include "services/store/log_selection.h"
#include "services/store/store.h"

namespace bulian::runtime {

// INVALID_ARGUMENT/INVALID_FIELDS with every mistake among the options of the store and the target. Reads no file.
absl::Status CheckStoreChoice(const Config& config);

// What the option `clusters` of a checked configuration says.
store::LogSelection ClustersHeld(const Config& config);

struct OpenedStore {
  std::unique_ptr<store::Store> store;
  std::string token_secret;  // that seals page and resume tokens: of every process on this store, over restarts
};
// UNAVAILABLE: it may work later. FAILED_PRECONDITION: not without a change here.
absl::StatusOr<OpenedStore> OpenChosenStore(const Config& config);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_STORE_CHOICE_H_
