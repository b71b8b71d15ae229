import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/jetbrains-mono/index.css";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { ControlsProvider } from "../components/controls/controls-provider.tsx";
import { Keyboard } from "../components/controls/keyboard.tsx";
import { settingsScript } from "../components/controls/settings.ts";
import { TopBar } from "../components/controls/top-bar.tsx";
import { LiveProvider } from "../components/live/provider.tsx";

export const metadata: Metadata = {
  title: { default: "dedupscope: live", template: "%s · dedupscope" },
  description: "A payment pipeline that runs twice under the same faults, and which layer absorbed which copy.",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: dark)", color: "#0d1013" },
    { media: "(prefers-color-scheme: light)", color: "#fbfbf9" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        {/* Its hash is in the Content-Security-Policy, which the server makes from the built pages. */}
        <script dangerouslySetInnerHTML={{ __html: settingsScript }} />
      </head>
      <body>
        <LiveProvider>
          <ControlsProvider>
            <Keyboard>
              <div className="desk">
                <TopBar />
                {children}
              </div>
            </Keyboard>
          </ControlsProvider>
        </LiveProvider>
      </body>
    </html>
  );
}
