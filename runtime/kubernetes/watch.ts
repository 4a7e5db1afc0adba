/** One object of the API server, told whenever it changes, for ever. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import type { Api } from './api';

export interface Watched {
  /** The collection's path. */
  readonly collection: string;
  readonly name: string;
}

export interface Listener {
  /** The object as it is now. */
  readonly onObject: (object: unknown) => void;

  /** It was deleted, or changes may have been missed: it should be read. */
  readonly onGap: () => void;
}

/** After that long the API server ends a watch, and a connection that died without a word is noticed. */
const LIFE_SECONDS = 600;

const OPEN_TIMEOUT_MS = 5000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

const Line = v.object({
  type: v.picklist(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: v.unknown(),
});

/**
 * Watches until the signal. Each watch begins with the object as it is; what was deleted in between is found by reading,
 * as `onGap` asks for.
 */
export async function watchObject(
  api: Api,
  { collection, name }: Watched,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const hasOpened = await watchOnce(api, pathOf(collection, name), listener, signal);
    pause = hasOpened ? FIRST_PAUSE_MS : Math.min(2 * pause, LONGEST_PAUSE_MS);
    // Members that lost one API server do not all come back in the same moment.
    await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
}

function pathOf(collection: string, name: string): string {
  const query = new URLSearchParams({
    watch: '1',
    fieldSelector: `metadata.name=${name}`,
    timeoutSeconds: String(LIFE_SECONDS),
  });
  return `${collection}?${query.toString()}`;
}

function watchOnce(api: Api, path: string, listener: Listener, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    let hasOpened = false;
    const stop = api.watch(path, OPEN_TIMEOUT_MS, {
      onOpen: () => {
        hasOpened = true;
        listener.onGap();
      },
      onLine: (line) => {
        // Half a line, when the connection was cut; the next watch begins anew.
        if (!tell(line, listener)) stop();
      },
      onEnd: () => {
        signal.removeEventListener('abort', stop);
        resolve(hasOpened);
      },
    });
    signal.addEventListener('abort', stop);
  });
}

/** False for what is no line of a watch. Others than these are of no use here; an ERROR is followed by the end. */
function tell(line: string, { onObject, onGap }: Listener): boolean {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), Line), line);
  if (!success) return false;
  if (output.type === 'ADDED' || output.type === 'MODIFIED') onObject(output.object);
  if (output.type === 'DELETED') onGap();
  return true;
}
