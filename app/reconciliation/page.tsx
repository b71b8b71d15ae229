import type { Metadata } from "next";
import { Reconciliation } from "../../components/inspector/reconciliation.tsx";

export const metadata: Metadata = { title: "Reconciliation" };

export default function Page() {
  return <Reconciliation />;
}
