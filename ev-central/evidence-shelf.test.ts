import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LIMITS } from '../shared/limits.ts';
import { createEvidenceShelf, evidenceFault, mediaTypeOf } from './evidence-shelf.ts';

const folder = mkdtempSync(join(tmpdir(), 'ev-evidence-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const PDF = Buffer.from('%PDF-1.7\n%%EOF\n');

describe('the shelf of evidence', () => {
  it('keeps a file once, under its hash, for its owner alone', async () => {
    const shelf = createEvidenceShelf(folder);
    const sha256 = await shelf.put(PDF);
    expect(await shelf.put(PDF)).toBe(sha256);
    expect(readdirSync(join(folder, 'evidence'))).toEqual([sha256]);
    expect(statSync(join(folder, 'evidence')).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'evidence', sha256)).mode & 0o777).toBe(0o600);
    expect(await shelf.read(sha256)).toEqual(PDF);
  });

  it('gives nothing that is missing or was changed', async () => {
    const shelf = createEvidenceShelf(folder);
    const sha256 = await shelf.put(Buffer.from('%PDF-other'));
    writeFileSync(join(folder, 'evidence', sha256), 'forged');
    expect(await shelf.read(sha256)).toBeUndefined();
    expect(await shelf.read('f'.repeat(64))).toBeUndefined();
  });

  it('says what is no evidence', () => {
    expect(mediaTypeOf(PDF)).toBe('application/pdf');
    expect(mediaTypeOf(Buffer.from('hello'))).toBeUndefined();
    expect(evidenceFault(PDF, 'application/pdf')).toBeNull();
    expect(evidenceFault(PDF, 'image/png')).toBe('the file does not begin as image/png does');
    expect(evidenceFault(Buffer.alloc(0), 'image/png')).toBe('the file is empty');
    expect(evidenceFault(Buffer.alloc(LIMITS.evidenceBytes + 1), 'image/png')).toContain('at most 2097152');
  });
});
