// What a search costs among a million enterprises, each with a Chinese and an English name, an alias or a former name
// and a credit code: CPU per query for each sort of query, as a part of what a scan of all names for the same text
// costs (FoldText of every name and a look for the text in it, what ListEnterprises does); memory, time to build, and
// what one changed enterprise costs.
//
// Prints JSON lines. Stops with status 1 if a query takes more than `most_ms` of CPU.
// Usage: search_bench [enterprises=1000000] [most_ms=2]
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bulian/v1/enterprise.pb.h"
#include "services/model/record_fields.h"
#include "services/model/snapshot.h"
#include "services/model/text_folding.h"
#include "services/search/search.h"
#include "services/search/search_index.h"

namespace bulian::search {
namespace {

constexpr model::ResourceType kType = model::ResourceType::kEnterprise;

double Now() {
  std::timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Seconds of one run, the least of three rounds.
double Seconds(const std::function<void()>& run) {
  double least = 1e9;
  for (int round = 0; round < 3; ++round) {
    int times = 0;
    const double start = Now();
    double taken = 0;
    do {
      run();
      ++times;
      taken = Now() - start;
    } while (taken < 0.05);
    least = std::min(least, taken / times);
  }
  return least;
}

std::uint64_t Mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

struct Word {
  const char* zh;
  const char* en;
};
constexpr Word kPlaces[] = {{"重庆", "Chongqing"}, {"北碚", "Beibei"},   {"成都", "Chengdu"}, {"杭州", "Hangzhou"},
                            {"上海", "Shanghai"},  {"深圳", "Shenzhen"}, {"厦门", "Xiamen"},  {"长沙", "Changsha"},
                            {"武汉", "Wuhan"},     {"苏州", "Suzhou"},   {"无锡", "Wuxi"},    {"合肥", "Hefei"},
                            {"西安", "Xi'an"},     {"天津", "Tianjin"},  {"宁波", "Ningbo"},  {"青岛", "Qingdao"},
                            {"东莞", "Dongguan"},  {"佛山", "Foshan"},   {"济南", "Jinan"},   {"南京", "Nanjing"}};
constexpr Word kTrades[] = {{"传感器", "Sensor"},        {"微电子", "Microelectronics"},
                            {"科技", "Technology"},      {"精密制造", "Precision Manufacturing"},
                            {"材料", "Materials"},       {"新能源", "New Energy"},
                            {"机械", "Machinery"},       {"智能装备", "Intelligent Equipment"},
                            {"电子", "Electronics"},     {"半导体", "Semiconductor"},
                            {"化工", "Chemicals"},       {"医疗器械", "Medical Devices"},
                            {"仪器仪表", "Instruments"}, {"汽车零部件", "Auto Parts"},
                            {"光电", "Optoelectronics"}, {"自动化", "Automation"},
                            {"软件", "Software"},        {"生物", "Biotech"},
                            {"环保", "Environmental"},   {"物流", "Logistics"}};
constexpr const char* kForms[] = {"有限公司", "有限公司", "有限公司", "股份有限公司", "有限责任公司"};

// Two or three Han characters that tell a company from others, and as pinyin.
void Own(std::uint64_t random, std::string* zh, std::string* en) {
  zh->clear();
  en->clear();
  const std::uint64_t count = 2 + random % 2;
  for (std::uint64_t i = 0; i < count; ++i) {
    random = Mixed(random + i);
    const auto han = static_cast<char16_t>(0x4E00 + random % 2500 * 8);
    zh->push_back(static_cast<char>(0xE0 | han >> 12));
    zh->push_back(static_cast<char>(0x80 | (han >> 6 & 0x3F)));
    zh->push_back(static_cast<char>(0x80 | (han & 0x3F)));
    *en += SyllableText(ReadingsOf(Simplified(han))[0]);
  }
  if (!en->empty()) (*en)[0] = static_cast<char>((*en)[0] - 'a' + 'A');
}

v1::Enterprise Enterprise(std::uint64_t e, std::uint64_t version) {
  const std::uint64_t random = Mixed(e * 31 + version + 1);
  std::string zh, en;
  Own(random, &zh, &en);
  // A third of the cluster is in its own town.
  const Word& place = kPlaces[random / 3 % 3 == 0 ? 0 : random / 9 % std::size(kPlaces)];
  const Word& trade = kTrades[random / 1000 % std::size(kTrades)];
  const Word& second = kTrades[random / 20'000 % std::size(kTrades)];
  v1::Enterprise enterprise;
  enterprise.set_uid("00000000-0000-4000-8000-000000000000");
  enterprise.mutable_display_name()->set_zh(std::string(place.zh) + zh + trade.zh + second.zh + kForms[random % 5]);
  enterprise.mutable_display_name()->set_en(std::string(place.en) + " " + en + " " + trade.en + " " + second.en +
                                            " Co., Ltd.");
  if (random % 2 == 0) {
    enterprise.add_aliases(zh + trade.zh);
  } else {
    std::string old_zh, old_en;
    Own(random / 7, &old_zh, &old_en);
    enterprise.add_former_names(std::string(place.zh) + old_zh + trade.zh + "有限公司");
  }
  enterprise.set_uscc("915001" + std::to_string(100'000'000'000 + Mixed(e) % 900'000'000'000));
  return enterprise;
}

std::string Name(std::uint64_t e) { return "clusters/bench/enterprises/e" + std::to_string(10'000'000 + e); }

model::SnapshotPtr Change(const model::SnapshotPtr& base, std::uint64_t e, model::Delta* delta) {
  model::SnapshotBuilder builder(base);
  const std::string name = Name(e), value = Enterprise(e, 1).SerializeAsString();
  const model::RecordChange change{.name = name, .value = value};
  auto position = base->position();
  ++position.revision;
  builder.Apply(position, {&change, 1});
  *delta = builder.TakeDelta();
  return builder.Build();
}

// As a list with a text filter looks for it.
std::size_t Scan(const model::Snapshot& snapshot, std::string_view text) {
  const std::string folded = model::FoldText(text);
  std::size_t found = 0;
  for (model::Row row = 0; row < snapshot.RowLimit(kType); ++row) {
    bool has = false;
    model::VisitField(
        snapshot.RecordBytes(kType, row), v1::Enterprise::kDisplayNameFieldNumber, [&](std::string_view name) {
          has = model::ContainsFolded(model::StringField(name, v1::LocalizedText::kZhFieldNumber), folded) ||
                model::ContainsFolded(model::StringField(name, v1::LocalizedText::kEnFieldNumber), folded);
        });
    found += has ? 1 : 0;
  }
  return found;
}

struct Sort {
  std::string name, text;
};

std::vector<Sort> Sorts(const model::Snapshot& snapshot) {
  const v1::Enterprise known = Enterprise(snapshot.Count(kType) / 2, 0);
  const std::string& zh = known.display_name().zh();
  const std::string& en = known.display_name().en();
  std::string wrong_zh = zh, wrong_en = en;
  wrong_zh.replace(9, 3, "蓝");  // its fourth character
  wrong_en.erase(en.size() / 2, 1);
  return {{"whole Chinese name", zh},
          {"whole English name", en},
          {"a wrong character", wrong_zh},
          {"a letter missing", wrong_en},
          {"own part of a name", zh.substr(6, 6)},
          {"own part, wrong characters of its sound", "士蓝"},
          {"a trade, Chinese", "传感"},
          {"a trade, traditional", "傳感器"},
          {"a trade, English", "Microelectronics"},
          {"a trade, a letter missing", "Microelctronics"},
          {"town and trade", "北碚传感"},
          {"town that a third has", "重庆"},
          {"two trades of one in 20 each", "科技材料"},
          {"common pieces, together in none", "科技微电汽车软件物流"},
          {"initials, five", "cqcgq"},
          {"initials, two", "cq"},
          {"pinyin", "chongqing"},
          {"pinyin of a trade", "chuanganqi"},
          {"unfinished pinyin", "chongq"},
          {"one character", "重"},
          {"one letter", "c"},
          {"two letters", "ch"},
          {"three letters", "ing"},
          {"credit code", known.uscc()},
          {"part of a credit code", known.uscc().substr(6, 7)},
          {"beginning of all credit codes", "915001"},
          {"legal form only", "有限公司"},
          {"town and trade, English", "Chongqing Sensor"},
          {"two trades, English, a letter missing", "Precison Manufacturing Technology"},
          {"two hundred letters", std::string(100, 'i') + std::string(100, 'n')},
          {"no such thing", "Zyxwvutsrq"}};
}

int Main(std::size_t count, double most_ms) {
  double start = Now();
  ReadingsOf(u'重');
  std::printf("{\"readings_ms\": %.0f}\n", (Now() - start) * 1e3);
  model::SnapshotBuilder builder("bench");
  for (std::uint64_t e = 0; e < count; ++e) builder.Load(Name(e), Enterprise(e, 0).SerializeAsString(), 1);
  builder.SetPosition({"bench", "uid", 1, 1, 1});
  const model::SnapshotPtr snapshot = builder.Build();
  start = Now();
  const SearchIndex::Ptr index = SearchIndex::FromScratch(*snapshot, [] { return false; });
  const double build = Now() - start;
  std::printf("{\"enterprises\": %zu, \"texts\": %zu, \"build_s\": %.2f, \"bytes_per_enterprise\": %.0f}\n", count,
              index->text_count(), build, static_cast<double>(index->Bytes()) / static_cast<double>(count));
  model::Delta delta;
  const model::SnapshotPtr changed = Change(snapshot, count / 3, &delta);
  const double update = Seconds([&] { SearchIndex::Advance(index, *snapshot, *changed, delta, [] { return false; }); });
  std::printf("{\"update_us\": %.1f}\n", update * 1e6);
  start = Now();
  std::size_t found = Scan(*snapshot, "士兰");
  const double scan = Now() - start;
  std::printf("{\"scan_ms\": %.0f, \"found\": %zu}\n", scan * 1e3, found);
  double worst = 0;
  for (const Sort& sort : Sorts(*snapshot)) {
    const SearchRequest request{
        .index = index.get(), .snapshot = snapshot.get(), .size = 21, .rows = nullptr, .limits = {}};
    SearchAnswer answer;
    const double taken = Seconds([&] { answer = Search(request, ParseQuery(sort.text)); });
    worst = std::max(worst, taken);
    std::printf(
        "{\"query\": \"%s\", \"us\": %.1f, \"of_scan\": %.6f, \"hits\": %zu, \"complete\": %s, \"steps\": %zu, "
        "\"texts\": %zu}\n",
        sort.name.c_str(), taken * 1e6, taken / scan, answer.hits.size(), answer.complete ? "true" : "false",
        answer.steps, answer.examined);
  }
  std::printf("{\"worst_us\": %.1f}\n", worst * 1e6);
  return worst * 1e3 > most_ms ? 1 : 0;
}

}  // namespace
}  // namespace bulian::search

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  return bulian::search::Main(count, argc > 2 ? std::strtod(argv[2], nullptr) : 2);
}
