// Random UUIDs (RFC 9562, version 4) for log uids. Thread-safe.
#ifndef SERVICES_STORE_UUID_H_
#define SERVICES_STORE_UUID_H_

#include <string>

namespace bulian::store {

// For example `9b2f6a3e-1c4d-4e5f-8a6b-7c8d9e0f1a2b`; from the system's source of randomness.
std::string RandomUuid();

}  // namespace bulian::store

#endif  // SERVICES_STORE_UUID_H_
