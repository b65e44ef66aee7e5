// Which enterprises have a value that lists are filtered by: kind, region, industry, qualification.
//
// A site in a county is also in its prefecture and province, an industry class also in its group, division and section,
// so each value asked for is one set. Belongs to a snapshot; thread-safety as Cow.
#ifndef SERVICES_MODEL_ENTERPRISE_INDEX_H_
#define SERVICES_MODEL_ENTERPRISE_INDEX_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/cow_array.h"
#include "services/model/hash_index.h"
#include "services/model/row_bitset.h"
#include "services/model/row_mask.h"

namespace bulian::model {

class EnterpriseIndex {
 public:
  // Adds the enterprises that have a value. A region: in or within it (GB/T 2260, as a number). An industry: any valid
  // form of the code (`C`, `39`, `C3983`), in or within it. A value that nothing has adds nothing.
  void AddKind(v1::Enterprise::Kind kind, RowMask* mask) const;
  void AddRegion(std::uint32_t region, RowMask* mask) const;
  void AddIndustry(std::string_view code, RowMask* mask) const;
  void AddQualification(std::string_view qualification, RowMask* mask) const;

  // Follows the record of a row: its stored bytes before and after; nullopt: there was none, there is none.
  void Change(Row row, std::optional<std::string_view> before, std::optional<std::string_view> after);

  // Calls visit for every value that something has, in no order; for tests and reports.
  void VisitValues(const std::function<void(const std::string& value, const RowBitset& rows)>& visit) const;
  std::size_t UnsharedBytes(const EnterpriseIndex& other) const;

 private:
  enum class Field : std::uint32_t { kKind, kRegion, kIndustry, kQualification };
  struct Key {
    Field field{};
    std::uint32_t value = 0;  // kind; region; industry code as up to four characters; symbol
    auto operator<=>(const Key&) const = default;
  };
  struct Value {
    Key key;
    RowBitset rows;
  };

  static std::uint32_t HashOf(Key key);
  static std::uint32_t IndustryValue(std::string_view normal_code);
  // Ascending, each once.
  static std::vector<Key> KeysOf(std::string_view enterprise);

  Row Find(Key key) const;
  void Add(Key key, RowMask* mask) const;
  void Insert(Key key, Row row);
  void Erase(Key key, Row row);

  HashIndex slots_;                 // of a key: where its value stands
  ChunkedVector<Value, 8> values_;  // those without rows are free
  Cow<std::vector<Row>> free_;
  Row limit_ = 0;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_ENTERPRISE_INDEX_H_
