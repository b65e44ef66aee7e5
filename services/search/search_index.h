// All names and identifiers of a cluster's enterprises, to be found by their pieces. Immutable; a version shares with
// the one before what did not change, so that one changed enterprise costs tens of microseconds. Pure, thread-safe.
#ifndef SERVICES_SEARCH_SEARCH_INDEX_H_
#define SERVICES_SEARCH_SEARCH_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/model/cow_array.h"
#include "services/model/snapshot.h"
#include "services/search/grams.h"
#include "services/search/postings.h"
#include "services/search/search_key.h"

namespace bulian::search {

// Which text of an enterprise; stored as a number of 4 bits.
enum class TextField : std::uint8_t { kNameZh, kNameEn, kAlias, kFormerName, kUscc, kLei, kIdentifier };
inline bool IsIdentifier(TextField field) { return field >= TextField::kUscc; }

// A text in the form it is searched in.
struct Text {
  model::Row enterprise = model::kNoRow;
  TextField field = TextField::kNameZh;
  std::uint8_t ordinal = 0;  // among those of a repeated field
  SearchKey key;
  bool operator==(const Text& other) const {
    return enterprise == other.enterprise && field == other.field && ordinal == other.ordinal &&
           key.core == other.key.core && key.form == other.key.form;
  }
};

// The number of a text: the length of its core, at most 63, in the upper 6 bits, then a hash of the enterprise's name,
// the field and the ordinal. So short texts, which a match says more of, come first, and no order hangs on history. Two
// texts may have one number.
inline constexpr int kLengthShift = 26;
inline constexpr std::size_t kLongestLength = 63;
Doc DocOf(std::string_view enterprise, const Text& text);
inline std::size_t LengthOf(Doc doc) { return doc >> kLengthShift; }

// The pieces of a text.
std::vector<Term> TermsOf(const Text& text);
// The texts of a stored enterprise that have a core, in the order of fields. `enterprise` is left unset.
std::vector<Text> TextsOf(std::string_view enterprise_bytes);
// A text as it was written, of the same bytes.
std::string_view WrittenText(std::string_view enterprise_bytes, TextField field, std::size_t ordinal);

class SearchIndex {
 public:
  using Ptr = std::shared_ptr<const SearchIndex>;
  // Asked now and then; once true, null is returned.
  using Stop = std::function<bool()>;
  // Of `bulk` enterprises or more the lists are made one by one from all numbers, which is quicker but takes memory.
  static Ptr FromScratch(const model::Snapshot& snapshot, const Stop& stop, std::size_t bulk = 4096);
  // `changes` lead from one snapshot to the other.
  static Ptr Advance(const Ptr& old, const model::Snapshot& old_snapshot, const model::Snapshot& snapshot,
                     const model::Delta& changes, const Stop& stop);

  const Postings& ListOf(Term term) const { return lists_[term]; }
  // Calls visit(text) for each text of a number; the text lives as long as the call.
  void VisitTexts(Doc doc, const std::function<void(const Text&)>& visit) const;
  // Asks for the memory of some texts, level by level, before they are visited one by one.
  void Prefetch(std::span<const Doc> docs) const;
  std::size_t text_count() const { return text_count_; }
  // Memory of all lists and texts, shared or not, without the inner nodes of arrays.
  std::size_t Bytes() const;

 private:
  static constexpr std::size_t kBuckets = std::size_t{1} << 18;
  static std::size_t BucketOf(Doc doc) { return doc % kBuckets; }

  void FillInBulk(const model::Snapshot& snapshot, const Stop& stop);
  void AddText(Doc doc, const Text& text);
  void RemoveText(Doc doc, const Text& text);
  // The texts of a bucket that have a number.
  std::vector<Text> TextsWith(Doc doc) const;

  model::ChunkedVector<Postings, 8> lists_;  // by term
  model::CowArray<std::string> buckets_;     // texts, packed one after the other
  std::size_t text_count_ = 0;
};

}  // namespace bulian::search

#endif  // SERVICES_SEARCH_SEARCH_INDEX_H_
