#include "services/match/potential_lesson.h"

#include <Eigen/LU>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <span>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/match/claim_trust.h"
#include "services/match/holdout.h"
#include "services/match/in_parallel.h"
#include "services/match/potential_leans.h"
#include "services/match/potential_standard.h"
#include "services/match/potential_subjects.h"
#include "services/match/type_signals.h"

namespace bulian::match {
namespace {

using Eigen::Index;

constexpr std::size_t kFolds = 3, kFewestLectures = 16;
constexpr std::size_t kTopOfAll = 160, kTopOfOne = 10, kAtRandom = 80;
// Signals whose best companies are shown in every lecture, so that none is missing because plain weights misjudge it.
constexpr std::array<Signal, 10> kShown = {kWords,       kPseudo,   kIndustryLift, kTextMiddle, kPseudoMiddle,
                                           kMakerMiddle, kTogether, kWalk,         kKinPairs,   kPairsMaker};

// Signals that stand on known makers, alone or among others.
constexpr std::array<Signal, 17> kOfMakers = {
    kMakerIndustry, kMakerCommon, kMakerMiddle,   kMakerRare,    kMakerWords,   kClosestMakerWords,
    kPairsCommon,   kPairsRare,   kTogetherShare, kTogetherMost, kClosestMaker, kPairsMaker,
    kPairsClosest,  kTogether,    kWalk,          kTrades,       kPeers};

// Where learning starts and what it is pulled to: every kind of evidence counts something.
Eigen::VectorXf PlainWeights() {
  Eigen::VectorXf weights = Eigen::VectorXf::Zero(kSignalCount);
  const std::initializer_list<std::pair<Signal, float>> all = {
      {kWords, 0.1F},       {kNearest, 0.1F},      {kEnds, 0.05F},        {kIndustryLift, 0.2F}, {kMakerIndustry, 0.1F},
      {kTextMiddle, 0.15F}, {kPseudoMiddle, 0.2F}, {kMakerMiddle, 0.25F}, {kPairsMaker, 0.1F},   {kPairsPseudo, 0.1F},
      {kTogether, 0.1F},    {kWalk, 0.1F},         {kKin, 0.1F},          {kInputs, 0.05F},      {kKinPairs, 0.1F},
      {kSells, 0.3F},       {kTrades, 0.05F}};
  for (const auto& [signal, weight] : all) weights(signal) = weight;
  return weights;
}

// How many other lectures one of an outcome counts for, and how many companies that merely are not known to make the
// type one counts for that cannot.
constexpr float kOutcomeWeight = 4, kLostWeight = 10;

struct Shown {
  std::vector<Index> places;  // among the subjects
  std::size_t known = 0;      // the first of them stand for themselves
  float log_weight = 0;       // logarithm of for how many companies each of the others stands, beside its own
};

// The held-out companies, those that cannot make it, the best by plain weights and by single signals, and some at
// random that stand for all others.
Shown ShownCompanies(std::uint32_t type, const Subjects& subjects, const std::vector<std::uint32_t>& truth,
                     std::span<const SparseRows::Cell> lost, const RowMatrix& signals) {
  std::vector<Index> open;
  for (Index i = 0; i < signals.cols(); ++i) {
    if (subjects.stands_for[static_cast<std::size_t>(i)] > 0) open.push_back(i);
  }
  std::vector<std::uint8_t> marked(static_cast<std::size_t>(signals.cols()));
  const auto show_best = [&](const Eigen::VectorXf& scores, std::size_t count) {
    std::vector<Index> best = open;
    const auto end = best.begin() + static_cast<std::ptrdiff_t>(std::min(count, best.size()));
    std::partial_sort(best.begin(), end, best.end(),
                      [&](Index a, Index b) { return scores(a) != scores(b) ? scores(a) > scores(b) : a < b; });
    std::for_each(best.begin(), end, [&](Index place) { marked[static_cast<std::size_t>(place)] = 1; });
  };
  show_best(signals.transpose() * PlainWeights(), kTopOfAll);
  for (const Signal signal : kShown) show_best(signals.row(signal).transpose(), kTopOfOne);
  const auto show = [&](std::uint32_t company) {
    const auto at = std::lower_bound(subjects.companies.begin(), subjects.companies.end(), company);
    if (at != subjects.companies.end() && *at == company)
      marked[static_cast<std::size_t>(at - subjects.companies.begin())] = 1;
  };
  for (const std::uint32_t company : truth) show(company);
  for (const SparseRows::Cell& company : lost) show(company.column);
  Shown shown;
  std::vector<Index> rest;
  for (const Index place : open) (marked[static_cast<std::size_t>(place)] != 0 ? shown.places : rest).push_back(place);
  shown.known = shown.places.size();
  std::mt19937_64 random(type + 1);
  const std::size_t extra = std::min(kAtRandom, rest.size());
  for (std::size_t i = 0; i < extra; ++i) std::swap(rest[i], rest[i + random() % (rest.size() - i)]);
  float all = 0, drawn = 0;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const float weight = subjects.stands_for[static_cast<std::size_t>(rest[i])];
    all += weight;
    if (i < extra) drawn += weight;
  }
  shown.places.insert(shown.places.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(extra));
  if (extra > 0) shown.log_weight = std::log(all / drawn);
  return shown;
}

// The held-out companies that make something else and are not known to make the type.
std::vector<std::uint32_t> OpenAmong(const PotentialSpace& space, const HeldOut& held) {
  std::vector<std::uint32_t> open;
  for (const std::uint32_t company : held.companies) {
    if (!space.makes()[company].empty() && !space.makes().Has(company, held.type)) open.push_back(company);
  }
  return open;
}

// Without truth if every company held out is of no use: known to make it, or without any pair left. `lost`: companies
// that cannot make the type. What a company claims teaches only as far as it is believed.
Lecture MakeLecture(const PotentialSpace& space, const HeldOut& held, const SparseRows& lost) {
  Lecture lecture;
  const std::vector<std::uint32_t> truth = OpenAmong(space, held);
  if (truth.empty()) return lecture;
  std::vector<std::uint32_t> also = truth;
  for (const SparseRows::Cell& company : lost[held.type]) also.push_back(company.column);
  const TypeSignals type(space, held.type);
  const Subjects subjects = SubjectsFor(space, held.type, type.evidence(), also);
  RowMatrix signals = type.Of(subjects.companies);
  Standard(signals, subjects.stands_for).Apply(&signals);
  const Shown shown = ShownCompanies(held.type, subjects, truth, lost[held.type], signals);
  const auto rows = static_cast<Index>(shown.places.size());
  lecture.signals.resize(rows, kSignalCount);
  lecture.companies.reserve(shown.places.size());
  lecture.truth = Eigen::VectorXf::Zero(rows);
  lecture.log_weights = Eigen::VectorXf::Zero(rows);
  lecture.makers = static_cast<float>(type.evidence().makers.size());
  for (Index i = 0; i < rows; ++i) {
    const Index place = shown.places[static_cast<std::size_t>(i)];
    const std::uint32_t company = subjects.companies[static_cast<std::size_t>(place)];
    lecture.companies.push_back(company);
    lecture.signals.row(i) = signals.col(place).transpose();
    lecture.log_weights(i) = std::log(subjects.stands_for[static_cast<std::size_t>(place)]);
    if (static_cast<std::size_t>(i) >= shown.known) lecture.log_weights(i) += shown.log_weight;
    if (std::binary_search(truth.begin(), truth.end(), company)) {
      lecture.truth(i) = held.outcome ? 1 : space.trust()[company];
      lecture.log_weights(i) = 0;
    } else if (lost.Has(held.type, company)) {
      lecture.log_weights(i) = std::log(kLostWeight);
    }
  }
  const float believed = lecture.truth.sum();
  lecture.truth /= believed;
  lecture.weight = (held.outcome ? kOutcomeWeight : 1) * believed / static_cast<float>(truth.size());
  return lecture;
}

void AddLectures(const PotentialSpace& space, const std::vector<HeldOut>& held, const SparseRows& lost,
                 const StopToken& stop, std::vector<Lecture>* all) {
  std::vector<Lecture> lectures(held.size());
  InParallel(held.size(), [&](std::size_t i) {
    if (stop && stop()) return;
    lectures[i] = MakeLecture(space, held[i], lost);
  });
  for (Lecture& lecture : lectures) {
    if (lecture.truth.size() > 0) all->push_back(std::move(lecture));
  }
}

// Logistic regression by Newton's method with a small ridge towards the plain values.
Calibration Calibrate(std::span<const Lecture> lectures, std::span<const Eigen::VectorXf> all) {
  Eigen::Vector3d at(1, 0, 0);
  const Eigen::Vector3d start = at;
  for (int round = 0; round < 30; ++round) {
    Eigen::Vector3d slope = start - at;
    Eigen::Matrix3d curve = Eigen::Matrix3d::Identity();
    for (std::size_t i = 0; i < lectures.size(); ++i) {
      const Lecture& lecture = lectures[i];
      const Eigen::VectorXf& scores = all[i];
      const Eigen::ArrayXf weighted = (scores + lecture.log_weights).array();
      const float most = weighted.maxCoeff(), sum = most + std::log((weighted - most).exp().sum());
      for (Index row = 0; row < scores.size(); ++row) {
        const Eigen::Vector3d x(static_cast<double>(scores(row) - sum), 1,
                                std::log1p(static_cast<double>(lecture.makers)));
        const double weight = std::exp(static_cast<double>(lecture.log_weights(row)));
        const double chance = 1 / (1 + std::exp(-std::clamp(at.dot(x), -40.0, 40.0)));
        slope += weight * ((lecture.truth(row) > 0 ? 1 : 0) - chance) * x;
        curve += weight * chance * (1 - chance) * x * x.transpose();
      }
    }
    const Eigen::Vector3d move = curve.inverse() * slope;
    at += move * std::min(1.0, 2 / std::max(1e-12, move.norm()));
    if (move.norm() < 1e-9) break;
  }
  return {std::max(0.05, at(0)), at(1), at(2)};
}

// Adds to lectures without makers what those with makers teach of them: all but the signals that stand on makers.
void Borrow(std::vector<Lecture> warm, std::vector<Lecture>* cold) {
  for (Lecture& lecture : warm) {
    for (const Signal signal : kOfMakers) lecture.signals.col(signal).setZero();
    lecture.makers = 0;
    cold->push_back(std::move(lecture));
  }
}

// The first `own` lectures are of the task, the others borrowed: these teach, but neither count nor calibrate.
// `trust` in what each company claims.
bool LearnTask(std::span<const Lecture> lectures, std::size_t own, const PotentialData& data,
               const std::vector<float>& trust, const StopToken& stop, TaskLesson* task) {
  if (own < kFewestLectures) {
    task->nets.assign(1, PotentialNet(PlainWeights()));
    return true;
  }
  task->lectures = own;
  task->nets.assign(kFolds, PotentialNet(PlainWeights()));
  std::atomic<bool> whole{true};
  InParallel(kFolds, [&](std::size_t fold) {
    if (!task->nets[fold].Learn(lectures, fold, kFolds, stop)) whole = false;
  });
  if (!whole) return false;
  std::vector<Eigen::VectorXf> scores(lectures.size());  // by the network that has not seen the lecture
  InParallel(lectures.size(),
             [&](std::size_t i) { scores[i] = task->nets[i % kFolds].Score(lectures[i].signals, lectures[i].makers); });
  Leans leans(trust);
  for (std::size_t i = 0; i < lectures.size(); ++i) leans.Count(lectures[i], scores[i]);
  for (std::uint32_t company = 0; company < trust.size(); ++company) {
    if (const float lean = leans.Of(company); lean != 0) task->leans.emplace_back(data.company_keys[company], lean);
  }
  std::sort(task->leans.begin(), task->leans.end());
  for (std::size_t i = 0; i < own; ++i) leans.AddTo(lectures[i], &scores[i]);
  task->calibration = Calibrate(lectures.first(own), std::span(scores).first(own));
  return true;
}

}  // namespace

