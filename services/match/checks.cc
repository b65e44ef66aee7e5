#include "services/match/checks.h"

#include <utility>

#include "services/match/fit.h"
#include "services/match/texts.h"

namespace bulian::match {
namespace {

v1::RequirementCheck MakeCheck(std::string requirement, v1::Fit fit, std::string required, std::string offered,
                               std::string reason) {
  v1::RequirementCheck check;
  check.set_requirement(std::move(requirement));
  check.set_fit(fit);
  check.set_required(std::move(required));
  check.set_offered(std::move(offered));
  if (fit != v1::SATISFIED) check.set_reason(std::move(reason));
  return check;
}

v1::RequirementCheck CheckLevel(const Target& target, const model::Offer& offer) {
  const v1::Fit fit = LevelFit(offer.level, target.min_level);
  std::string required = v1::Level_Name(target.requirement.min_level());
  if (target.min_level != v1::VOLUME) required += " or higher";
  const bool stated = offer.level != v1::LEVEL_UNSPECIFIED;
  return MakeCheck("level", fit, required, stated ? v1::Level_Name(static_cast<v1::Level>(offer.level)) : "",
                   stated ? "the level is too low" : "the level is not stated");
}

v1::RequirementCheck CheckValidity(const Target& target, const OfferRecord& offer) {
  const model::Offer& row = *offer.offer();
  // What is planned begins later; it only must not have run out by then.
  const bool begun = row.valid_from <= target.as_of || offer.basis == v1::PLANNED;
  const bool lasting = target.as_of <= row.valid_until;
  return MakeCheck("validity", begun && lasting ? v1::SATISFIED : v1::VIOLATED,
                   "valid on " + model::FormatDay(target.as_of), ValidityText(row.valid_from, row.valid_until),
                   lasting ? "it begins later" : "it has ended");
}

std::string WhyNot(const Target& target, std::size_t index, v1::Fit fit, const v1::Attribute* offered) {
  if (fit == v1::VIOLATED) {
    const v1::AttributeRequirement& required = target.requirement.attributes(static_cast<int>(index));
    if (required.has_flag()) return "the offer states the opposite";
    switch (required.relation()) {
      case v1::AttributeRequirement::OVERLAPS:
        return "nothing in common";
      case v1::AttributeRequirement::WITHIN:
        return "the offer goes beyond what is allowed";
      default:
        return "the offer does not hold all of it";
    }
  }
  if (offered == nullptr) return "the offer does not state it";
  if (!target.compiled.attributes[index].comparable) return "the requirement cannot be compared";
  return "the offer states it in a way that cannot be compared";
}

v1::RequirementCheck CheckAttribute(const Target& target, std::size_t index, const OfferRecord& offer) {
  const v1::AttributeRequirement& required = target.requirement.attributes(static_cast<int>(index));
  const v1::Attribute* offered = nullptr;
  for (const v1::Attribute& attribute : offer.record.attributes()) {
    if (attribute.key() == required.key()) offered = &attribute;
  }
  const v1::Fit fit = AttributeFit(target, index, offer.offer());
  return MakeCheck("attribute:" + required.key(), fit, RequiredText(required),
                   offered == nullptr ? "" : ValueText(*offered), WhyNot(target, index, fit, offered));
}

v1::RequirementCheck CheckCertificate(const Target& target, std::size_t index, const OfferRecord& offer) {
  const model::Symbol scheme = target.compiled.certificates[index];
  const std::span<const model::OfferCertificate> held = offer.offer().certificates();
  const v1::Fit fit = model::FitOfCertificate(scheme, held, target.as_of);
  model::Day until = model::kDistantPast;
  for (const model::OfferCertificate& certificate : held) {
    if (certificate.scheme == scheme) until = std::max(until, certificate.valid_until);
  }
  std::string offered;
  if (fit != v1::UNKNOWN) {
    offered = until == model::kDistantFuture ? "held" : "held until " + model::FormatDay(until);
  }
  const std::string& name = target.requirement.certificates(static_cast<int>(index));
  return MakeCheck("certificate:" + name, fit, name + " valid on " + model::FormatDay(target.as_of), std::move(offered),
                   fit == v1::VIOLATED ? "the certificate has expired" : "the offer does not state it");
}

}  // namespace

std::vector<v1::RequirementCheck> CheckOffer(const Target& target, const OfferRecord& offer) {
  std::vector<v1::RequirementCheck> checks;
  const bool near = offer.basis == v1::NEAR_TYPE;
  checks.push_back(MakeCheck("capability_type", near ? v1::VIOLATED : v1::SATISFIED,
                             target.requirement.capability_type(), offer.record.capability_type(),
                             "a near type, not the required one or one it subsumes"));
  checks.push_back(CheckLevel(target, *offer.offer()));
  checks.push_back(CheckValidity(target, offer));
  for (std::size_t i = 0; i < target.compiled.attributes.size(); ++i)
    checks.push_back(CheckAttribute(target, i, offer));
  for (std::size_t i = 0; i < target.compiled.certificates.size(); ++i) {
    checks.push_back(CheckCertificate(target, i, offer));
  }
  return checks;
}

v1::Fit FitOfChecks(const std::vector<v1::RequirementCheck>& checks) {
  v1::Fit fit = v1::SATISFIED;
  for (const v1::RequirementCheck& check : checks) fit = model::And(fit, check.fit());
  return fit;
}

}  // namespace bulian::match
