import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cycles, IMPURE_WORDS, isPure, OWNERS, PURE_FILES, PURE_SHARED, wrongArrow } from './layout.ts';
import { freeWords, isProduction, readSource, ROOT, sources } from './sources.ts';

describe('the sources', () => {
  it('import inwards only, and each package from its owner', () => {
    const wrong = sources().flatMap((source) => source.imports
      .map((each) => ({ each, why: wrongArrow(source.path, each) }))
      .filter(({ why }) => why !== null)
      .map(({ each, why }) => `${source.path} → ${each.target}: ${why}`));
    expect(wrong).toEqual([]);
  });

  it('of processes and shared need only packages that are installed without the development ones', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: object };
    const missing = sources().filter(({ path }) => isProduction(path) && /^(ev-|shared\/)/.test(path))
      .flatMap(({ path, imports }) => imports
        .filter((each) => each.kind === 'package' && !(each.target in dependencies))
        .map((each) => `${path} → ${each.target}`));
    expect(missing).toEqual([]);
  });

  it('have no circle of imports', () => {
    expect(cycles(sources(), { typesToo: false }).map((circle) => circle.join(' → '))).toEqual([]);
  });

  it('have no circle of types either', () => {
    expect(cycles(sources(), { typesToo: true }).map((circle) => circle.join(' → '))).toEqual([]);
  });

  it('import files that are there', () => {
    const present = new Set(sources().map((source) => source.path));
    const missing = sources().flatMap((source) => source.imports
      .filter((each) => each.kind === 'file' && each.target.endsWith('.ts') && !present.has(each.target))
      .map((each) => `${source.path} → ${each.target}`));
    expect(missing).toEqual([]);
  });

  it('keep clock, random source, environment, log, timers and waiting out of the pure files', () => {
    const impure = sources().filter((source) => isPure(source.path) && isProduction(source.path)).flatMap((source) => {
      const words = freeWords(source);
      return Object.entries(IMPURE_WORDS).filter(([word]) => words.has(word) && !allowedWord(source.path, word))
        .map(([word, instead]) => `${source.path} names ${word}: ${instead}`);
    });
    expect(impure).toEqual([]);
  });

  it('include every pure file that the rules name', () => {
    const present = new Set(sources().map((source) => source.path));
    expect([...PURE_FILES, ...PURE_SHARED].filter((path) => !present.has(path))).toEqual([]);
  });

  it('include every single file that owns a package', () => {
    const present = new Set(sources().map((source) => source.path));
    const files = Object.values(OWNERS).flat().filter((owner) => !owner.endsWith('/'));
    expect(files.filter((path) => !present.has(path))).toEqual([]);
  });

  it('have main files that only wire: under 150 lines, without a class', () => {
    const mains = sources().filter((source) => /^ev-[^/]+\/main\.ts$/.test(source.path));
    const wrong = mains.filter(({ text }) => text.split('\n').length > 150 || /^(export )?class /m.test(text));
    expect(wrong.map((source) => source.path)).toEqual([]);
  });

  it('have no default exports, barrels, enums, namespaces or decorators', () => {
    const wrong = sources().flatMap((source) => {
      const words = /^(export )?(default|(const )?enum|namespace) |^\s*@[A-Za-z]+\(/m.exec(source.text);
      const isBarrel = /(^|\/)(index|utils|helpers|manager|common)\.ts$/.test(source.path);
      return words !== null || isBarrel ? [`${source.path}: ${words?.[0].trim() ?? 'its name'}`] : [];
    });
    expect(wrong).toEqual([]);
  });
});

/** shared/clock.ts is where the type of a clock and the one real clock live: whoever is pure takes its type only. */
function allowedWord(path: string, word: string): boolean {
  return path === 'shared/clock.ts' || (path === 'shared/zone.ts' && word === 'Date');
}

describe('a rule', () => {
  it.each([
    ['ev-central/core/handle.ts', "import fs from 'node:fs';", 'no modules of the system'],
    ['ev-central/core/handle.ts', "import { createStore } from '../store/store.ts';", 'pure files only'],
    ['ev-central/core/handle.ts', "import type { Store } from '../store/store.ts';", 'pure files only'],
    ['ev-central/core/handle.ts', "import { seal } from '../../shared/seal.ts';", 'pure files only'],
    ['ev-central/core/handle.ts', "const x = await import('kafkajs');", 'kafkajs is for shared/bus/'],
    ['ev-central/bus/outbox.ts', "import { createStore } from '../store/store.ts';", 'main wires it'],
    ['ev-central/bus/outbox.ts', "import { runLoop } from '../loop.ts';", 'main wires it'],
    ['ev-central/loop.ts', "import { createMain } from './main.ts';", 'nobody imports it'],
    ['ev-central/ui/screen.ts', "import { handle } from '../core/handle.ts';", 'a screen draws snapshots'],
    ['ev-driver/client.ts', "import { engine } from '../ev-cp-engine/engine.ts';", 'pure files only'],
    ['ev-driver/main.ts', "import { engine } from '../ev-cp-engine/engine.ts';", 'no process knows another'],
    ['shared/log.ts', "import { handle } from '../ev-central/core/handle.ts';", 'no process knows another'],
    ['shared/seal.ts', "import { setup } from '../scripts/doctor.ts';", 'knows nobody'],
    ['ev-driver/main.ts', "export { Kafka } from 'kafkajs';", 'kafkajs is for shared/bus/'],
    ['ev-cp-engine/main.ts', "import { connect } from 'node:net';", 'node:net is for shared/wire/'],
    ['ev-cp-engine/station.ts', "import { broker } from '../tests/integration/broker-for-tests.ts';", 'imports tests'],
  ])('refuses in %s: %s', (path, text, why) => {
    const [found] = readSource(path, text).imports;
    expect(found === undefined ? 'no import seen' : wrongArrow(path, found)).toContain(why);
  });

  it.each([
    ['ev-central/core/handle.ts', "import { pointId } from '../../shared/ids.ts';"],
    ['ev-central/bus/intake.ts', "import type { Loop } from '../loop.ts';"],
    ['ev-central/main.ts', "import { createStore } from './store/store.ts';"],
    ['ev-central/core/handle.test.ts', "import fs from 'node:fs';"],
    ['scripts/replay.ts', "import { CENTRAL_SETTINGS } from '../ev-central/config.ts';"],
  ])('allows in %s: %s', (path, text) => {
    const [found] = readSource(path, text).imports;
    expect(found === undefined ? 'no import seen' : wrongArrow(path, found)).toBeNull();
  });

  it('sees a circle, and a circle of types only when asked', () => {
    const circle = [
      readSource('shared/a.ts', "import { b } from './b.ts';"),
      readSource('shared/b.ts', "import type { A } from './a.ts';"),
    ];
    expect(cycles(circle, { typesToo: false })).toEqual([]);
    expect(cycles(circle, { typesToo: true })).toEqual([['shared/a.ts', 'shared/b.ts', 'shared/a.ts']]);
  });

  it('tells a word that stands free from the name of a property', () => {
    const text = 'const row = { Date: 1 }; row.process; Math.random(); // fetch\n';
    const words = freeWords(readSource('shared/a.ts', text));
    expect([...words].filter((word) => word in IMPURE_WORDS)).toEqual(['Math.random']);
  });
});
