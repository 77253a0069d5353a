#!/usr/bin/env bash
# Builds the documents into a site, build/site. Fails on a link that leads nowhere. Its tools are in a Python environment of their
# own, build/docs-venv, made of tools/requirements-docs.txt as tools/constraints-docs.txt pins them. Open build/site/index.html.
#   tools/docs.sh          builds
#   PIN=1 tools/docs.sh    installs the requirements with what is newest today, and writes tools/constraints-docs.txt anew
set -euo pipefail
cd "$(dirname "$0")/.."
venv=build/docs-venv
stamp=$venv/requirements.installed
pins=(tools/requirements-docs.txt tools/constraints-docs.txt)

if [[ -n ${PIN:-} ]] || ! cat "${pins[@]}" | cmp -s - "$stamp"; then
  constraints=(--constraint tools/constraints-docs.txt)
  [[ -n ${PIN:-} ]] && constraints=()
  mkdir -p build
  echo "docs: installing tools/requirements-docs.txt into $venv"
  {
    rm -rf "$venv"  # a half-made or older one is made anew
    /usr/bin/python3 -m venv "$venv"
    tools/retry.sh "$venv/bin/pip" install --retries 5 --disable-pip-version-check --no-input -r tools/requirements-docs.txt \
      ${constraints[@]+"${constraints[@]}"}
  } > build/docs-install.log 2>&1 || {
    tail -n 20 build/docs-install.log >&2
    echo "docs: failed, see build/docs-install.log" >&2
    exit 1
  }
  if [[ -n ${PIN:-} ]]; then
    { echo '# All that tools/requirements-docs.txt brings in, as pip froze it: written by PIN=1 tools/docs.sh.'; "$venv/bin/pip" freeze; } \
      > tools/constraints-docs.txt
  fi
  cat "${pins[@]}" > "$stamp"
fi

NO_MKDOCS_2_WARNING=1 "$venv/bin/mkdocs" build --strict --clean > build/docs.log 2>&1 || { cat build/docs.log >&2; exit 1; }
echo "docs: build/site/index.html"
