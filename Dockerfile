# Vigie in a container: one binary, its rules, and one mounted folder for its state.

# The compiler of rust-toolchain.toml.
FROM rust:1.95.0-slim-bookworm AS build
WORKDIR /build

# The dependencies, in a layer that changes only when they do: empty sources stand in for ours.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests/it benches \
    && touch src/lib.rs \
    && for target in src/main.rs tests/it/main.rs benches/pipeline.rs; do echo 'fn main() {}' > "$target"; done \
    && cargo build --locked --release --features pdf --bin vigie \
    && rm -r src

# Ours, and what the build takes in: profiles of file layouts, migrations of the database.
COPY src src
COPY profiles profiles
COPY migrations migrations
# Cargo goes by dates, and the files copied may be older than the empty ones.
RUN find src -name '*.rs' -exec touch {} + \
    && cargo build --locked --release --features pdf --bin vigie

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 vigie \
    && useradd --uid 10001 --gid vigie --no-create-home --shell /usr/sbin/nologin vigie \
    && install -d -o vigie -g vigie -m 0750 /var/lib/vigie

COPY --from=build /build/target/release/vigie /usr/local/bin/vigie
WORKDIR /opt/vigie
COPY vigie.toml aliases.toml ./
COPY rules rules

# Within the container every address is its own; what is reachable is decided by what is published.
ENV VIGIE_DATABASE_URL=sqlite:///var/lib/vigie/vigie.db \
    VIGIE_BACKUP__FOLDER=/var/lib/vigie/backups \
    VIGIE_LISTEN=0.0.0.0:8080 \
    VIGIE_LOG=info \
    VIGIE_LOG_FORMAT=json
# By number, so that an orchestrator can check that it is not root.
USER 10001:10001
VOLUME /var/lib/vigie
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["vigie", "healthcheck"]
ENTRYPOINT ["vigie"]
CMD ["serve"]
