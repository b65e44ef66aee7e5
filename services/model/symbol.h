// Words interned for the life of the process, so that words are compared and stored as numbers. Append-only.
//
// Thread-safety: any thread may call any function. Interning takes a lock only for a word not seen before by the shard;
// SymbolText takes none. A view returned by SymbolText lives as long as the process.
//
// A symbol's number depends on the order of first use: never show it, never order answers by it.
#ifndef SERVICES_MODEL_SYMBOL_H_
#define SERVICES_MODEL_SYMBOL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bulian::model {

// Equal words have equal symbols. 0 is the empty word.
using Symbol = std::uint32_t;

Symbol Intern(std::string_view text);
// The symbol of a word that was interned before; nullopt, and nothing added, if it was not.
std::optional<Symbol> FindSymbol(std::string_view text);
// The word of a symbol that Intern returned.
std::string_view SymbolText(Symbol symbol);
// Number of words so far, the empty one included.
std::size_t SymbolCount();

}  // namespace bulian::model

#endif  // SERVICES_MODEL_SYMBOL_H_
