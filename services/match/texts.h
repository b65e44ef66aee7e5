// Facts as short English texts for people, the same on every machine. Pure.
#ifndef SERVICES_MATCH_TEXTS_H_
#define SERVICES_MATCH_TEXTS_H_

#include <string>

#include "bulian/v1/attribute.pb.h"
#include "services/model/day.h"

namespace bulian::match {

// The shortest text that reads back as the number.
std::string NumberText(double value);

// `0.18..0.35 4H`, `..50 59`, `copper, gold`, `yes`.
std::string IntervalText(const v1::Interval& interval);
std::string WordsText(const v1::WordSet& words);
std::string ValueText(const v1::Attribute& attribute);  // empty: no value
std::string ValueText(const v1::AttributeRequirement& required);

// `line_width covers 0.18..0.35 4H`
std::string RequiredText(const v1::AttributeRequirement& required);

// `from 2026-01-01 until 2026-12-31`; `always` when neither end is set.
std::string ValidityText(model::Day from, model::Day until);

}  // namespace bulian::match

#endif  // SERVICES_MATCH_TEXTS_H_
