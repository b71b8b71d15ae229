"use client";
import { Dialog } from "radix-ui";
import { DialogShade } from "./dialog-shade.tsx";
import Link from "next/link";
import { useState } from "react";
import { Icon } from "./icons.tsx";
import { NewRunButton } from "./new-run.tsx";
import { Rate } from "./rate.tsx";
import { ThemeMenu } from "./theme.tsx";
import { sitePages } from "./site-pages.ts";
import { Watching } from "./watching.tsx";

/** On narrow screens: pages, rate, run and theme behind one button. */
export function NarrowMenu() {
  const [open, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
  };
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <button type="button" className="tool square narrow-only" aria-label="Menu">
          <Icon name="menu" />
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <DialogShade />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>dedupscope</h2>
          </Dialog.Title>
          <nav className="grid gap-1 text-base" aria-label="Pages">
            {sitePages.map(({ href, title }) => (
              <Link key={href} href={href} className="py-1.5" onClick={close}>
                {title}
              </Link>
            ))}
          </nav>
          <div className="mt-4 flex flex-wrap items-center gap-2 border-t border-line pt-4">
            <Rate />
            <NewRunButton />
            <ThemeMenu />
            <Watching />
          </div>
          <Dialog.Close className="tool mt-4">Close</Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
