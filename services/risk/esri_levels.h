// From a loss to a level and back, rounded as the published code rounds: levels are what is kept and compared.
#ifndef SERVICES_RISK_ESRI_LEVELS_H_
#define SERVICES_RISK_ESRI_LEVELS_H_

#include <algorithm>

namespace bulian::risk {

// The level that a loss leaves, at least 0; of a loss that may exceed 1.
inline double LevelAfter(double loss) { return std::max(0.0, 1 - loss); }

inline double LossOf(double level) { return 1 - level; }

}  // namespace bulian::risk

#endif  // SERVICES_RISK_ESRI_LEVELS_H_
