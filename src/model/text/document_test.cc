#include "model/text/document.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

using namespace std::string_literals;

// The tree on one line: kind letter, line, then what is in it.
std::string shown(const DocumentValue& value) {
  using Kind = DocumentValue::Kind;
  const std::string at = "@" + std::to_string(value.line);
  std::string inside;
  switch (value.kind) {
    case Kind::Null:
      return "null" + at;
    case Kind::Boolean:
      return "bool " + value.text + at;
    case Kind::Number:
      return "number " + value.text + at;
    case Kind::Text:
      return "'" + value.text + "'" + at;
    case Kind::Sequence:
      for (const DocumentValue& item : value.items) inside += " " + shown(item);
      return "[" + inside + " ]" + at;
    case Kind::Mapping:
      for (const DocumentValue& item : value.items) {
        inside += " " + item.name + "@" + std::to_string(item.name_line) + "=" + shown(item);
      }
      return "{" + inside + " }" + at;
  }
  return {};
}

std::string read(std::string_view text) {
  const Result<DocumentValue> value = read_document(text);
  if (value.ok()) return shown(*value);
  EXPECT_EQ(value.error().fault, Fault::Invalid);
  return "error: " + value.error().what;
}

TEST(Document, ReadsYamlWithItsLines) {
  EXPECT_EQ(
      read("# a comment\na: 1\nb:\n  - x\n  - \"1\"\n  - true\n  - 'true'\nc: ~\nd:\ne: {f: [1.50, yes]}\n"),
      "{ a@2=number 1@2 b@3=[ 'x'@4 '1'@5 bool true@6 'true'@7 ]@4 c@8=null@8 d@9=null@10 "
      "e@10={ f@10=[ number 1.50@10 'yes'@10 ]@10 }@10 }@2");
  EXPECT_EQ(read("a: |\n  one\n  two\nb: >\n  folded\n  text\n"),
            "{ a@1='one\ntwo\n'@1 b@4='folded text\n'@4 }@1");
  EXPECT_EQ(read("id: 012345678901\nhex: 0x1f\nunder: 1_000\nbig: True\n"),
            "{ id@1='012345678901'@1 hex@2='0x1f'@2 under@3='1_000'@3 big@4='True'@4 }@1");
  EXPECT_EQ(read("---\na: 1\n"), "{ a@2=number 1@2 }@2");
  EXPECT_EQ(read("plain"), "'plain'@1");
}

TEST(Document, ReadsJsonWithItsLines) {
  EXPECT_EQ(read("{\n\t\"a\": \"\\ud83d\\ude00\\u0000\",\n\t\"b\": [1.50,\n null, true],\r\n\"\\u0063\":{}}"),
            "{ a@2='\U0001f600\0'@2 b@3=[ number 1.50@3 null@4 bool true@4 ]@3 c@5={ }@5 }@1"s);
  EXPECT_EQ(read(" [ ] "), "[ ]@1");
  EXPECT_EQ(read("{a: 1, b: [x]}"), "{ a@1=number 1@1 b@1=[ 'x'@1 ]@1 }@1");  // no JSON: YAML
  EXPECT_EQ(read("{\"a\":012345678901}"), "{ a@1='012345678901'@1 }@1");
  EXPECT_EQ(read("{\"a\":123456789012345678901234567890}"),
            "{ a@1=number 123456789012345678901234567890@1 }@1");
}

TEST(Document, KeepsEqualKeysForTheReaderToJudge) {
  EXPECT_EQ(read("a: 1\na: 2\n"), "{ a@1=number 1@1 a@2=number 2@2 }@1");
  EXPECT_EQ(read("{\"a\":1,\"a\":2}"), "{ a@1=number 1@1 a@1=number 2@1 }@1");
}

TEST(Document, RefusesWhatCanHurt) {
  std::string bomb = "a: &a [x, x]\n";
  for (int level = 0; level < 30; ++level) bomb += "b: &b [*a, *a]\n";
  const std::pair<std::string, std::string> cases[] = {
      {bomb, "error: line 1: anchors are not taken"},
      {"a: 1\nb: *x\n", "error: line 2: the referenced anchor is not defined"},
      {"a: !!binary x\n", "error: line 1: tags are not taken"},
      {"a: !own {b: 1}\n", "error: line 1: tags are not taken"},
      {"? [a, b]\n: 1\n", "error: line 1: a key that is no scalar"},
      {"a: 1\nb: \"\\N\"\n",
       "error: line 2: the escapes \\N and \\_ are not taken: write \\u0085 or \\u00a0"},
      {"a: 1\n---\nb: 2\n", "error: more than one document"},
      {"", "error: empty"},
      {"# nothing\n", "error: empty"},
      {"a: \xff", "error: not UTF-8"},
      {"a: 1\nb: x\0y"s, "error: line 2: a control character"},
      {"a: 1\nb: \x04\n", "error: line 2: a control character"},
      {std::string(kDocumentBytesMax + 1, ' '), "error: longer than 1048576 bytes"},
      {"{\"a\":" + std::string(20, '[') + std::string(20, ']') + "}", "error: line 1: nested too deep"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(read(text), expected) << text.substr(0, 50);
  for (const char* bad :
       {"a: b: c", "a: [1", "a: \"open", "{\"a\":\"\\ud800\"}", "\t- a", "a\nb: 1", "a: 'x' y"}) {
    EXPECT_TRUE(read(bad).starts_with("error: line ")) << bad << read(bad);
  }
}

// A megabyte of what makes parsers recurse or go back must end soon, one way or the other.
TEST(Document, HostileMegabytesEnd) {
  for (const std::string& piece :
       {"["s,     "{"s,     "- "s,  "? "s,  "a: "s,  "{a: "s,  "[{\"a\":"s, "a: x\n"s,
        "- a\n"s, "\"\" "s, "|\n"s, ","s,   "[],"s,  "!a "s,   "&a "s,      "*a "s,
        "'"s,     "\n"s,    "a\n"s, "#\n"s, "%a\n"s, "---\n"s, ":"s,        "a "s}) {
    std::string text;
    while (text.size() + piece.size() <= kDocumentBytesMax) text += piece;
    const Result<DocumentValue> value = read_document(text);
    EXPECT_TRUE(value.ok() || value.error().fault == Fault::Invalid);
  }
}

}  // namespace
}  // namespace headgate
