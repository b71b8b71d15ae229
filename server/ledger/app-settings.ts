import type { DatabaseSync } from "node:sqlite";

/** What a person set and expects to find again: the rate, whether the simulator runs. */
export class SettingsLedger {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  get(name: string): string | undefined {
    const value = this.#database.prepare("select value from settings where name = ?").get(name)?.["value"];
    return typeof value === "string" ? value : undefined;
  }

  set(name: string, value: string): void {
    this.#database.prepare("insert or replace into settings (name, value) values (?, ?)").run(name, value);
  }
}
