# The commands of Vigie. Needs Rust (rustup reads rust-toolchain.toml) and a C compiler; `image` needs Docker.

# The demonstration keeps to its own database, wherever the settings point.
DEMO_DATABASE = data/demo.db
DEMO_AS_OF    = 2020-11-30

# Features of the build. PDF adds minutes to the first build: it is on in tests and in the image, and by `make run FEATURES=pdf`.
FEATURES =
WITH     = $(addprefix --features=,$(FEATURES))

# With the dev profile: a release build takes twice as long from nothing, and 43 projects need no speed.
VIGIE = cargo run --locked --quiet $(WITH) --
# No scheduled cycle nor reviews: they would take the fixtures of 2020 as of today. No backup of what can be made again.
# Its clock starts on the day of its data: deadlines lie ahead, as they did then.
DEMO  = VIGIE_DATABASE_URL=sqlite://$(DEMO_DATABASE) VIGIE_DEMONSTRATION_DATE=$(DEMO_AS_OF) VIGIE_SCHEDULE__CYCLE= VIGIE_SCHEDULE__REVIEWS= VIGIE_BACKUP__FOLDER= $(VIGIE)
IMAGE = vigie

.DEFAULT_GOAL = help
.PHONY: help run demo build package package-try postgres test-postgres mail-calendars-feeds-and-workbooks jsonschema yaml examples promtool-and-amtool provider browser editor xz man-and-systemd nginx-and-caddy clients pdf test test-crash test-browser lint deny bench load load-pages bench-peers fuzz fuzz-network fuzzers schemathesis image image-try

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: demo ## Import the fixtures, run a cycle, show what it found, and serve it
	@printf '%s\n' '' \
		'Dans un navigateur : le lien ci-dessous crée le compte de l’administrateur et ouvre sa session sur le tableau de bord.' \
		'S’il a déjà servi : http://127.0.0.1:8080, et « vigie accounts invite NOM » pour un nouveau lien.' \
		'' \
		'Dans un autre terminal :' \
		'  export PATH="$$PWD/target/debug:$$PATH" VIGIE_ACTOR="Claire Martin" VIGIE_DATABASE_URL=sqlite://$(DEMO_DATABASE) VIGIE_DEMONSTRATION_DATE=$(DEMO_AS_OF)' \
		'  vigie alerts --level critique            les alertes critiques, et pourquoi' \
		'  vigie project "SI SAMU"                  un projet : ses éditions, ce que disent les règles, leurs preuves' \
		'  vigie missions --ministry MJ             les missions proposées ou ouvertes pour un ministère' \
		'  vigie editions compare 2020-06 2020-11   ce qui change d’une édition à l’autre' ''
	@$(DEMO) serve

