import { useState } from "react";
import type {
  ChoiceParameter,
  FaultDescription,
  FaultParameter,
  FaultParameters,
  NumberParameter,
} from "#contract/faults.ts";
import type { FaultSnapshot } from "#contract/snapshot.ts";
import { FaultEffectsTable } from "../live/fault-effects.tsx";

interface FaultPopoverProps {
  readonly fault: FaultDescription;
  readonly last: FaultSnapshot | null;
  readonly onInject: (parameters: FaultParameters) => void;
}

function isValid(parameter: FaultParameter, text: string): boolean {
  if (parameter.kind === "choice") return parameter.choices.some(({ value }) => value === text);
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return false;
  return value >= parameter.minimum && value <= parameter.maximum && (!parameter.integer || Number.isInteger(value));
}

/** What a fault does, what it imitates, its parameters with their limits, and what the last one led to. */
export function FaultPopover({ fault, last, onInject }: FaultPopoverProps) {
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const textOf = (parameter: FaultParameter) => texts[parameter.name] ?? String(parameter.default);
  const valid = fault.parameters.every((parameter) => isValid(parameter, textOf(parameter)));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!valid) return;
        onInject(
          Object.fromEntries(
            fault.parameters.map((entry) => [
              entry.name,
              entry.kind === "choice" ? textOf(entry) : Number(textOf(entry)),
            ]),
          ),
        );
      }}
    >
      <h3>{fault.title}</h3>
      <p className="mt-1.5">{fault.explanation}</p>
      <p className="text-ink2">In the real world: {fault.imitates}</p>
      {fault.cannotActBecause !== null && <p className="font-medium text-wait">Not now: {fault.cannotActBecause}</p>}
      {fault.parameters.length > 0 && (
        <div className="mt-3 grid grid-cols-[auto_5rem_auto] items-center gap-2">
          {fault.parameters.map((parameter) => {
            const field = {
              text: textOf(parameter),
              onChange: (text: string) => {
                setTexts({ ...texts, [parameter.name]: text });
              },
            };
            return parameter.kind === "choice" ? (
              <ChoiceField key={parameter.name} parameter={parameter} {...field} />
            ) : (
              <NumberField key={parameter.name} parameter={parameter} {...field} />
            );
          })}
        </div>
      )}
      <button type="submit" className="primary mt-3" disabled={!valid || !fault.canActNow}>
        {fault.title}
      </button>
      {last !== null && (
        <div className="mt-3 border-t border-line pt-2.5">
          <FaultEffectsTable fault={last} />
        </div>
      )}
    </form>
  );
}

interface FieldProps<Parameter extends FaultParameter> {
  readonly parameter: Parameter;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

function NumberField({ parameter, text, onChange }: FieldProps<NumberParameter>) {
  const id = `parameter-${parameter.name}`;
  const valid = isValid(parameter, text);
  return (
    <>
      <label htmlFor={id}>{parameter.label}</label>
      <input
        id={id}
        className={valid ? "field w-full" : "field w-full border-through"}
        inputMode="decimal"
        aria-invalid={!valid}
        value={text}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      />
      <span className={valid ? "text-ink3" : "font-medium text-through"}>
        {parameter.unit} ({parameter.minimum}–{parameter.maximum})
      </span>
    </>
  );
}

function ChoiceField({ parameter, text, onChange }: FieldProps<ChoiceParameter>) {
  const id = `parameter-${parameter.name}`;
  return (
    <>
      <label htmlFor={id}>{parameter.label}</label>
      <select
        id={id}
        className="field col-span-2 w-full"
        value={text}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {parameter.choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </>
  );
}
