/** The end of the database while statements run. */
import { expect, it } from "vitest";
import { openHarness } from "../testing/harness.ts";

const slow = `SELECT COUNTIF(FORMAT('%010d', x) = REVERSE(CAST(x AS STRING))) FROM UNNEST(GENERATE_ARRAY(1, 1000)), UNNEST(GENERATE_ARRAY(1, 5000)) AS x`;

it("ends a statement that is inside a routine, and what waits behind it, with an error", async () => {
  const harness = await openHarness();
  const statements = Array.from({ length: 4 }, async () => harness.rows(slow).catch(String));
  // Until the routines run: they have this thread then, and turns of it come between their calls.
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  await harness.close();
  expect(await Promise.all(statements)).toEqual(statements.map(() => "!the server is closing"));
  expect(await harness.rows("SELECT 1").catch(String)).toBe("!the server is closing");
});
