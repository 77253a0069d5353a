#!/usr/bin/env python3
"""layers.py finds what it should in made-up trees, and nothing else."""
import pathlib
import tempfile
import unittest

import layers

HEADER = "#pragma once\n"


def found_in(files):
    """What check_tree() says of a tree of these files, each room with a README unless given."""
    with tempfile.TemporaryDirectory() as directory:
        root = pathlib.Path(directory)
        (root / "src").mkdir()
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
            if path.startswith("src/"):
                readme = root / "src" / path.split("/")[1] / "README.md"
                if "README" not in files:
                    readme.write_text("a room\n", encoding="utf-8")
        return [f"{path}:{line}: {what}" for path, line, what in layers.check_tree(root)]


class Layers(unittest.TestCase):
    def assert_clean(self, files):
        self.assertEqual(found_in(files), [])

    def assert_found(self, files, *expected):
        found = found_in(files)
        self.assertEqual(len(found), len(expected), found)
        for said, start in zip(found, expected):
            self.assertTrue(said.startswith(start), f"{said!r} does not start with {start!r}")

    def test_includes_go_down_only(self):
        allowed = [("model", "base"), ("ports", "model"), ("collect", "ports"), ("process", "deliver"),
                   ("process", "tenants"), ("http", "tenants"), ("aws", "ports"), ("loggen", "ports"),
                   ("config", "collect"), ("assembly", "config"), ("assembly", "aws"), ("cli", "assembly"),
                   ("cli", "aws"), ("cli", "kube"), ("cli", "net"), ("kube", "net"), ("kube", "ports"), ("net", "ports"),
                   ("aws", "net"), ("cli", "loggen"), ("cli", "collect"), ("base", "base")]
        for room, target in allowed:
            self.assert_clean({f"src/{room}/x.cc": f'#include "{target}/y.h"\n'})
        refused = [("base", "model"), ("model", "ports"), ("ports", "collect"), ("collect", "process"),
                   ("collect", "local"), ("deliver", "process"), ("deliver", "tenants"), ("tenants", "deliver"),
                   ("process", "aws"), ("aws", "tenants"), ("local", "http"), ("http", "process"),
                   ("loggen", "local"), ("kube", "local"), ("kube", "collect"), ("net", "kube"), ("collect", "net"),
                   ("local", "net"), ("config", "aws"), ("config", "assembly"), ("assembly", "cli"), ("collect", "kube"), ("local", "cli"), ("collect", "loggen")]
        for room, target in refused:
            self.assert_found({f"src/{room}/x.cc": f'\n  #  include "{target}/y.h"\n'},
                              f'src/{room}/x.cc:2: includes "{target}/y.h": {room} may include')

    def test_subfolders_of_a_room_have_arrows_too(self):
        for folder, target in (("aws/s3", "aws/call"), ("aws/tenant", "aws/s3"), ("aws/s3", "aws/s3"), ("model", "model/time"),
                               ("collect/tail", "collect/batch"), ("collect", "collect/tail")):
            self.assert_clean({f"src/{folder}/x.cc": f'#include "{target}/y.h"\n'})
        for folder, target in (("aws/call", "aws/s3"), ("aws/s3", "aws/sqs"), ("aws/call", "aws/credentials"), ("model/time", "model"),
                               ("model/text", "model/time"), ("collect/batch", "collect/tail"), ("collect/tail", "collect")):
            self.assert_found({f"src/{folder}/x.cc": f'#include "{target}/y.h"\n'},
                              f'src/{folder}/x.cc:1: includes "{target}/y.h": {folder} may include')

    def test_src_includes_no_tests_and_no_relative_paths(self):
        for include in ("sim/world.h", "tests/sim/world.h", "../tests/sim/world.h", "neighbour.h"):
            self.assert_found({"src/collect/x.h": HEADER + f'#include "{include}"\n'}, "src/collect/x.h:2: includes")

    def test_tests_and_benches_may_include_everything(self):
        for path in ("src/collect/x_test.cc", "src/collect/x_bench.cc", "src/base/x_fuzz.cc", "tests/sim/x.cc"):
            self.assert_clean({path: '#include "local/y.h"\n#include "sim/world.h"\n'})

    def test_a_commented_include_is_none(self):
        self.assert_clean({"src/base/x.cc": '// #include "cli/y.h"\n/*\n#include "cli/y.h"\n*/\n'})

    def test_a_room_that_no_one_knows_is_refused(self):
        self.assert_found({"src/utils/x.cc": "\n"}, "src/utils/x.cc:1: src/utils: no such room")

    def test_files_have_a_longest_size(self):
        self.assert_clean({"src/base/x.cc": "\n" * 600, "src/base/x.h": HEADER + "\n" * 249,
                           "src/base/x_test.cc": "\n" * 1500, "tests/sim/x.h": HEADER + "\n" * 1499})
        self.assert_found({"src/base/a.cc": "\n" * 601, "src/base/b.h": HEADER + "\n" * 250,
                           "src/base/c_bench.cc": "\n" * 601, "src/base/d_test.cc": "\n" * 1501},
                          "src/base/a.cc:601: 601 lines, over 600", "src/base/b.h:251: 251 lines, over 250",
                          "src/base/c_bench.cc:601: 601 lines", "src/base/d_test.cc:1501: 1501 lines")

    def test_headers_say_pragma_once(self):
        self.assert_found({"src/base/x.h": "// #pragma once is missing\n"}, "src/base/x.h:1: no #pragma once")

    def test_every_room_has_a_readme(self):
        self.assert_found({"README": "", "src/base/x.cc": "\n"}, "src/base:1: no README.md")

    def test_banned_words_are_found_in_code(self):
        everywhere = ["std::this_thread::sleep_for(x);", "usleep(5);", "using namespace std;",
                      "co_await x;", "std::regex r;", 'std::format("{}", x);', "std::views::filter(x);",
                      "auto here = std::source_location::current();"]
        for code in everywhere:
            for path in ("src/base/x.cc", "src/base/x_test.cc", "tests/sim/x.cc", "src/cli/x.cc"):
                self.assert_found({path: f"void f() {{\n  {code}\n}}\n"}, f"{path}:2: ")
        for code in ("throw Oops();", "Store::GetInstance();", 'getenv("HOME");', "std::chrono::steady_clock::now();",
                     "std::chrono::system_clock::now();", "clock_gettime(0, &x);", "std::mutex m;", "std::timed_mutex m;",
                     "std::condition_variable_any c;", "const std::lock_guard lock(m);", "std::unique_lock<Mutex> lock(m);"):
            self.assert_found({"src/base/x.cc": f"{code}\n"}, "src/base/x.cc:1: ")

    def test_banned_words_are_allowed_in_their_place(self):
        self.assert_clean({
            "src/local/system_clock.cc": "clock_gettime(0, &x); steady_clock::now(); sleep_for(x);\n",
            "src/base/mutex.h": HEADER + "std::mutex a; std::condition_variable_any b; steady_clock::now();\n",
            "src/process/x_test.cc": "std::mutex a; std::lock_guard b(a);\n",
            "src/base/x_bench.cc": "auto x = std::chrono::steady_clock::now();\n",
            "src/base/x_test.cc": "throw 1; auto x = std::chrono::steady_clock::now();\n",
            "src/config/x.cc": 'getenv("HOME");\n'})

    def test_banned_words_count_only_as_words_of_code(self):
        self.assert_clean({"src/base/x.cc": '''
// throw getenv
/* co_await
   throw */
const char* a = "throw // getenv"; const char* b = R"x(throw ")" getenv)x";
char c = '"'; int d = 1'000'000; char e = '\\''; int throwaway = rethrow_count;
using namespace std::string_view_literals;
'''})
        self.assert_found({"src/base/x.cc": "char c = '\"'; throw 1; // \"\n"}, "src/base/x.cc:1: throw")


if __name__ == "__main__":
    unittest.main()
