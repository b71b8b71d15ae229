import type { Metadata } from "next";
import { Configuration } from "../../components/inspector/configuration.tsx";

export const metadata: Metadata = { title: "Configuration" };

export default function Page() {
  return <Configuration />;
}
