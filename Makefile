# The table of contents of the project: `make` lists what can be done. Only Go is needed (`test-e2e` wants Node.js too); `lint`, `mocks`,
# `fresh` and `benchcmp` fetch their tools, pinned in tools/go.mod, through the Go module proxy.

GO    ?= go
TOOL  := $(GO) tool -modfile=tools/go.mod
# Arguments for run, certify and test: make run ARGS="--addr 127.0.0.1:0", make test ARGS=./spec/...
ARGS  ?=
FUZZ_TIME  ?= 1m
BENCH_TIME ?= 1s
BENCH_COUNT ?= 1
# What dist and image are called, and who builds images.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
ENGINE  ?= $(or $(shell command -v docker || command -v podman || command -v buildah),docker)
# The race detector needs cgo and a C compiler; where there is none the tests run without it, and say so.
RACE := $(shell [ "$$($(GO) env CGO_ENABLED)" = 1 ] && command -v "$$($(GO) env CC)" >/dev/null 2>&1 && echo -race)

.DEFAULT_GOAL := help
.PHONY: help run test test-e2e certify prove bench microbench profile benchcmp lint fmt fuzz docs mocks pages fresh dist image

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start the mock on 127.0.0.1:8080 (ARGS="--addr 127.0.0.1:0 …")
	@$(GO) run ./cmd/oauthmock serve $(ARGS)

# Properties are tried with so many random cases each; make fuzz tries more.
test: export RAPID_CHECKS ?= 10
# A program with the race detector sleeps a second before it ends, to hear of races on its way out. Of dozens of
# programs that is a minute; a tenth of it will do.
test: export GORACE ?= atexit_sleep_ms=100
# One package more than there are cores, because some tests wait.
test: PACKAGES = $(shell expr $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1) + 1)
# What the race detector would slow down tenfold is built without it only: tests named TestTheWholeSuite…
test: WHOLE = $(if $(RACE),$(shell $(GO) list $(or $(ARGS),./...) | grep -xE 'oauthmock/(cmd/oauthconform|conformance)'))
test: ## gofmt check, go vet, and all tests in random order, with the race detector where there is a C compiler (ARGS=./spec/... for some)
	@unformatted=$$(gofmt -l .) && { [ -z "$$unformatted" ] || { echo "not gofmt-ed (make fmt does it):"; echo "$$unformatted"; exit 1; }; }
	$(if $(RACE),,@echo "no C compiler: testing without the race detector")
	$(GO) test $(RACE) -p $(PACKAGES) -vet=all -shuffle=on $(or $(ARGS),./...)
	$(if $(WHOLE),$(GO) test -p $(PACKAGES) -vet=all -shuffle=on -run '^TestTheWholeSuite' $(WHOLE))

test-e2e: ## let OAuth clients from npm and a browser use the authorization code flow, certify the clients in examples/, and run unchanged programs of other languages; screenshots are in tools/e2e/screenshots (needs Node.js 20; ARGS=pages.test.mjs for some)
	@GO="$(GO)" tools/e2e/run $(ARGS)

certify: ## run the suite against the mock inside, and prove the suite with all mutants (ARGS="--base-url URL …" judges another target instead)
	$(GO) run ./cmd/oauthconform run $(ARGS)
	$(if $(ARGS),,$(GO) run ./cmd/oauthconform mutants)

prove: ## let the suite judge the honest mock in every token shape, in 20 random orders, one at a time and eight at once, and explore it and 25 random mutants
	$(GO) test ./cmd/oauthconform -run '^TestTheWholeSuite(NeverAccusesTheHonestMock|AccusesNobodyOfAChoice|SwitchedOff.*)$$' -whole -timeout 60m

bench: ## measure the mock over loopback, against a bare Gin server, and print one table (ARGS="-only wallet -rounds 6", ARGS=-quick, ARGS=-long; ARGS=-help tells all)
	@$(GO) run -C tools ./bench $(ARGS)

microbench: ## run the Go benchmarks of all packages (BENCH_TIME=1s BENCH_COUNT=1)
	$(GO) test -run '^$$' -bench . -benchmem -benchtime $(BENCH_TIME) -count $(BENCH_COUNT) ./...

profile: ## make the profile anew that released programs are compiled with (release/serve.pgo)
	$(GO) test -run '^$$' -bench BenchmarkServe -benchtime 5s -cpuprofile release/serve.pgo -o "$$(mktemp -d)/command.test" ./mockserver/command

benchcmp: ## compare two results of microbench: make benchcmp ARGS="old.txt new.txt"
	$(TOOL) benchstat $(ARGS)

lint: ## run golangci-lint with .golangci.yml
	$(TOOL) golangci-lint run ./...

fmt: ## gofmt everything
	gofmt -w .

fuzz: ## try every property 1000 times, and run every fuzz target for a while (FUZZ_TIME=1m each)
	RAPID_CHECKS=1000 $(GO) test -timeout 60m $$(grep -rl --include='*_test.go' 'pgregory.net/rapid"' . | xargs -n 1 dirname | sort -u)
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

pages: ## write the Go code of the pages anew, as the .templ files beside it say
	$(TOOL) templ generate

# These are the only generated files that no test holds against what they are made of.
fresh: ## check that go.mod, the generated mocks and the pages' code are what would be written now
	$(GO) mod tidy -diff
	$(GO) -C tools mod tidy -diff
	@sums() { find . \( -path '*/mocks/*.go' -o -name '*_templ.go' \) -exec cksum {} + | sort; }; \
		before=$$(sums) && $(TOOL) mockery >/dev/null && $(TOOL) templ generate 2>/dev/null && \
		{ [ "$$before" = "$$(sums)" ] || { echo "the mocks or the pages' code were stale and are written anew: commit them"; exit 1; }; }

dist: ## build archives for Linux, macOS and Windows, with checksums, into dist/ (VERSION=v1.2.3; ARGS="-platforms linux/arm64", ARGS=-help tells all)
	@VERSION="$(VERSION)" $(GO) run -C tools ./dist $(ARGS)

# Only images in Docker's own format hold a HEALTHCHECK; podman and buildah make others unless told.
image: ## build the container image oauthmock:VERSION (ENGINE=podman, VERSION=v1.2.3)
	$(ENGINE) build $(if $(filter docker,$(notdir $(ENGINE))),,--format docker) --build-arg VERSION="$(VERSION)" -t "oauthmock:$(VERSION)" $(ARGS) .