double Calibration::Probability(double log_share, std::size_t known_makers) const {
  const double at = share * log_share + offset + makers * std::log1p(static_cast<double>(known_makers));
  return 1 / (1 + std::exp(-at));
}

std::vector<float> TaskLesson::LeansOf(std::span<const std::uint64_t> keys) const {
  std::vector<float> found;
  found.reserve(keys.size());
  for (const std::uint64_t key : keys) {
    const auto at = std::lower_bound(leans.begin(), leans.end(), key,
                                     [](const auto& lean, std::uint64_t wanted) { return lean.first < wanted; });
    found.push_back(at != leans.end() && at->first == key ? at->second : 0);
  }
  return found;
}

Eigen::VectorXf TaskLesson::Score(const RowMatrix& signals, std::size_t known_makers) const {
  if (signals.cols() == 0) return {};
  const RowMatrix turned = signals.transpose();
  Eigen::VectorXf score = Eigen::VectorXf::Zero(turned.rows());
  for (const PotentialNet& net : nets) score += net.Score(turned, static_cast<float>(known_makers));
  return score / static_cast<float>(nets.size());
}

std::optional<PotentialLesson> LearnPotential(const PotentialData& data, const TypeLikeness& types,
                                              const SubjectLimits& limits, const StopToken& stop) {
  PotentialLesson lesson;
  std::vector<Lecture> warm, cold;
  for (std::size_t round = 0; round < kHoldoutRounds; ++round) {
    const Holdout holdout = HoldOut(data.makes, data.outcomes, data.types.size(), round);
    // Each round finds its own directions: those found with a pair in place would know of it.
    const PotentialSpace space(data, types, Without(data.makes, holdout), limits, stop);
    if (stop && stop()) return std::nullopt;
    AddLectures(space, holdout.warm, data.outcomes.lost, stop, &warm);
    AddLectures(space, holdout.cold, data.outcomes.lost, stop, &cold);
    if (stop && stop()) return std::nullopt;
  }
  const std::vector<float> trust = ClaimTrust(data.makes);
  if (!LearnTask(warm, warm.size(), data, trust, stop, &lesson.warm)) return std::nullopt;
  const std::size_t own = cold.size();
  Borrow(std::move(warm), &cold);
  if (!LearnTask(cold, own, data, trust, stop, &lesson.cold)) return std::nullopt;
  return lesson;
}

