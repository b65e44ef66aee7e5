"""How good rankings are, and how honest their probabilities."""
import math
import random

METRICS = ("R@10", "R@20", "NDCG@10", "MRR", "AUC")


def of_ranks(ranks, hidden, candidates):
    """`ranks`: 1-based ranks of the hidden companies that were listed; a full ranking is assumed for the others."""
    ranks = sorted(ranks)
    if not ranks:
        return [0, 0, 0, 0, 0.5]
    gain = sum(1 / math.log2(r + 1) for r in ranks if r <= 10)
    ideal = sum(1 / math.log2(r + 1) for r in range(1, min(10, hidden) + 1))
    others = candidates - hidden
    wins = sum(others - (r - 1 - i) for i, r in enumerate(ranks)) + (hidden - len(ranks)) * 0.5 * others
    return [sum(r <= 10 for r in ranks) / hidden, sum(r <= 20 for r in ranks) / hidden, gain / ideal, 1 / ranks[0],
            wins / (hidden * others) if others else 0.5]


def of_lists(lists, known, universe, truth):
    """Per type the metrics of its list, from which known makers and strangers are dropped."""
    result = {}
    for wanted, hidden in sorted(truth.items()):
        hidden = hidden & universe
        makers = known.get(wanted, set()) & universe
        ranked = [c for c in dict.fromkeys(lists.get(wanted, ())) if c in universe and c not in makers]
        ranks = [i for i, company in enumerate(ranked, 1) if company in hidden]
        result[wanted] = of_ranks(ranks, len(hidden), len(universe) - len(makers))
    return result


def means(per_type):
    return [sum(values) / len(per_type) for values in zip(*per_type.values())]


def sign_flip(ours, theirs, rounds=5000):
    """Per metric the mean difference and how often chance alone gives one as great."""
    chance = random.Random(2)
    types = sorted(ours)
    result = []
    for metric in range(len(METRICS)):
        differences = [d for d in (ours[t][metric] - theirs[t][metric] for t in types) if d]
        seen = abs(sum(differences))
        greater = sum(abs(sum(d if chance.getrandbits(1) else -d for d in differences)) >= seen - 1e-9
                      for _ in range(rounds))
        result.append((sum(differences) / len(types), greater / rounds))
    return result


BINS = (0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 1.01)


def reliability(pairs):
    """`pairs` of (probability, hidden or not): Brier score, that of the base rate, and (mean, share hidden, count) per bin."""
    base = sum(hidden for _, hidden in pairs) / len(pairs)
    brier = sum((p - hidden) ** 2 for p, hidden in pairs) / len(pairs)
    curve = []
    for low, high in zip(BINS, BINS[1:]):
        inside = [(p, hidden) for p, hidden in pairs if low <= p < high]
        if inside:
            curve.append((sum(p for p, _ in inside) / len(inside), sum(h for _, h in inside) / len(inside), len(inside)))
    return brier, base * (1 - base), curve
