# syntax=docker/dockerfile:1
# One static binary on an image without a shell, as an ordinary user. The same image serves and works: the command decides.

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG TARGETOS TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w" -o /out/huisheng .

# Nothing but the program and the root certificates for SMS providers; an ordinary user. The zone of Beijing is built in.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
USER 65532:65532
COPY --from=build /out/huisheng /usr/local/bin/huisheng
ENV HUISHENG_ENV=production HUISHENG_ADDR=:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/usr/local/bin/huisheng", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/huisheng"]
CMD ["serve"]
