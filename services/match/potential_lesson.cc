#include "services/match/potential_lesson.h"

#include <Eigen/LU>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <memory>
#include <random>
#include <utility>

#include "services/match/holdout.h"
#include "services/match/in_parallel.h"

namespace bulian::match {
namespace {

using Eigen::Index;

constexpr std::size_t kFolds = 3, kFewestLectures = 16;
constexpr std::size_t kTopOfAll = 160, kTopOfOne = 10, kAtRandom = 80;
// Signals whose best companies are shown in every lecture, so that none is missing because plain weights misjudge it.
constexpr std::array<Signal, 10> kShown = {kWords,       kPseudo,   kIndustryLift, kTextMiddle, kPseudoMiddle,
                                           kMakerMiddle, kTogether, kWalk,         kKinPairs,   kPairsMaker};

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

// The active companies that are not known to make the type.
std::vector<std::uint32_t> OpenCompanies(const PotentialSpace& space, const Evidence& evidence) {
  std::vector<std::uint32_t> open;
  std::set_difference(space.active().begin(), space.active().end(), evidence.makers.begin(), evidence.makers.end(),
                      std::back_inserter(open));
  return open;
}

struct Shown {
  std::vector<std::uint32_t> companies;
  std::size_t known = 0;  // the first of them stand for themselves
  float log_weight = 0;   // logarithm of how many companies each of the others stands for
};

// The held-out companies, those that cannot make it, the best by plain weights and by single signals, and some at
// random that stand for all others.
Shown ShownCompanies(std::uint32_t type, const std::vector<std::uint32_t>& open,
                     const std::vector<std::uint32_t>& truth, std::span<const SparseRows::Cell> lost,
                     const RowMatrix& signals) {
  std::vector<std::uint8_t> marked(static_cast<std::size_t>(signals.cols()));
  const auto show_best = [&](const Eigen::VectorXf& scores, std::size_t count) {
    std::vector<std::uint32_t> best = open;
    const auto end = best.begin() + static_cast<std::ptrdiff_t>(std::min(count, best.size()));
    std::partial_sort(best.begin(), end, best.end(), [&](std::uint32_t a, std::uint32_t b) {
      return scores(a) != scores(b) ? scores(a) > scores(b) : a < b;
    });
    std::for_each(best.begin(), end, [&](std::uint32_t company) { marked[company] = 1; });
  };
  show_best(signals.transpose() * PlainWeights(), kTopOfAll);
  for (const Signal signal : kShown) show_best(signals.row(signal).transpose(), kTopOfOne);
  for (const std::uint32_t company : truth) marked[company] = 1;
  for (const SparseRows::Cell& company : lost) marked[company.column] = 1;
  Shown shown;
  std::vector<std::uint32_t> rest;
  for (const std::uint32_t company : open) (marked[company] != 0 ? shown.companies : rest).push_back(company);
  shown.known = shown.companies.size();
  std::mt19937_64 random(type + 1);
  const std::size_t extra = std::min(kAtRandom, rest.size());
  for (std::size_t i = 0; i < extra; ++i) std::swap(rest[i], rest[i + random() % (rest.size() - i)]);
  shown.companies.insert(shown.companies.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(extra));
  if (extra > 0) shown.log_weight = std::log(static_cast<float>(rest.size()) / static_cast<float>(extra));
  return shown;
}

// `lost`: companies that cannot make the type.
// Without truth if every company held out is of no use: known to make it, or without any pair left.
Lecture MakeLecture(const PotentialSpace& space, const HeldOut& held, const Evidence& evidence, const SparseRows& lost,
                    const RowMatrix& signals) {
  const std::vector<std::uint32_t> open = OpenCompanies(space, evidence);
  std::vector<std::uint32_t> truth;
  std::set_intersection(held.companies.begin(), held.companies.end(), open.begin(), open.end(),
                        std::back_inserter(truth));
  Lecture lecture;
  if (truth.empty()) return lecture;
  const Shown shown = ShownCompanies(held.type, open, truth, lost[held.type], signals);
  const auto rows = static_cast<Index>(shown.companies.size());
  lecture.signals.resize(rows, kSignalCount);
  lecture.truth = Eigen::VectorXf::Zero(rows);
  lecture.log_weights = Eigen::VectorXf::Zero(rows);
  lecture.makers = static_cast<float>(evidence.makers.size());
  for (Index i = 0; i < rows; ++i) {
    const std::uint32_t company = shown.companies[static_cast<std::size_t>(i)];
    lecture.signals.row(i) = signals.col(company).transpose();
    if (std::binary_search(truth.begin(), truth.end(), company))
      lecture.truth(i) = 1 / static_cast<float>(truth.size());
    if (static_cast<std::size_t>(i) >= shown.known) lecture.log_weights(i) = shown.log_weight;
    if (lost.Has(held.type, company) && lecture.truth(i) == 0) lecture.log_weights(i) = std::log(kLostWeight);
  }
  if (held.outcome) lecture.weight = kOutcomeWeight;
  return lecture;
}

void AddLectures(const PotentialSpace& space, const std::vector<HeldOut>& held, const SparseRows& lost,
                 const StopToken& stop, std::vector<Lecture>* all) {
  std::vector<Lecture> lectures(held.size());
  InParallel(held.size(), [&](std::size_t i) {
    if (stop && stop()) return;
    RowMatrix signals;
    Evidence evidence;
    ComputeSignals(space, held[i].type, &signals, &evidence);
    Standardise(space, evidence, &signals);
    lectures[i] = MakeLecture(space, held[i], evidence, lost, signals);
  });
  for (Lecture& lecture : lectures) {
    if (lecture.truth.size() > 0) all->push_back(std::move(lecture));
  }
}

// Logistic regression by Newton's method with a small ridge towards the plain values.
Calibration Calibrate(const std::vector<Lecture>& lectures, const std::vector<PotentialNet>& nets) {
  Eigen::Vector3d at(1, 0, 0);
  const Eigen::Vector3d start = at;
  for (int round = 0; round < 30; ++round) {
    Eigen::Vector3d slope = start - at;
    Eigen::Matrix3d curve = Eigen::Matrix3d::Identity();
    for (std::size_t i = 0; i < lectures.size(); ++i) {
      const Lecture& lecture = lectures[i];
      const Eigen::VectorXf scores = nets[i % nets.size()].Score(lecture.signals, lecture.makers);
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

bool LearnTask(const std::vector<Lecture>& lectures, const StopToken& stop, TaskLesson* task) {
  if (lectures.size() < kFewestLectures) {
    task->nets.assign(1, PotentialNet(PlainWeights()));
    return true;
  }
  task->lectures = lectures.size();
  task->nets.assign(kFolds, PotentialNet(PlainWeights()));
  std::atomic<bool> whole{true};
  InParallel(kFolds, [&](std::size_t fold) {
    if (!task->nets[fold].Learn(lectures, fold, kFolds, stop)) whole = false;
  });
  if (!whole) return false;
  task->calibration = Calibrate(lectures, task->nets);
  return true;
}

}  // namespace

double Calibration::Probability(double log_share, std::size_t known_makers) const {
  const double at = share * log_share + offset + makers * std::log1p(static_cast<double>(known_makers));
  return 1 / (1 + std::exp(-at));
}

Eigen::VectorXf TaskLesson::Score(const RowMatrix& signals, std::size_t known_makers) const {
  const RowMatrix turned = signals.transpose();
  Eigen::VectorXf score = Eigen::VectorXf::Zero(turned.rows());
  for (const PotentialNet& net : nets) score += net.Score(turned, static_cast<float>(known_makers));
  return score / static_cast<float>(nets.size());
}

std::optional<PotentialLesson> LearnPotential(const PotentialData& data, const TypeLikeness& types,
                                              const StopToken& stop) {
  PotentialLesson lesson;
  std::vector<Lecture> warm, cold;
  for (std::size_t round = 0; round < kHoldoutRounds; ++round) {
    const Holdout holdout = HoldOut(data.makes, data.outcomes, data.types.size(), round);
    // Each round finds its own directions: those found with a pair in place would know of it.
    const PotentialSpace space(data, types, Without(data.makes, holdout), stop);
    if (stop && stop()) return std::nullopt;
    AddLectures(space, holdout.warm, data.outcomes.lost, stop, &warm);
    AddLectures(space, holdout.cold, data.outcomes.lost, stop, &cold);
    if (stop && stop()) return std::nullopt;
  }
  if (!LearnTask(warm, stop, &lesson.warm) || !LearnTask(cold, stop, &lesson.cold)) return std::nullopt;
  return lesson;
}

Eigen::VectorXf LogShares(const PotentialSpace& space, const Evidence& evidence, const Eigen::VectorXf& scores) {
  const std::vector<std::uint32_t> open = OpenCompanies(space, evidence);
  if (open.empty()) return Eigen::VectorXf::Zero(scores.size());
  float most = scores(open.front());
  for (const std::uint32_t company : open) most = std::max(most, scores(company));
  double sum = 0;
  for (const std::uint32_t company : open) sum += std::exp(static_cast<double>(scores(company) - most));
  return scores.array() - (most + static_cast<float>(std::log(sum)));
}

}  // namespace bulian::match
