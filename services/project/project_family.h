// Rules of projects; a project that comes into production brings its planned capabilities. Pure, thread-safe.
#ifndef SERVICES_PROJECT_PROJECT_FAMILY_H_
#define SERVICES_PROJECT_PROJECT_FAMILY_H_

#include "services/resource/resource.h"

namespace bulian::project {

resource::Family ProjectFamily();

}  // namespace bulian::project

#endif  // SERVICES_PROJECT_PROJECT_FAMILY_H_
