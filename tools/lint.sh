#!/usr/bin/env bash
# What a machine can say without compiling: layers, sizes and words, what documents name (tests, files, messages), pictures, formatting,
# syntax of scripts, the workflows of GitHub Actions. Prints file:line: what is wrong.
set -uo pipefail
cd "$(dirname "$0")/.."
failed=0
git ls-files --error-unmatch tools/lint.sh > /dev/null || { echo 'lint: git does not list the sources' >&2; exit 1; }

tools/layers.py || failed=1
tools/named_tests.py || failed=1
tools/tested_by.py || failed=1
tools/bounded_waits.py || failed=1
tools/pictures.py --check || failed=1
tools/plain_words.py || failed=1
tools/log_events.py || failed=1
tools/named_paths.py || failed=1

command -v clang-format-14 > /dev/null || { echo 'lint: clang-format-14 is missing: tools/setup.sh installs it'; failed=1; }
mapfile -t sources < <(git ls-files '*.h' '*.cc')
if (( ${#sources[@]} )); then
  # Not a condition on the pipe: with pipefail, what clang-format finds would make it false.
  misformatted=$(printf '%s\0' "${sources[@]}" | xargs -0 -n 32 -P "$(nproc)" clang-format-14 --dry-run -Werror 2>&1 |
    grep -E ':[0-9]+:[0-9]+: ')
  [[ -n $misformatted ]] && { printf '%s\nlint: run `make format`\n' "$misformatted"; failed=1; }
fi

# Every script that git knows, by name or by its first line.
while IFS= read -r script; do
  bash -n "$script" || failed=1
  [[ -x $script ]] || { echo "$script:1: not executable"; failed=1; }
done < <(git ls-files -z | xargs -0 grep -IlE -m1 '^#!.*\bbash\b' -- | sort)
while IFS= read -r script; do
  python3 - "$script" <<'PYTHON' || failed=1
import sys
try:
    compile(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1], "exec")
except SyntaxError as error:
    sys.exit(f"{error.filename}:{error.lineno}: {error.msg}")
PYTHON
done < <(git ls-files '*.py')

# Debian has no actionlint, so that it takes minutes to build: where it is missing a person is told, and CI fails.
mapfile -t workflows < <(git ls-files '.github/workflows/*.yml')
actionlint=build/linters/actionlint
[[ -x $actionlint ]] || actionlint=$(command -v actionlint)
if [[ -n $actionlint ]]; then
  # Without the programs that it would run if they happen to be there: everybody is told the same.
  (( ${#workflows[@]} == 0 )) || "$actionlint" -no-color -shellcheck= -pyflakes= "${workflows[@]}" || failed=1
else
  echo 'lint: actionlint is missing, the workflows were not checked: tools/linters.sh installs it'
  [[ -z ${CI:-} ]] || failed=1
fi

exit "$failed"
