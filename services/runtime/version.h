// The program's version.
#ifndef SERVICES_RUNTIME_VERSION_H_
#define SERVICES_RUNTIME_VERSION_H_

namespace bulian::runtime {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace bulian::runtime

#endif  // SERVICES_RUNTIME_VERSION_H_
