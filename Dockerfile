# A static binary and nothing beside it, run as nobody:
#
#   docker build -t secscan .
#   docker run --rm --network none -u "$(id -u):$(id -g)" -v "$PWD:/src:ro" secscan scan .
#
# `-u`, because secscan refuses a repository of another user, as git does.

# The compiler runs on the machine that builds; musl's target brings its own start files, and Rust its linker, so no
# emulation and no C compiler is needed for the other processor.
FROM --platform=$BUILDPLATFORM rust:1.95-slim-bookworm AS build
ARG TARGETARCH
WORKDIR /secscan
COPY . .
RUN set -eu; \
    case "$TARGETARCH" in \
        amd64) target=x86_64-unknown-linux-musl ;; \
        arm64) target=aarch64-unknown-linux-musl ;; \
        *) echo "no target for $TARGETARCH" >&2; exit 1 ;; \
    esac; \
    rustup target add "$target"; \
    CARGO_PROFILE_RELEASE_STRIP=symbols RUSTFLAGS="-C linker=rust-lld" \
        cargo build --release --locked --package secscan --target "$target"; \
    install -D "target/$target/release/secscan" /out/secscan

FROM scratch
LABEL org.opencontainers.image.source="https://github.com/secscan/secscan" \
      org.opencontainers.image.description="Finds secrets (keys, tokens, passwords) and stops them before they leak" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /out/secscan /usr/bin/secscan
WORKDIR /src
USER 65532:65532
ENTRYPOINT ["/usr/bin/secscan"]
CMD ["scan", "."]
