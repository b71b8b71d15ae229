/**
 * A JSON object that must have certain fields; one that is missing or of another kind throws with its name. Written out,
 * because loading a validation library would be a third of what a consumer loads before it reads again after a crash.
 */
export class JsonFields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #name: string;

  constructor(value: unknown, name = "the entry") {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new TypeError(`${name} is no object`);
    this.#fields = value as Readonly<Record<string, unknown>>;
    this.#name = name;
  }

  static parse(text: string): JsonFields {
    return new JsonFields(JSON.parse(text));
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  number(name: string): number {
    const value = this.#fields[name];
    return typeof value === "number" ? value : this.#refuse(name, "number");
  }

  numberOrNull(name: string): number | null {
    return this.#fields[name] === null ? null : this.number(name);
  }

  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === "string" ? value : this.#refuse(name, "string");
  }

  boolean(name: string): boolean {
    const value = this.#fields[name];
    return typeof value === "boolean" ? value : this.#refuse(name, "boolean");
  }

  object(name: string): JsonFields {
    return new JsonFields(this.#fields[name], `${this.#name}.${name}`);
  }

  /** An object whose own fields are nobody's business here. */
  record(name: string): Readonly<Record<string, unknown>> {
    return this.object(name).#fields;
  }

  list<Item>(name: string, itemOf: (fields: JsonFields) => Item): Item[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) return this.#refuse(name, "list");
    return value.map((item: unknown, index) => itemOf(new JsonFields(item, `${this.#name}.${name}[${index}]`)));
  }

  #refuse(name: string, kind: string): never {
    throw new TypeError(`${this.#name}.${name} is no ${kind}`);
  }
}
