import type { LaneName } from "#contract/names.ts";
import type { TotalName } from "#contract/snapshot.ts";
import { formatCount, longStep } from "./format.ts";

interface TotalNumberProps {
  readonly lane: LaneName;
  readonly name: TotalName;
  readonly count: number | null;
  readonly className?: string;
  /** Characters that fit at full size. */
  readonly room?: number;
}

/** One total as a number that steps down in size before it would leave its column. */
export function TotalNumber({ lane, name, count, className, room = 6 }: TotalNumberProps) {
  const text = formatCount(count);
  return (
    <b
      className={className}
      data-testid={`total-${lane}-${name}`}
      data-count={count ?? ""}
      data-zero={count === 0 ? "" : undefined}
      data-unread={count === null ? "" : undefined}
      data-long={longStep(text, room) || undefined}
    >
      {text}
    </b>
  );
}
