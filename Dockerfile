# One image for every process of the network; docker-compose.yml says which one a container runs.
FROM node:24-slim

WORKDIR /app
# The optional packages are Node 24 itself, for machines that have an older one: this image has it.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional

COPY . .
# Each container has one volume of its own here, for what must outlive it; logs stay in the container.
RUN mkdir /data && chown node:node /data
USER node
ENV EV_LOG_DIR=/tmp/log
