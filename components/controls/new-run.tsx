"use client";
import { Dialog } from "radix-ui";
import { DialogShade } from "./dialog-shade.tsx";
import { useState } from "react";
import { useLive } from "../live/provider.tsx";
import { Icon } from "./icons.tsx";
import { useControl } from "./use-control.ts";

const seedMax = 4_294_967_295;

/** Starts a run from zero, with the seed that a person wants or a new one. */
export function NewRunButton() {
  const [open, setOpen] = useState(false);
  const ready = useLive((state) => state.data.snapshot !== null);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <button type="button" className="tool" data-testid="new-run" disabled={!ready}>
          <Icon name="restart" />
          New run
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <DialogShade />
        <Dialog.Content className="dialog">
          <NewRunForm
            onDone={() => {
              setOpen(false);
            }}
          />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function NewRunForm({ onDone }: { onDone: () => void }) {
  const run = useLive((state) => state.data.snapshot?.run ?? null);
  const { pending, error, send } = useControl();
  const [seed, setSeed] = useState("");
  const wanted = Number(seed);
  const valid = seed === "" || (Number.isInteger(wanted) && wanted >= 0 && wanted <= seedMax);
  const start = async () => {
    if (await send("POST", "/api/runs", seed === "" ? {} : { seed: wanted })) onDone();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) void start();
      }}
    >
      <Dialog.Title asChild>
        <h2>Start a new run</h2>
      </Dialog.Title>
      <Dialog.Description className="text-ink2">
        The present run is drained and closed; every counter starts from zero in a new topic, a new dataset and a new
        checkpoint. The last three runs stay readable through the API.
      </Dialog.Description>
      <div className="mt-4 flex items-center gap-2">
        <label htmlFor="seed">Seed</label>
        <input
          id="seed"
          className="field grow"
          inputMode="numeric"
          placeholder={run === null ? "new" : `new (now ${run.seed})`}
          value={seed}
          onChange={(event) => {
            setSeed(event.target.value);
          }}
        />
        <button type="submit" className="primary" disabled={pending || !valid}>
          {pending ? "Draining the old run…" : "Start"}
        </button>
        <Dialog.Close className="tool">Cancel</Dialog.Close>
      </div>
      {!valid && (
        <p role="alert" className="mt-2 font-medium text-through">
          A seed is a whole number from 0 to {seedMax}.
        </p>
      )}
      {error !== null && (
        <p role="alert" className="mt-2 font-medium text-through">
          {error}
        </p>
      )}
    </form>
  );
}
