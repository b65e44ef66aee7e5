#include "services/match/page_position.h"

#include <charconv>

namespace bulian::match {
namespace {

// One item a line; no field holds a line break but a reason, where it becomes a space.
template <class Number>
bool ReadNumber(std::string_view text, Number* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() && *number >= 0;
}

std::string_view TakeUntil(std::string_view* text, char end) {
  const std::size_t at = text->find(end);
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(at == std::string_view::npos ? text->size() : at + 1);
  return taken;
}

}  // namespace

std::string EncodePosition(const PagePosition& position) {
  std::string text = std::to_string(position.offset) + " " + std::to_string(position.model.records) + " " +
                     std::to_string(position.model.lesson);
  for (const PagePosition::Pin& pin : position.others) {
    text += "\n=" + pin.cluster + " " + pin.uid + " " + std::to_string(pin.epoch) + " " + std::to_string(pin.revision);
  }
  for (const std::string& reason : position.unreachable) {
    text += "\n!" + reason;
    for (std::size_t i = text.size() - reason.size(); i < text.size(); ++i) {
      if (text[i] == '\n') text[i] = ' ';
    }
  }
  return text;
}

std::optional<PagePosition> DecodePosition(std::string_view text) {
  PagePosition position;
  std::string_view first = TakeUntil(&text, '\n');
  if (!ReadNumber(TakeUntil(&first, ' '), &position.offset) ||
      !ReadNumber(TakeUntil(&first, ' '), &position.model.records) || !ReadNumber(first, &position.model.lesson)) {
    return std::nullopt;
  }
  while (!text.empty()) {
    std::string_view line = TakeUntil(&text, '\n');
    if (line.empty()) return std::nullopt;
    const char kind = line[0];
    line.remove_prefix(1);
    if (kind == '!') {
      position.unreachable.emplace_back(line);
      continue;
    }
    PagePosition::Pin pin;
    pin.cluster = TakeUntil(&line, ' ');
    pin.uid = TakeUntil(&line, ' ');
    if (kind != '=' || !ReadNumber(TakeUntil(&line, ' '), &pin.epoch) || !ReadNumber(line, &pin.revision)) {
      return std::nullopt;
    }
    position.others.push_back(std::move(pin));
  }
  return position;
}

}  // namespace bulian::match
