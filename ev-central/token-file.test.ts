import { describe, expect, it } from 'vitest';
import { MOST_TOKENS_AT_ONCE, MOST_TOKENS_OF_FILE } from '../shared/messages/accounts.ts';
import { readTokenFile } from './token-file.ts';

describe('a file of tokens', () => {
  it('gives each token with its line, cards that serve for ever where nothing else is said', () => {
    const text = 'token,user,kind,expires\n04A1B2C3,ana,,\n"QR-77",ben,QR,2027-12-31\n';
    expect(readTokenFile(text)).toEqual({
      problems: [], lines: [2, 3],
      tokens: [
        { userId: 'ana', tokenId: '04A1B2C3', tokenKind: 'rfid', expiresAtMs: null },
        { userId: 'ben', tokenId: 'QR-77', tokenKind: 'qr', expiresAtMs: Date.parse('2028-01-01T00:00:00Z') },
      ],
    });
  });

  it('over HTTP takes more at once than a frame of the tool does', () => {
    const text = `user,token\n${'ana,04A1B2C3\n'.repeat(MOST_TOKENS_OF_FILE)}`;
    expect(readTokenFile(text).problems[0]?.reason).toContain('POST /api/v1/tokens/import, which takes 5000');
    expect(readTokenFile(text, MOST_TOKENS_OF_FILE)).toMatchObject({ problems: [], tokens: { length: 5_000 } });
    expect(readTokenFile(`${text}ana,04A1B2C3\n`, MOST_TOKENS_OF_FILE).problems).toMatchObject([{ line: 5_002 }]);
  });

  it.each([
    ['a missing column', 'user,kind\nana,rfid\n', 1, 'the header has no column token'],
    ['a column that nobody knows', 'user,token,colour\nana,04A1B2C3,red\n', 1, 'column colour'],
    ['no rows', 'user,token\n', 1, 'no tokens below the header'],
    ['a row with too many fields', 'user,token\nana,04A1B2C3,x\n', 2, '3 fields where the header has 2'],
    ['a uid that is none', 'user,token\nana,04A1B2C3\nben,!!\n', 3, 'token: must be 4 to 36'],
    ['a kind that is none', 'user,token,kind\nana,04A1B2C3,card\n', 2, 'kind:'],
    ['a day that is none', 'user,token,expires\nana,04A1B2C3,2027-02-31\n', 2, '"2027-02-31" is no date'],
    ['too many tokens', `user,token\n${'ana,04A1B2C3\n'.repeat(MOST_TOKENS_AT_ONCE + 1)}`, 302, 'split the file'],
  ])('with %s says which line is wrong', (_what, text, line, reason) => {
    expect(readTokenFile(text).problems).toMatchObject([{ line, reason: expect.stringContaining(reason) as string }]);
  });
});
