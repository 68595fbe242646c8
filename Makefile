# The commands of Vigie. Needs Rust (rustup reads rust-toolchain.toml) and a C compiler; `image` needs Docker.

# The demonstration keeps to its own database, wherever the settings point.
DEMO_DATABASE = data/demo.db
DEMO_AS_OF    = 2020-11-30

# With the dev profile: a release build takes twice as long from nothing, and 43 projects need no speed.
VIGIE = cargo run --locked --quiet --
# No scheduled cycle: it would judge the fixtures of 2020 as of today. No backup of what can be made again.
DEMO  = VIGIE_DATABASE_URL=sqlite://$(DEMO_DATABASE) VIGIE_SCHEDULE__CYCLE= VIGIE_BACKUP__FOLDER= $(VIGIE)
IMAGE = vigie

.DEFAULT_GOAL = help
.PHONY: help run demo build mail-server test lint bench bench-peers image

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: demo ## Import the fixtures, run a cycle, show what it found, and serve it
	$(DEMO) serve

# Safe to repeat: the same files change nothing, nor does a cycle on the same data.
demo: build ## The same without serving
	$(DEMO) import fixtures/*.csv
	$(DEMO) cycle --as-of $(DEMO_AS_OF)
	$(DEMO) panorama --as-of $(DEMO_AS_OF)
	$(DEMO) alerts
	$(DEMO) missions

build:
	cargo build --locked

# The tests send mail to a real server, Debian's python3-aiosmtpd, with a certificate made by openssl.
mail-server:
	@/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null && command -v openssl >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-aiosmtpd openssl; \
	else \
		echo "python3-aiosmtpd or openssl is not installed: the tests of mail will say that they do not run" >&2; \
	fi

test: mail-server ## Run the tests, then the cases of every rule, which must take every branch
	cargo test --locked
	$(VIGIE) rules check
	$(VIGIE) rules test --coverage --threshold 100

lint: ## Check the format, the lints and the documentation of the code
	cargo fmt --check
	cargo clippy --locked --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --no-deps --document-private-items

bench: ## Measure import, frame and cycle on 43, 10 000 and 100 000 projects
	cargo bench --locked -- --write

# A package of its own: neither `make build` nor the tests know of these engines.
bench-peers: ## Measure other rule engines on the same rules and rows, verdicts compared first
	cargo bench --locked -- --peers $(abspath data/peers.json)
	cargo run --locked --release --quiet --manifest-path benches/peers/Cargo.toml -- data/peers.json docs/BENCHMARKS.md

image: ## Build the container image
	docker build --tag $(IMAGE) .
