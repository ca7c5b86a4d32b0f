# oauthmock and oauthconform in an image that holds nothing else: no shell, no libraries, nobody's root.
#
#   docker build -t oauthmock --build-arg VERSION=v1.2.3 .      (or: make image)
#
# docs/container.md tells how to run it.

# The programs are built on the machine's own platform, for the one that the image is for.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src

# The modules are a layer of their own: they change less often than the sources.
COPY go.mod go.sum ./
RUN go mod download

COPY . .
ARG VERSION=devel
ARG TARGETOS
ARG TARGETARCH
# How the programs are built stands in tools/dist, for the archives as for this image.
RUN go run -C tools ./dist -version "$VERSION" -binaries /out -licences /licences \
        -platforms "${TARGETOS:-$(go env GOOS)}/${TARGETARCH:-$(go env GOARCH)}"

FROM scratch
ARG VERSION=devel
LABEL org.opencontainers.image.title="oauthmock" \
      org.opencontainers.image.description="A mock of Openapi's OAuth API, and its conformance suite" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"

# The certificate authorities are for the suite, when it judges a server behind https.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/ /usr/local/bin/
COPY --from=build /licences/ /usr/share/doc/oauthmock/

# Nothing is written, so any user will do; a number, because there is no /etc/passwd.
USER 65534:65534
ENV PATH=/usr/local/bin OAUTHMOCK_ADDR=0.0.0.0:8080
EXPOSE 8080

# Asks /readyz where OAUTHMOCK_ADDR says.
HEALTHCHECK --interval=5s --timeout=4s --start-period=5s --retries=3 CMD ["oauthmock", "healthcheck"]

# No entry point, so that both programs are called by their names.
CMD ["oauthmock", "serve"]
