/** All versions of a namespace's Leases, slices and pods, told as the API server's watches tell them. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { GROUP_PATHS } from '../runtime/kubernetes/paths';
import { uptime } from '../runtime/uptime';
import type { ApiServer, LiveObject } from './api-server';

export type Kind = 'Lease' | 'EndpointSlice' | 'Pod';

/** One version of an object. */
export interface Seen {
  /** When the watch told it, in milliseconds of the kernel's uptime. */
  readonly at: number;

  readonly kind: Kind;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: LiveObject;
}

interface WatchLine {
  readonly type: Seen['type'] | 'BOOKMARK' | 'ERROR';
  readonly object: LiveObject;
}

const PAUSE_MS = 200;

export class Recorder {
  private readonly listeners = new Map<string, (seen: Seen) => void>();
  private readonly latest = new Map<string, LiveObject>();
  private readonly watches = new Set<IncomingMessage>();
  private isOver = false;
  private gap: string | undefined;

  constructor(
    private readonly api: ApiServer,
    private readonly namespace: string,
  ) {}

  async start(): Promise<void> {
    const { leases, slices, pods } = GROUP_PATHS;
    await Promise.all([
      this.begin('Lease', leases(this.namespace)),
      this.begin('EndpointSlice', slices(this.namespace)),
      this.begin('Pod', pods(this.namespace)),
    ]);
  }

  end(): void {
    this.isOver = true;
    for (const watch of this.watches) watch.destroy();
  }

  /** Tells what happens to the objects of a group, whose names begin with its own. */
  listen(group: string, listener: (seen: Seen) => void): () => void {
    this.listeners.set(group, listener);
    return () => this.listeners.delete(group);
  }

  /** The object as it is. */
  get(kind: Kind, name: string): LiveObject | undefined {
    return this.latest.get(`${kind} ${name}`);
  }

  /** What is missing in the history. Nothing can be said of a run then. */
  get missing(): readonly string[] {
    return this.gap === undefined ? [] : [this.gap];
  }

  /** Whether nothing of a group is left. */
  isGone(group: string): boolean {
    return ![...this.latest.values()].some(({ metadata }) => groupOf(metadata.name) === group);
  }

  private async begin(kind: Kind, path: string): Promise<void> {
    const list = await this.api.call('GET', path);
    if (list === undefined) throw new Error(`${path} cannot be listed`);
    void this.follow(kind, path, list.object.metadata.resourceVersion);
  }

  /** An interrupted watch goes on where it was. */
  private async follow(kind: Kind, path: string, from: string): Promise<void> {
    let version = from;
    while (!this.isOver && this.gap === undefined) {
      try {
        const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${version}`;
        const watch = await this.api.open('GET', `${path}?${query}`);
        this.watches.add(watch);
        if (watch.statusCode !== 200) throw new Error(`status ${watch.statusCode ?? 0}`);
        for await (const line of linesOf(watch)) version = this.take(kind, line);
      } catch (error) {
        if (error instanceof GapError) this.gap = error.message;
      }
      await sleep(PAUSE_MS);
    }
  }

  private take(kind: Kind, line: string): string {
    const { type, object } = JSON.parse(line) as WatchLine;
    if (type === 'ERROR') throw new GapError(`the watch of ${kind} has a gap: ${line}`);
    const { name, resourceVersion } = object.metadata;
    if (type === 'BOOKMARK') return resourceVersion;
    if (type === 'DELETED') this.latest.delete(`${kind} ${name}`);
    else this.latest.set(`${kind} ${name}`, object);
    const seen = { at: uptime(), kind, type, version: Number(resourceVersion), object };
    this.listeners.get(groupOf(name))?.(seen);
    return resourceVersion;
  }
}

class GapError extends Error {}

function groupOf(name: string): string {
  return name.split('-')[0] ?? '';
}

async function* linesOf(stream: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
