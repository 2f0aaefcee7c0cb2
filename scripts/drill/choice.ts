// Which drills a command line asks for. Pure.
import { Failure } from '../../shared/failure.ts';
import type { Drill } from './drill.ts';

export type Choice = {
  readonly drills: readonly Drill[];
  /** How to ask for the same again. */
  readonly words: string;
};

/** Throws `Failure('bad-configuration')` for none and for an unknown name, with the nearest one. */
export function chooseDrills(names: readonly string[], drills: readonly Drill[]): Choice {
  if (names.length === 0) {
    throw new Failure('bad-configuration', 'which drill? Give names, or “all”; --list says which there are');
  }
  const words = names.join(' ');
  if (names.includes('all')) {
    if (names.length > 1) throw new Failure('bad-configuration', '“all” stands alone: it is every drill');
    return { drills, words };
  }
  return { drills: [...new Set(names)].map((name) => named(name, drills)), words };
}

function named(name: string, drills: readonly Drill[]): Drill {
  const found = drills.find((drill) => drill.name === name);
  if (found !== undefined) return found;
  const near = drills.map((drill) => ({ name: drill.name, far: distance(drill.name, name) }))
    .sort((a, b) => a.far - b.far)[0];
  throw new Failure('bad-configuration', `no drill is called “${name}”: did you mean ${near?.name ?? 'none'}?`);
}

/** Levenshtein distance. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_unused, i) => i);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const change = (row[j] ?? 0) + (letter === to[j] ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
