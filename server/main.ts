import { hostname } from "node:os";
import { join } from "node:path";
import next from "next";
import { createControlRoom } from "./composition/control-room.ts";
import { openDataDirectory, type DataDirectory } from "./composition/data-directory.ts";
import { startBackends } from "./composition/embedded-servers.ts";
import { Program, type Socket } from "./composition/program.ts";
import { prepareSpark } from "./composition/spark-engine.ts";
import { Shutdown } from "./composition/shutdown.ts";
import { processInput, readConfig, type Config } from "./config.ts";
import { isLoopback } from "./shared/loopback.ts";
import type { AccessPolicy } from "./live/access.ts";
import { contentPolicy } from "./live/content-policy.ts";
import { createRouter } from "./live/router.ts";
import { createSocket } from "./live/socket.ts";
import { createWebServer, listen, type Answering } from "./live/web-server.ts";
import { Supervisor } from "./processes/supervisor.ts";
import { systemClock } from "./shared/clock.ts";
import { DedupscopeError, messageOf } from "./shared/errors.ts";
import { createLogger, type Logger } from "./shared/logger.ts";

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

interface Live {
  socket?: Socket;
  answering: Answering | null;
}

function createSupervisor(config: Config, logger: Logger, live: Live): Supervisor {
  const say = (kind: "process-died" | "process-back", process: string, reason: string): void => {
    const at = new Date(systemClock.nowMs()).toISOString();
    live.socket?.moment({ kind, at, process, reason });
  };
  return new Supervisor({
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
}

interface Surroundings {
  readonly config: Config;
  readonly directory: DataDirectory;
  readonly logger: Logger;
  readonly shutdown: Shutdown;
}

/** Joins the parts. The port comes first: when it is busy, nothing has been started yet. */
async function run({ config, directory, logger, shutdown }: Surroundings): Promise<void> {
  const live: Live = { answering: null };
  const server = createWebServer({
    answering: () => live.answering,
    contentPolicy: config.development ? null : contentPolicy(root),
    onError: (error) => {
      logger.error({ err: error }, "a page could not be shown");
    },
  });
  const port = await listen(server, config.host, config.port);
  const policy = (): AccessPolicy => ({ host: config.host, port, machineName: hostname(), token: config.token });
  const supervisor = createSupervisor(config, logger, live);
  shutdown.supervise(supervisor);

  const pagesReady = preparePages(config);
  // Awaited below; until then a failure must not count as unhandled.
  pagesReady.catch(() => undefined);
  await prepareSpark(config, shutdown);
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
  shutdown.add(() => program.stop());
  const pages = await pagesReady;
  if (shutdown.begun) return;
  const room = createControlRoom({ clock: systemClock, program, config, backends, supervisor });
  live.answering = { router: createRouter({ room, policy, logger }), pages: pages.getRequestHandler() };
  const socket = createSocket({ http: server, policy, everything: () => program.broadcaster.everything() });
  live.socket = socket;
  program.start(socket);
  announce(config, directory, { port, program });
}

function announce(config: Config, directory: DataDirectory, { port, program }: { port: number; program: Program }) {
  const shown = isLoopback(config.host) ? config.host : hostname();
  const { run: current } = program;
  const seed = current.simulator.state().seed;
  console.log(`dedupscope ready on http://${shown}:${port} (run ${current.id}, seed ${seed}, data ${directory.path})`);
  if (config.tokenGenerated) console.log(`token for everything that controls: ${config.token}`);
}

function fail(message: string): never {
  console.error(`dedupscope: ${message}`);
  process.exit(1);
}

async function main(config: Config): Promise<void> {
  const logger = createLogger("app", config.logLevel);
  const shutdown = new Shutdown(logger);
  const end = async (code: number, message?: string): Promise<void> => {
    if (message !== undefined) console.error(`dedupscope: ${message}`);
    if (await shutdown.run()) process.exit(code);
  };
  process.once("SIGTERM", () => void end(0));
  process.once("SIGINT", () => void end(0));
  const unexpected = (error: unknown): void => {
    logger.fatal({ err: error }, "unexpected");
    void end(1, `stopped by an error that nobody foresaw (${messageOf(error)}); what was stored is kept, start again`);
  };
  process.on("uncaughtException", unexpected);
  process.on("unhandledRejection", unexpected);
  // Only now, so that a signal finds its handler from the first file on.
  const directory = openDataDirectory(config.dataDirectory, config.fresh);
  shutdown.add(() => {
    directory.release();
  });
  try {
    await run({ config, directory, logger, shutdown });
  } catch (error) {
    if (!shutdown.begun) await end(1, messageOf(error));
  }
}

const input = readConfig(processInput());
if (input.kind === "help") console.log(input.text);
else if (input.kind === "problems") fail(input.problems.join("\ndedupscope: "));
else {
  try {
    await main(input.config);
  } catch (error) {
    fail(messageOf(error));
  }
}
