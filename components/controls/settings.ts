/** What this browser remembers of the page's looks. `data-theme` and `data-projector` on <html> carry it. */
export const themes = ["system", "dark", "light"] as const;
export type Theme = (typeof themes)[number];

const themeKey = "dedupscope.theme";
const projectorKey = "dedupscope.projector";

/** Runs before the first paint, so that a remembered theme does not flash. Kept in step with the functions below. */
export const settingsScript = `try{var r=document.documentElement,t=localStorage.getItem("${themeKey}");if(t==="dark"||t==="light")r.dataset.theme=t;if(localStorage.getItem("${projectorKey}")==="on")r.dataset.projector=""}catch(e){}`;

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage may be forbidden; the setting then lasts until the page is left.
  }
}

export function currentTheme(): Theme {
  const theme = document.documentElement.dataset["theme"];
  return theme === "dark" || theme === "light" ? theme : "system";
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  remember(themeKey, theme);
}

/** The next one of dark and light, as seen now. */
export function toggleTheme(): Theme {
  const dark =
    currentTheme() === "dark" || (currentTheme() === "system" && !matchMedia("(prefers-color-scheme: light)").matches);
  const next = dark ? "light" : "dark";
  applyTheme(next);
  return next;
}

export function isProjector(): boolean {
  return document.documentElement.dataset["projector"] !== undefined;
}

export function applyProjector(on: boolean): void {
  if (on) document.documentElement.dataset["projector"] = "";
  else delete document.documentElement.dataset["projector"];
  remember(projectorKey, on ? "on" : "off");
}
