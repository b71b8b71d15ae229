import { Dialog } from "radix-ui";
import { DialogShade } from "./dialog-shade.tsx";
import { useState } from "react";

/** Asks for the token that the server printed at its start. */
export function TokenDialog({ wrong, onAnswer }: { wrong: boolean; onAnswer: (token: string | null) => void }) {
  const [token, setToken] = useState("");
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onAnswer(null);
      }}
    >
      <Dialog.Portal>
        <DialogShade />
        <Dialog.Content className="dialog">
          <Dialog.Title asChild>
            <h2>A token is needed to control</h2>
          </Dialog.Title>
          <Dialog.Description className="text-ink2">
            This server listens beyond its own machine. It printed a token at its start; whoever has it may inject
            faults and change settings. Watching needs none.
          </Dialog.Description>
          <form
            className="mt-4 flex flex-wrap items-center gap-2"
            onSubmit={(event) => {
              event.preventDefault();
              if (token.trim() !== "") onAnswer(token.trim());
            }}
          >
            <label className="sr-only" htmlFor="token">
              Token
            </label>
            <input
              id="token"
              className="field grow"
              type="password"
              autoComplete="off"
              placeholder="token"
              value={token}
              onChange={(event) => {
                setToken(event.target.value);
              }}
            />
            <button type="submit" className="primary">
              Use it
            </button>
            <Dialog.Close className="tool">Only watch</Dialog.Close>
          </form>
          {wrong && (
            <p role="alert" className="mt-2 font-medium text-through">
              The last token was not the one that the server printed.
            </p>
          )}
          <p className="mt-3 text-ink3">Kept until this tab is closed.</p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
