import type { MarksView } from "./gate-view.ts";

/** Copies as marks that can be counted, or as a bar when they are too many. The number stands at the gate. */
export function Marks({ view }: { view: MarksView }) {
  if (view.asBar) return <i className={`many ${view.tone}`} />;
  return (
    <span className="marks">
      {Array.from({ length: view.count }, (_, index) => (
        <i key={index} className={`mark ${view.tone}`} />
      ))}
    </span>
  );
}
