#include "services/gap/requirement_fit.h"

#include <algorithm>
#include <span>
#include <utility>

#include "services/model/attribute_algebra.h"

namespace bulian::gap {
namespace {

v1::Fit FitOfPlace(const model::Snapshot& snapshot, std::uint32_t region) {
  const int local = snapshot.IsLocal(region);
  return local < 0 ? v1::UNKNOWN : (local == 0 ? v1::VIOLATED : v1::SATISFIED);
}

v1::Fit FitOfLevel(int min_level, int level) {
  if (level == v1::LEVEL_UNSPECIFIED) return v1::UNKNOWN;
  return level >= min_level ? v1::SATISFIED : v1::VIOLATED;
}

}  // namespace

class RequirementFit::Impl {
 public:
  Impl(const model::Snapshot& snapshot, const v1::Requirement& requirement, model::Day as_of)
      : snapshot_(snapshot),
        as_of_(as_of),
        min_level_(requirement.min_level() == v1::LEVEL_UNSPECIFIED ? v1::VOLUME : requirement.min_level()),
        compiled_(model::CompileRequirement(requirement, model::UnknownWords::kIntern)) {}

  v1::Fit Of(const model::OfferRef& offer) const {
    v1::Fit fit = FitOfLevel(min_level_, offer->level);
    if (fit == v1::VIOLATED) return fit;
    fit = model::And(fit, FitOfPlace(snapshot_, offer->region));
    if (fit == v1::VIOLATED || compiled_.empty()) return fit;
    return model::And(fit, model::FitOfAll(compiled_, offer.attributes(), offer.certificates(), as_of_,
                                           [&](const model::OfferAttribute& a) { return offer.words(a); }));
  }

  FitParts PartsOf(const model::OfferRef& offer) const {
    FitParts parts{FitOfPlace(snapshot_, offer->region), FitOfLevel(min_level_, offer->level), v1::SATISFIED};
    if (parts.level == v1::VIOLATED) parts.levels_short = min_level_ - offer->level;
    if (!compiled_.empty()) {
      parts.details = model::FitOfAll(compiled_, offer.attributes(), offer.certificates(), as_of_,
                                      [&](const model::OfferAttribute& a) { return offer.words(a); });
    }
    return parts;
  }

  std::vector<std::string> UnknownOf(model::Row capability) const {
    const model::OfferRef offer = snapshot_.offer(capability);
    std::vector<std::string> unknown;
    if (FitOfPlace(snapshot_, offer->region) == v1::UNKNOWN) unknown.emplace_back("site");
    if (FitOfLevel(min_level_, offer->level) == v1::UNKNOWN) unknown.emplace_back("level");
    for (const model::RequiredAttribute& required : compiled_.attributes) {
      const model::OfferAttribute* offered = model::FindAttribute(offer.attributes(), required.value.key);
      const std::span<const model::Symbol> words =
          offered == nullptr ? std::span<const model::Symbol>() : offer.words(*offered);
      if (model::FitOf(required, compiled_.WordsOf(required), offered, words) == v1::UNKNOWN) {
        unknown.emplace_back(model::SymbolText(required.value.key));
      }
    }
    for (const model::Symbol scheme : compiled_.certificates) {
      if (model::FitOfCertificate(scheme, offer.certificates(), as_of_) == v1::UNKNOWN) {
        unknown.emplace_back(model::SymbolText(scheme));
      }
    }
    return unknown;
  }

  v1::Fit OfPlanned(const v1::Capability& planned, std::uint32_t region) const {
    const v1::Fit fit = model::And(FitOfPlace(snapshot_, region), FitOfLevel(min_level_, planned.level()));
    if (fit == v1::VIOLATED || compiled_.empty()) return fit;
    std::vector<model::OfferAttribute> attributes;
    std::vector<model::Symbol> words;
    for (const v1::Attribute& attribute : planned.attributes()) {
      model::OfferAttribute compiled;
      if (model::CompileAttribute(attribute, &compiled, &words)) attributes.push_back(compiled);
    }
    std::sort(attributes.begin(), attributes.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    std::vector<model::OfferCertificate> certificates;
    for (const v1::Certificate& certificate : planned.certificates()) {
      certificates.push_back(model::CompileCertificate(certificate));
    }
    const auto words_of = [&](const model::OfferAttribute& a) {
      return std::span<const model::Symbol>(words).subspan(a.words_begin, a.words_count);
    };
    return model::And(fit, model::FitOfAll(compiled_, attributes, certificates, as_of_, words_of));
  }

 private:
  const model::Snapshot& snapshot_;
  model::Day as_of_;
  int min_level_;
  model::CompiledRequirement compiled_;
};

RequirementFit::RequirementFit(const model::Snapshot& snapshot, const v1::Requirement& requirement, model::Day as_of)
    : impl_(std::make_unique<const Impl>(snapshot, requirement, as_of)) {}
RequirementFit::~RequirementFit() = default;

v1::Fit RequirementFit::Of(const model::OfferRef& offer) const { return impl_->Of(offer); }
FitParts RequirementFit::PartsOf(const model::OfferRef& offer) const { return impl_->PartsOf(offer); }
std::vector<std::string> RequirementFit::UnknownOf(model::Row capability) const { return impl_->UnknownOf(capability); }
v1::Fit RequirementFit::OfPlanned(const v1::Capability& planned, std::uint32_t region) const {
  return impl_->OfPlanned(planned, region);
}

}  // namespace bulian::gap
