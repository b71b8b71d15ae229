import { describe, expect, it } from "vitest";
import { parseOptions } from "./options.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

describe("the broker's command line", () => {
  it("takes its defaults when it is empty", () => {
    expect(parseOptions([])).toEqual({ ok: true, settings: { ...DEFAULT_SETTINGS, dataDirectory: ".data/kafka" } });
  });

  it("takes what it is given", () => {
    const parsed = parseOptions(["--port", "0", "--data", "d", "--partitions", "6", "--advertised", "localhost:9093"]);
    expect(parsed).toMatchObject({
      ok: true,
      settings: { port: 0, dataDirectory: "d", defaultPartitions: 6, advertised: { host: "localhost", port: 9_093 } },
    });
  });

  it("reports every problem with its value, what is expected and what it is for", () => {
    const parsed = parseOptions(["--port=-1", "--partitions", "many", "--advertised", "nowhere", "--data", ""]);
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringMatching(/--port is "-1": expected a whole number from 0 to 65535/),
      expect.stringMatching(/--partitions is "many": expected a whole number from 1 to 1000/),
      "--data is empty: give a value or leave it out",
      expect.stringMatching(/--advertised is "nowhere": expected HOST:PORT/),
    ]);
  });

  it("lists every option with its default when asked for help, whatever else is given", () => {
    const parsed = parseOptions(["--nonsense", "--help"]);
    expect(parsed).toMatchObject({ ok: "help" });
    const text = parsed.ok === "help" ? parsed.text : "";
    for (const line of [/--data .*default \.data\/kafka/, /--port .*default 9092/, /--metrics-port .*default none/]) {
      expect(text).toMatch(line);
    }
  });

  it("names the options there are when one is unknown", () => {
    const parsed = parseOptions(["--colour", "red"]);
    expect(parsed.ok ? [] : parsed.problems).toEqual([expect.stringMatching(/'--colour'; the options are --host/)]);
  });
});
