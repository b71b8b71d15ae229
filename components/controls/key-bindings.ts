export type KeyAction =
  | "inject"
  | "pause"
  | "simulator"
  | "slower"
  | "faster"
  | "theme"
  | "projector"
  | "search"
  | "keys";

interface KeyBinding {
  readonly action: KeyAction;
  /** `KeyboardEvent.key` values, lower case. */
  readonly keys: readonly string[];
  /** How the key is written on the list. */
  readonly shown: string;
  readonly does: string;
}

export const keyBindings: readonly KeyBinding[] = [
  { action: "inject", keys: ["i"], shown: "I", does: "Inject timeout: lose one acknowledgement in both lanes" },
  { action: "pause", keys: [" "], shown: "Space", does: "Pause or resume the view; the pipeline goes on" },
  { action: "simulator", keys: ["s"], shown: "S", does: "Stop or start the payments" },
  { action: "slower", keys: ["-"], shown: "−", does: "Fewer payments a second" },
  { action: "faster", keys: ["+", "="], shown: "+", does: "More payments a second" },
  { action: "search", keys: ["/"], shown: "/", does: "Search the wire tape" },
  { action: "projector", keys: ["p"], shown: "P", does: "Projector mode: larger, without tape and ids" },
  { action: "theme", keys: ["t"], shown: "T", does: "Dark or light" },
  { action: "keys", keys: ["?"], shown: "?", does: "This list" },
];

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  /** Where the focus is: what a key does in a field, or Space on a button, belongs to it. */
  readonly focus: "text" | "button" | "none";
}

/** The action of a key press; undefined when the key belongs to the browser, a field or a button. */
export function actionOf(pressed: Pressed): KeyAction | undefined {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || pressed.repeat) return undefined;
  if (pressed.focus === "text") return undefined;
  if (pressed.focus === "button" && pressed.key === " ") return undefined;
  const key = pressed.key.toLowerCase();
  return keyBindings.find((binding) => binding.keys.includes(key))?.action;
}
