#include "services/model/enterprise_index.h"

#include <algorithm>

#include "services/model/industry.h"
#include "services/model/record_fields.h"
#include "services/model/symbol.h"

namespace bulian::model {
namespace {

constexpr std::size_t kDivisionDigits = 2;

}  // namespace

std::uint32_t EnterpriseIndex::HashOf(Key key) {
  const std::uint32_t words[] = {static_cast<std::uint32_t>(key.field), key.value};
  return HashIndex::Hash({reinterpret_cast<const char*>(words), sizeof(words)});
}

std::uint32_t EnterpriseIndex::IndustryValue(std::string_view normal_code) {
  std::uint32_t value = 0;
  for (const char c : normal_code) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::vector<EnterpriseIndex::Key> EnterpriseIndex::KeysOf(std::string_view enterprise) {
  std::vector<Key> keys;
  const auto kind = static_cast<std::uint8_t>(NumberField(enterprise, v1::Enterprise::kKindFieldNumber));
  keys.push_back({Field::kKind, kind});
  for (const auto& [id, region] : SitesOf(enterprise)) {
    if (region == 0) continue;
    for (const std::uint32_t grain : {1u, 100u, 10000u}) keys.push_back({Field::kRegion, region / grain * grain});
  }
  VisitField(enterprise, v1::Enterprise::kIndustryCodesFieldNumber, [&](std::string_view code) {
    const std::string normal = NormalizeIndustryCode(code);
    if (normal.empty()) return;
    keys.push_back({Field::kIndustry, static_cast<unsigned char>(SectionOfIndustry(normal))});
    for (std::size_t size = kDivisionDigits; size <= normal.size(); ++size)
      keys.push_back({Field::kIndustry, IndustryValue(std::string_view(normal).substr(0, size))});
  });
  VisitField(enterprise, v1::Enterprise::kQualificationsFieldNumber, [&](std::string_view qualification) {
    keys.push_back({Field::kQualification, Intern(qualification)});
  });
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

void EnterpriseIndex::AddKind(v1::Enterprise::Kind kind, RowMask* mask) const {
  Add({Field::kKind, static_cast<std::uint8_t>(kind)}, mask);
}

void EnterpriseIndex::AddRegion(std::uint32_t region, RowMask* mask) const { Add({Field::kRegion, region}, mask); }

void EnterpriseIndex::AddIndustry(std::string_view code, RowMask* mask) const {
  const std::string normal = NormalizeIndustryCode(code);
  if (!normal.empty()) Add({Field::kIndustry, IndustryValue(normal)}, mask);
}

void EnterpriseIndex::AddQualification(std::string_view qualification, RowMask* mask) const {
  if (const auto symbol = FindSymbol(qualification)) Add({Field::kQualification, *symbol}, mask);
}

void EnterpriseIndex::Change(Row row, std::optional<std::string_view> before, std::optional<std::string_view> after) {
  const std::vector<Key> old_keys = before ? KeysOf(*before) : std::vector<Key>();
  const std::vector<Key> keys = after ? KeysOf(*after) : std::vector<Key>();
  for (const Key key : old_keys)
    if (!std::binary_search(keys.begin(), keys.end(), key)) Erase(key, row);
  for (const Key key : keys)
    if (!std::binary_search(old_keys.begin(), old_keys.end(), key)) Insert(key, row);
}

Row EnterpriseIndex::Find(Key key) const {
  return slots_.Find(HashOf(key), [&](Row slot) { return values_[slot].key == key; });
}

void EnterpriseIndex::Add(Key key, RowMask* mask) const {
  if (const Row slot = Find(key); slot != kNoRow) values_[slot].rows.AddTo(mask);
}

void EnterpriseIndex::Insert(Key key, Row row) {
  Row slot = Find(key);
  if (slot == kNoRow) {
    if (free_ && !free_->empty()) {
      slot = free_->back();
      free_.Mutable().pop_back();
    } else {
      slot = limit_++;
    }
    values_.Mutable(slot).key = key;
    slots_.Insert(HashOf(key), slot);
  }
  values_.Mutable(slot).rows.Insert(row);
}

void EnterpriseIndex::Erase(Key key, Row row) {
  const Row slot = Find(key);
  if (slot == kNoRow) return;
  RowBitset& rows = values_.Mutable(slot).rows;
  rows.Erase(row);
  if (!rows.empty()) return;
  rows = RowBitset();
  slots_.Erase(HashOf(key), slot);
  free_.Mutable().push_back(slot);
}

void EnterpriseIndex::VisitValues(
    const std::function<void(const std::string& value, const RowBitset& rows)>& visit) const {
  for (Row slot = 0; slot < limit_; ++slot) {
    const Value& value = values_[slot];
    if (value.rows.empty()) continue;
    const std::uint32_t number = value.key.value;
    switch (value.key.field) {
      case Field::kKind:
        visit("kind " + std::to_string(number), value.rows);
        break;
      case Field::kRegion:
        visit("region " + std::to_string(number), value.rows);
        break;
      case Field::kIndustry: {
        std::string code;
        for (int shift = 24; shift >= 0; shift -= 8)
          if (const char c = static_cast<char>(number >> shift & 0xff); c != 0) code.push_back(c);
        visit("industry " + code, value.rows);
        break;
      }
      case Field::kQualification:
        visit("qualification " + std::string(SymbolText(number)), value.rows);
        break;
    }
  }
}

std::size_t EnterpriseIndex::UnsharedBytes(const EnterpriseIndex& other) const {
  std::size_t bytes = slots_.UnsharedBytes(other.slots_);
  bytes += values_.UnsharedBytes(
      other.values_, [](const Value& value, const Value& theirs) { return value.rows.UnsharedBytes(theirs.rows); });
  if (free_ && free_.get() != other.free_.get())
    bytes += Cow<std::vector<Row>>::NodeBytes() + free_->capacity() * sizeof(Row);
  return bytes;
}

}  // namespace bulian::model
