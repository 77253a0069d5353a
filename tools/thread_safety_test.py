#!/usr/bin/env python3
"""clang refuses what touches a guarded member without its mutex, with the flags that every build with clang has. A macro of
src/base/mutex.h that said nothing, or a flag that got lost, would leave all sources unchecked and every build green."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLANG = "clang++-14"  # of tools/packages.txt
CLASS = """
#include "base/mutex.h"
using namespace headgate;
class Guarded {
 public:
  int get([[maybe_unused]] const std::stop_token& stop) { %s }
 private:
  int held() REQUIRES(mutex_) { return number_; }
  void takes() EXCLUDES(mutex_) { const MutexLock lock(mutex_); }
  Mutex mutex_;
  CondVar changed_;
  int number_ GUARDED_BY(mutex_) = 0;
};
int main() { return Guarded().get({}); }
"""
LOCK = "const MutexLock lock(mutex_); "


def flags():
    toolchain = (ROOT / "cmake/toolchain.cmake").read_text(encoding="utf-8")
    of_clang = re.search(r'if\(CMAKE_CXX_COMPILER_ID MATCHES "Clang"\)\n\s*add_compile_options\((-Wthread-safety[^)]*)\)', toolchain)
    everywhere = re.search(r"^add_compile_options\((-Wall [^)]*)\)", toolchain, re.MULTILINE)
    return everywhere[1].split() + of_clang[1].split()


def errors(body):
    command = [CLANG, "-std=c++20", "-fsyntax-only", f"-I{ROOT}/src", *flags(), "-x", "c++", "-"]
    done = subprocess.run(command, input=CLASS % body, capture_output=True, text=True, timeout=120)
    return "" if done.returncode == 0 else done.stderr


class ThreadSafety(unittest.TestCase):
    def test_what_holds_the_mutex_compiles(self):
        for body in (LOCK + "return number_ + held();",
                     "takes(); " + LOCK + "while (number_ == 0 && changed_.wait(mutex_, stop)) {} return number_;",
                     "MutexLock lock(mutex_); lock.unlock(); takes(); lock.lock(); return number_;",
                     "if (!mutex_.try_lock()) return 0; const MutexLock lock(mutex_, std::adopt_lock); return number_;",
                     LOCK + "const auto read = [&] { mutex_.assert_held(); return number_; }; return read();"):
            self.assertEqual(errors(body), "", body)

    def test_what_does_not_hold_it_is_refused(self):
        for body in ("return number_;",
                     "{ " + LOCK + "} return number_;",
                     "return held();",
                     LOCK + "takes(); return 0;",
                     LOCK + "return [&] { return number_; }();",
                     LOCK + LOCK.replace("lock(", "again(") + "return 0;",
                     "mutex_.lock(); return number_;",
                     "MutexLock lock(mutex_); lock.unlock(); return number_;",
                     "changed_.wait(mutex_, stop); return 0;",
                     "mutex_.try_lock(); return number_;"):
            self.assertIn("-Wthread-safety", errors(body), body)


if __name__ == "__main__":
    unittest.main()
