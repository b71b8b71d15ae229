import { SqlError } from "../position.ts";
import type { Position } from "../position.ts";
import { tokenize } from "../tokenizer.ts";
import type { Token } from "../tokenizer.ts";
import type { Query } from "../ast.ts";

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords */
const reservedWords = new Set(
  `ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE CURRENT
  DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING FOR FROM FULL
  GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LIKE LIMIT LOOKUP
  MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING PROTO QUALIFY RANGE RECURSIVE
  RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE UNBOUNDED UNION UNNEST USING WHEN
  WHERE WINDOW WITH WITHIN`.split(/\s+/),
);

const nestingMax = 200;

/** Reads tokens one by one; the parser's only state. `parseQuery` closes the circle from expressions to queries. */
export class Cursor {
  readonly source: string;
  readonly parseQuery: (cursor: Cursor) => Query;
  positionalCount = 0;
  private readonly tokens: Token[];
  private index = 0;
  private depth = 0;

  constructor(source: string, parseQuery: (cursor: Cursor) => Query) {
    this.source = source;
    this.parseQuery = parseQuery;
    this.tokens = tokenize(source);
  }

  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)];
    if (token === undefined) throw new Error("a token list always ends with an end token");
    return token;
  }

  get position(): Position {
    return this.peek().position;
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.index += 1;
    return token;
  }

  /** What `read` gives, or undefined, and nothing read, when it finds a syntax error. */
  attempt<Item>(read: () => Item): Item | undefined {
    const { index, depth, positionalCount } = this;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      Object.assign(this, { index, depth, positionalCount });
      return undefined;
    }
  }

  /** True when the next tokens are these words or symbols. */
  at(...texts: string[]): boolean {
    return texts.every((text, ahead) => {
      const token = this.peek(ahead);
      return (token.kind === "word" || token.kind === "symbol") && token.upper === text;
    });
  }

  /** True when a query stands `ahead` tokens from here. */
  atQuery(ahead = 0): boolean {
    const { kind, upper } = this.peek(ahead);
    return kind === "word" && (upper === "SELECT" || upper === "WITH" || upper === "FROM");
  }

  /** Consumes these words or symbols if they come next. */
  accept(...texts: string[]): boolean {
    if (!this.at(...texts)) return false;
    this.index += texts.length;
    return true;
  }

  expect(...texts: string[]): void {
    for (const text of texts) {
      if (!this.accept(text)) throw this.unexpected(`Expected ${/^[A-Z]/.test(text) ? "keyword " : ""}${quote(text)}`);
    }
  }

  unexpected(expected: string): SqlError {
    const token = this.peek();
    const isKeyword = token.kind === "word" && reservedWords.has(token.upper);
    const found = token.kind === "end" ? "end of statement" : `${isKeyword ? "keyword " : ""}${quote(token.text)}`;
    return new SqlError(`Syntax error: ${expected} but got ${found}`, token.position);
  }

  atIdentifier(): boolean {
    const token = this.peek();
    return token.kind === "quoted" || (token.kind === "word" && !reservedWords.has(token.upper));
  }

  identifier(what = "an identifier"): string {
    if (!this.atIdentifier()) throw this.unexpected(`Expected ${what}`);
    return this.next().text;
  }

  /** After a dot reserved words are names too. */
  nameAfterDot(): string {
    const token = this.peek();
    if (token.kind !== "word" && token.kind !== "quoted") throw this.unexpected("Expected a name");
    return this.next().text;
  }

  alias(): string | undefined {
    if (this.accept("AS")) return this.identifier("an alias");
    return this.atIdentifier() ? this.next().text : undefined;
  }

  list<Item>(read: () => Item): Item[] {
    const items = [read()];
    while (this.accept(",")) items.push(read());
    return items;
  }

  parenthesised<Item>(read: () => Item): Item {
    this.expect("(");
    const item = read();
    this.expect(")");
    return item;
  }

  /** Guards the native stack against deeply nested input. */
  nested<Item>(read: () => Item): Item {
    this.depth += 1;
    if (this.depth > nestingMax) {
      throw new SqlError(`The statement is nested deeper than ${nestingMax} levels`, this.position);
    }
    const item = read();
    this.depth -= 1;
    return item;
  }
}

function quote(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
