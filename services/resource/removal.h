// A deletion with everything it must depend on. Belongs to the overlay's thread.
#ifndef SERVICES_RESOURCE_REMOVAL_H_
#define SERVICES_RESOURCE_REMOVAL_H_

#include <string>

#include "absl/status/status.h"
#include "services/resource/overlay.h"
#include "services/resource/resource.h"

namespace bulian::resource {

// Stages the deletion of a resource that exists and, with `force`, of its children. FAILED_PRECONDITION with
// RESOURCE_HAS_CHILDREN or RESOURCE_IN_USE.
absl::Status StageRemoval(const Families& families, const std::string& name, bool force, Overlay& overlay);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_REMOVAL_H_
