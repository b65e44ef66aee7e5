// Random UUIDs (RFC 9562, version 4) for resources. Thread-safe.
#ifndef SERVICES_RESOURCE_UID_H_
#define SERVICES_RESOURCE_UID_H_

#include <string>
#include <string_view>

namespace bulian::resource {

// For example `9b2f6a3e-1c4d-4e5f-8a6b-7c8d9e0f1a2b`.
std::string RandomUid();

// Whether a text has the form of a UUID, of any version: 36 characters, hexadecimal digits in 8-4-4-4-12.
bool IsUuid(std::string_view text);

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_UID_H_
