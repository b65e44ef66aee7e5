#include "services/search/search.h"

#include <algorithm>
#include <utility>

#include "services/search/partial_search.h"
#include "services/search/union_cursor.h"

namespace bulian::search {
namespace {

using Group = std::vector<const Postings*>;  // texts of any of these lists

constexpr std::size_t kMostGroups = 3;  // the rarest; more exclude little
// So few are read one by one, without the index.
constexpr std::size_t kFewRows = 128;
constexpr std::size_t kBatch = 16;  // texts whose memory is asked for at once

class Searcher {
 public:
  Searcher(const SearchRequest& request, const Query& query)
      : request_(request),
        query_(query),
        coverage_(query, CountsOf(*request.index, query), request.index->text_count()),
        ranking_(request.snapshot, request.size),
        steps_left_(request.limits.steps),
        texts_left_(request.limits.texts + 2 * request.size) {}

  SearchAnswer Run() {
    if (request_.rows != nullptr && request_.rows->Count() <= kFewRows) {
      ReadAllRows();
    } else if (!query_.key.core.empty()) {
      Beginnings();
      CodeBeginnings();
      Contained();
      CodesContaining();
      for (const SoundPattern& pattern : query_.sounds) Sounds(pattern);
      Initials();
      Partly();
    }
    answer_.hits = ranking_.hits();
    answer_.complete = answer_.complete && !query_.limited;
    return std::move(answer_);
  }

 private:
  void ReadAllRows() {
    using model::ResourceType;
    request_.rows->ForEach([&](model::Row row) {
      if (!request_.snapshot->Exists(ResourceType::kEnterprise, row)) return;
      for (Text& text : TextsOf(request_.snapshot->RecordBytes(ResourceType::kEnterprise, row))) {
        text.enterprise = row;
        ranking_.Offer(text, MatchText(query_, coverage_, text));
        ++answer_.examined;
      }
    });
  }

  const Postings* ListOf(Term term) const { return &request_.index->ListOf(term); }
  void AddRange(TermRange range, Group* group) const {
    for (Term term = range.first; term <= range.second; ++term)
      if (const Postings* list = ListOf(term); list->size() > 0) group->push_back(list);
  }
  std::vector<Group> GramGroups() const {
    std::vector<Group> groups;
    for (const QueryGram& gram : query_.grams) groups.push_back({ListOf(gram.term)});
    return groups;
  }

  std::vector<Group> CodeGroups() const {
    std::vector<Group> groups;
    for (const Term term : query_.code_grams) groups.push_back({ListOf(term)});
    return groups;
  }

  void Beginnings() {
    std::vector<Group> groups = GramGroups();
    Group first;
    if (!query_.grams.empty()) first.push_back(ListOf(query_.grams[0].term | kAtBegin));
    for (const TermRange& range : query_.beginnings) AddRange(range, &first);
    groups.push_back(std::move(first));
    Conjunction(std::move(groups), query_.key.core.size(),
                [this](std::size_t length) { return BeginningBound(query_, length); });
  }

  void CodeBeginnings() {
    const std::size_t typed = query_.key.core.size();
    std::vector<Group> groups = CodeGroups();
    groups.push_back({ListOf(query_.code_beginning)});
    Conjunction(std::move(groups), typed, [this, typed](std::size_t length) {
      if (typed < kLeastIdentifier) return length == typed ? 1.0 : -1.0;
      return BeginningBound(query_, length);
    });
  }

  void CodesContaining() {
    if (query_.key.core.size() < kLeastIdentifier) return;
    Conjunction(CodeGroups(), query_.key.core.size() + 1,
                [this](std::size_t length) { return ContainedBound(query_, length); });
  }

  void Contained() {
    std::vector<Group> groups = GramGroups();
    if (!query_.pieces.empty()) groups.emplace_back();
    for (const TermRange& range : query_.pieces) AddRange(range, &groups.back());
    Conjunction(std::move(groups), query_.key.core.size() + 1,
                [this](std::size_t length) { return ContainedBound(query_, length); });
  }

  void Sounds(const SoundPattern& pattern) {
    std::vector<Group> groups;
    const auto bound = [&](std::size_t length) { return SoundBound(pattern.size(), length); };
    if (bound(pattern.size()) < ranking_.Threshold()) return;
    for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
      Group& group = groups.emplace_back();
      for (const Syllable a : pattern[i])
        for (const Syllable b : pattern[i + 1]) group.push_back(ListOf(SoundTerm(a, b)));
    }
    if (pattern.size() == 1) {
      groups.emplace_back();
      for (const Syllable a : pattern[0]) AddRange({SoundTerm(a, 0), SoundTerm(a, kSyllables - 1)}, &groups.back());
    }
    Conjunction(std::move(groups), pattern.size(), bound);
  }

  void Initials() {
    const std::u16string& letters = query_.initials;
    if (letters.empty()) return;
    const auto bound = [this](std::size_t length) { return InitialsBound(query_, length); };
    if (bound(letters.size()) < ranking_.Threshold()) return;
    std::vector<Group> groups;
    const auto term = [&](std::size_t i, std::uint32_t third) {
      return TripleTerm(TermSpace::kInitials, PlainCode(letters[i]), PlainCode(letters[i + 1]), third);
    };
    for (std::size_t i = 0; i + 2 < letters.size(); ++i) groups.push_back({ListOf(term(i, PlainCode(letters[i + 2])))});
    if (letters.size() == 2) AddRange({term(0, 0), term(0, 63)}, &groups.emplace_back());
    Conjunction(std::move(groups), letters.size(), bound);
  }

