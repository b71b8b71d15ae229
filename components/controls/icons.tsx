const paths = {
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6L12.6 8z",
  chevron: "m4.5 6.5 3.5 3.5 3.5-3.5",
  sun: "M8 4.9a3.1 3.1 0 1 0 0 6.2 3.1 3.1 0 0 0 0-6.2M8 1v1.8M8 13.2V15M1 8h1.8M13.2 8H15M3 3l1.3 1.3M11.7 11.7 13 13M3 13l1.3-1.3M11.7 4.3 13 3",
  moon: "M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1Z",
  screen: "M2 3h12v8H2zM5.5 14h5M8 11v3",
  eye: "M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8ZM8 6.1a1.9 1.9 0 1 0 0 3.8 1.9 1.9 0 0 0 0-3.8",
  menu: "M2 4.5h12M2 8h12M2 11.5h12",
  restart: "M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  beam: "M3 3h10v7H3zM8 10v3M5.5 13h5",
} as const;
export type IconName = keyof typeof paths;

export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  return (
    <svg viewBox="0 0 16 16" className={small ? "icon small" : "icon"} aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg viewBox="0 0 22 16" aria-hidden="true">
      <rect x="1" y="1" width="11" height="14" rx="1.5" fill="currentColor" />
      <rect
        x="15"
        y="1.7"
        width="5.6"
        height="12.6"
        rx="1.2"
        fill="none"
        stroke="var(--absorbed)"
        strokeWidth="1.6"
        strokeDasharray="2.4 1.8"
      />
    </svg>
  );
}