# Safe to repeat: the same files change nothing, nor does a cycle on the same data.
demo: build ## The same without serving
	$(DEMO) import fixtures/*.csv
	$(DEMO) cycle --as-of $(DEMO_AS_OF)
	$(DEMO) panorama --as-of $(DEMO_AS_OF)

build:
	cargo build --locked $(WITH)

# The tests send mail to a real server, Debian's python3-aiosmtpd, with a certificate made by openssl, and have
# calendars, feeds and workbooks read by Debian's python3-icalendar, python3-feedparser and python3-openpyxl.
mail-calendars-feeds-and-workbooks:
	@/usr/bin/python3 -c 'import aiosmtpd, feedparser, icalendar, openpyxl' 2>/dev/null && command -v openssl >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-aiosmtpd python3-feedparser python3-icalendar python3-openpyxl openssl; \
	else \
		echo "python3-aiosmtpd, python3-feedparser, python3-icalendar, python3-openpyxl or openssl is not installed: tests of mail, feeds, calendars or workbooks will say that they do not run" >&2; \
	fi

# They hold the answers of the API to its schemas.
jsonschema:
	@/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-jsonschema; \
	else \
		echo "python3-jsonschema is not installed: tests of the API's schemas will say that they do not run" >&2; \
	fi

# The containers of contrib/compose are read by it.
yaml:
	@/usr/bin/python3 -c 'import yaml' 2>/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-yaml; \
	else \
		echo "python3-yaml is not installed: tests of the containers will say that they do not run" >&2; \
	fi

# Half of the tests run on a server of PostgreSQL too, which scripts/with-postgres starts. Debian's package would start one of its own.
postgres:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && command -v psql >/dev/null && command -v setpriv >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf && \
		apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends postgresql util-linux; \
	else \
		echo "PostgreSQL is not installed: the tests on it will say that they do not run" >&2; \
	fi

# They run the examples of docs/API.md.
examples:
	@command -v curl >/dev/null && command -v jq >/dev/null && command -v python3 >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends curl jq python3; \
	else \
		echo "curl, jq or python3 is not installed: the examples of the API will say that they do not run" >&2; \
	fi

# They hold the rules for Prometheus to their own tests, and read alerts as Alertmanager's own client does.
promtool-and-amtool:
	@command -v promtool >/dev/null && command -v amtool >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends prometheus prometheus-alertmanager; \
	else \
		echo "promtool or amtool is not installed: the tests of what Prometheus and Alertmanager read will say that they do not run" >&2; \
	fi

# Sign-in is tested against a real OpenID provider, an npm package that lives outside the repository's files.
provider:
	@command -v node >/dev/null && command -v npm >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends nodejs npm; \
	else \
		echo "node or npm is not installed: the tests of sign-in will say that they do not run" >&2; \
	fi
	@if command -v npm >/dev/null && ! cmp -s tests/provider/package-lock.json target/provider/installed; then \
		mkdir -p target/provider && cp tests/provider/package.json tests/provider/package-lock.json target/provider && \
		npm ci --prefix target/provider --ignore-scripts --no-audit --no-fund --silent && \
		cp tests/provider/package-lock.json target/provider/installed; \
	fi

# Pages are tested in a real browser, Debian's, driven by npm packages that live outside the repository's files.
browser: provider
	@command -v chromium >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; \
	else \
		echo "chromium is not installed: the tests of pages will say that they do not run" >&2; \
	fi
	@if command -v npm >/dev/null && ! cmp -s tests/browser/package-lock.json target/browser/installed; then \
		mkdir -p target/browser && cp tests/browser/package.json tests/browser/package-lock.json target/browser && \
		npm ci --prefix target/browser --ignore-scripts --no-audit --no-fund --silent && \
		cp tests/browser/package-lock.json target/browser/installed || \
		echo "playwright-core or axe-core cannot be had: the tests of pages will say that they do not run" >&2; \
	fi

# The editor of rules is bundled by esbuild; a test compares what it makes with the file of the repository.
editor: provider
	@if command -v npm >/dev/null && ! cmp -s scripts/editor/package-lock.json target/editor/installed; then \
		mkdir -p target/editor && cp scripts/editor/package.json scripts/editor/package-lock.json target/editor && \
		npm ci --prefix target/editor --ignore-scripts --no-audit --no-fund --silent && \
		cp scripts/editor/package-lock.json target/editor/installed; \
	fi

# Databases that earlier versions made are packed with it.
xz:
	@command -v xz >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends xz-utils; \
	else \
		echo "xz is not installed: the tests that open databases of earlier versions will fail" >&2; \
	fi

# Manual pages are shown by the `man` of Debian, and the unit of its package is verified by systemd's own tool.
man-and-systemd:
	@command -v man >/dev/null && command -v systemd-analyze >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends man-db systemd; \
	else \
		echo "man-db or systemd is not installed: tests of the manual pages and of the unit will say that they do not run" >&2; \
	fi

# The shipped settings of proxies are tried with the proxies themselves.
nginx-and-caddy:
	@command -v nginx >/dev/null && command -v caddy >/dev/null && command -v openssl >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends nginx-light caddy openssl; \
	else \
		echo "nginx, caddy or openssl is not installed: the tests of proxies will say that they do not run" >&2; \
	fi

# Documents as PDF are read by Debian's poppler-utils, and their tags by two checkers of PyPI.
pdf:
	@command -v pdftotext >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends poppler-utils python3-venv; \
	else \
		echo "poppler-utils or python3-venv is not installed: tests of PDF will say that they do not run" >&2; \
	fi
	@if ! cmp -s tests/pdf/requirements.txt target/pdf/installed; then \
		rm -rf target/pdf && python3 -m venv target/pdf && \
		target/pdf/bin/pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --require-hashes --requirement tests/pdf/requirements.txt && \
		cp tests/pdf/requirements.txt target/pdf/installed || \
		{ mkdir -p target/pdf && touch target/pdf/unreachable && \
		echo "the checkers of PDF cannot be had: their test says that it does not run" >&2; }; \
	fi

# Generators of clients read the OpenAPI document, each at the version that tests/clients/ says.
clients: provider
	@command -v java >/dev/null && python3 -c 'import venv, ensurepip' 2>/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends default-jre-headless python3-venv; \
	else \
		echo "java or python3-venv is not installed: the test of generated clients will say that it does not run" >&2; \
	fi
	@if command -v java >/dev/null && command -v npm >/dev/null && ! cat tests/clients/requirements.txt tests/clients/package-lock.json | cmp -s - target/clients/installed; then \
		python3 -m venv target/clients && \
		target/clients/bin/pip install --quiet --disable-pip-version-check --requirement tests/clients/requirements.txt && \
		cp tests/clients/package.json tests/clients/package-lock.json target/clients && \
		npm ci --prefix target/clients --ignore-scripts --no-audit --no-fund --silent && \
		rm -f target/clients/unreachable && \
		cat tests/clients/requirements.txt tests/clients/package-lock.json > target/clients/installed || \
		{ mkdir -p target/clients && touch target/clients/unreachable && \
		echo "the generators of clients cannot be had: their test says that it does not run" >&2; }; \
	fi

# Whatever is tested has every feature, so that nothing is compiled twice.
test test-postgres test-crash test-browser lint schemathesis: FEATURES = pdf

# What `make test` runs on PostgreSQL as well: what is written, and what decides. `make test-postgres` runs the rest.
ON_BOTH = store:: decisions:: crash::commit crash::cycle
THREADS = $$(( $$(nproc) * 3 / 2 ))

# A third of the time, tests wait for a server, a disk or a process: half as many again as there are processors run at once.
test: postgres mail-calendars-feeds-and-workbooks jsonschema yaml examples promtool-and-amtool provider browser editor xz man-and-systemd nginx-and-caddy clients pdf ## Run the tests, then the cases of every rule, which must take every branch
	RUST_TEST_THREADS=$(THREADS) scripts/with-postgres cargo test --locked $(WITH)
	RUST_TEST_THREADS=$(THREADS) TEST_ENGINE=postgres scripts/with-postgres cargo test --locked $(WITH) --test it -- $(ON_BOTH)
	$(VIGIE) rules check --shipped
	$(VIGIE) rules test --shipped --coverage --threshold 100

test-postgres: postgres mail-calendars-feeds-and-workbooks jsonschema yaml examples promtool-and-amtool provider browser editor xz man-and-systemd nginx-and-caddy clients pdf ## Run all the tests on PostgreSQL, those of the documents and of the code itself left out: half an hour
	RUST_TEST_THREADS=$(THREADS) TEST_ENGINE=postgres scripts/with-postgres cargo test --locked $(WITH) --test it -- --skip tidy:: --skip documents:: --skip compile::

test-crash: mail-calendars-feeds-and-workbooks ## Kill imports, cycles, jobs, publications, restorations and deliveries five hundred times each: an hour
	TEST_KILLS=500 cargo test --locked $(WITH) --test it -- --nocapture killed

test-browser: browser ## Hold every page to axe in each theme and width and with text twice as large, and leave pictures of them in target/browser/pictures
	TEST_BROWSER=all cargo test --locked $(WITH) --test it -- --nocapture pages::every_page

lint: ## Check the format, the lints and the documentation of the code
	cargo fmt --check
	cargo clippy --locked $(WITH) --all-targets -- --deny warnings
	cargo clippy --locked --bins -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked $(WITH) --no-deps --document-private-items
	.ci/deny

deny: ## Hold the dependencies to deny.toml: licences, bans, sources, and advisories where their database can be reached
	.ci/deny

bench: ## Measure import to cycle, then rules three ways; ONLY=pipeline or ONLY=rules for one part
	cargo bench --locked -- --write $(addprefix --only ,$(ONLY))

# As many files as the system lets a process open: ten thousand connections have two ends each.
load: ## Measure the API under load, next to a bare route that returns the same bytes, then hostile clients
	@command -v wrk >/dev/null || \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends wrk; \
	else \
		echo "wrk is not installed: see https://github.com/wg/wrk" >&2; exit 1; \
	fi
	ulimit -n $$(ulimit -Hn) && cargo bench --locked -- --write --only load

load-pages: ## Measure the pages under fifty people who click, and the first answer after a write
	cargo bench --locked -- --write --only pages

# A package of its own: neither `make build` nor the tests know of these engines. DuckDB is a Python package.
bench-peers: ## Measure other rule engines, and DuckDB, on the same rules and rows, verdicts compared first
	cargo bench --locked -- --peers $(abspath data/peers.json)
	cargo run --locked --release --quiet --manifest-path benches/peers/Cargo.toml -- data/peers.json docs/BENCHMARKS.md
	@cmp -s benches/peers/duckdb/requirements.txt target/duckdb/installed || \
	{ python3 -m venv target/duckdb && \
	target/duckdb/bin/pip install --quiet --disable-pip-version-check --requirement benches/peers/duckdb/requirements.txt && \
	cp benches/peers/duckdb/requirements.txt target/duckdb/installed; } || \
	echo "DuckDB cannot be had from PyPI: \`vigie judge\` is not measured beside it" >&2
	@if [ -f target/duckdb/installed ]; then \
		cargo build --locked --profile bench --bin vigie && \
		target/duckdb/bin/python benches/peers/duckdb/run.py target/release/vigie docs/BENCHMARKS.md; \
	fi

# Beside the dependencies that `make test` has compiled: `cargo fuzz run translation` in fuzz/ compiles them all anew, watched
# and under a sanitizer, for longer campaigns on a machine of its own.
FUZZ_SECONDS = 600
FUZZ         = -max_total_time=$$(($(FUZZ_SECONDS) / 2)) -timeout=60 -print_final_stats=1 -artifact_prefix=artifacts/

fuzz: fuzzers ## Hold translation and interpreter to the same verdicts for ten minutes, on rules at random and on any text
	cd fuzz && ../target/debug/translation corpus/translation -max_len=1500 $(FUZZ)
	cd fuzz && ../target/debug/text corpus/text ../rules/drift ../rules/process ../rules/portfolio -max_len=6000 -dict=rules.dict $(FUZZ)

fuzz-network: fuzzers ## Send any file to import, and any request to a real service, for ten minutes
	cd fuzz && ../target/debug/upload corpus/upload ../fixtures ../fixtures/encodings ../fixtures/malformed -max_len=20000 -dict=upload.dict -rss_limit_mb=2048 $(FUZZ)
	cd fuzz && ../target/debug/request corpus/request -max_len=2000 -dict=request.dict $(FUZZ)

fuzzers:
	RUSTC_WRAPPER=$(CURDIR)/fuzz/wrapper cargo build --manifest-path fuzz/Cargo.toml --target-dir target --bins
	mkdir -p fuzz/corpus/translation fuzz/corpus/text fuzz/corpus/upload fuzz/corpus/request fuzz/artifacts

# A Python of its own, with every package at the version of the list. SCHEMATHESIS=--roles=reader for one role, --seconds for less.
SCHEMATHESIS =

schemathesis: build ## Hold the service to its OpenAPI document, as each role, by Schemathesis: two minutes a role
	@cmp -s tests/schemathesis/requirements.txt target/schemathesis/installed || \
	{ python3 -m venv target/schemathesis && \
	target/schemathesis/bin/pip install --quiet --disable-pip-version-check --requirement tests/schemathesis/requirements.txt && \
	cp tests/schemathesis/requirements.txt target/schemathesis/installed; }
	target/schemathesis/bin/python tests/schemathesis/run.py $(SCHEMATHESIS)

# The release binary by default; another profile makes a package to try, sooner.
PACKAGE_PROFILE = release
CARGO_DEB       = 3.8.0

package: ## Build the Debian package in target/debian: the binary, its rules, its manual, and its service
	@[ "$$(target/cargo-deb/bin/cargo-deb --version 2>/dev/null)" = "cargo-deb $(CARGO_DEB)" ] || \
	cargo install cargo-deb --version $(CARGO_DEB) --locked --force --no-default-features --root target/cargo-deb
	cargo build --locked --profile $(PACKAGE_PROFILE) --features pdf --bin vigie
	scripts/package-files $(PACKAGE_PROFILE)
	target/cargo-deb/bin/cargo-deb --no-build --profile $(PACKAGE_PROFILE) --fast

package-try: ## Install the newest package of target/debian on this machine as root, try it, upgrade it, and remove it
	scripts/package-try

image-try: build ## Try the last stage of the image without a container engine, as root: its files, variables, command and health check
	scripts/image-try

image: ## Build the container image
	docker build --tag $(IMAGE) .
