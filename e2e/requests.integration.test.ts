import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { io } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { limits } from "../contract/limits.ts";
import { Program } from "./program.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 90_000 });

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** A request with any headers, Host among them, which `fetch` does not allow. */
async function ask(address: string, path: string, { method = "GET", headers = {}, text }: Asked = {}): Promise<Answer> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const said = Buffer.concat(chunks).toString();
        const isJson = String(response.headers["content-type"]).startsWith("application/json");
        const body: unknown = isJson && said !== "" ? JSON.parse(said) : said;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    request.on("error", reject);
    request.end(text);
  });
}

const refused = (body: unknown): { code: string; message: string; parameter?: string } =>
  (body as { error: { code: string; message: string; parameter?: string } }).error;

const messageOfHandshake = (address: string, origin: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = io(address, { transports: ["websocket"], reconnection: false, extraHeaders: { Origin: origin } });
    const end = (outcome: string) => {
      socket.disconnect();
      resolve(outcome);
    };
    socket.on("connect", () => {
      end("connected");
    });
    socket.on("connect_error", () => {
      end("refused");
    });
  });

describe("on a loopback address", () => {
  let program: Program;
  beforeAll(async () => {
    program = new Program({ LOG_LEVEL: "warn" });
    await program.start();
    await program.until("payments are sent", ({ lanes }) => (lanes[0]?.totals.appended.count ?? 0) > 0);
  });
  afterAll(async () => {
    await program.dispose();
  });

  const put = (path: string, text: string) => ask(program.address, path, { method: "PUT", text });
  const post = (path: string, text: string) => ask(program.address, path, { method: "POST", text });

  test.each(["-1", "0", "2001", "1.5", '"ten"', "null", "1e999"])(
    "a rate of %s is refused and changes nothing",
    async (rate) => {
      const before = (await program.snapshot()).simulator;
      const { status, body } = await put("/api/simulator", `{ "ratePerSecond": ${rate} }`);
      expect(status).toBe(400);
      expect(refused(body)).toMatchObject({ code: "bad-request", parameter: "ratePerSecond" });
      expect(refused(body).message).toContain("ratePerSecond");
      expect((await program.snapshot()).simulator).toEqual(before);
    },
  );

  test("an unknown fault, an unknown parameter and one out of range are named", async () => {
    const unknown = await post("/api/faults/earthquake", "{}");
    expect(unknown.status).toBe(404);
    expect(refused(unknown.body).message).toMatch(/"earthquake".*acknowledgement-lost/);
    const stranger = await post("/api/faults/acknowledgement-lost", '{ "colour": "red" }');
    expect(stranger.status).toBe(400);
    expect(refused(stranger.body)).toMatchObject({ parameter: "colour" });
    for (const [name, value] of await parametersOutOfRange()) {
      const { status, body } = await post("/api/faults/acknowledgement-lost", JSON.stringify({ [name]: value }));
      expect(status).toBe(400);
      expect(refused(body)).toMatchObject({ parameter: name });
    }
    expect((await program.snapshot()).faults).toEqual([]);
  });

  async function parametersOutOfRange(): Promise<readonly (readonly [string, unknown])[]> {
    const { body } = await ask(program.address, "/api/faults");
    const { faults } = body as { faults: { kind: string; parameters: { name: string }[] }[] };
    const parameters = faults.find(({ kind }) => kind === "acknowledgement-lost")?.parameters ?? [];
    expect(parameters.length).toBeGreaterThan(0);
    return parameters.flatMap(({ name }) => [-1, 1e12, "many"].map((value) => [name, value] as const));
  }

  test("a body that is not JSON, not an object, or too large is refused in words", async () => {
    for (const text of ["{", "rate=1", "[1]", "null", '"text"', "\u0000"]) {
      const { status, body } = await put("/api/simulator", text);
      expect({ text, status }).toEqual({ text, status: 400 });
      expect(refused(body).message).toMatch(/body/);
    }
    for (const bytes of [limits.requestBodyBytesMax + 10, 20_000_000]) {
      const { status, body } = await put("/api/simulator", `{"running":true,"x":"${"x".repeat(bytes)}"}`);
      expect(status).toBe(413);
      expect(refused(body).message).toContain(String(limits.requestBodyBytesMax));
    }
  });

  test("a wrong method is answered with the right ones, an unknown path, lane, payment or run with 404", async () => {
    const wrong = await ask(program.address, "/api/simulator", { method: "DELETE" });
    expect(wrong.status).toBe(405);
    expect(wrong.headers["allow"]).toBe("PUT");
    expect((await ask(program.address, "/api/snapshot", { method: "HEAD" })).status).toBe(200);
    for (const path of [
      "/api",
      "/api/",
      "/api/nothing",
      "/api/snapshot/x",
      "/api/snapshot?run=r0",
      "/api/payments/x",
    ]) {
      const { status, body } = await ask(program.address, path);
      expect({ path, status }).toEqual({ path, status: 404 });
      expect(refused(body).message).not.toBe("");
    }
    const lane = await put("/api/lanes/third/protections", '{"merge":true}');
    expect(lane.status).toBe(404);
    expect(refused(lane.body).message).toMatch(/"third".*protected, unprotected/);
    expect((await ask(program.address, "/nothing")).status).toBe(404);
  });

  test("garbage in an address is a bad request and never an error of the server", async () => {
    for (const path of [
      "/api/payments/%zz",
      "/api/faults/%E0%A4%A",
      "/api/lanes/%/protections",
      "//",
      "/%zz",
      "/%00",
    ]) {
      const { status } = await ask(program.address, path, { method: path.includes("lanes") ? "PUT" : "GET" });
      expect({ path, refused: status >= 400 && status < 500 }).toEqual({ path, refused: true });
    }
    const raw = await rawAnswer("GET /api/snapshot HTTP/1.1\r\n\r\n");
    expect(raw).toMatch(/^HTTP\/1\.1 (400|403)/);
    expect(await rawAnswer("\u0016\u0003\u0001 not http\r\n\r\n")).toMatch(/^HTTP\/1\.1 400/);
    expect((await program.snapshot()).run.id).not.toBe("");
    expect(program.output.join("\n")).not.toMatch(/^\s+at .+:\d+/m);
  });

  async function rawAnswer(text: string): Promise<string> {
    const { hostname, port } = new URL(program.address);
    return new Promise((resolve, reject) => {
      let said = "";
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.on("data", (chunk) => {
        said += chunk.toString();
        socket.end();
      });
      socket.on("close", () => {
        resolve(said);
      });
      socket.on("error", reject);
    });
  }

  test("another page's Origin and a name that is not ours may neither read nor control, by HTTP or socket", async () => {
    const { host } = new URL(program.address);
    const foreign: Record<string, string>[] = [
      { Origin: "https://evil.example" },
      { Origin: "null" },
      { Host: "evil.example" },
    ];
    for (const headers of foreign) {
      const control: Asked = { headers, method: "PUT", text: '{"running":false}' };
      for (const asked of [{ headers }, control]) {
        const { status } = await ask(
          program.address,
          asked.method === "PUT" ? "/api/simulator" : "/api/snapshot",
          asked,
        );
        expect(status).toBe(403);
      }
      expect((await ask(program.address, "/", { headers })).status).toBe(403);
    }
    expect((await program.snapshot()).simulator.running).toBe(true);
    expect((await ask(program.address, "/", { headers: { Origin: `http://${host}` } })).status).toBe(200);
    expect(await messageOfHandshake(program.address, "https://evil.example")).toBe("refused");
    expect(await messageOfHandshake(program.address, `http://${host}`)).toBe("connected");
  });
});

