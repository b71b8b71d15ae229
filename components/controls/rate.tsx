"use client";
import { Popover } from "radix-ui";
import { useState } from "react";
import { limits } from "#contract/limits.ts";
import { formatCount } from "../live/format.ts";
import { ControlError } from "./control-error.tsx";
import { nextRate } from "./rate-steps.ts";
import { useSimulator } from "./use-simulator.ts";

/** Payments a second: slower, faster, or any number typed. */
export function Rate() {
  const { ratePerSecond, setRate, error } = useSimulator();
  const [open, setOpen] = useState(false);
  const rate = ratePerSecond ?? 0;
  const known = ratePerSecond !== null;
  return (
    <div className="rate relative" role="group" aria-label="Rate">
      <button
        type="button"
        aria-label="slower"
        disabled={!known || nextRate(rate, -1) === rate}
        onClick={() => {
          setRate(nextRate(rate, -1));
        }}
      >
        −
      </button>
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger asChild>
          <button
            type="button"
            className="w-auto! px-1 text-xs!"
            data-testid="rate"
            data-rate={rate}
            title="Set any rate"
            disabled={!known}
          >
            <b className="font-semibold text-ink">{known ? formatCount(rate) : "–"}</b> payments/s
          </button>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content className="popover" sideOffset={6}>
            <RateForm
              rate={rate}
              onSet={(wanted) => {
                setRate(wanted);
                setOpen(false);
              }}
            />
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      <button
        type="button"
        aria-label="faster"
        disabled={!known || nextRate(rate, 1) === rate}
        onClick={() => {
          setRate(nextRate(rate, 1));
        }}
      >
        +
      </button>
      <ControlError message={error} />
    </div>
  );
}

function RateForm({ rate, onSet }: { rate: number; onSet: (rate: number) => void }) {
  const [text, setText] = useState(String(rate));
  const wanted = Number(text);
  const { ratePerSecondMin, ratePerSecondMax } = limits;
  const valid = Number.isInteger(wanted) && wanted >= ratePerSecondMin && wanted <= ratePerSecondMax;
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) onSet(wanted);
      }}
    >
      <label htmlFor="rate-input">payments a second</label>
      <input
        id="rate-input"
        className="field w-20"
        inputMode="numeric"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
        }}
      />
      <button type="submit" className="primary" disabled={!valid}>
        Set
      </button>
      <span className={valid ? "text-ink3" : "text-through"}>
        {ratePerSecondMin}–{formatCount(ratePerSecondMax)}
      </span>
    </form>
  );
}
