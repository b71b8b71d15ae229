"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { ConnectionState } from "./connection-state.tsx";
import { Logo } from "./icons.tsx";
import { KeysButton } from "./keys-dialog.tsx";
import { NarrowMenu } from "./narrow-menu.tsx";
import { NewRunButton } from "./new-run.tsx";
import { PauseViewButton } from "./pause-view.tsx";
import { ProjectorButton } from "./projector.tsx";
import { Rate } from "./rate.tsx";
import { RunState } from "./run-state.tsx";
import { ThemeMenu } from "./theme.tsx";
import { sitePages } from "./site-pages.ts";
import { Watching } from "./watching.tsx";

export function TopBar() {
  const path = usePathname();
  return (
    <header className="top-bar">
      <Link href="/" className="brand" aria-label="dedupscope, live page">
        <Logo />
        dedupscope
      </Link>
      <nav className="site-nav" aria-label="Pages">
        {sitePages.map(({ href, title }) => (
          <Link key={href} href={href} aria-current={path === href ? "page" : undefined}>
            {title}
          </Link>
        ))}
      </nav>
      <span className="grow" />
      <RunState />
      <span className="wide-only contents">
        <Rate />
        <PauseViewButton />
        <NewRunButton />
        <Watching />
      </span>
      <ConnectionState />
      <span className="wide-only contents">
        <ProjectorButton />
        <ThemeMenu />
        <KeysButton />
      </span>
      <NarrowMenu />
    </header>
  );
}
