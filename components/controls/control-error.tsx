/** A refusal, shown at the button that was refused. */
export function ControlError({ message, right = false }: { message: string | null; right?: boolean }) {
  if (message === null) return null;
  return (
    <span role="alert" className={right ? "control-error right" : "control-error"}>
      {message}
    </span>
  );
}