describe("on every address of the machine", () => {
  test("a token is printed once; control needs it, reading does not", async () => {
    const program = new Program({ HOST: "0.0.0.0", LOG_LEVEL: "warn" });
    try {
      await program.start();
      const local = program.address.replace(/\/\/[^:]+:/, "//127.0.0.1:");
      await expect.poll(() => program.output.filter((line) => line.includes("token")).length).toBe(1);
      const token = program.output
        .map((line) => /^token .*: (\S+)$/.exec(line)?.[1])
        .find((found) => found !== undefined);
      const control = { method: "PUT", text: '{"ratePerSecond":20}' };
      const without = await ask(local, "/api/simulator", control);
      expect(without.status).toBe(401);
      expect(without.headers["www-authenticate"]).toBe("Bearer");
      expect(refused(without.body).message).toMatch(/token/);
      const wrong = await ask(local, "/api/simulator", { ...control, headers: { Authorization: "Bearer wrong" } });
      expect(wrong.status).toBe(401);
      const right = await ask(local, "/api/simulator", { ...control, headers: { Authorization: `Bearer ${token}` } });
      expect(right).toMatchObject({ status: 200, body: { ratePerSecond: 20 } });
      expect((await ask(local, "/api/snapshot")).status).toBe(200);
      expect((await ask(local, "/")).status).toBe(200);
      expect((await ask(local, "/api/snapshot", { headers: { Host: "evil.example" } })).status).toBe(403);
      expect(JSON.stringify((await ask(local, "/api/config")).body)).not.toContain(token);
    } finally {
      await program.dispose();
    }
  });
});
