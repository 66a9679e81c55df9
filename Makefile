# Huisheng (回声). `make help` lists what there is to do; CI runs `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.SUFFIXES:

# What a demo on this machine uses; set them in the environment to change them.
export HUISHENG_ENV ?= dev
export HUISHENG_ADDR ?= :8080

SERVICES := scripts/services

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/huisheng
	@echo "building bin/huisheng…" >&2
	@go build -trimpath -o bin/huisheng .

.PHONY: run
run: services build ## start everything with demo data on http://localhost:8080 (HUISHENG_ADDR)
	@$(SERVICES) exec bin/huisheng seed --demo
	@exec $(SERVICES) exec bin/huisheng serve --with-worker

.PHONY: services
services: ## start MongoDB and Redis for this checkout, or check those in MONGODB_URI and REDIS_URL
	@$(SERVICES) start

.PHONY: stop
stop: ## stop what `make services` started; the data stays
	@$(SERVICES) stop

.PHONY: test
test: services ## everything CI checks: lint, then all tests with the race detector
	@scripts/prepare-test
	@$(MAKE) --no-print-directory lint
	@scripts/secure
	@echo "testing… (the first build with the race detector takes a few minutes)" >&2
	@$(SERVICES) exec go test -trimpath -race -count=1 -shuffle=on -timeout 60m ./...

.PHONY: lint
lint: ## check style, mistakes and the layers' imports
	@scripts/lint
	@scripts/lint-selftest

.PHONY: secure
secure: ## look for committed secrets and known vulnerabilities
	@scripts/secure

.PHONY: fmt
fmt: ## format the Go code
	@scripts/lint fmt

.PHONY: bench
bench: services build ## measure the server beside the bare database (BENCH_ARGS are passed on)
	@$(SERVICES) exec bin/huisheng bench $(BENCH_ARGS)

.PHONY: soak
soak: services build ## hold 100 submissions and 500 page reads a second for 10 minutes and watch times and memory
	@$(SERVICES) exec bin/huisheng bench -soak $(or $(SOAK),10m)

.PHONY: faults
faults: services ## kill, freeze, cut and flush everything under load (FAULTS of them, 220 by default)
	@$(SERVICES) exec go test ./test/e2e -run 'TestFaults$$' -count=1 -v -timeout 60m -faults $(or $(FAULTS),220)

.PHONY: fuzz
fuzz: services ## throw random input at every parser (FUZZTIME each, 20s) and at every API operation (REQUESTS, 100000)
	@$(SERVICES) exec scripts/fuzz

.PHONY: screens
screens: services build ## take the screenshots in docs/screens again
	@scripts/prepare-test
	@$(SERVICES) exec scripts/screens

.PHONY: lighthouse
lighthouse: services build ## audit the phone's main pages: performance, accessibility, best practices, 100 each
	@scripts/prepare-test
	@$(SERVICES) exec scripts/lighthouse

.PHONY: clean
clean: ## stop, and delete the data and the programs of this checkout
	@$(SERVICES) wipe
	@rm -rf bin huisheng .local