  void Partly() {
    PartialSearch partial;
    partial.query = &query_;
    partial.coverage = &coverage_;
    partial.steps = request_.limits.partial_steps;
    for (const QueryGram& gram : query_.grams) partial.lists.push_back(ListOf(gram.term));
    std::size_t left = texts_left_;
    partial.threshold = [this] { return ranking_.Threshold(); };
    partial.read = [&](Doc doc, double covered) {
      if (left == 0) return false;
      --left;
      ReadPartly(doc, covered);
      return true;
    };
    if (!partial.Run()) answer_.complete = false;
    answer_.steps += partial.taken;
  }

  // Reads the texts that are in all groups, shortest first, from a length on, until none that follows is good enough.
  // `bound` does not grow with the length.
  template <class Bound>
  void Conjunction(std::vector<Group> groups, std::size_t length, const Bound& bound) {
    if (groups.empty()) return;
    KeepRarest(&groups);
    Walk walk{.cursors = {}, .doc = std::uint64_t{std::min(length, kLongestLength)} << kLengthShift};
    for (const Group& group : groups) walk.cursors.emplace_back(group);
    walk.most_steps = (steps_left_ + 1) / 2;
    std::size_t texts_left = (texts_left_ + 1) / 2;
    texts_left_ -= texts_left;
    const auto good = [&](std::uint64_t doc) {
      return doc <= ~Doc{0} && bound(LengthOf(static_cast<Doc>(doc))) >= ranking_.Threshold();
    };
    std::vector<Doc> batch;
    bool more = true;
    while (more) {
      more = Gather(&walk, good, &batch);
      request_.index->Prefetch(batch);
      for (const Doc doc : batch) {
        if (!good(doc)) more = false;
        if (!good(doc) || texts_left == 0) break;
        Read(doc);
        --texts_left;
      }
      // Some that are as good were not read.
      if (texts_left == 0 && !batch.empty() && good(batch.back())) {
        answer_.complete = more = false;
      } else if (walk.out_of_steps && good(walk.doc)) {
        answer_.complete = false;
      }
    }
    texts_left_ += texts_left;
    steps_left_ -= std::min(steps_left_, walk.steps);
    answer_.steps += walk.steps;
  }

  struct Walk {
    std::vector<UnionCursor> cursors;
    std::uint64_t doc = 0;  // all before it are done
    std::size_t steps = 0, most_steps = 0;
    bool out_of_steps = false;
  };

  // The next texts that are in all groups, as many as a batch holds. False: none follow that are good, or it is out of
  // steps.
  template <class Good>
  static bool Gather(Walk* walk, const Good& good, std::vector<Doc>* batch) {
    batch->clear();
    while (batch->size() < kBatch) {
      walk->out_of_steps = walk->steps >= walk->most_steps;
      if (walk->out_of_steps) return false;
      bool all = true;
      for (UnionCursor& cursor : walk->cursors) {
        cursor.Seek(walk->doc);
        all = all && cursor.doc() == walk->doc;
        walk->doc = std::max(walk->doc, cursor.doc());
      }
      walk->steps += walk->cursors.size();
      if (!good(walk->doc)) return false;
      if (all) batch->push_back(static_cast<Doc>(walk->doc++));
    }
    return true;
  }

  static void KeepRarest(std::vector<Group>* groups) {
    std::vector<std::pair<std::size_t, Group>> sized;
    for (Group& group : *groups) {
      std::size_t size = 0;
      for (const Postings* list : group) size += list->size();
      sized.emplace_back(size, std::move(group));
    }
    std::stable_sort(sized.begin(), sized.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    if (sized.size() > kMostGroups) sized.resize(kMostGroups);
    groups->clear();
    for (auto& [size, group] : sized) groups->push_back(std::move(group));
  }

  void Read(Doc doc) {
    ++answer_.examined;
    request_.index->VisitTexts(doc, [&](const Text& text) {
      if (request_.rows != nullptr && !request_.rows->Test(text.enterprise)) return;
      ranking_.Offer(text, MatchWhole(query_, text));
    });
  }

  // `covered` is of all texts of the number together.
  void ReadPartly(Doc doc, double covered) {
    ++answer_.examined;
    const TextMatch match{MatchKind::kPartly, PartlyScore(query_, covered, LengthOf(doc))};
    std::vector<Text> texts;
    request_.index->VisitTexts(doc, [&](const Text& text) { texts.push_back(text); });
    for (const Text& text : texts) {
      if (IsIdentifier(text.field) || (request_.rows != nullptr && !request_.rows->Test(text.enterprise))) continue;
      ranking_.Offer(text, texts.size() == 1 ? match : MatchPartly(query_, coverage_, text));
    }
  }

  const SearchRequest& request_;
  const Query& query_;
  const Coverage coverage_;
  Ranking ranking_;
  std::size_t steps_left_, texts_left_;
  SearchAnswer answer_;
};

}  // namespace

std::vector<std::size_t> CountsOf(const SearchIndex& index, const Query& query) {
  std::vector<std::size_t> counts;
  for (const QueryGram& gram : query.grams) counts.push_back(index.ListOf(gram.term).size());
  return counts;
}

SearchAnswer Search(const SearchRequest& request, const Query& query) { return Searcher(request, query).Run(); }

}  // namespace bulian::search
