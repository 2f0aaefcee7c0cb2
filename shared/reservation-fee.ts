// What a cancellation takes of a reservation's fee: EV_Central takes it, screens say it beforehand. Pure.
import type { ReservationTerms } from './messages/reservation.ts';
import { ratio, roundHalfEven } from './money.ts';

/** What a cancellation takes, in per cent: of the last step that is still reached; nearer than all of them, the fee. */
export function cancelPercent({ tiers }: ReservationTerms, leftMs: number): number {
  return tiers.find(({ beforeMs }) => leftMs >= beforeMs)?.percent ?? 100;
}

export function partOfFee(feeMinor: number, percent: number): number {
  return Number(roundHalfEven(ratio(BigInt(feeMinor) * BigInt(percent), 100n)));
}
