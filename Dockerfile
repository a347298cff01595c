# The service and the command line. No build tools and no npm in the last stage; it runs as 65532.
#
#   docker build -t keystead .

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY migrations migrations
COPY bench bench
COPY scripts scripts
RUN npm run build

# The whole Debian: it has the compiler that builds pkcs11js, and Node's own headers are here already.
FROM node:24-bookworm AS packages
ENV npm_config_nodedir=/usr/local
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24-bookworm-slim
# The embedded PostgreSQL asks for the name of its user.
RUN useradd --uid 65532 --user-group --no-create-home --home-dir /var/lib/keystead --shell /usr/sbin/nologin keystead \
  && install -d -o 65532 -g 65532 -m 0700 /var/lib/keystead \
  && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && ln -s /app/bin/keystead.js /usr/local/bin/keystead
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/dist/migrations dist/migrations
ENV NODE_ENV=production
ENV KEYSTEAD_DATA_DIR=/var/lib/keystead
USER 65532:65532
EXPOSE 7300
VOLUME /var/lib/keystead
CMD ["node", "--disable-sigusr1", "/app/dist/src/main.js"]
