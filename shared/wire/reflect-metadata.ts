// The three functions of the Reflect metadata proposal that the container inside @peculiar/x509 calls when it loads.
// It registers its algorithms by hand and reads no decorated types: an own map of a class's metadata is all it needs.

const metadataOf = new WeakMap<object, Map<unknown, unknown>>();

function defineMetadata(key: unknown, value: unknown, target: object): void {
  const own = metadataOf.get(target) ?? new Map<unknown, unknown>();
  own.set(key, value);
  metadataOf.set(target, own);
}

function getOwnMetadata(key: unknown, target: object): unknown {
  return metadataOf.get(target)?.get(key);
}

function getMetadata(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (metadataOf.get(at)?.has(key) === true) return getOwnMetadata(key, at);
  }
  return undefined;
}

/** Provides them, unless something complete already does. Called before @peculiar/x509 is imported. */
export function provideReflectMetadata(): void {
  if (!('getMetadata' in Reflect)) Object.assign(Reflect, { defineMetadata, getOwnMetadata, getMetadata });
}