PotentialBasesPtr DirectionsFor(const PotentialLesson& lesson, std::span<const std::string> grams,
                                std::span<const std::string> types) {
  const auto renumbered = [](const LatentBasis& old, const std::vector<std::string>& known,
                             std::span<const std::string> wanted) {
    absl::flat_hash_map<std::string_view, Index> rows;
    for (std::size_t i = 0; i < known.size(); ++i) rows.emplace(known[i], static_cast<Index>(i));
    LatentBasis basis{RowMatrix::Zero(static_cast<Index>(wanted.size()), old.directions.cols()), old.sizes};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto at = rows.find(wanted[i]);
      if (at != rows.end()) basis.directions.row(static_cast<Index>(i)) = old.directions.row(at->second);
    }
    return basis;
  };
  return std::make_shared<const PotentialBases>(PotentialBases{renumbered(lesson.bases->text, lesson.grams, grams),
                                                               renumbered(lesson.bases->pairs, lesson.types, types)});
}

float LogTotal(const Eigen::VectorXf& scores, std::span<const float> stands_for) {
  float most = -std::numeric_limits<float>::infinity();
  for (Index i = 0; i < scores.size(); ++i) {
    if (stands_for[static_cast<std::size_t>(i)] > 0) most = std::max(most, scores(i));
  }
  if (!std::isfinite(most)) return 0;
  double sum = 0;
  for (Index i = 0; i < scores.size(); ++i) {
    const auto weight = static_cast<double>(stands_for[static_cast<std::size_t>(i)]);
    if (weight > 0) sum += weight * std::exp(static_cast<double>(scores(i) - most));
  }
  return most + static_cast<float>(std::log(sum));
}

}  // namespace bulian::match
