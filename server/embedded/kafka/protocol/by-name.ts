/** What a request asks for by name: each name once, with whether it was named more than once, which Kafka refuses. */
export function byName<T extends { readonly name: string }>(wishes: readonly T[]): { wish: T; isRepeated: boolean }[] {
  const first = new Map<string, { wish: T; isRepeated: boolean }>();
  for (const wish of wishes) {
    const known = first.get(wish.name);
    if (known === undefined) first.set(wish.name, { wish, isRepeated: false });
    else known.isRepeated = true;
  }
  return [...first.values()];
}
