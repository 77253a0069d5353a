// Strong types for look-alike strings. With many tenants this is a security measure: a TenantId and a
// PodName, or the names of two tenants' buckets, must not be swappable by accident.
// Tests: src/model/object_key_test.cc
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace headgate {

template <typename Tag>
class Named {
 public:
  Named() = default;
  explicit Named(std::string text) : text_(std::move(text)) {}
  explicit Named(std::string_view text) : text_(text) {}
  explicit Named(const char* text) : text_(text) {}

  const std::string& str() const { return text_; }
  std::string_view view() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Named&, const Named&) = default;

 private:
  std::string text_;
};

}  // namespace headgate

template <typename Tag>
struct std::hash<headgate::Named<Tag>> {
  std::size_t operator()(const headgate::Named<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.str());
  }
};
