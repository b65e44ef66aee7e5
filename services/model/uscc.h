// Unified social credit codes 统一社会信用代码 (GB 32100-2015): 18 characters with two check characters, the last one
// over all and the 17th over the organisation code (GB 11714) at 9 to 17. Pure, thread-safe.
#ifndef SERVICES_MODEL_USCC_H_
#define SERVICES_MODEL_USCC_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bulian::model {

// All that is wrong with a code in normal form (NormalizeIdentifier), for people, with the expected check characters;
// empty if it is valid. I and O are never read as 1 and 0; if that would make it valid, the text says so.
std::vector<std::string> UsccProblems(std::string_view uscc);

// The 18th character for the first 17; nullopt unless these are 17 characters of the code's alphabet.
std::optional<char> UsccCheckCharacter(std::string_view first17);
// The 9th character of an organisation code for its first 8 (0-9, A-Z); nullopt for others.
std::optional<char> OrganizationCodeCheckCharacter(std::string_view first8);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_USCC_H_
