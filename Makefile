# make run     build the collector and run it on this host (as root)
# make test    install what the tests need (as root, with apt), then run everything
# make help    the rest
SHELL       := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS   += --no-print-directory --no-builtin-rules

GO          ?= go
TIME        ?= 20s
PKG         ?= ./...
BENCH       ?=
TOPOLOGY    ?=
DURATION    ?= 30m
SOAK        ?=
FAULTS      ?=
CONFIG      ?= examples/quickstart/collector.yaml
COLLECTOR   := dist/otelcol-beyla
TOOL        := $(GO) tool -modfile=internal/tools/go.mod
LINT        := $(GO) tool -modfile=internal/tools/lint/go.mod golangci-lint
# What is stamped into a binary must not depend on who owns the checkout.
export GOFLAGS := $(GOFLAGS) -buildvcs=false

.PHONY: help build full run test setup check generate fresh bench topology microbench vm-test fuzz lint clean soak faults faults-vm

help:
	@echo 'make build            $(COLLECTOR), built with ocb from builder-config.yaml'
	@echo 'make full             dist/full/otelcol-beyla, for Kubernetes and gateways: examples/gateway/builder-config.yaml'
	@echo 'make run              build, then run it on this host with $(CONFIG)'
	@echo 'make test             set up (root and apt), check, run all tests; PKG=./internal/flow/... for some'
	@echo 'make generate         regenerate BPF objects (clang-19) and metadata'
	@echo 'make fresh            generate, and fail if that changed anything'
	@echo 'make bench            what the receiver costs this host, against its targets (as root, some five minutes);'
	@echo '                      BENCH="-duration 10s -pairs 9 -only throughput", BENCH=-help for more'
	@echo 'make topology         how many parents are right, and how many there are, per runtime (as root, some minutes);'
	@echo '                      TOPOLOGY="-row nginx -concurrency 8 -requests 1000 -v"; dist/topology.json'
	@echo 'make soak DURATION=30m'
	@echo '                      the collector beside mixed traffic for that long (as root): dist/soak/soak.csv, soak.png, and'
	@echo '                      a line that says PASS or FAIL; SOAK="-rate 2 -only names", SOAK=-help for more'
	@echo 'make faults           what goes wrong around a collector, at length (as root); FAULTS="-test.run Kill -test.v";'
	@echo '                      FAULTS=-own-machine sets the clock and takes CPUs away, too: never on a machine that others use'
	@echo 'make faults-vm        what sets the clock, takes CPUs away and uses up process ids, in a virtual machine'
	@echo 'make microbench       Go benchmarks of every package'
	@echo 'make vm-test          the receiver and the tap on other kernels and on every rung, in virtual machines (some 25 minutes);'
	@echo '                      VM_ROWS=6.12/arm64 VM_SUITES=vmlive make vm-test'
	@echo 'make fuzz TIME=20s    every fuzz target, that long each'
	@echo 'make lint             golangci-lint'

build:
	@mkdir -p dist
	@$(TOOL) builder --config builder-config.yaml >dist/build.log 2>&1 || { cat dist/build.log; exit 1; }
	@echo "built $(COLLECTOR)"

full:
	@mkdir -p dist
	@$(TOOL) builder --config examples/gateway/builder-config.yaml >dist/full.log 2>&1 || { cat dist/full.log; exit 1; }
	@echo 'built dist/full/otelcol-beyla'

run:
	@test "$$(id -u)" = 0 || { echo 'make run attaches eBPF programs and needs root. As another user: make build && sudo $(COLLECTOR) --config $(CONFIG). Without root at all: examples/pcap.' >&2; exit 1; }
	@$(MAKE) build
	@exec $(COLLECTOR) --config $(CONFIG)

# Packages that read the whole host's traffic, or make a lot of it, run one after the other.
ALONE := internal/(tap|live|vmlive|topology|deploytest|clustertest|iface|buildtest|testkit|soak|faults)$$

test: setup check
	@$(GO) list $(PKG) | { grep -vE '$(ALONE)' || true; } | xargs -r $(GO) test -count=1 -timeout 20m
	@$(GO) list $(PKG) | { grep -E '$(ALONE)' || true; } | xargs -r $(GO) test -count=1 -p 1 -timeout 20m

setup:
	@internal/tools/setup.sh

# Formatting, vet, and the platforms that compile but do not run.
check:
	@unformatted=$$(find . -name '*.go' -not -path './dist/*' -exec gofmt -l {} +); \
	test -z "$$unformatted" || { echo "not gofmt-clean: $$unformatted" >&2; exit 1; }
	@$(GO) vet $(PKG) ./testdata/apps/...
	@GOOS=darwin GOARCH=arm64 $(GO) vet ./receiver/...
	@GOOS=linux GOARCH=386 $(GO) vet ./receiver/...
	@GOOS=linux GOARCH=arm64 $(GO) vet ./receiver/...

generate:
	@$(GO) generate ./...

# Compares with what is there, committed or not.
fresh:
	@before=$$(mktemp); after=$$(mktemp); trap 'rm -f "$$before" "$$after"' EXIT; \
	sum() { find . -type f -not -path './.git/*' -not -path './dist/*' -exec sha256sum {} + | sort -k 2; }; \
	sum >"$$before"; $(MAKE) generate; sum >"$$after"; \
	diff "$$before" "$$after" || { echo 'generated files were stale: commit what "make generate" made' >&2; exit 1; }

# Figures are compared with their targets, never a failure: dist/bench.json.
bench: setup build
	@$(GO) build -o dist/bench ./internal/bench
	@dist/bench $(BENCH)

# Fails when a parent is wrong; CI runs the rows that are short, as a test.
topology:
	@mkdir -p dist
	@$(GO) test -c -o dist/topology ./internal/topology
	@dist/topology -test.run '^TestTopology$$' -test.timeout 60m -everything -concurrency 1,8,64 -requests 1000 \
		-out dist/topology.json $(TOPOLOGY)

soak: setup build
	@mkdir -p dist/soak
	@$(GO) test -c -o dist/soak/soak.test ./internal/soak
	@dist/soak/soak.test -test.run '^TestSoak$$' -test.timeout 0 -test.v -duration $(DURATION) -out dist/soak $(SOAK)

# The tests of internal/faults with everything that takes long.
faults: setup build
	@mkdir -p dist
	@$(GO) test -c -o dist/faults ./internal/faults
	@CI=true dist/faults -test.timeout 60m -at-length $(FAULTS)

# Those that change a whole machine, in one of their own.
faults-vm: setup
	@internal/faults/vm.sh $(FAULTS)

microbench:
	@$(GO) test -run '^$$' -bench . -benchmem -timeout 30m $(PKG) | grep -v -e '\[no test files\]' -e '^ok ' -e '^PASS$$'

# In virtual machines (qemu, software emulation): Debian's 6.1 and 6.12, amd64 and arm64. What every change
# has to pass is a test of internal/testkit/vm.
vm-test:
	@internal/testkit/vm/matrix.sh

fuzz:
	@grep -rl --include='*_test.go' '^func Fuzz' internal receiver | while read -r file; do \
		sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file" | while read -r target; do \
			echo "$$(dirname "$$file") $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(TIME) -fuzzminimizetime 10x "./$$(dirname "$$file")" </dev/null; \
		done; \
	done

lint:
	@$(LINT) run $(PKG)

clean:
	@rm -rf dist
