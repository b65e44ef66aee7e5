// Identifiers of the industrial-internet resolution system 工业互联网标识: `88.<second-level
// node>.<enterprise>/<suffix>`. Source: the public form of its handles; the suffix belongs to the enterprise and is
// kept as it is. Pure, thread-safe.
#ifndef SERVICES_MODEL_INDUSTRIAL_IDENTIFIER_H_
#define SERVICES_MODEL_INDUSTRIAL_IDENTIFIER_H_

#include <string>
#include <string_view>

namespace bulian::model {

// What is wrong, for people; empty if it is valid: `88`, one to three parts of 1 to 12 digits, `/`, a suffix of UTF-8
// text without control characters; at most 256 bytes in all.
std::string IndustrialIdentifierProblem(std::string_view identifier);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_INDUSTRIAL_IDENTIFIER_H_
