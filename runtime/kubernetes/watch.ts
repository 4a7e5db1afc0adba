/**
 * One object of the API server, told whenever it changes, for ever.
 *
 * A watch whose connection died without a word looks like one of an object that does not change. So it is broken off, and
 * begun anew on another connection, when it has been silent for longer than it can be: than the object at rest, where
 * that is known; than two of the API server's bookmarks, which come once a minute; than its own life.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { Backoff } from '../backoff';
import type { Api } from './api';
import type { OpenWatch } from './open-watches';
import { targetOf } from './outcome';

export interface Watched {
  /** The collection's path. */
  readonly collection: string;
  readonly name: string;

  /** Milliseconds without a change of the object, as it is now, that are too many. @default any time is right */
  readonly longestRest?: () => number;
}

export interface Listener {
  /** The object as it is now. */
  readonly onObject: (object: unknown) => void;

  /** It was deleted, or changes may have been missed: it should be read. */
  readonly onGap: () => void;

  /** A watch that stood has ended. */
  readonly onEnd?: (reason: string) => void;
}

/** Milliseconds. */
export interface Bounds {
  /** After that long the API server ends a watch. */
  readonly life: number;

  /** Within that it does so, if the connection lives. */
  readonly margin: number;

  /** Of an API server that has sent a bookmark before. */
  readonly betweenBookmarks: number;

  /** How often a silent watch is looked at whose object should change. */
  readonly look: number;
}

const BOUNDS: Bounds = { life: 600_000, margin: 10_000, betweenBookmarks: 90_000, look: 1000 };

const OPEN_TIMEOUT_MS = 5000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/** An object that does not change although it should is looked at less and less often. */
const LONGEST_PATIENCE = 16;

const Line = v.object({
  type: v.picklist(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: v.unknown(),
});

type Line = v.InferOutput<typeof Line>;

/**
 * Watches until the signal. Each watch begins with the object as it is; what was deleted in between is found by reading,
 * as `onGap` asks for.
 */
export async function watchObject(
  api: Api,
  watched: Watched,
  listener: Listener,
  signal: AbortSignal,
  bounds: Bounds = BOUNDS,
): Promise<void> {
  const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  const silence = new Silence(watched, bounds);
  while (!signal.aborted) {
    if (await watchOnce({ api, watched, listener, silence, bounds, signal })) backoff.reset();
    // Members that lost one API server do not all come back in the same moment.
    await sleep(backoff.next(), undefined, { signal }).catch(() => undefined);
  }
}

/** How long a watch may be silent: what is known of the object, and of the API server. */
class Silence {
  private hasBookmarks = false;
  private patience = 1;

  constructor(
    private readonly watched: Watched,
    private readonly bounds: Bounds,
  ) {}

  hear({ type }: Line): void {
    if (type === 'BOOKMARK') this.hasBookmarks = true;
    else if (type !== 'ADDED') this.patience = 1;
  }

  /** A watch was broken off for it. */
  broken(): void {
    this.patience = Math.min(2 * this.patience, LONGEST_PATIENCE);
  }

  /** Milliseconds. */
  get limit(): number {
    const { life, margin, betweenBookmarks } = this.bounds;
    const rest = this.watched.longestRest?.() ?? Infinity;
    return Math.min(life + margin, this.hasBookmarks ? betweenBookmarks : Infinity, this.patience * rest);
  }

  /** When to look again, in milliseconds. */
  wait(left: number): number {
    return this.watched.longestRest ? Math.min(left, this.bounds.look) : left;
  }
}

interface Round {
  readonly api: Api;
  readonly watched: Watched;
  readonly listener: Listener;
  readonly silence: Silence;
  readonly bounds: Bounds;
  readonly signal: AbortSignal;
}

/** Resolves at the end, to whether it stood for some time. */
function watchOnce({ api, watched, listener, silence, bounds, signal }: Round): Promise<boolean> {
  return new Promise((resolve) => {
    const path = pathOf(watched, bounds);
    let stands: OpenWatch | undefined;
    let openedAt = Infinity;
    let timer: NodeJS.Timeout | undefined;
    const look = (watch: OpenWatch) => {
      clearTimeout(timer);
      const left = watch.heardAt + silence.limit - performance.now();
      if (left > 0) timer = setTimeout(look, silence.wait(left), watch);
      else {
        silence.broken();
        // Those that were heard last at about the same time have died with it.
        api.watches.endSilent((watch.heardAt + performance.now()) / 2, 'silent');
      }
    };
    const stop = api.watch(path, OPEN_TIMEOUT_MS, {
      onOpen: () => {
        openedAt = performance.now();
        stands = { resource: targetOf('GET', path).resource, heardAt: openedAt, end: stop };
        api.watches.add(stands);
        listener.onGap();
        look(stands);
      },
      onLine: (text) => {
        const line = lineOf(text);
        // Half a line, when the connection was cut; the next watch begins anew.
        if (line === undefined || stands === undefined) return stop('broken off');
        stands.heardAt = performance.now();
        silence.hear(line);
        tell(line, listener);
        look(stands);
      },
      onEnd: (reason) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        if (stands) api.watches.delete(stands, reason);
        if (stands) listener.onEnd?.(reason);
        resolve(performance.now() - openedAt > LONGEST_PAUSE_MS);
      },
    });
    const abort = () => {
      stop();
    };
    signal.addEventListener('abort', abort);
  });
}

function pathOf({ collection, name }: Watched, { life }: Bounds): string {
  const query = new URLSearchParams({
    watch: '1',
    fieldSelector: `metadata.name=${name}`,
    timeoutSeconds: String(life / 1000),
    allowWatchBookmarks: 'true',
  });
  return `${collection}?${query.toString()}`;
}

/** Undefined for what is no line of a watch. */
function lineOf(text: string): Line | undefined {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), Line), text);
  return success ? output : undefined;
}

/** Others than these are of no use here; an ERROR is followed by the end. */
function tell({ type, object }: Line, { onObject, onGap }: Listener): void {
  if (type === 'ADDED' || type === 'MODIFIED') onObject(object);
  if (type === 'DELETED') onGap();
}
