#include "services/search/search_index.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/record_fields.h"

namespace bulian::search {
namespace {

using model::ResourceType;
using model::Row;

constexpr std::size_t kRowsBetweenStops = 1024;

std::uint64_t Mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

void AddTextOf(TextField field, std::size_t ordinal, std::string_view written, std::vector<Text>* texts) {
  Text text;
  text.field = field;
  text.ordinal = static_cast<std::uint8_t>(ordinal);
  text.key = IsIdentifier(field) ? KeyOfIdentifier(written) : KeyOfName(written);
  if (!text.key.core.empty()) texts->push_back(std::move(text));
}

// Calls visit(field, ordinal, text as written) for each text of a stored enterprise.
template <class Visit>
void VisitWritten(std::string_view enterprise, const Visit& visit) {
  const auto all = [&](TextField field, int number) {
    std::size_t ordinal = 0;
    model::VisitField(enterprise, number, [&](std::string_view text) { visit(field, ordinal++, text); });
  };
  model::VisitField(enterprise, v1::Enterprise::kDisplayNameFieldNumber, [&](std::string_view name) {
    visit(TextField::kNameZh, 0, model::StringField(name, v1::LocalizedText::kZhFieldNumber));
    visit(TextField::kNameEn, 0, model::StringField(name, v1::LocalizedText::kEnFieldNumber));
  });
  all(TextField::kAlias, v1::Enterprise::kAliasesFieldNumber);
  all(TextField::kFormerName, v1::Enterprise::kFormerNamesFieldNumber);
  all(TextField::kUscc, v1::Enterprise::kUsccFieldNumber);
  all(TextField::kLei, v1::Enterprise::kLeiFieldNumber);
  std::size_t ordinal = 0;
  model::VisitField(enterprise, v1::Enterprise::kIdentifiersFieldNumber, [&](std::string_view one) {
    visit(TextField::kIdentifier, ordinal++, model::StringField(one, v1::ExternalIdentifier::kValueFieldNumber));
  });
}

// A text as it stands in a bucket: this, then its units, one byte each if all are ASCII, else two.
struct PackedHead {
  Doc doc = 0;
  Row enterprise = 0;
  std::uint8_t field = 0;  // and 16 if the units are bytes
  std::uint8_t ordinal = 0, form = 0, length = 0;
  static constexpr std::uint8_t kBytes = 16;
  std::size_t UnitBytes() const { return (field & kBytes) != 0 ? length : std::size_t{2} * length; }
};
static_assert(kLongestCore < 256);

std::string Packed(Doc doc, const Text& text) {
  const std::u16string& core = text.key.core;
  PackedHead head{.doc = doc,
                  .enterprise = text.enterprise,
                  .field = static_cast<std::uint8_t>(text.field),
                  .ordinal = text.ordinal,
                  .form = text.key.form,
                  .length = static_cast<std::uint8_t>(core.size())};
  const bool ascii = std::all_of(core.begin(), core.end(), [](char16_t unit) { return unit < 0x80; });
  if (ascii) head.field |= PackedHead::kBytes;
  std::string bytes(sizeof(head), '\0');
  std::memcpy(bytes.data(), &head, sizeof(head));
  if (ascii) {
    for (const char16_t unit : core) bytes.push_back(static_cast<char>(unit));
  } else {
    bytes.append(reinterpret_cast<const char*>(core.data()), core.size() * sizeof(char16_t));
  }
  return bytes;
}

// Calls visit(head, units) for each text of a bucket until it returns false.
template <class Visit>
void VisitBucket(const std::string& bucket, const Visit& visit) {
  for (std::size_t at = 0; at < bucket.size();) {
    PackedHead head;
    std::memcpy(&head, bucket.data() + at, sizeof(head));
    if (!visit(head, bucket.data() + at + sizeof(head))) return;
    at += sizeof(head) + head.UnitBytes();
  }
}

void Unpack(const PackedHead& head, const char* units, Text* text) {
  text->enterprise = head.enterprise;
  text->field = static_cast<TextField>(head.field & (PackedHead::kBytes - 1));
  text->ordinal = head.ordinal;
  text->key.form = head.form;
  std::u16string& core = text->key.core;
  core.resize(head.length);
  if ((head.field & PackedHead::kBytes) != 0) {
    for (std::size_t i = 0; i < head.length; ++i) core[i] = static_cast<char16_t>(units[i]);
  } else {
    std::memcpy(core.data(), units, head.UnitBytes());
  }
}

std::vector<Text> TextsOfRow(const model::Snapshot& snapshot, Row row) {
  std::vector<Text> texts;
  if (!snapshot.Exists(ResourceType::kEnterprise, row)) return texts;
  texts = TextsOf(snapshot.RecordBytes(ResourceType::kEnterprise, row));
  for (Text& text : texts) text.enterprise = row;
  return texts;
}

}  // namespace

Doc DocOf(std::string_view enterprise, const Text& text) {
  std::uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  const auto add = [&](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3u; };
  for (const char c : enterprise) add(static_cast<unsigned char>(c));
  add(static_cast<unsigned char>(text.field));
  add(text.ordinal);
  const std::size_t length = std::min(text.key.core.size(), kLongestLength);
  return static_cast<Doc>(length << kLengthShift | (Mixed(hash) & ((std::uint64_t{1} << kLengthShift) - 1)));
}

std::vector<Term> TermsOf(const Text& text) {
  return IsIdentifier(text.field) ? CodeTermsOf(text.key.core) : TermsOf(text.key.core);
}

std::vector<Text> TextsOf(std::string_view enterprise_bytes) {
  std::vector<Text> texts;
  VisitWritten(enterprise_bytes, [&](TextField field, std::size_t ordinal, std::string_view written) {
    AddTextOf(field, ordinal, written, &texts);
  });
  return texts;
}

std::string_view WrittenText(std::string_view enterprise_bytes, TextField field, std::size_t ordinal) {
  std::string_view found;
  VisitWritten(enterprise_bytes, [&](TextField its_field, std::size_t its_ordinal, std::string_view written) {
    if (its_field == field && its_ordinal == ordinal) found = written;
  });
  return found;
}

void SearchIndex::VisitTexts(Doc doc, const std::function<void(const Text&)>& visit) const {
  const std::string* const bucket = buckets_.Find(BucketOf(doc));
  if (bucket == nullptr) return;
  Text text;
  VisitBucket(*bucket, [&](const PackedHead& head, const char* units) {
    if (head.doc != doc) return true;
    Unpack(head, units, &text);
    visit(text);
    return true;
  });
}

void SearchIndex::Prefetch(std::span<const Doc> docs) const {
  for (const Doc doc : docs) __builtin_prefetch(buckets_.SlotOf(BucketOf(doc)));
  for (const Doc doc : docs) __builtin_prefetch(buckets_.SlotOf(BucketOf(doc))->get());
  constexpr std::size_t kLine = 64;
  for (const Doc doc : docs) {
    const std::string& bucket = buckets_[BucketOf(doc)];
    for (std::size_t at = 0; at < bucket.size(); at += kLine) __builtin_prefetch(bucket.data() + at);
  }
}

std::vector<Text> SearchIndex::TextsWith(Doc doc) const {
  std::vector<Text> texts;
  VisitTexts(doc, [&](const Text& text) { texts.push_back(text); });
  return texts;
}

void SearchIndex::AddText(Doc doc, const Text& text) {
  buckets_.Mutable(BucketOf(doc)).append(Packed(doc, text));
  for (const Term term : TermsOf(text)) lists_.Mutable(term).Insert(doc);
  ++text_count_;
}

void SearchIndex::RemoveText(Doc doc, const Text& text) {
  std::string& bucket = buckets_.Mutable(BucketOf(doc));
  const char* found = nullptr;
  std::size_t size = 0;
  Text one;
  VisitBucket(bucket, [&](const PackedHead& head, const char* units) {
    if (head.doc != doc) return true;
    Unpack(head, units, &one);
    if (!(one == text)) return true;
    found = units - sizeof(head);
    size = sizeof(head) + head.UnitBytes();
    return false;
  });
  if (found == nullptr) return;
  bucket.erase(static_cast<std::size_t>(found - bucket.data()), size);
  --text_count_;
  std::vector<Term> kept;  // pieces of other texts of the number
  for (const Text& other : TextsWith(doc)) {
    const std::vector<Term> terms = TermsOf(other);
    kept.insert(kept.end(), terms.begin(), terms.end());
  }
  for (const Term term : TermsOf(text))
    if (std::find(kept.begin(), kept.end(), term) == kept.end()) lists_.Mutable(term).Erase(doc);
}

void SearchIndex::FillInBulk(const model::Snapshot& snapshot, const Stop& stop) {
  std::vector<std::vector<Doc>> docs(kTermLimit);
  for (Row row = 0; row < snapshot.RowLimit(ResourceType::kEnterprise); ++row) {
    if (row % kRowsBetweenStops == 0 && stop()) return;
    for (const Text& text : TextsOfRow(snapshot, row)) {
      const Doc doc = DocOf(snapshot.RelativeName(ResourceType::kEnterprise, row), text);
      buckets_.Mutable(BucketOf(doc)).append(Packed(doc, text));
      for (const Term term : TermsOf(text)) docs[term].push_back(doc);
      ++text_count_;
    }
  }
  for (Term term = 0; term < kTermLimit; ++term) {
    if (docs[term].empty()) continue;
    std::vector<Doc> list = std::exchange(docs[term], {});
    std::sort(list.begin(), list.end());
    list.erase(std::unique(list.begin(), list.end()), list.end());
    lists_.Mutable(term).Assign(list);
  }
}

SearchIndex::Ptr SearchIndex::FromScratch(const model::Snapshot& snapshot, const Stop& stop, std::size_t bulk) {
  auto index = std::make_shared<SearchIndex>();
  if (snapshot.Count(ResourceType::kEnterprise) >= bulk) {
    index->FillInBulk(snapshot, stop);
    return stop() ? nullptr : index;
  }
  for (Row row = 0; row < snapshot.RowLimit(ResourceType::kEnterprise); ++row) {
    if (row % kRowsBetweenStops == 0 && stop()) return nullptr;
    for (const Text& text : TextsOfRow(snapshot, row))
      index->AddText(DocOf(snapshot.RelativeName(ResourceType::kEnterprise, row), text), text);
  }
  return index;
}

SearchIndex::Ptr SearchIndex::Advance(const Ptr& old, const model::Snapshot& old_snapshot,
                                      const model::Snapshot& snapshot, const model::Delta& changes, const Stop& stop) {
  std::vector<Row> rows;
  for (const model::TouchedRow& touched : changes)
    if (touched.type == ResourceType::kEnterprise) rows.push_back(touched.row);
  if (rows.empty()) return old;
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  if (rows.size() > 1000 + snapshot.Count(ResourceType::kEnterprise) / 4) return FromScratch(snapshot, stop);
  const auto index = std::make_shared<SearchIndex>(*old);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % kRowsBetweenStops == 0 && stop()) return nullptr;
    const Row row = rows[i];
    const std::vector<Text> before = TextsOfRow(old_snapshot, row), after = TextsOfRow(snapshot, row);
    // A row may have been given to another name, which the number hangs on.
    const std::string_view old_name =
        before.empty() ? std::string_view() : old_snapshot.RelativeName(ResourceType::kEnterprise, row);
    const std::string_view name =
        after.empty() ? std::string_view() : snapshot.RelativeName(ResourceType::kEnterprise, row);
    const auto stays = [&](const Text& text, const std::vector<Text>& others) {
      return old_name == name && std::find(others.begin(), others.end(), text) != others.end();
    };
    for (const Text& text : before)
      if (!stays(text, after)) index->RemoveText(DocOf(old_name, text), text);
    for (const Text& text : after)
      if (!stays(text, before)) index->AddText(DocOf(name, text), text);
  }
  return index;
}

std::size_t SearchIndex::Bytes() const {
  std::size_t bytes = lists_.UnsharedBytes({}, [](const Postings& list, const Postings&) { return list.Bytes(); });
  bytes += buckets_.VisitUnshared({}, [&](std::size_t, const std::string& bucket, const std::string*) {
    bytes += model::Cow<std::string>::NodeBytes() + bucket.capacity() + 32;
  });
  return bytes;
}

}  // namespace bulian::search
