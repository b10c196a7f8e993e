# Second Read: one image for the server and the worker. It has no database in it and keeps nothing but /data.
#
#   server: docker run --read-only -v second-read:/data -p 8080:8080 -e DATABASE_URL=… -e PUBLIC_URL=https://… IMAGE
#   worker: docker run --read-only -v second-read:/data -e DATABASE_URL=… --no-healthcheck IMAGE node --heap-growing-percent=75 --max-semi-space-size=4 workers/main.ts
#
#   before: docker run --rm -v second-read:/data -e DATABASE_URL=… --no-healthcheck IMAGE node src/set-up.ts
#
# TLS is for a proxy in front.
#
# The base image is Debian with glibc. `prlimit`, `setpriv` and `unshare`, which hold the isolated parsers, belong
# to util-linux, which is "Essential: yes" in Debian and so part of every Debian image, slim ones too.

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages are the trial's own PostgreSQL and a Node 24, both of which are elsewhere here, a canvas that is
# nobody's here, and what follows from the next stage.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

# The pages for browsers are put together here; what that takes stays here.
FROM node:24-bookworm-slim AS pages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Vite's compiler and packer are optional packages, one for each kind of machine.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts/build.ts ./scripts/
COPY src ./src
RUN node scripts/build.ts

FROM node:24-bookworm-slim
# A small heap beside gigabytes of buffers is collected all the time unless it may grow; see src/trial.ts.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    HOST=0.0.0.0 \
    PORT=8080 \
    KEYS_DIR=/data/keys \
    OBJECTS_DIR=/data/objects
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
# CRC-32 by the processor's own multiplication: native, one small package for each kind of machine.
COPY --from=pages /app/node_modules/@node-rs ./node_modules/@node-rs
COPY package.json LICENSE ./
COPY src ./src
COPY workers ./workers
COPY --from=pages /app/dist ./dist
# For whoever operates it: node scripts/doctor.ts and the others of scripts/README.md.
COPY scripts/reach.ts scripts/doctor.ts scripts/scrub.ts scripts/backup.ts scripts/restore.ts scripts/ledger.ts scripts/keys.ts ./scripts/
COPY scripts/checks ./scripts/checks
# A fresh volume takes over this owner and mode; nothing else is ever written.
RUN install -d -o 10001 -g 10001 -m 0700 /data
USER 10001:10001
VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--heap-growing-percent=75", "--max-semi-space-size=4", "src/main.ts"]
