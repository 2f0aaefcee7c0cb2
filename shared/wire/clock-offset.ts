// How far the peer's clock is ahead of ours, NTP style: a ping notes our time, its pong the peer's, and the sample with
// the smallest round trip of the last ones is the best, because its error is at most half that round trip.

/** As many samples as pings in a quarter of a minute: a clock that is set again is believed after that time. */
const SAMPLES = 16;
/** Clocks that disagree by more than this about one round trip were set, or slept, in between. */
const DISAGREEMENT_MS = 250;

export type OffsetSample = {
  /** The peer's clock minus ours. */
  readonly offsetMs: number;
  readonly roundTripMs: number;
};

export type ClockOffset = {
  /** Takes the answer to a ping. Wall-clock times in UTC ms, `roundTripMs` by the awake clock. */
  measured(exchange: { sentAtMs: number; receivedAtMs: number; peerAtMs: number; roundTripMs: number }): void;
  /** Takes the peer's own best sample (its sign is the peer's). */
  told(sample: OffsetSample): void;
  best(): OffsetSample | null;
  /** Our own best sample, as told to the peer. */
  own(): OffsetSample | null;
};

/** Makes the measurement of one link. */
export function createClockOffset(): ClockOffset {
  let samples: OffsetSample[] = [];
  let ownBest: OffsetSample | null = null;
  let peers: OffsetSample | null = null;

  return {
    measured({ sentAtMs, receivedAtMs, peerAtMs, roundTripMs }) {
      if (Math.abs(receivedAtMs - sentAtMs - roundTripMs) > DISAGREEMENT_MS) {
        samples = [];
        ownBest = null;
        return;
      }
      const offsetMs = Math.round(peerAtMs - (receivedAtMs - roundTripMs / 2)) + 0; // never -0
      samples = [...samples.slice(-(SAMPLES - 1)), { offsetMs, roundTripMs }];
      ownBest = samples.reduce((best, sample) => (sample.roundTripMs < best.roundTripMs ? sample : best));
    },
    told(sample) {
      peers = { offsetMs: 0 - sample.offsetMs, roundTripMs: sample.roundTripMs };
    },
    best() {
      if (ownBest === null || peers === null) return ownBest ?? peers;
      return peers.roundTripMs < ownBest.roundTripMs ? peers : ownBest;
    },
    own: () => ownBest,
  };
}
