/** What a regular expression of RE2 is made of, as far as it decides what the functions find. */

const tokenPattern = /\\.|\[\^?\]?(?:\\.|\[:\w+:\]|[^\]])*\]|\((\?P?<\w+>)?(\?)?|\)([?*{])?|[\s\S]/g;

interface Token {
  text: string;
  at: number;
  opensCapture: boolean;
  /** Of a closing parenthesis: how often it may be repeated. */
  repeated: string | undefined;
}

function tokens(pattern: string): Token[] {
  return [...pattern.matchAll(tokenPattern)].map((match) => ({
    text: match[0],
    at: match.index,
    opensCapture: match[0].startsWith("(") && (match[1] !== undefined || match[2] === undefined),
    repeated: match[3],
  }));
}

export function groupCount(pattern: string): number {
  return tokens(pattern).filter((token) => token.opensCapture).length;
}

/** Whether it asks what stands around a position: ^, $, \b and the like. */
export function hasAssertion(pattern: string): boolean {
  return tokens(pattern).some(({ text }) => /^(?:\^|\$|\\[bBAzZ])$/.test(text));
}

/** What stands inside the only capturing group. */
export function groupSource(pattern: string): string | undefined {
  let depth = 0;
  let start: { at: number; depth: number } | undefined;
  for (const { text, at, opensCapture } of tokens(pattern)) {
    if (text.startsWith("(")) {
      depth += 1;
      if (opensCapture) start = { at: at + text.length, depth };
    } else if (text.startsWith(")")) {
      if (start?.depth === depth) return pattern.slice(start.at, at);
      depth -= 1;
    }
  }
  return undefined;
}

/** Whether the only capturing group takes part in every match: nothing around it or behind it may leave it out. */
export function groupAlwaysMatches(pattern: string): boolean {
  // One entry for each parenthesis that is open: a choice between alternatives, with the group inside one of them?
  const open = [{ isCapture: false, hasCapture: false, hasAlternatives: false }];
  for (const { text, opensCapture, repeated } of tokens(pattern)) {
    const level = open.at(-1);
    if (level === undefined) return false;
    if (text === "|") level.hasAlternatives = true;
    if (text.startsWith("(")) open.push({ isCapture: opensCapture, hasCapture: false, hasAlternatives: false });
    if (!text.startsWith(")")) continue;
    open.pop();
    const holds = level.isCapture || level.hasCapture;
    if (holds && repeated !== undefined) return false;
    if (level.hasCapture && level.hasAlternatives) return false;
    const around = open.at(-1);
    if (around !== undefined && holds) around.hasCapture = true;
  }
  return open.length === 1 && !(open[0]?.hasCapture === true && open[0].hasAlternatives);
}
