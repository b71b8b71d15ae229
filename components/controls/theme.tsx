"use client";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { Icon, type IconName } from "./icons.tsx";
import { applyTheme, currentTheme, themes, type Theme } from "./settings.ts";

const looks: Readonly<Record<Theme, { readonly icon: IconName; readonly label: string }>> = {
  system: { icon: "screen", label: "As the system" },
  dark: { icon: "moon", label: "Dark" },
  light: { icon: "sun", label: "Light" },
};

export function ThemeMenu() {
  const [theme, setTheme] = useState<Theme>("system");
  return (
    <DropdownMenu.Root
      modal={false}
      onOpenChange={(open) => {
        if (open) setTheme(currentTheme());
      }}
    >
      <DropdownMenu.Trigger asChild>
        <button type="button" className="tool square" aria-label="Theme" title="Theme (T)">
          <Icon name="sun" />
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6}>
          <DropdownMenu.RadioGroup
            value={theme}
            onValueChange={(value) => {
              applyTheme(value as Theme);
              setTheme(value as Theme);
            }}
          >
            {themes.map((name) => (
              <DropdownMenu.RadioItem key={name} value={name}>
                <Icon name={looks[name].icon} />
                {looks[name].label}
                <DropdownMenu.ItemIndicator className="ml-auto">✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
