#include "services/model/symbol.h"

#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace bulian::model {
namespace {

TEST(SymbolTest, EqualWordsHaveEqualSymbols) {
  EXPECT_EQ(Intern(""), 0u);
  EXPECT_EQ(SymbolText(0), "");
  const Symbol gold = Intern("gold");
  EXPECT_NE(gold, 0u);
  EXPECT_EQ(Intern(std::string("go") + "ld"), gold);
  EXPECT_NE(Intern("silver"), gold);
  EXPECT_EQ(SymbolText(gold), "gold");
}

TEST(SymbolTest, FindingAddsNothing) {
  const std::size_t before = SymbolCount();
  EXPECT_FALSE(FindSymbol("never interned"));
  EXPECT_EQ(SymbolCount(), before);
  EXPECT_EQ(FindSymbol(""), Symbol{0});
  const Symbol symbol = Intern("interned now");
  EXPECT_EQ(FindSymbol("interned now"), symbol);
}

TEST(SymbolTest, KeepsWordsOfAnyLengthAndBytes) {
  const std::string big(200'000, 'x');
  const std::string with_zero("a\0b", 3);
  const Symbol big_symbol = Intern(big), zero_symbol = Intern(with_zero), after = Intern("after the big one");
  EXPECT_EQ(SymbolText(big_symbol), big);
  EXPECT_EQ(SymbolText(zero_symbol), with_zero);
  EXPECT_EQ(SymbolText(after), "after the big one");
}

TEST(SymbolTest, ManyWordsAcrossBlocksKeepTheirViews) {
  std::vector<Symbol> symbols;
  std::vector<std::string_view> views;
  for (int i = 0; i < 50'000; ++i) {
    symbols.push_back(Intern("word" + std::to_string(i)));
    views.push_back(SymbolText(symbols.back()));
  }
  for (int i = 0; i < 50'000; ++i) {
    ASSERT_EQ(views[static_cast<std::size_t>(i)], "word" + std::to_string(i));
    ASSERT_EQ(SymbolText(symbols[static_cast<std::size_t>(i)]).data(), views[static_cast<std::size_t>(i)].data());
  }
}

TEST(SymbolTest, ThreadsAgree) {
  constexpr int kThreads = 4, kWords = 5'000;
  std::vector<std::vector<Symbol>> symbols(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([t, &symbols] {
      for (int i = 0; i < kWords; ++i) {
        const std::string word = "shared" + std::to_string((i + t * 997) % kWords);
        const Symbol symbol = Intern(word);
        if (SymbolText(symbol) != word) return;  // leaves the vector short
        symbols[static_cast<std::size_t>(t)].push_back(symbol);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int t = 0; t < kThreads; ++t) {
    const auto& mine = symbols[static_cast<std::size_t>(t)];
    ASSERT_EQ(mine.size(), static_cast<std::size_t>(kWords));
    for (int i = 0; i < kWords; ++i) {
      ASSERT_EQ(mine[static_cast<std::size_t>(i)], *FindSymbol("shared" + std::to_string((i + t * 997) % kWords)));
    }
  }
}

}  // namespace
}  // namespace bulian::model
