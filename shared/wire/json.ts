// JSON as it travels in a frame. `undefined` members are left out when written, as JSON.stringify does.

export type JsonValue =
  | string | number | boolean | null | undefined | readonly JsonValue[] | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

/** Parses a text that must be one JSON object; null when it is not. Never throws. */
export function parseJsonObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
  } catch {
    return null;
  }
}
