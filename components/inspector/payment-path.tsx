import type { PaymentDocument } from "#contract/api.ts";
import { RecordTable } from "./record-table.tsx";

type Step = PaymentDocument["steps"][number];

interface LayerSteps {
  readonly layer: string;
  readonly steps: readonly Step[];
}

/** Steps in the order of the path, those of one layer together. */
function byLayer(steps: readonly Step[]): readonly LayerSteps[] {
  const layers = new Map<string, Step[]>();
  for (const step of steps) layers.set(step.layer, [...(layers.get(step.layer) ?? []), step]);
  return [...layers].map(([layer, own]) => ({ layer, steps: own }));
}

/** The layers down, the lanes side by side; what both lanes share takes the whole width. */
export function PaymentPath({ document }: { document: PaymentDocument }) {
  const layers = byLayer(document.steps);
  if (layers.length === 0) return <p className="mt-6 text-ink2">No layer knows this payment.</p>;
  return (
    <section className="mt-6" aria-label={`Path of payment ${document.transactionId}`}>
      {layers.map(({ layer, steps }) => {
        const shared = steps.filter((step) => step.lane === null);
        return (
          <div key={layer} className="path-step">
            <div className="path-layer">
              <h2 className="capitalize">{layer}</h2>
            </div>
            {shared.length > 0 && (
              <div className="md:col-span-2">
                {shared.map((step) => (
                  <StepRows key={step.source} step={step} />
                ))}
              </div>
            )}
            {steps.length > shared.length &&
              ["protected", "unprotected"].map((lane) => (
                <div key={lane} className="min-w-0">
                  <h3 className="font-semibold">{lane}</h3>
                  {steps
                    .filter((step) => step.lane === lane)
                    .map((step) => (
                      <StepRows key={step.source} step={step} />
                    ))}
                </div>
              ))}
          </div>
        );
      })}
    </section>
  );
}

function StepRows({ step }: { step: Step }) {
  return (
    <div className="mb-3 min-w-0">
      <p className="text-ink3">{step.source}</p>
      <RecordTable rows={step.rows} />
    </div>
  );
}
