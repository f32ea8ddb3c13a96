# One image for every server program: api/main.ts (unless told otherwise), engine/main.ts, db/main.ts.
#
#     docker build --tag trade-engine .
#     docker run --rm trade-engine engine/main.ts
#
# The final image is Deno on a base without a shell or a package manager, the sources, and the packages that they
# import. It runs as a user without rights, on a file system that may be read-only: what Deno would write into its
# cache is written here, once.

FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# It keeps to the lock file, as `npm ci` does, without insisting on packages for other systems. Optional packages are
# the runtimes and the embedded PostgreSQL: none of them is used in here.
RUN npm install --no-save --omit=dev --omit=optional --ignore-scripts --loglevel=error \
  && find node_modules \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete

FROM denoland/deno:distroless-2.9.6
WORKDIR /app
ENV DENO_DIR=/deno-dir/ DENO_NO_UPDATE_CHECK=1 NO_COLOR=1
COPY --from=packages /app/node_modules ./node_modules
COPY package.json deno.json ./
COPY db ./db
COPY engine ./engine
COPY infra ./infra
COPY console ./console
COPY api ./api
RUN ["/bin/deno", "cache", "--no-remote", "api/main.ts", "engine/main.ts", "db/main.ts", "infra/docker/probe.ts"]

# "nobody", who owns none of the files above.
USER 65534:65534
# Nothing leaves Deno but by these permissions; they are those of `npm run api` (a test holds the two together), with
# the folders where a container's settings and secrets are.
ENTRYPOINT ["/tini", "--", "/bin/deno", "run", "--no-prompt", "--no-remote", "--cached-only", "--allow-env", \
  "--allow-net", "--allow-sys=hostname,osRelease,cpus,uid,gid,systemMemoryInfo,loadavg", \
  "--allow-read=/app,/etc/trade-engine,/run/secrets"]
CMD ["api/main.ts"]
EXPOSE 8080 8081 8082
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 \
  CMD ["/bin/deno", "run", "--no-prompt", "--cached-only", "--allow-net=127.0.0.1", "infra/docker/probe.ts", "8080"]
