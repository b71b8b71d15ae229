import type { Metadata } from "next";
import { PaymentInspector } from "../../components/inspector/payment-inspector.tsx";

export const metadata: Metadata = { title: "Payments" };

export default function Page() {
  return <PaymentInspector />;
}
