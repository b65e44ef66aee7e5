#include "services/match/potential_net.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <random>
#include <utility>

namespace bulian::match {
namespace {

using Eigen::Index;

constexpr Index kHinges = 20;
constexpr int kEpochs = 12;
constexpr std::size_t kBatch = 8;
constexpr float kRate = 0.005F, kPull = 0.01F, kMakersPull = 0.03F;

// 0 with two known makers.
float Known(float makers) { return std::log((1 + makers) / 3); }

float Uniform(std::mt19937_64& random) {
  return static_cast<float>((static_cast<double>(random() >> 11) + 0.5) / 9007199254740992.0);
}
float Normal(std::mt19937_64& random) {
  const float radius = std::sqrt(-2 * std::log(Uniform(random)));
  return radius * std::cos(2 * std::numbers::pi_v<float> * Uniform(random));
}

void Shuffle(std::vector<std::size_t>* order, std::mt19937_64& random) {
  for (std::size_t i = order->size(); i > 1; --i) std::swap((*order)[i - 1], (*order)[random() % i]);
}

}  // namespace

// Moves one array of numbers against its slope.
class PotentialNet::Adam {
 public:
  explicit Adam(Index size) : mean_(Eigen::ArrayXf::Zero(size)), square_(Eigen::ArrayXf::Zero(size)) {}
  void Step(const Eigen::ArrayXf& slope, float rate, int step, float* values) {
    mean_ = 0.9F * mean_ + 0.1F * slope;
    square_ = 0.99F * square_ + 0.01F * slope.square();
    const auto n = static_cast<float>(step);
    Eigen::Map<Eigen::ArrayXf>(values, mean_.size()) -=
        rate * (mean_ / (1 - std::pow(0.9F, n))) / ((square_ / (1 - std::pow(0.99F, n))).sqrt() + 1e-8F);
  }

 private:
  Eigen::ArrayXf mean_, square_;
};

// What a batch of lectures says: by how much each number should fall.
struct PotentialNet::Slopes {
  explicit Slopes(Index signals)
      : linear(Eigen::VectorXf::Zero(signals)),
        linear_by_makers(Eigen::VectorXf::Zero(signals)),
        inner(Eigen::MatrixXf::Zero(signals, kHinges)),
        offsets(Eigen::VectorXf::Zero(kHinges)),
        by_makers(Eigen::VectorXf::Zero(kHinges)),
        outer(Eigen::VectorXf::Zero(kHinges)) {}
  Eigen::VectorXf linear, linear_by_makers;
  Eigen::MatrixXf inner;
  Eigen::VectorXf offsets, by_makers, outer;
};

void PotentialNet::Start(std::mt19937_64& random) {
  const Index count = signals();
  inner_.resize(count, kHinges);
  for (Index i = 0; i < inner_.size(); ++i) inner_.data()[i] = Normal(random) / std::sqrt(static_cast<float>(count));
  offsets_ = Eigen::VectorXf::Zero(kHinges);
  outer_.resize(kHinges);
  for (Index i = 0; i < kHinges; ++i) outer_(i) = 0.1F * Normal(random);
  by_makers_.resize(kHinges);
  for (Index i = 0; i < kHinges; ++i) by_makers_(i) = 0.5F * Normal(random);
}

Eigen::VectorXf PotentialNet::LinearFor(float makers) const { return linear_ + Known(makers) * linear_by_makers_; }
Eigen::VectorXf PotentialNet::OffsetsFor(float makers) const { return offsets_ + Known(makers) * by_makers_; }

void PotentialNet::AddSlopes(const Lecture& lecture, float weight, Slopes* slopes) const {
  RowMatrix hinges = lecture.signals * inner_;
  hinges.rowwise() += OffsetsFor(lecture.makers).transpose();
  const RowMatrix open = hinges.cwiseMax(0.0F);
  Eigen::ArrayXf chance = (lecture.signals * LinearFor(lecture.makers) + open * outer_ + lecture.log_weights).array();
  chance = (chance - chance.maxCoeff()).exp();
  chance /= chance.sum();
  const Eigen::VectorXf slope = (chance.matrix() - lecture.truth) * weight;
  const Eigen::VectorXf of_signals = lecture.signals.transpose() * slope;
  slopes->linear += of_signals;
  slopes->linear_by_makers += Known(lecture.makers) * of_signals;
  slopes->outer.noalias() += open.transpose() * slope;
  const RowMatrix back = ((slope * outer_.transpose()).array() * (hinges.array() > 0).cast<float>()).matrix();
  slopes->inner.noalias() += lecture.signals.transpose() * back;
  const Eigen::VectorXf of_hinges = back.colwise().sum().transpose();
  slopes->offsets += of_hinges;
  slopes->by_makers += Known(lecture.makers) * of_hinges;
}

bool PotentialNet::Learn(std::span<const Lecture> lectures, std::size_t fold, std::size_t folds,
                         const StopToken& stop) {
  std::mt19937_64 random(7919 + fold);
  Start(random);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < lectures.size(); ++i) {
    if (folds < 2 || i % folds != fold) order.push_back(i);
  }
  Adam of_linear(signals()), of_linear_by_makers(signals()), of_inner(inner_.size()), of_offsets(kHinges),
      of_makers(kHinges), of_outer(kHinges);
  int step = 0;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    Shuffle(&order, random);
    const float rate = kRate * (1 - static_cast<float>(epoch) / kEpochs) + 1e-4F;
    for (std::size_t begin = 0; begin < order.size(); begin += kBatch) {
      if (stop && stop()) return false;
      const std::size_t end = std::min(order.size(), begin + kBatch);
      Slopes slopes(signals());
      for (std::size_t i = begin; i < end; ++i) {
        const Lecture& lecture = lectures[order[i]];
        AddSlopes(lecture, lecture.weight / static_cast<float>(end - begin), &slopes);
      }
      slopes.linear += kPull * (linear_ - prior_);
      slopes.linear_by_makers += kMakersPull * linear_by_makers_;
      slopes.inner += kPull * inner_;
      slopes.outer += kPull * outer_;
      ++step;
      of_linear.Step(slopes.linear.array(), rate, step, linear_.data());
      of_linear_by_makers.Step(slopes.linear_by_makers.array(), rate, step, linear_by_makers_.data());
      of_inner.Step(Eigen::Map<const Eigen::ArrayXf>(slopes.inner.data(), slopes.inner.size()), rate, step,
                    inner_.data());
      of_offsets.Step(slopes.offsets.array(), rate, step, offsets_.data());
      of_makers.Step(slopes.by_makers.array(), rate, step, by_makers_.data());
      of_outer.Step(slopes.outer.array(), rate, step, outer_.data());
    }
  }
  return true;
}

Eigen::VectorXf PotentialNet::Score(const RowMatrix& signals, float makers) const {
  Eigen::VectorXf score = signals * LinearFor(makers);
  if (inner_.size() == 0) return score;
  // In portions: a million companies need no matrix of their hinges at once.
  constexpr Index kPortion = 4096;
  const Eigen::VectorXf offsets = OffsetsFor(makers);
  for (Index begin = 0; begin < signals.rows(); begin += kPortion) {
    const Index rows = std::min(kPortion, signals.rows() - begin);
    RowMatrix hinges = signals.middleRows(begin, rows) * inner_;
    hinges.rowwise() += offsets.transpose();
    score.segment(begin, rows) += hinges.cwiseMax(0.0F) * outer_;
  }
  return score;
}

}  // namespace bulian::match
