import pino, { type Logger as PinoLogger } from "pino";

export type Logger = PinoLogger;

/** One JSON line an event on standard error; standard output is for the ready line that people and scripts read. */
export function createLogger(name: string, level: string): Logger {
  return pino({ name, level, base: { process: name, pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
}
