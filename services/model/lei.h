// Legal entity identifiers (ISO 17442): 18 characters and two check digits by ISO 7064 MOD 97-10. Pure, thread-safe.
#ifndef SERVICES_MODEL_LEI_H_
#define SERVICES_MODEL_LEI_H_

#include <optional>
#include <string>
#include <string_view>

namespace bulian::model {

// What is wrong with an identifier in normal form (NormalizeIdentifier), for people, with the expected check digits;
// empty if it is valid.
std::string LeiProblem(std::string_view lei);

// The two check digits for the first 18 characters; nullopt unless these are 18 of 0-9 and A-Z.
std::optional<std::string> LeiCheckDigits(std::string_view first18);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_LEI_H_
