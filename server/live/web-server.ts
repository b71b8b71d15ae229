import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { DedupscopeError, messageOf } from "../shared/errors.ts";

/** What answers requests once the program is joined. */
export interface Answering {
  /** Answers API requests; false when the address is a page's. */
  readonly router: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  readonly pages: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

export interface WebServerDependencies {
  /** Null while the program is starting: the port is taken first, so that a busy one is told at once. */
  readonly answering: () => Answering | null;
  /** Null in development, where Next adds inline scripts of its own. */
  readonly contentPolicy: string | null;
  readonly onError: (error: unknown) => void;
}

/** Pages and API on one port, with the headers that keep other sites out. */
export function createWebServer({ answering, contentPolicy, onError }: WebServerDependencies): Server {
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    if (contentPolicy !== null) response.setHeader("Content-Security-Policy", contentPolicy);
    const ready = answering();
    if (ready === null) refuseWhileStarting(response);
    else if (!(await ready.router(request, response))) await ready.pages(request, response);
  }

  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) response.writeHead(500, { "Content-Type": "text/plain" });
      response.end("something went wrong inside the server; its log says what\n");
    });
  });
}

function refuseWhileStarting(response: ServerResponse): void {
  const error = { code: "starting", message: "dedupscope is starting; ask again in a second" };
  response.writeHead(503, { "Content-Type": "application/json; charset=utf-8", "Retry-After": "1" });
  response.end(JSON.stringify({ error }));
}

/** Listens and resolves with the port; a busy port or an address that is not this machine's is said in words. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(listenFailure(error, host, port));
    });
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): DedupscopeError {
  if (error.code === "EADDRINUSE") {
    const other = port < 65_535 ? port + 1 : port - 1;
    const message = `port ${port} on ${host} is in use; stop what uses it, or choose another: PORT=${other} npm start`;
    return new DedupscopeError("port-in-use", message, { cause: error });
  }
  if (error.code === "EACCES") {
    const message = `port ${port} needs rights that this user lacks; choose one above 1023: PORT=3000 npm start`;
    return new DedupscopeError("port-in-use", message, { cause: error });
  }
  const message = `cannot listen on ${host}:${port} (${messageOf(error)}); HOST must be an address of this machine`;
  return new DedupscopeError("bad-configuration", message, { cause: error });
}
