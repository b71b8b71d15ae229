import type { Equation } from "#contract/snapshot.ts";
import { equationNames, evaluate, unknownEquation, type Cut } from "../live/equations.ts";

/** The last exact cut of each equation of a lane; a newer one replaces it, a missing one leaves it with its age. */
export class EquationBook {
  readonly #equations = new Map<Equation["name"], Equation>();

  enter(name: Equation["name"], cut: Cut): void {
    this.#equations.set(name, evaluate(name, cut));
  }

  list(): readonly Equation[] {
    return equationNames.map((name) => this.#equations.get(name) ?? unknownEquation(name));
  }
}
