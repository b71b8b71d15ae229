/**
 * Darkens the page behind a dialog. Radix' own overlay would put a style element into the page to stop it from
 * scrolling, which the Content-Security-Policy forbids.
 */
export function DialogShade() {
  return <div className="dialog-shade" aria-hidden="true" />;
}
