// The algebra of offers and requirements: does what is offered meet what is required?
//
// Values are compared compiled: keys and words are symbols, numbers are in SI units. Ends of intervals compare with a
// relative tolerance of kIntervalTolerance, so that 0.25 um and 250 nm are the same number whatever the conversion did;
// an exact 0 equals only 0. A value of another kind or another dimension, and an absent one, is UNKNOWN, never
// VIOLATED: it says nothing about what was asked.
//
// Laws (tested): COVERS is reflexive; widening an offer never turns COVERS or OVERLAPS from SATISFIED to VIOLATED;
// COVERS implies OVERLAPS; WITHIN is COVERS with the sides swapped; OVERLAPS is symmetric; no unit changes an answer.
//
// Thread-safety: pure functions of their arguments; compiled values are plain. Texts and reasons: attribute_text.h.
#ifndef SERVICES_MODEL_ATTRIBUTE_ALGEBRA_H_
#define SERVICES_MODEL_ATTRIBUTE_ALGEBRA_H_

#include <span>
#include <vector>

#include "bulian/v1/attribute.pb.h"
#include "bulian/v1/capability.pb.h"
#include "bulian/v1/chain.pb.h"
#include "services/model/day.h"
#include "services/model/interval_limits.h"
#include "services/model/offer_attribute.h"
#include "services/model/symbol.h"

namespace bulian::model {

// Stands for every word that no offer states; never interned, greater than any symbol.
inline constexpr Symbol kNoSymbol = ~Symbol{0};

// --- compiling -------------------------------------------------------------------------------------------------------

// Compiles what an offer states. Words are appended to `words`, which the compiled attribute points into. False, with
// nothing appended, if the attribute breaks the contract (no value, unknown unit, an end not finite, min over max, no
// word, more than 65 535 words): such an attribute counts as not stated.
bool CompileAttribute(const v1::Attribute& attribute, OfferAttribute* compiled, std::vector<Symbol>* words);
OfferCertificate CompileCertificate(const v1::Certificate& certificate);

// A value with the words it refers to.
struct AttributeValue {
  OfferAttribute value;  // words_begin is 0
  std::vector<Symbol> words;
};

struct RequiredAttribute {
  OfferAttribute value;  // words into CompiledRequirement::words
  v1::AttributeRequirement::Relation relation = v1::AttributeRequirement::COVERS;  // never RELATION_UNSPECIFIED
  bool comparable = true;  // false: the requirement breaks the contract; its fit is UNKNOWN
};

// The attributes and certificates of a v1::Requirement, in its order.
struct CompiledRequirement {
  std::vector<RequiredAttribute> attributes;
  std::vector<Symbol> words;
  std::vector<Symbol> certificates;

  std::span<const Symbol> WordsOf(const RequiredAttribute& required) const {
    return std::span<const Symbol>(words).subspan(required.value.words_begin, required.value.words_count);
  }
  bool empty() const { return attributes.empty() && certificates.empty(); }
};

// What becomes of words that no offer states yet. kIntern: for stored requirements, whose compiled form outlives
// a snapshot. kFindOnly: for requirements of requests, so that a caller cannot fill the table; the compiled form is
// valid for snapshots built before it.
enum class UnknownWords { kIntern, kFindOnly };
CompiledRequirement CompileRequirement(const v1::Requirement& requirement, UnknownWords unknown_words);

// --- comparing
// ---------------------------------------------------------------------------------------------------------

// Both have to be met: VIOLATED before UNKNOWN before SATISFIED. FIT_UNSPECIFIED counts as UNKNOWN.
v1::Fit And(v1::Fit a, v1::Fit b);

// One required attribute against the offered one of the same key; `offered` null: not stated.
v1::Fit FitOf(const RequiredAttribute& required, std::span<const Symbol> required_words, const OfferAttribute* offered,
              std::span<const Symbol> offered_words);

// The attribute of a key among an offer's, which are sorted by key; null if there is none. An offer states few: looking
// through them beats bisecting.
inline const OfferAttribute* FindAttribute(std::span<const OfferAttribute> attributes, Symbol key) {
  for (const OfferAttribute& attribute : attributes) {
    if (attribute.key == key) return &attribute;
  }
  return nullptr;
}

// A certificate scheme against those held: SATISFIED if one is valid on the day, VIOLATED if all of the scheme have
// expired, UNKNOWN if none is stated.
v1::Fit FitOfCertificate(Symbol scheme, std::span<const OfferCertificate> held, Day day);

// All attributes and certificates at once, without building texts; stops at the first VIOLATED.
// `words_of(const OfferAttribute&)` gives the words of an offered attribute.
template <class WordsOf>
v1::Fit FitOfAll(const CompiledRequirement& required, std::span<const OfferAttribute> attributes,
                 std::span<const OfferCertificate> certificates, Day day, WordsOf&& words_of) {
  v1::Fit fit = v1::SATISFIED;
  for (const RequiredAttribute& one : required.attributes) {
    const OfferAttribute* const offered = FindAttribute(attributes, one.value.key);
    fit =
        And(fit, FitOf(one, required.WordsOf(one), offered, offered ? words_of(*offered) : std::span<const Symbol>()));
    if (fit == v1::VIOLATED) return fit;
  }
  for (const Symbol scheme : required.certificates) {
    fit = And(fit, FitOfCertificate(scheme, certificates, day));
    if (fit == v1::VIOLATED) return fit;
  }
  return fit;
}

// The value nearest to the offered one that satisfies the requirement: the offer itself if it does; for COVERS and
// OVERLAPS the smallest widening; for WITHIN the offer cut to what is allowed, or the nearest allowed end; and the
// required value if nothing comparable is offered. `required` must be comparable.
AttributeValue NearestSatisfying(const RequiredAttribute& required, std::span<const Symbol> required_words,
                                 const OfferAttribute* offered, std::span<const Symbol> offered_words);

}  // namespace bulian::model

#endif  // SERVICES_MODEL_ATTRIBUTE_ALGEBRA_H_
