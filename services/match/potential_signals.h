// Signals of how likely a company could make a type: what a lesson weighs (docs/science/matching.md says what each is).
#ifndef SERVICES_MATCH_POTENTIAL_SIGNALS_H_
#define SERVICES_MATCH_POTENTIAL_SIGNALS_H_

#include <cstdint>

namespace bulian::match {

enum Signal : std::uint8_t {
  kWords,          // BM25 of the type's words in all that is said of the company
  kNames,          // BM25 of the type's words in the company's names
  kLabels,         // and in its description and annotations
  kNearest,        // likeness of the most alike type it makes
  kNear,           // squared likeness summed over the alike types it makes
  kNearShare,      // the same over the root of how much it makes
  kPseudo,         // kNear with rarer types counting more: who makes alike types is a pseudo-maker
  kEnds,           // as kNear, by the ends of names
  kRuns,           // and by runs of three characters
  kRunWords,       // rarity of the type's runs of three that stand in names of what it makes
  kIndustryLift,   // mean log lift of its labels among pseudo-makers
  kIndustryShare,  // share of the pseudo-makers that have its labels
  kMakerIndustry,  // mean log lift of its labels among makers
  kTextCommon,     // the type's text beside the company's, along latent directions, at each levelling
  kTextMiddle,
  kTextRare,
  kPseudoCommon,  // the pseudo-makers' texts beside the company's
  kPseudoMiddle,
  kPseudoRare,
  kMakerCommon,  // the makers' texts beside the company's
  kMakerMiddle,
  kMakerRare,
  kMakerWords,  // cosine of the words of what it makes and of what the makers make
  kPseudoWords,
  kClosestMakerWords,  // the same, of the closest one
  kClosestPseudoWords,
  kSense,        // likeness along latent directions of the type it makes that is most alike
  kSenseShare,   // its fourth power summed over what it makes, over the root of how much that is
  kSenseText,    // texts of the companies with the greatest kSenseShare beside its own
  kSensePairs,   // what those make beside what it makes
  kPairsCommon,  // as kPairsMaker, unlevelled and fully levelled
  kPairsRare,
  kTogetherShare,  // kTogether over the root of how much it makes
  kTogetherMost,   // the type it makes that goes most with this one
  kContains,       // makes types whose names contain the type's
  kWithin,         // makes types whose names lie within the type's
  kClosestMaker,   // the maker whose text is most alike
  kClosestPseudo,  // the same of pseudo-makers, by their weight
  kPairsMaker,     // what the makers make beside what it makes, along latent directions
  kPairsPseudo,
  kPairsClosest,  // the maker most alike in this
  kTogether,      // what it makes is made together with the type (item neighbours)
  kWalk,          // random walk of three steps from the makers
  kPseudoWalk,    // and from the pseudo-makers
  kKin,           // makes parents, children or siblings of the type
  kCousins,       // makes types under the parents' parents
  kInputs,        // makes inputs or users of the type, or types with inputs or users in common
  kKinText,       // texts of the makers of kin and inputs beside its own
  kKinPairs,      // what they make beside what it makes
  kSells,         // a supply link sells the type, or an alike one
  kTrades,        // trades with makers or pseudo-makers
  kPeers,         // trades with the same companies as makers do
  kSize,          // how much it makes
  kSignalCount
};

}  // namespace bulian::match

#endif  // SERVICES_MATCH_POTENTIAL_SIGNALS_H_
