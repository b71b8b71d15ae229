"use client";
import type { ConfigDocument, ConfigSection } from "#contract/api.ts";
import { Failed, Waiting } from "./document-states.tsx";
import { useDocument } from "./use-document.ts";

/** What each layer is really configured with. */
export function Configuration() {
  const { body, error, loading, reload } = useDocument<ConfigDocument>("/api/config");
  return (
    <main className="inner-page">
      <h1>Configuration</h1>
      <p className="lead">
        The effective settings of every layer, as the running processes use them. A note says where a library does
        something else than the name of a setting promises. Secrets are masked.
      </p>
      {error !== null && <Failed message={error} onRetry={reload} />}
      {body === null && loading && <Waiting what="the configuration" />}
      {body?.sections.map((section) => (
        <Section key={`${section.layer} ${section.title}`} section={section} />
      ))}
    </main>
  );
}

function Section({ section }: { section: ConfigSection }) {
  return (
    <section className="mt-8">
      <h2>
        {section.title} <span className="ml-1 text-xs font-normal text-ink2">{section.layer}</span>
      </h2>
      <dl className="mt-2">
        {section.entries.map((entry) => (
          <div
            key={entry.name}
            className="grid gap-x-6 border-t border-line py-1.5 md:grid-cols-[minmax(0,18rem)_minmax(0,18rem)_minmax(0,1fr)]"
          >
            <dt className="font-mono text-xs wrap-anywhere">{entry.name}</dt>
            <dd className="font-mono text-xs font-semibold wrap-anywhere">{entry.value}</dd>
            <dd className="text-ink2">{entry.note}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
