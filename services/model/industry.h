// Industries (GB/T 4754-2017): a section letter (A to T), divisions of two digits, groups of three, classes of four.
// The sections and the manufacturing divisions (13 to 43) are embedded with names, the others by their ranges; the full
// list can be loaded. The letter is no part of the number but is often written in front (`C3983`). Pure, thread-safe.
#ifndef SERVICES_MODEL_INDUSTRY_H_
#define SERVICES_MODEL_INDUSTRY_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace bulian::model {

// What is wrong with a code, for people; empty if it is valid: a section letter, or two to four digits of a division
// that exists, with or without the letter of its section in front.
std::string IndustryProblem(std::string_view code);

// Without a letter in front of digits: `C39` gives `39`, `C` stays `C`. Empty if the code is not valid.
std::string NormalizeIndustryCode(std::string_view code);

// The section letter of a valid code; 0 for others.
char SectionOfIndustry(std::string_view code);

// Whether the inner industry is the outer one or lies in it: C contains 39, and C39 contains 3983. False if either is
// not a valid code.
bool IndustryContains(std::string_view outer, std::string_view inner);

// Names of industries, and with a full list which codes exist.
class IndustryTable {
 public:
  // The 20 sections and the manufacturing divisions, with Chinese and English names.
  static const IndustryTable& Embedded();
  // A full list as a CSV with the header `code,name,parent`; codes with or without letter, parents may be empty. Wrong
  // codes, codes twice and parents that do not contain their child are refused whole with every wrong line.
  static absl::StatusOr<IndustryTable> FromCsv(std::string_view csv);

  struct Name {
    std::string zh, en;
  };
  // nullptr if the table has no such code.
  const Name* Find(std::string_view code) const;
  // As IndustryProblem; with a full list also codes that it does not have are wrong.
  std::string Problem(std::string_view code) const;
  bool full() const { return full_; }
  std::size_t size() const { return names_.size(); }

 private:
  std::map<std::string, Name, std::less<>> names_;  // by normal form
  bool full_ = false;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_INDUSTRY_H_
