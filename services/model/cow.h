// A value shared between versions and copied by the first writer that finds it shared.
//
// Thread-safety: copies of one Cow may be read and dropped on any thread. Mutable() belongs to the thread that owns
// this very copy; it changes the value in place only when no other copy exists.
#ifndef SERVICES_MODEL_COW_H_
#define SERVICES_MODEL_COW_H_

#include <atomic>
#include <cstdint>
#include <utility>

namespace bulian::model {

template <class T>
class Cow {
 public:
  Cow() = default;
  explicit Cow(T value) : node_(new Node(std::move(value))) {}
  Cow(const Cow& other) : node_(other.node_) {
    if (node_ != nullptr) node_->refs.fetch_add(1, std::memory_order_relaxed);
  }
  Cow(Cow&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  Cow& operator=(const Cow& other) {
    Cow copy(other);
    std::swap(node_, copy.node_);
    return *this;
  }
  Cow& operator=(Cow&& other) noexcept {
    std::swap(node_, other.node_);
    return *this;
  }
  ~Cow() { Release(); }

  const T* get() const { return node_ == nullptr ? nullptr : &node_->value; }
  const T* operator->() const { return &node_->value; }
  const T& operator*() const { return node_->value; }
  explicit operator bool() const { return node_ != nullptr; }

  // The value for writing: made if there is none, copied if it is shared.
  T& Mutable() {
    if (node_ == nullptr) {
      node_ = new Node();
    } else if (node_->refs.load(std::memory_order_acquire) != 1) {
      Cow copy;
      copy.node_ = new Node(std::as_const(node_->value));
      std::swap(node_, copy.node_);
    }
    return node_->value;
  }

  // Brings the reference count close, before many copies are made or dropped at once.
  void Prefetch() const { __builtin_prefetch(node_, 1); }

  static constexpr std::size_t NodeBytes() { return sizeof(Node); }

 private:
  struct Node {
    Node() = default;
    explicit Node(const T& v) : value(v) {}
    explicit Node(T&& v) : value(std::move(v)) {}
    std::atomic<std::uint32_t> refs{1};
    T value{};
  };

  void Release() {
    if (node_ == nullptr) return;
    if (node_->refs.load(std::memory_order_acquire) == 1 || node_->refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete node_;
  }

  Node* node_ = nullptr;
};

}  // namespace bulian::model

#endif  // SERVICES_MODEL_COW_H_
