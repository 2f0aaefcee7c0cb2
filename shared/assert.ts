/** Fails the build when a union has a member that a `switch` does not handle; throws when data lied about its type. */
export function assertNever(value: never, context: string): never {
  throw new BugError(`unhandled ${context}: ${JSON.stringify(value)}`);
}

/** A bug: the process logs it, exits with a numbered status, and restarts from its store. */
export class BugError extends Error {
  override name = 'BugError';
}

/** Asserts an invariant of our own code. Never used for what somebody outside sent. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BugError(message);
}
