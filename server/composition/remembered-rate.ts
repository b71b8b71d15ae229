import type { SettingsLedger } from "../ledger/app-settings.ts";

export interface Speed {
  readonly ratePerSecond: number;
  readonly running: boolean;
}

interface Remembered extends Speed {
  /** What RATE said when a person set it; another RATE at the next start wins over what was set on the page. */
  readonly configured: number;
}

/** The simulator goes on as it was left, unless it is started with another RATE. */
export function rememberedRate(settings: SettingsLedger, configured: number) {
  return {
    get(): Speed {
      const text = settings.get("simulator");
      const remembered = text === undefined ? undefined : (JSON.parse(text) as Remembered);
      if (remembered === undefined) return { ratePerSecond: configured, running: true };
      const ratePerSecond = remembered.configured === configured ? remembered.ratePerSecond : configured;
      return { ratePerSecond, running: remembered.running };
    },
    set(speed: Speed): void {
      settings.set("simulator", JSON.stringify({ ...speed, configured } satisfies Remembered));
    },
  };
}
