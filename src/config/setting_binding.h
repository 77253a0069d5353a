// Binds a setting to a member of Config: kind, choices and assignment follow from the member's type.
// Tests: src/config/config_load_test.cc
#pragma once

#include <type_traits>

#include "base/check.h"
#include "config/setting.h"

namespace headgate::config {

// The choices of an enumeration; one specialisation each, beside the table.
template <typename Enumeration>
struct ChoicesOf;

template <typename Member>
constexpr SettingKind kind_of_member() {
  if constexpr (std::is_enum_v<Member>) return SettingKind::Choice;
  if constexpr (std::is_same_v<Member, std::int64_t>) return SettingKind::Integer;
  if constexpr (std::is_same_v<Member, bool>) return SettingKind::Boolean;
  if constexpr (std::is_same_v<Member, Milliseconds>) return SettingKind::Duration;
  if constexpr (std::is_same_v<Member, std::uint64_t>) return SettingKind::Bytes;
  if constexpr (std::is_same_v<Member, Strings> || std::is_same_v<Member, std::vector<BucketName>>)
    return SettingKind::List;
  if constexpr (std::is_same_v<Member, StringLists>) return SettingKind::Groups;
  return SettingKind::Text;
}

template <typename Member>
void assign_member(Member& member, const SettingValue& value) {
  if constexpr (std::is_enum_v<Member>) {
    for (const Choice& choice : ChoicesOf<Member>::kAll) {
      if (choice.name == value.text) {
        member = static_cast<Member>(choice.value);
        return;
      }
    }
    CHECK(false);  // it was checked
  } else if constexpr (std::is_same_v<Member, std::vector<BucketName>>) {
    member.clear();
    for (const std::string& name : value.list) member.emplace_back(name);
  } else if constexpr (std::is_same_v<Member, std::optional<http::ListenAddress>>) {
    member.reset();
    if (const auto address = http::parse_listen_address(value.text); address.ok()) member = *address;
  } else if constexpr (kind_of_member<Member>() == SettingKind::List) {
    member = value.list;
  } else if constexpr (kind_of_member<Member>() == SettingKind::Groups) {
    member = value.groups;
  } else if constexpr (kind_of_member<Member>() == SettingKind::Text) {
    member = Member(value.text);
  } else if constexpr (std::is_same_v<Member, bool>) {
    member = value.number != 0;
  } else {
    member = Member(value.number);
  }
}

// `Access` is a lambda without captures that gives the member of a Config.
template <typename Access>
Setting bind(Access, Description about) {
  using Member = std::remove_reference_t<decltype(Access{}(std::declval<Config&>()))>;
  Setting setting;
  setting.about = about;
  setting.kind = kind_of_member<Member>();
  if constexpr (std::is_enum_v<Member>) setting.choices = ChoicesOf<Member>::kAll;
  setting.assign = [](Config& config, const SettingValue& value) { assign_member(Access{}(config), value); };
  return setting;
}

}  // namespace headgate::config
