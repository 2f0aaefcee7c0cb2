import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseDrills } from './choice.ts';
import type { Drill } from './drill.ts';
import { DRILLS } from './list.ts';

const drills = ['kill-engine', 'kill-central', 'stop-broker'].map((name): Drill => ({
  name, title: '', row: null, expects: ['something'], run: () => Promise.resolve(),
}));

describe('the choice of drills', () => {
  it('is each named one once, in the order of the command line', () => {
    const chosen = chooseDrills(['stop-broker', 'kill-engine', 'stop-broker'], drills);
    expect(chosen.drills.map(({ name }) => name)).toEqual(['stop-broker', 'kill-engine']);
  });

  it('is every one for “all”', () => {
    expect(chooseDrills(['all'], drills).drills).toEqual(drills);
  });

  it.each([
    [['kill-engin'], 'no drill is called “kill-engin”: did you mean kill-engine?'],
    [['broker'], 'no drill is called “broker”: did you mean stop-broker?'],
    [['all', 'kill-engine'], '“all” stands alone: it is every drill'],
    [[], 'which drill? Give names, or “all”; --list says which there are'],
  ])('of %j is refused in one line', (names, line) => {
    expect(() => chooseDrills(names, drills)).toThrow(line);
  });
});

describe('the list of drills', () => {
  it('has names that can be typed, each once', () => {
    const names = DRILLS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
  });

  it('says of each what is expected', () => {
    const silent = DRILLS.filter(({ expects, title }) => expects.length === 0 || title === '');
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it('stands in the instructor’s guide, every one', () => {
    const guide = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'guide-instructor.md'), 'utf8');
    expect(DRILLS.filter(({ name }) => !guide.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
  });

  it('has evidence for every row of the failure table', () => {
    expect([...new Set(DRILLS.flatMap(({ row }) => (row === null ? [] : [row])))].sort())
      .toEqual(['Central', 'Kafka', 'driver client', 'engine', 'monitor', 'the machine']);
  });
});
