# Two commands do everything on a fresh Debian 12: `make demo` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
JOBS ?= $(shell nproc)
# Many tests wait for most of their time.
TEST_JOBS ?= $(shell expr $(JOBS) + $(JOBS) / 2)
DEMO_SECONDS ?=

.DEFAULT_GOAL := help
.PHONY: help setup peers build demo test programs kubernetes check docs format lint tidy asan tsan fuzz torture bench coverage hooks clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup:  ## install the Debian packages that build and tests need (nothing when they are there)
	@tools/setup.sh

build/release/build.ninja: | setup
	@cmake --preset release > build/configure.log 2>&1 || { cat build/configure.log; exit 1; }

build: setup build/release/build.ninja  ## the headgate binary, Release: build/release/headgate
	@cmake --build --preset release -j $(JOBS) --target headgate

demo: build  ## build, then run the whole pipeline on one machine (stop with Ctrl-C, or DEMO_SECONDS=30)
	@DEMO_SECONDS=$(DEMO_SECONDS) tools/demo.sh

peers: setup  ## programs by others that the tests compare us with, in build/peers (nothing when they are there)
	@tools/peers.sh

test: setup build/release/build.ninja  ## build and run all tests but those of `make kubernetes`
	@$(MAKE) --no-print-directory -j2 peers programs
	@ctest --preset release -j $(TEST_JOBS)

programs: build/release/build.ninja
	@cmake --build --preset release -j $(JOBS)

kubernetes: setup peers build/release/build.ninja  ## the tests against Kubernetes' own API server, which is built once: seven minutes of CPU
	@tools/peers/kube_apiserver.sh
	@cmake --build --preset release -j $(JOBS) --target headgate kubernetes_test
	@ctest --preset kubernetes

check: lint tidy programs  ## before a push, in two minutes: lint, clang-tidy and unit tests of what changed
	@JOBS=$(JOBS) tools/changed_tests.sh

lint: setup  ## formatting, include layers, file sizes, banned words
	@tools/lint.sh

docs: setup  ## the documents as a site with search: build/site (a broken link fails)
	@tools/docs.sh

format: setup  ## rewrite the sources as .clang-format says
	@git ls-files -co --exclude-standard '*.h' '*.cc' | xargs clang-format-14 -i

tidy: setup  ## clang 14: warnings as errors, and clang-tidy
	@tools/tidy.sh

asan: setup peers  ## all tests under AddressSanitizer and UBSan
	@cmake --preset asan > build/configure.log 2>&1 && cmake --build --preset asan -j $(JOBS) && ctest --preset asan -j $(JOBS)

tsan: setup peers  ## all tests under ThreadSanitizer
	@cmake --preset tsan > build/configure.log 2>&1 && cmake --build --preset tsan -j $(JOBS) && ctest --preset tsan -j $(JOBS)

FUZZ_SECONDS ?= 20
fuzz: setup  ## every fuzzer for FUZZ_SECONDS, from tests/corpus
	@FUZZ_SECONDS=$(FUZZ_SECONDS) JOBS=$(JOBS) tools/fuzz.sh

TORTURE_SECONDS ?= 60
torture: build peers  ## rotation at 50 MB/s for a minute, by renaming and by copying, agents killed (make test: 15 s of each)
	@E2E_BINARY=build/release/headgate E2E_TORTURE_SECONDS=$(TORTURE_SECONDS) build/peers/venv/bin/python -B tests/e2e/rotation_test.py

bench: setup  ## benchmarks: one table, and build/bench.jsonl
	@JOBS=$(JOBS) tools/bench.sh

coverage: setup peers  ## what the tests do not run, by folder, and each error path that none takes: build/coverage/report
	@JOBS=$(JOBS) tools/coverage.sh

hooks:  ## let git check what is staged before each commit (tools/hooks)
	@git config core.hooksPath tools/hooks

clean:  ## remove what was built
	@rm -rf build demo
