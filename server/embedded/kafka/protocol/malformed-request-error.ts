/** A frame that cannot be understood: the connection that sent it is closed with one log line. */
export class MalformedRequestError extends Error {
  override readonly name = "MalformedRequestError";
}
