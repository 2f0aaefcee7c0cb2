// The mark of forged messages: in their ids.
export const MARK = 'forged-';

export function isForged(id: string): boolean {
  return id.startsWith(MARK);
}
