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
.PHONY: help run demo build test lint bench image

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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

test: ## Run the tests, then the cases of every rule, which must take every branch
	cargo test --locked
	$(VIGIE) rules check
	$(VIGIE) rules test --coverage --threshold 100

lint: ## Check the format, the lints and the documentation of the code
	cargo fmt --check
	cargo clippy --locked --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --no-deps --document-private-items

bench: ## Measure import, frame and cycle on 43, 10 000 and 100 000 projects
	cargo bench --locked -- --write

image: ## Build the container image
	docker build --tag $(IMAGE) .
