# The table of contents of the project: `make` lists what can be done. Only Go is needed; `lint`, `mocks` and
# `benchcmp` fetch their tools, pinned in tools/go.mod, through the Go module proxy.

GO    ?= go
TOOL  := $(GO) tool -modfile=tools/go.mod
# Arguments for run, certify and test: make run ARGS="--addr 127.0.0.1:0", make test ARGS=./spec/...
ARGS  ?=
FUZZ_TIME  ?= 20s
BENCH_TIME ?= 1s
BENCH_COUNT ?= 1

.DEFAULT_GOAL := help
.PHONY: help run test certify bench benchcmp lint fmt fuzz docs mocks

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start the mock on 127.0.0.1:8080 (ARGS="--addr 127.0.0.1:0 …")
	$(GO) run ./cmd/oauthmock serve $(ARGS)

test: ## gofmt check, go vet, and all tests with the race detector in random order (ARGS=./spec/... for some)
	@unformatted=$$(gofmt -l .) && { [ -z "$$unformatted" ] || { echo "not gofmt-ed (make fmt does it):"; echo "$$unformatted"; exit 1; }; }
	$(GO) vet ./...
	$(GO) test -race -shuffle=on $(if $(ARGS),$(ARGS),./...)

certify: ## run the conformance suite against the embedded mock (ARGS="--base-url URL …" for another)
	$(GO) run ./cmd/oauthconform run $(ARGS)

bench: ## run the benchmarks (BENCH_TIME=1s BENCH_COUNT=1)
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCH_TIME) -count $(BENCH_COUNT) ./...

benchcmp: ## compare two results of bench: make benchcmp ARGS="old.txt new.txt"
	$(TOOL) benchstat $(ARGS)

lint: ## run golangci-lint with .golangci.yml
	$(TOOL) golangci-lint run ./...

fmt: ## gofmt everything
	gofmt -w .

fuzz: ## run every fuzz target for a while (FUZZ_TIME=20s)
	@set -e; for file in $$(grep -rl --include='*_test.go' '^func Fuzz' .); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$file); do \
			echo "$(GO) test -run ^$$ -fuzz ^$$target$$ -fuzztime $(FUZZ_TIME) ./$$(dirname $$file)"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZ_TIME) ./$$(dirname $$file); \
		done; \
	done

docs: ## print the table of all scenarios, as markdown
	$(GO) run ./cmd/oauthconform docs $(ARGS)

mocks: ## write the mocks of small interfaces anew, as .mockery.yaml says
	$(TOOL) mockery
