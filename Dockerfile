# aiex as a container: built in one stage, run in another that holds no compiler, no sources and no tests.
#
#   docker build -t aiex .
#   docker run --rm --init -v "$PWD:/workspace:ro" aiex ai analyze --file .

# Debian and not Alpine: the prebuilt grammars of the parser need glibc.
FROM node:22-bookworm-slim AS build
WORKDIR /app
# The dependencies first, so that they are fetched again only when they change. The build runs later, once it has sources.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts ./scripts
COPY runtime ./runtime
COPY actors ./actors
COPY supervisors ./supervisors
COPY cli ./cli
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts \
  && find dist -name '*.map' -delete

FROM node:22-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY LICENSE ./
# What is analyzed is mounted here. The user may read it and owns nothing else, the program included.
WORKDIR /workspace
USER node
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["node", "/app/dist/command/cli/main.js", "version"]
ENTRYPOINT ["node", "/app/dist/command/cli/main.js"]
CMD ["help"]
