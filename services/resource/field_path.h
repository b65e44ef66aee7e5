// Paths of fields in violations, composed only when a violation is found: rules run on every record of an import.
#ifndef SERVICES_RESOURCE_FIELD_PATH_H_
#define SERVICES_RESOURCE_FIELD_PATH_H_

#include <string>
#include <string_view>

namespace bulian::resource {

// A chain of steps on the stack, for example `enterprise` . `owners` [2] . `share`. Refers to its parent and to the
// text it was made from: never keep one. Not thread-safe.
class FieldPath {
 public:
  FieldPath(std::string_view root) : step_(root) {}    // NOLINT: a path is written where a text is expected
  FieldPath(const char* root) : step_(root) {}         // NOLINT
  FieldPath(const std::string& root) : step_(root) {}  // NOLINT
  FieldPath(const FieldPath& parent, std::string_view step, int index = -1)
      : parent_(&parent), step_(step), index_(index) {}

  FieldPath operator/(std::string_view step) const { return {*this, step}; }
  FieldPath At(std::string_view step, int index) const { return {*this, step, index}; }

  std::string str() const {
    std::string text = parent_ == nullptr ? std::string() : parent_->str();
    if (!text.empty() && !step_.empty()) text += '.';
    text += step_;
    if (index_ >= 0) text += '[' + std::to_string(index_) + ']';
    return text;
  }

 private:
  const FieldPath* parent_ = nullptr;
  std::string_view step_;
  int index_ = -1;
};

}  // namespace bulian::resource

#endif  // SERVICES_RESOURCE_FIELD_PATH_H_
