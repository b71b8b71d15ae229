"use client";
import { Dialog } from "radix-ui";
import { DialogShade } from "./dialog-shade.tsx";
import { keyBindings } from "./key-bindings.ts";
import { useKeysDialog } from "./keyboard.tsx";

export function KeysButton() {
  const { open, setOpen } = useKeysDialog();
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <button type="button" className="tool square" aria-label="Keys" title="Keys (?)">
          ?
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <DialogShade />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>Keys</h2>
          </Dialog.Title>
          <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-2">
            {keyBindings.map(({ action, shown, does }) => (
              <div key={action} className="contents">
                <dt>
                  <kbd>{shown}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
            <dt>
              <kbd>Tab</kbd> <kbd>Enter</kbd>
            </dt>
            <dd>Every button, switch, flag and equation; Escape closes what is open</dd>
            <dt>
              <kbd>←</kbd> <kbd>→</kbd>
            </dt>
            <dd>Move the cursor of the timelines, when it has the focus</dd>
          </dl>
          <Dialog.Close className="tool mt-4">Close</Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
