import { hostname } from "node:os";
import { join } from "node:path";
import next from "next";
import { createControlRoom } from "./composition/control-room.ts";
import { openDataDirectory, type DataDirectory } from "./composition/data-directory.ts";
import { startBackends } from "./composition/embedded-servers.ts";
import { Program, type Socket } from "./composition/program.ts";
import { processInput, readConfig, type Config } from "./config.ts";
import { isLoopback } from "./shared/loopback.ts";
import type { AccessPolicy } from "./live/access.ts";
import { contentPolicy } from "./live/content-policy.ts";
import { createRouter } from "./live/router.ts";
import { createSocket } from "./live/socket.ts";
import { createWebServer, listen } from "./live/web-server.ts";
import { Supervisor } from "./processes/supervisor.ts";
import { systemClock } from "./shared/clock.ts";
import { DedupscopeError, messageOf } from "./shared/errors.ts";
import { createLogger } from "./shared/logger.ts";

const root = join(import.meta.dirname, "..");

/** The pages, ready to answer; missing ones are said in words. */
async function preparePages(config: Config) {
  const pages = next({ dev: config.development, dir: root, hostname: config.host, port: config.port });
  try {
    await pages.prepare();
  } catch (error) {
    const remedy = "build them with npm run build, or start with npm start, which does";
    throw new DedupscopeError("bad-configuration", `the pages cannot be shown (${messageOf(error)}); ${remedy}`);
  }
  return pages;
}

async function run(config: Config, directory: DataDirectory): Promise<void> {
  const logger = createLogger("app", config.logLevel);
  const shown = isLoopback(config.host) ? config.host : hostname();
  let port = config.port;
  const live: { socket?: Socket } = {};
  const say = (kind: "process-died" | "process-back", process: string, reason: string): void => {
    const at = new Date(systemClock.nowMs()).toISOString();
    live.socket?.moment({ kind, at, process, reason });
  };
  const supervisor = new Supervisor({
    clock: systemClock,
    logger,
    environment: config.childEnvironment,
    compileCacheDirectory: join(config.dataDirectory, "compile-cache"),
    onDied: (name, reason) => {
      say("process-died", name, reason);
    },
    onBack: (name) => {
      say("process-back", name, "running again");
    },
  });
  const policy = (): AccessPolicy => ({ host: config.host, port, machineName: hostname(), token: config.token });

  const pagesReady = preparePages(config);
  const backends = await startBackends(config, directory, supervisor);
  const program = new Program({
    config,
    directory,
    backends,
    supervisor,
    clock: systemClock,
    logger,
    random: Math.random,
  });
  const router = createRouter({ room: createControlRoom({ program, config, backends, supervisor }), policy, logger });
  const pages = await pagesReady;
  const server = createWebServer({
    router,
    pages: pages.getRequestHandler(),
    contentPolicy: config.development ? null : contentPolicy(root),
    onError: (error) => {
      logger.error({ err: error }, "a page could not be shown");
    },
  });
  port = await listen(server, config.host, config.port);
  const socket = createSocket({ http: server, policy, everything: () => program.broadcaster.everything() });
  live.socket = socket;
  program.start(socket);
  const { run: current } = program;
  const seed = current.simulator.state().seed;
  console.log(`dedupscope ready on http://${shown}:${port} (run ${current.id}, seed ${seed}, data ${directory.path})`);
  if (config.tokenGenerated) console.log(`token for everything that controls: ${config.token}`);

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await program.stop();
    await socket.close();
    await pages.close();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.once("SIGINT", () => void stop());
}

function fail(message: string): never {
  console.error(`dedupscope: ${message}`);
  process.exit(1);
}

const input = readConfig(processInput());
if (input.kind === "help") console.log(input.text);
else if (input.kind === "problems") fail(input.problems.join("\ndedupscope: "));
else {
  try {
    await run(input.config, openDataDirectory(input.config.dataDirectory, input.config.fresh));
  } catch (error) {
    fail(messageOf(error));
  }
}
