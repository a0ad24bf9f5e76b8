# make run     serve the example pictures on 127.0.0.1:8080
# make test    everything that can be wrong (make test-fast: without the race detector)
# make build   bin/tintype
# make sandbox serve them by the Lambda function's zip, as Lambda would
# make lambda  dist/tintype-lambda-{arm64,x86_64}.zip, for AWS Lambda and `tintype sandbox`
# make fuzz    the grammar, keys, headers and colour profiles against noise
# make terraform  format, validate and test the module (needs Terraform and its AWS provider)
# make lint    formatting, vet, linters, known vulnerabilities
# make bench   speed beside sharp

GO      ?= go
TOOLS   := $(CURDIR)/.tools
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)

.PHONY: run sandbox qemu terraform build lambda lambda-arm64 lambda-x86_64 bootstrap-arm64 bootstrap-x86_64 test test-fast fuzz lint bench native pictures clean

run: build pictures
	bin/tintype serve --source examples/pictures --listen 127.0.0.1:8080 --log-format text

ZIP := dist/tintype-lambda-$(subst aarch64,arm64,$(shell uname -m)).zip

sandbox: build lambda pictures
	@terraform/plan.sh dist/plan.json || echo "without CloudFront: there is no plan"
	bin/tintype sandbox $$([ ! -e dist/plan.json ] || echo --plan dist/plan.json --admin-listen 127.0.0.1:8081) \
		--zip $(ZIP) --source examples/pictures --listen 127.0.0.1:8080 --log-format text

build: native
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/tintype ./cmd/tintype

native:
	@native/fetch.sh

# The function, on any machine: nothing of this one goes into it, be it set by
# whom it may. No version does either, so that its hash changes when its code does
# (or Go does: see `go version`).
lambda: lambda-arm64 lambda-x86_64

lambda-arm64:  lambda-%: bootstrap-%
	@native/fetch.sh linux arm64 dist/native/$*
	@$(PACK)

lambda-x86_64: lambda-%: bootstrap-%
	@native/fetch.sh linux x64 dist/native/$*
	@$(PACK)

PACK = GOOS= GOARCH= $(GO) run ./native/lambda -arch $* -bootstrap dist/bootstrap-$* -native dist/native/$* -out dist/tintype-lambda-$*.zip

bootstrap-arm64: BOOTSTRAP_ENV  := GOARCH=arm64 GOARM64=v8.0
bootstrap-x86_64: BOOTSTRAP_ENV := GOARCH=amd64 GOAMD64=v1

bootstrap-arm64 bootstrap-x86_64:
	GOOS=linux $(BOOTSTRAP_ENV) GOFLAGS= GOEXPERIMENT= CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false \
		-tags function,lambda.norpc -ldflags '-s -w -buildid=' -o dist/$@ ./cmd/tintype

pictures: examples/pictures/.made

examples/pictures/.made: examples/main.go
	$(GO) run ./examples examples/pictures
	@touch $@

# The race detector makes pixels slow and cannot see into libvips, so the rooms
# that are mostly libvips run without it; so does the edge, which is JavaScript.
SLOW := ./internal/pixel/... ./internal/vips/... ./edge ./test/...

test: build lambda $(TOOLS)/versitygw
	$(GO) test -count=1 -race $$($(GO) list ./... | grep -v -E '/internal/(pixel|vips)$$|/(edge|test)$$')
	VERSITYGW=$(TOOLS)/versitygw $(GO) test -count=1 $(SLOW)

test-fast: build lambda
	$(GO) test ./...

terraform: lambda
	terraform/check.sh

# What runs the other architecture's zip.
qemu:
	command -v qemu-aarch64 >/dev/null || { apt-get update && \
		apt-get install -y --no-install-recommends qemu-user libc6-arm64-cross libstdc++6-arm64-cross; }

# What strangers write, for half a minute each.
fuzz: native
	$(GO) test -run '^$$' -fuzz FuzzParse$$ -fuzztime 30s ./internal/transform
	$(GO) test -run '^$$' -fuzz FuzzParseKey -fuzztime 30s ./internal/transform
	$(GO) test -run '^$$' -fuzz FuzzSniff -fuzztime 30s ./internal/pixel
	$(GO) test -run '^$$' -fuzz FuzzProfileKind -fuzztime 30s ./internal/pixel
	$(GO) test -run '^$$' -fuzz FuzzTarget -fuzztime 30s ./internal/lambdafn

lint: native $(TOOLS)/golangci-lint $(TOOLS)/govulncheck
	test -z "$$(gofmt -l . | tee /dev/stderr)"
	$(TOOLS)/golangci-lint run
	@$(TOOLS)/govulncheck ./...; code=$$?; \
	if [ $$code = 3 ]; then exit 1; \
	elif [ $$code != 0 ]; then echo "govulncheck could not ask its database; skipped"; fi

bench: build
	bench/run.sh
	bench/coldstart.sh

$(TOOLS)/versitygw:
	GOBIN=$(TOOLS) $(GO) install github.com/versity/versitygw/cmd/versitygw@v1.8.0

$(TOOLS)/golangci-lint:
	GOBIN=$(TOOLS) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

$(TOOLS)/govulncheck:
	GOBIN=$(TOOLS) $(GO) install golang.org/x/vuln/cmd/govulncheck@v1.9.0

clean:
	rm -rf bin dist .native .tools native/node_modules bench/peers/*/node_modules bench/peers/lambda/build examples/pictures
