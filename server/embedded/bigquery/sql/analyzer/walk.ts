import type { Expression, OrderItem } from "../ast.ts";
import { isAggregateFunction } from "../functions/aggregates.ts";

function orderExpressions(items: OrderItem[]): Expression[] {
  return items.map((item) => item.expression);
}

/** The expressions directly inside, without those of subqueries. */
function children(expression: Expression): Expression[] {
  switch (expression.kind) {
    case "field":
      return [expression.base];
    case "index":
      return [expression.base, expression.index];
    case "unary":
    case "is":
    case "inQuery":
      return [expression.operand];
    case "cast":
      return [expression.operand, ...(expression.zone === undefined ? [] : [expression.zone])];
    case "binary":
    case "distinctFrom":
      return [expression.left, expression.right];
    case "between":
      return [expression.operand, expression.low, expression.high];
    case "inList":
      return [expression.operand, ...expression.items];
    case "inArray":
      return [expression.operand, expression.array];
    case "like":
      return [expression.operand, expression.pattern];
    case "likeAny":
      return [expression.operand, expression.patterns].flat();
    case "case":
      return [
        ...(expression.operand === undefined ? [] : [expression.operand]),
        ...expression.branches.flatMap((branch) => [branch.when, branch.result]),
        ...(expression.otherwise === undefined ? [] : [expression.otherwise]),
      ];
    case "extract":
      return [expression.from];
    case "interval":
      return [expression.value];
    case "array":
      return expression.items;
    case "struct":
      return expression.fields.map((field) => field.value);
    case "call":
      return [
        ...expression.args,
        ...(expression.having === undefined ? [] : [expression.having.expression]),
        ...orderExpressions(expression.orderBy),
        ...(expression.over?.partitionBy ?? []),
        ...orderExpressions(expression.over?.orderBy ?? []),
      ];
    default:
      return [];
  }
}

/** Whether the expression, or one inside it, is one of those; subqueries are not looked into. */
export function containsWhere(expression: Expression, isMeant: (inside: Expression) => boolean): boolean {
  return isMeant(expression) || children(expression).some((inside) => containsWhere(inside, isMeant));
}

/** Whether the expression aggregates the rows of its own query (SUM(x) OVER () alone does not). */
export function containsAggregate(expression: Expression): boolean {
  if (expression.kind === "call" && expression.over === undefined && isAggregateFunction(expression.name)) return true;
  return children(expression).some(containsAggregate);
}

export function containsWindow(expression: Expression): boolean {
  if (expression.kind === "call" && expression.over !== undefined) return true;
  return children(expression).some(containsWindow);
}
