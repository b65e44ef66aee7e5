// What the standard methods need from the process. Plain pointers are not owned and outlive every call.
#ifndef SERVICES_RESOURCE_CONTEXT_H_
#define SERVICES_RESOURCE_CONTEXT_H_

#include <functional>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "services/resource/resource.h"
#include "services/resource/uid.h"
#include "services/rpc/page_token.h"
#include "services/store/store.h"
#include "services/view/view.h"

namespace bulian::resource {

// Filled once at start: the process sets the first three, every Register...Service function adds its families.
// Immutable and thread-safe after.
struct Context {
  store::Store* store = nullptr;
  view::Views* views = nullptr;
  const rpc::PageTokens* page_tokens = nullptr;
  // create_time and update_time are taken from this clock when a write is validated, never before the commit time of
  // the snapshot it was validated against: the commit's own time is known only after its records are written.
  std::function<absl::Time()> clock = [] { return absl::Now(); };
  std::function<std::string()> new_uid = RandomUid;
  Families families;
};

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_CONTEXT_H_
