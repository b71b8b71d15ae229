/** The pages of the navigation. */
export const sitePages = [
  { href: "/", title: "Live" },
  { href: "/payments", title: "Payments" },
  { href: "/reconciliation", title: "Reconciliation" },
  { href: "/configuration", title: "Configuration" },
] as const;
