FROM node:24-slim AS build
WORKDIR /gateway
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts \
  && rm -rf node_modules/node-linux-* node_modules/typescript node_modules/@typescript node_modules/.bin

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 GATEWAY_HEALTH_PORT=4001 DATABASE_URL=file:/data/gateway.db
WORKDIR /gateway
COPY --from=build /gateway/package.json ./
COPY --from=build /gateway/node_modules node_modules
COPY --from=build /gateway/dist dist
COPY drizzle drizzle
COPY schema schema
COPY src/import/examples src/import/examples
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4000 4001
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.GATEWAY_HEALTH_PORT || process.env.PORT || 4000}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=32", "dist/main.js"]
CMD ["serve"]
