// The text of a LaneKernel, compiled once for each vector width by the file that includes it, within a namespace of its
// own: LANE_WIDTH doubles a vector. Includes nothing, so that no shared inline function is compiled for a processor
// that may not be there.

typedef double Vec __attribute__((vector_size(LANE_WIDTH * sizeof(double)), may_alias));
constexpr int kParts = kLanes / LANE_WIDTH;

struct Lanes {
  Vec part[kParts];
};

static inline __attribute__((always_inline)) Lanes Load(const double* from, std::int64_t firm) {
  Lanes lanes;
  const Vec* vectors = reinterpret_cast<const Vec*>(from + firm * kLanes);
#pragma GCC unroll 8
  for (int p = 0; p < kParts; ++p) lanes.part[p] = vectors[p];
  return lanes;
}

static inline __attribute__((always_inline)) void Store(const Lanes& lanes, double* to, std::int64_t firm) {
  Vec* vectors = reinterpret_cast<Vec*>(to + firm * kLanes);
#pragma GCC unroll 8
  for (int p = 0; p < kParts; ++p) vectors[p] = lanes.part[p];
}

// An expression with each vector number p.
#define EACH_PART(expression) \
  _Pragma("GCC unroll 8") for (int p = 0; p < kParts; ++p) { expression; }

static inline __attribute__((always_inline)) void AddProduct(double weight, const Lanes& x, Lanes* sum) {
  EACH_PART(sum->part[p] += weight * x.part[p])
}

static inline __attribute__((always_inline)) void Raise(const Lanes& x, Lanes* greatest) {
  EACH_PART(greatest->part[p] = greatest->part[p] < x.part[p] ? x.part[p] : greatest->part[p])
}

// The loss that a computed loss leaves, rounded as LossOf(LevelAfter(loss)).
static inline __attribute__((always_inline)) void ToKeptLoss(Lanes* loss) {
  const Vec zero = {};
  EACH_PART(Vec level = 1.0 - loss->part[p]; level = zero < level ? level : zero; loss->part[p] = 1.0 - level)
}

static inline __attribute__((always_inline)) void NoteFall(const Lanes& old, const Lanes& now, Lanes* fell) {
  EACH_PART(const Vec fall = (1.0 - old.part[p]) - (1.0 - now.part[p]);
            fell->part[p] = fell->part[p] < fall ? fall : fell->part[p])
}

static void LostInputs(const EsriNetwork& net, const double* loss, double* lost) {
  const std::int32_t firms = net.firms();
  if (!net.replaceability) {
    for (std::int32_t i = 0; i < firms; ++i) Store(Load(loss, i), lost, i);
    return;
  }
  const std::int32_t* market_start = net.market_start.data();
  const std::int32_t* block_start = net.block_start.data();
  const std::int32_t* member = net.member.data();
  const double* sold = net.sold.data();
  const auto markets = static_cast<std::int32_t>(net.market_start.size()) - 1;
  for (std::int32_t market = 0; market < markets; ++market) {
    const std::int32_t first = market_start[market], last = market_start[market + 1];
    Lanes remains = {};
    for (std::int32_t block = first; block < last; ++block) {
      Lanes sum = {};
      for (std::int32_t k = block_start[block]; k < block_start[block + 1]; ++k) {
        const Lanes x = Load(loss, member[k]);
        EACH_PART(sum.part[p] += (1.0 - x.part[p]) * sold[member[k]])
      }
      EACH_PART(remains.part[p] += sum.part[p])
    }
    const Vec one = {}, least = one + kLeastMarket, ones = one + 1.0;
    EACH_PART(remains.part[p] = remains.part[p] <= least ? ones : remains.part[p])
    for (std::int32_t k = block_start[first]; k < block_start[last]; ++k) {
      Lanes x = Load(loss, member[k]);
      const Vec sales = one + sold[member[k]];
      EACH_PART(Vec share = sales / remains.part[p]; share = share < ones ? share : ones; x.part[p] = share * x.part[p])
      Store(x, lost, member[k]);
    }
  }
}

static void Buyers(const EsriNetwork& net, const double* lost, double* loss, double* fell) {
  const EsriBuyerRows& rows = net.inputs;
  const std::int32_t* source = rows.source.data();
  const double* weight = rows.weight.data();
  const std::int32_t firms = net.firms();
  Lanes fall = {};
  for (std::int32_t buyer = 0; buyer < firms; ++buyer) {
    std::int32_t k = rows.start[buyer];
    if (k == rows.start[buyer + 1]) {
      Store(Lanes{}, loss, buyer);
      continue;
    }
    const std::int32_t linear_end = rows.linear_end[buyer], single_end = rows.single_end[buyer];
    Lanes linear = {}, worst = {};
    for (; k < linear_end; ++k) AddProduct(weight[k], Load(lost, source[k]), &linear);
    for (; k < single_end; ++k) {
      Lanes one = Load(lost, source[k]);
      EACH_PART(one.part[p] = weight[k] * one.part[p])
      Raise(one, &worst);
    }
    const std::int32_t groups = rows.group_start[buyer + 1];
    for (std::int32_t group = rows.group_start[buyer]; group < groups; ++group) {
      Lanes sum = {};
      const std::int32_t end = rows.group_end[group];
      for (; k < end; ++k) AddProduct(weight[k], Load(lost, source[k]), &sum);
      Raise(sum, &worst);
    }
    Raise(linear, &worst);
    ToKeptLoss(&worst);
    NoteFall(Load(loss, buyer), worst, &fall);
    Store(worst, loss, buyer);
  }
  Store(fall, fell, 0);
}

static void Suppliers(const EsriNetwork& net, const double* old_loss, double* loss, double* fell) {
  const std::int32_t* start = net.outputs.start.data();
  const std::int32_t* source = net.outputs.source.data();
  const double* weight = net.outputs.weight.data();
  const std::int32_t firms = net.firms();
  Lanes fall = {};
  for (std::int32_t supplier = 0; supplier < firms; ++supplier) {
    Lanes sum = {};
    const std::int32_t end = start[supplier + 1];
    for (std::int32_t k = start[supplier]; k < end; ++k) AddProduct(weight[k], Load(old_loss, source[k]), &sum);
    ToKeptLoss(&sum);
    NoteFall(Load(old_loss, supplier), sum, &fall);
    Store(sum, loss, supplier);
  }
  Store(fall, fell, 0);
}

static void Totals(const EsriNetwork& net, const double* down, const double* up, double* worse, double* down_sum,
                   double* up_sum) {
  const double* weight = net.weight.data();
  const std::int32_t firms = net.firms();
  Lanes of_worse = {}, of_down = {}, of_up = {};
  for (std::int32_t i = 0; i < firms; ++i) {
    Lanes d = Load(down, i);
    const Lanes u = Load(up, i);
    AddProduct(weight[i], d, &of_down);
    AddProduct(weight[i], u, &of_up);
    Raise(u, &d);
    AddProduct(weight[i], d, &of_worse);
  }
  Store(of_worse, worse, 0);
  Store(of_down, down_sum, 0);
  Store(of_up, up_sum, 0);
}

static void Clear(const EsriNetwork& net, const double* kept, double* down, double* up) {
  const Lanes keep = Load(kept, 0);
  const std::int32_t firms = net.firms();
  for (std::int32_t i = 0; i < firms; ++i) {
    Lanes d = Load(down, i), u = Load(up, i);
    EACH_PART(d.part[p] *= keep.part[p]; u.part[p] *= keep.part[p])
    Store(d, down, i);
    Store(u, up, i);
  }
}

#undef EACH_PART
