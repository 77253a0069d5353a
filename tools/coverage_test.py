"""What the tests ran is counted, and each error path that none took is told, by file and line; on a program that really ran."""
import contextlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import coverage  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = """\
#include "base/result.h"
namespace headgate {
Error refused(int number) { return Error{Fault::Denied, std::to_string(number)}; }
Result<int> positive(int number) {
  if (number == 0) return Error{Fault::Invalid, "zero"};
  if (number == -7) return refused(number);
  if (number < 0) return Error{Fault::Invalid, "negative"};
  // return Error{Fault::Invalid, "a comment is no error path"};
  return number;
}
Result<int> doubled(int number) { return TRY(positive(number)) * 2; }
Result<int> halved(int number) {
  const int whole = TRY_IN("halved", positive(number));
  return whole / 2;
}
template <typename Number>
Result<Number> same(Number number) {
  return TRY(positive(static_cast<int>(number)));
}
Result<int> never_called(int number) { return TRY(positive(number)); }
Result<int> handed_on(int number) {
  auto tried = positive(number);
  if (!tried.ok()) return tried.error();
  return tried;
}
}  // namespace headgate
int main() {
  using namespace headgate;
  int sum = doubled(3).value() + halved(4).value() + handed_on(6).value();
  if (doubled(0).ok()) sum = 0;
  sum += static_cast<int>(same<long>(5).value()) + (same<int>(-1).ok() ? 1 : 0);
  return sum == 19 ? 0 : 1;
}
"""


class Coverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name)
        (cls.root / "src/base").mkdir(parents=True)
        for name in ("result.h", "result.cc", "check.h", "check.cc"):
            (cls.root / "src/base" / name).write_text((ROOT / "src/base" / name).read_text())
        (cls.root / "src/a.cc").write_text(SOURCE)
        (cls.root / "src/unbuilt.cc").write_text("int unbuilt();\n")
        build = cls.root / "build"
        build.mkdir()
        sources = ["../src/a.cc", *(f"../{path.relative_to(cls.root)}" for path in (cls.root / "src/base").glob("*.cc"))]
        subprocess.run(["clang++-14", "-std=c++20", "-w", "-I../src", "-fprofile-instr-generate", "-fcoverage-mapping",
                        "-fcoverage-compilation-dir=.", "-o", "a", *sources], check=True, cwd=build, timeout=300)
        subprocess.run(["./a"], check=True, cwd=build, env={"LLVM_PROFILE_FILE": "a.profraw"}, timeout=300)
        subprocess.run(["llvm-profdata-14", "merge", "--sparse", "-o", "a.profdata", "a.profraw"], check=True, cwd=build, timeout=300)
        with open(build / "a.json", "w", encoding="utf-8") as file:
            subprocess.run(["llvm-cov-14", "export", "--format=text", "--skip-functions", "--instr-profile=a.profdata", "a"],
                           check=True, cwd=build, stdout=file, timeout=300)
        said = io.StringIO()
        sys.argv = ["coverage", str(build / "a.json"), "--build", str(build), "--report", str(build), "--root", str(cls.root)]
        with contextlib.redirect_stdout(said):
            coverage.main()
        cls.table = said.getvalue()
        cls.untested = (build / "untested_error_paths.txt").read_text().splitlines()
        cls.counts = json.loads((build / "a.json").read_text())

    def untested_lines(self):
        return [int(line.split(":")[1]) for line in self.untested if line.startswith("src/a.cc:")]

    def line_of(self, text):
        return next(number for number, line in enumerate(SOURCE.splitlines(), 1) if text in line)

    def test_only_errors_never_returned_are_listed(self):
        self.assertIn(self.line_of("return refused(number)"), self.untested_lines())
        self.assertIn(self.line_of("return tried.error()"), self.untested_lines())
        self.assertNotIn(self.line_of('"zero"'), self.untested_lines())
        self.assertNotIn(self.line_of('"negative"'), self.untested_lines())
        self.assertNotIn(self.line_of("a comment is no error path"), self.untested_lines())

    def test_a_try_is_listed_unless_it_passed_an_error_on(self):
        self.assertNotIn(self.line_of("doubled(int number)"), self.untested_lines())
        self.assertIn(self.line_of("TRY_IN("), self.untested_lines())
        self.assertIn(self.line_of("never_called(int number)"), self.untested_lines())

    def test_a_template_counts_once_for_all_instances(self):
        self.assertNotIn(self.line_of("static_cast<int>(number)));"), self.untested_lines())
        self.assertEqual(len(self.untested_lines()), len(set(self.untested_lines())))

    def test_an_untested_error_path_has_its_source(self):
        line = self.line_of("TRY_IN(")
        self.assertIn(f'src/a.cc:{line}: TRY_IN: an error was never passed on from here: '
                      'const int whole = TRY_IN("halved", positive(number));', self.untested)

    def test_the_table_has_each_folder_and_what_it_omits(self):
        rows = {line.split()[0]: line.split() for line in self.table.splitlines() if line.startswith(("src", "all"))}
        self.assertEqual(set(rows), {"src", "src/base", "all"})
        lines = next(file for file in self.counts["data"][0]["files"] if file["filename"].endswith("/a.cc"))["summary"]["lines"]
        self.assertEqual(rows["src"][1:3], [str(lines["count"]), str(lines["covered"])])
        self.assertLess(lines["covered"], lines["count"])
        self.assertIn("1 sources are in none of these programs", self.table)


if __name__ == "__main__":
    unittest.main()
