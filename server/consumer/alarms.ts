/** Several alarms, one text: what a person must look at now, or null. */
export class Alarms {
  readonly #texts = new Map<string, string>();
  readonly #onChange: (text: string | null) => void;
  #last: string | null = null;

  constructor(onChange: (text: string | null) => void) {
    this.#onChange = onChange;
  }

  /** Null clears the alarm `name`. */
  set(name: "warehouse" | "refused" | "engine" | "start", text: string | null): void {
    if (text === null) this.#texts.delete(name);
    else this.#texts.set(name, text);
    const joined = Array.from(this.#texts.values()).join(" · ") || null;
    if (joined === this.#last) return;
    this.#last = joined;
    this.#onChange(joined);
  }
}
