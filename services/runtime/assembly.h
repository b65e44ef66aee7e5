// Which services the server has: what they are given, and the one list they are in.
#ifndef SERVICES_RUNTIME_ASSEMBLY_H_
#define SERVICES_RUNTIME_ASSEMBLY_H_

#include <string_view>

#include "services/gap/gap_service.h"
#include "services/gap/gap_watch_service.h"
#include "services/rpc/event_log.h"
#include "services/rpc/method_table.h"
#include "services/rpc/metrics.h"
#include "services/rpc/page_token.h"
#include "services/runtime/config.h"
#include "services/store/store.h"
#include "services/view/view.h"
#include "services/watch/hub.h"

namespace bulian::runtime {

// What services work with. Not owned; outlives the method table's use.
struct ServiceDeps {
  const Config* config = nullptr;
  store::Store* store = nullptr;
  view::Views* views = nullptr;
  gap::GapAnalyses* gaps = nullptr;
  watch::Hub* watches = nullptr;           // is started; stop it before the others end
  gap::GapWatches* gap_watches = nullptr;  // so is it
  const rpc::PageTokens* page_tokens = nullptr;
  rpc::Metrics* metrics = nullptr;
  rpc::EventLog* log = nullptr;
};

// Adds the rows of the services that the configuration's target serves.
void RegisterServices(rpc::MethodTable& methods, const ServiceDeps& deps);

// Then, after health and reflection: the methods of all other services say that another replica serves them.
void RefuseOtherTargets(rpc::MethodTable& methods, std::string_view target);

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_ASSEMBLY_H_
