# Debian rather than Alpine: the tests run on glibc, and what runs is what was tested.

FROM node:22.23.3-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts/build.mjs scripts/bundle.mjs scripts/
COPY src src/
# Tests are compiled with the rest, and stay behind
RUN npm run build \
  && find dist \( -name '*.test.js' -o -name '*.fixture.js' -o -name '*.contract.js' -o -name '.tsbuildinfo' -o -name '.bundles' \) -delete \
  && rm -rf dist/*/contract \
  && mkdir data

FROM node:22.23.3-bookworm-slim AS packages
WORKDIR /packages
COPY package.json package-lock.json .npmrc ./
# Of the SQLite binding only the Linux binaries stay: not those of other systems, not the sources for a compiler
RUN npm ci --omit=dev --no-audit --no-fund \
  && cd node_modules/@photostructure/sqlite \
  && rm -rf src binding.gyp prebuilds/darwin-* prebuilds/win32-*

FROM node:22.23.3-bookworm-slim
ENV NODE_ENV=production
# All addresses of the container, which nobody reaches unless a port is published; elsewhere the default is loopback
ENV MAPKEEP_HOST=0.0.0.0
ENV MAPKEEP_PORT=8190
ENV MAPKEEP_DATA=/data
# Large sorts of the embedded catalog: on the volume, not in a /tmp that may be memory
ENV SQLITE_TMPDIR=/data
WORKDIR /app
COPY LICENSE package.json ./
COPY --from=packages /packages/node_modules node_modules/
COPY --from=build /build/dist dist/
# An own, empty folder: a new named volume takes its owner from here
COPY --from=build --chown=1000:1000 /build/data /data/
# By number, so that Kubernetes can see that it is not root; the image calls it "node"
USER 1000:1000
VOLUME ["/data"]
EXPOSE 8190
STOPSIGNAL SIGTERM
# /healthz, not /readyz: whoever restarts unhealthy containers must not do so because the database is away
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MAPKEEP_PORT}/healthz`).then(answer => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]
