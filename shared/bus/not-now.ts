// A broker that answers “not now”: its error is retriable by Kafka's own word and passes in a moment, as with a
// partition that has just been created and whose leader does not know it yet.

const GIVE_UP_MS = 2_500;
const PAUSE_MS = 20;
const PAUSE_MAX_MS = 200;

/** Does something again while the broker says “not now”, for 2.5 s at most; then its error stands. */
export async function againWhileNotNow<T>(work: () => Promise<T>): Promise<T> {
  const giveUpAtMs = performance.now() + GIVE_UP_MS;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!isNotNow(error) || performance.now() > giveUpAtMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** Is an answer of the broker behind this error, and a retriable one? (The types do not tell the error classes.) */
function isNotNow(error: unknown): boolean {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    if (e.name === 'KafkaJSProtocolError') return 'retriable' in e && e.retriable === true;
  }
  return false;
}
