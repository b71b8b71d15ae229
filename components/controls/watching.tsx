"use client";
import { useSnapshot } from "../live/provider.tsx";
import { Icon } from "./icons.tsx";

export function Watching() {
  const watching = useSnapshot()?.watching ?? 0;
  return (
    <span className="tool bare" title="Browsers connected now">
      <Icon name="eye" />
      <span>
        <b className="font-semibold">{watching}</b> watching
      </span>
    </span>
  );
}
