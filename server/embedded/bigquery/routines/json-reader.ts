/**
 * Reads JSON texts, wholly or to what stands at a path.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions
 */

/** A number keeps the digits it was written with. */
export interface JsonNumber {
  digits: string;
}

/** In the order of the text; a name may stand there twice. */
export interface JsonObject {
  entries: [string, Json][];
}

export type Json = null | boolean | string | JsonNumber | JsonObject | Json[];

export function isNumber(value: Json): value is JsonNumber {
  return typeof value === "object" && value !== null && "digits" in value;
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "entries" in value;
}

/** The text is not JSON. */
export class Malformed extends Error {}

const nestingMax = 500;

const escapeCharacters: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  private readonly isStrict: boolean;

  constructor(text: string, isStrict: boolean) {
    this.text = text;
    this.isStrict = isStrict;
  }

  /** The functions on STRING read some texts that are not JSON; how is not documented. */
  private almost(what: string): Error {
    return this.isStrict ? new Malformed(what) : new RangeError(`JSON with ${what} is refused by the embedded server`);
  }

  private peek(): string {
    while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
    return this.text[this.at] ?? "";
  }

  private accept(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.accept(character)) throw this.malformed();
  }

  private malformed(): Error {
    if (this.peek() === "'") return this.almost("single quotes");
    return new Malformed(`syntax error at character ${this.at + 1}`);
  }

  end(): void {
    if (this.peek() !== "") throw this.malformed();
  }

  private nested<Value>(read: () => Value): Value {
    this.depth += 1;
    if (this.depth > nestingMax) throw new RangeError(`JSON is nested deeper than ${nestingMax} levels`);
    const value = read();
    this.depth -= 1;
    return value;
  }

  value(): Json {
    switch (this.peek()) {
      case "{":
        return this.nested(() => {
          const entries: [string, Json][] = [];
          this.members((name) => void entries.push([name, this.value()]));
          return { entries };
        });
      case "[":
        return this.nested(() => {
          const items: Json[] = [];
          this.elements(() => void items.push(this.value()));
          return items;
        });
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  /** Reads `{…}`; `read` must read the member's value, and ends the reading when it gives true. */
  private members(read: (name: string) => boolean | void): boolean {
    this.expect("{");
    if (this.accept("}")) return false;
    do {
      if (this.peek() !== '"') throw this.malformed();
      const name = this.string();
      this.expect(":");
      if (read(name) === true) return true;
    } while (this.accept(","));
    this.expect("}");
    return false;
  }

  private elements(read: (index: number) => boolean | void): boolean {
    this.expect("[");
    if (this.accept("]")) return false;
    let index = 0;
    do {
      if (read(index) === true) return true;
      index += 1;
    } while (this.accept(","));
    this.expect("]");
    return false;
  }

  /** The first value at the path, in the order of the text; what follows it is not read. */
  find(path: readonly string[]): Json | undefined {
    const [step, ...rest] = path;
    if (step === undefined) return this.value();
    const opening = this.peek();
    if (opening !== "{" && opening !== "[") {
      this.value();
      return undefined;
    }
    let found: Json | undefined;
    const read = (name: string): boolean => {
      if (name === step) found = this.find(rest);
      else this.value();
      return found !== undefined;
    };
    this.nested(() => (opening === "{" ? this.members(read) : this.elements((index) => read(String(index)))));
    return found;
  }

  private string(): string {
    this.at += 1;
    let read = "";
    while (true) {
      const character = this.text[this.at];
      if (character === undefined) throw new Malformed("unexpected end of a string");
      if (character < " ") throw this.almost("control characters in a string");
      this.at += 1;
      if (character === '"') {
        if (!read.isWellFormed()) throw this.almost("half of a surrogate pair");
        return read;
      }
      read += character === "\\" ? this.escaped() : character;
    }
  }

  private escaped(): string {
    const character = this.text[this.at] ?? "";
    this.at += 1;
    if (character === "u" && /^[0-9a-fA-F]{4}$/.test(this.text.slice(this.at, this.at + 4))) {
      this.at += 4;
      return String.fromCharCode(parseInt(this.text.slice(this.at - 4, this.at), 16));
    }
    const plain = escapeCharacters[character];
    if (plain === undefined) throw this.almost("an unknown escape sequence");
    return plain;
  }

  private word(): Json {
    this.peek();
    const pattern = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.at;
    const [text] = pattern.exec(this.text) ?? [];
    if (text === undefined) throw this.malformed();
    this.at += text.length;
    if (text === "null") return null;
    return text === "true" || text === "false" ? text === "true" : { digits: text };
  }
}

/** Undefined when there is nothing at the path, or when the text is malformed before its end. Throws RangeError for what is refused. */
export function findJson(text: string, path: readonly string[]): Json | undefined {
  try {
    return new Reader(text, false).find(path);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** The whole text as one value. Throws Malformed and RangeError. */
export function readJson(text: string): Json {
  const reader = new Reader(text, true);
  const value = reader.value();
  reader.end();
  return value;
}
