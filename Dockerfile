FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DEDUPSCOPE_DATA=/data
WORKDIR /app
COPY --from=build /app ./
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3000
# Not npm start: the page is built, and a signal must reach the program itself.
CMD ["node", "server/main.ts"]
