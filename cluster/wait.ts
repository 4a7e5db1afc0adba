/** Waiting for conditions: with a limit, and a message of what was last seen. */
import { setTimeout } from 'node:timers/promises';

const LIMIT_MS = 60_000;
const POLL_MS = 200;

/** The whole state is printed by the environment. */
const MOST_SHOWN = 2000;

export interface Awaited<T> {
  /** How the cluster is asked. A failure counts as not yet. */
  readonly look: () => Promise<T>;

  readonly until: (seen: T) => boolean;

  /** What of it is printed when it never held. @default - the beginning of its JSON */
  readonly show?: (seen: T) => unknown;

  /** @default 60 s */
  readonly limitMs?: number;
}

/** What was seen when the condition held. Fails after the limit. */
export async function eventually<T>(
  what: string,
  { look, until, show = (seen) => seen, limitMs = LIMIT_MS }: Awaited<T>,
): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const seen = await attempt(look);
    if ('value' in seen && until(seen.value)) return seen.value;
    if (Date.now() > end) {
      const last = 'value' in seen ? JSON.stringify(show(seen.value)).slice(0, MOST_SHOWN) : seen.error;
      throw new Error(`not so after ${limitMs / 1000} s: ${what}\nlast seen: ${last}`);
    }
    await setTimeout(POLL_MS);
  }
}

async function attempt<T>(look: () => Promise<T>): Promise<{ value: T } | { error: string }> {
  try {
    return { value: await look() };
  } catch (error) {
    return { error: String(error) };
  }
}
